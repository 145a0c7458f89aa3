//===- SizesTest.cpp - fovea_evaluate_sizes -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/fovea_plugin.hpp"
#include "runtime/Signature.h"

#include <catch2/catch.hpp>

#include <random>

using namespace fovea;

/// A size of a later version: longer than this one knows.
struct LongSize {
  fovea_size size;
  uint64_t later = ~uint64_t(0);
};

static fovea_span spanOf(const std::vector<LongSize> &sizes) {
  return {sizes.data(), sizes.size(), sizeof(LongSize)};
}

static fovea_span spanOf(const std::vector<int64_t> &dims) {
  return {dims.data(), dims.size(), sizeof(int64_t)};
}

/// The same as the runtime has it.
static SizeExpr exprOf(const std::vector<LongSize> &sizes, uint32_t number) {
  const fovea_size &size = sizes[number].size;
  if (size.kind == FOVEA_SIZE_CONSTANT)
    return SizeExpr::constant(size.value);
  if (size.kind == FOVEA_SIZE_DIM)
    return SizeExpr::dim(size.a);
  static constexpr SizeExpr::Kind kinds[] = {
      SizeExpr::Kind::Constant, SizeExpr::Kind::Dim,      SizeExpr::Kind::Add,
      SizeExpr::Kind::Mul,      SizeExpr::Kind::FloorDiv, SizeExpr::Kind::Mod};
  return SizeExpr::op(kinds[size.kind], exprOf(sizes, size.a),
                      exprOf(sizes, size.b));
}

TEST_CASE("sizes are what the host makes of them, to the last bit and error") {
  const int64_t numbers[] = {0,        1,           -1,        2,
                             7,        -3,          INT64_MAX, INT64_MIN,
                             1L << 32, -(1L << 31), 1000003,   INT64_MIN + 1};
  std::mt19937_64 random(5);
  auto number = [&] { return numbers[random() % std::size(numbers)]; };
  int errors = 0, values = 0;
  for (int round = 0; round < 3000; ++round) {
    const std::vector<int64_t> dims = {number(), number()};
    std::vector<LongSize> sizes;
    sizes.push_back({{FOVEA_SIZE_DIM, 0, 0, 0, 0}});
    sizes.push_back({{FOVEA_SIZE_DIM, 1, 0, 0, 0}});
    sizes.push_back({{FOVEA_SIZE_CONSTANT, 0, 0, 0, number()}});
    for (uint32_t count = 3; count < 6; ++count)
      sizes.push_back(
          {{static_cast<fovea_size_kind>(FOVEA_SIZE_ADD + random() % 4),
            static_cast<uint32_t>(random() % count),
            static_cast<uint32_t>(random() % count), 0, 0}});
    // The first that fails is told.
    StatusCode wanted = StatusCode::Ok;
    std::vector<int64_t> right;
    for (uint32_t i = 0; i < sizes.size() && wanted == StatusCode::Ok; ++i) {
      const Expected<int64_t> value = evaluate(exprOf(sizes, i), dims);
      wanted = value.status().code();
      right.push_back(value ? *value : 0);
    }
    std::vector<int64_t> got(sizes.size());
    const fovea_code code =
        fovea_evaluate_sizes(spanOf(sizes), spanOf(dims), got.data());
    REQUIRE(code == static_cast<fovea_code>(wanted));
    if (code == FOVEA_OK)
      REQUIRE(got == right);
    ++(code == FOVEA_OK ? values : errors);
  }
  CHECK(errors > 100);
  CHECK(values > 100);
}

TEST_CASE("sizes that cannot be evaluated") {
  auto codeOf = [](fovea_size size) {
    int64_t value;
    return fovea_evaluate_sizes({&size, 1, sizeof size},
                                spanOf(std::vector<int64_t>{3}), &value);
  };
  CHECK(codeOf({FOVEA_SIZE_DIM, 0, 0, 0, 0}) == FOVEA_OK);
  CHECK(codeOf({FOVEA_SIZE_DIM, 1, 0, 0, 0}) == FOVEA_INVALID_ARGUMENT);
  CHECK(codeOf({FOVEA_SIZE_MOD + 1, 0, 0, 0, 0}) == FOVEA_UNSUPPORTED);
}

TEST_CASE("for C++ authors they are a class") {
  fovea_cluster cluster{};
  const std::vector<LongSize> sizes = {{{FOVEA_SIZE_DIM, 0, 0, 0, 0}},
                                       {{FOVEA_SIZE_MUL, 0, 0, 0, 0}}};
  cluster.sizes = spanOf(sizes);
  const sdk::Sizes all(cluster);
  CHECK(all.values(spanOf(std::vector<int64_t>{5})) ==
        std::vector<int64_t>{5, 25});
  for (const auto &[dims, code] :
       {std::pair(std::vector<int64_t>{int64_t(1) << 32},
                  fovea_code(FOVEA_UNSUPPORTED_SHAPE)),
        {{}, FOVEA_INVALID_ARGUMENT}}) {
    fovea_code found = FOVEA_OK;
    try {
      all.values(spanOf(dims));
    } catch (const sdk::plugin_error &error) {
      found = error.code;
    }
    CHECK(found == code);
  }
}
