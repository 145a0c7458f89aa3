//===- RandomTest.cpp - counter-based random numbers ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

using namespace fovea;
using namespace fovea::test;

/// The key of `seed` with `fold` folded in, and the numbers 0 .. N - 1 of it.
static const std::string draws = R"(
  %seed = fovea.input "seed" [] : !fovea.array<i64>
  %x = fovea.input "x" [#fovea.axis<j: N>] : !fovea.array<f64, j: N>
  %b = fovea.index <b: 2> : !fovea.array<i64, b: 2>
  %j = fovea.index <j: N> : !fovea.array<i64, j: N>
  %key = fovea.fold_key %seed, %b : !fovea.array<i64>, !fovea.array<i64, b: 2>
  %plain = fovea.random uniform %seed, %j : !fovea.array<i64>, !fovea.array<i64, j: N> -> !fovea.array<f32, j: N>
  %u = fovea.random uniform %key, %j : !fovea.array<i64, b: 2>, !fovea.array<i64, j: N> -> !fovea.array<f32, b: 2, j: N>
  %n = fovea.random normal %key, %j : !fovea.array<i64, b: 2>, !fovea.array<i64, j: N> -> !fovea.array<f64, b: 2, j: N>
  fovea.output "key" %key [#fovea.axis<b: 2>] : !fovea.array<i64, b: 2>
  fovea.output "plain" %plain [#fovea.axis<j: N>] : !fovea.array<f32, j: N>
  fovea.output "u" %u [#fovea.axis<b: 2>, #fovea.axis<j: N>] : !fovea.array<f32, b: 2, j: N>
  fovea.output "n" %n [#fovea.axis<b: 2>, #fovea.axis<j: N>] : !fovea.array<f64, b: 2, j: N>
)";

TEST_CASE("reference: words of the published generator") {
  // Known answers of Philox4x32-10 for counter 0, key 0 (Random123).
  constexpr uint32_t words[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  auto out =
      Program("\"N\"", draws).run({i64({}, {0}), f64({4}, {0, 0, 0, 0})});
  for (int64_t j = 0; j < 4; ++j)
    CHECK(out[1].at(j) == (words[j] >> 8) * 0x1p-24);
}

TEST_CASE("reference: a folded key gives numbers of its own") {
  constexpr int64_t count = 4000;
  auto out = Program("\"N\"", draws)
                 .run({i64({}, {-42}), *Tensor::allocate(DType::F64, {count})});
  CHECK(out[0].intAt(0) != -42);
  CHECK(out[0].intAt(0) != out[0].intAt(1));
  CHECK(out[2].at(0, 0) != out[2].at(1, 0));
  CHECK(out[2].at(0, 0) != out[1].at(0));
  double mean = 0, square = 0, uniformMean = 0;
  for (int64_t j = 0; j < count; ++j) {
    double u = out[2].at(0, j), n = out[3].at(0, j);
    REQUIRE((u >= 0 && u < 1));
    uniformMean += u / count;
    mean += n / count;
    square += n * n / count;
  }
  CHECK(uniformMean == Approx(0.5).margin(0.02));
  CHECK(mean == Approx(0).margin(0.07));
  CHECK(square == Approx(1).margin(0.1));
}
