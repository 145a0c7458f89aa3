//===- SignatureTest.cpp - what a compiled function takes and gives -------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Signature.h"

#include <catch2/catch.hpp>

using namespace fovea;
using Kind = SizeExpr::Kind;

static SizeExpr c(int64_t value) { return SizeExpr::constant(value); }
static SizeExpr d(int64_t index) { return SizeExpr::dim(index); }
static SizeExpr op(Kind kind, SizeExpr a, SizeExpr b) {
  return SizeExpr::op(kind, std::move(a), std::move(b));
}

static Signature withDims(std::vector<std::string> dims) {
  Signature signature;
  signature.name = "f";
  signature.dims = std::move(dims);
  return signature;
}

TEST_CASE("values of size formulas") {
  const std::vector<int64_t> dims = {7, 2, -7};
  auto value = [&](Kind kind, SizeExpr a, SizeExpr b) {
    return *evaluate(op(kind, std::move(a), std::move(b)), dims);
  };
  CHECK(*evaluate(c(5), {}) == 5);
  CHECK(*evaluate(d(1), dims) == 2);
  CHECK(value(Kind::Add, d(0), c(-1)) == 6);
  CHECK(value(Kind::Mul, d(0), d(1)) == 14);
  const SizeExpr sum{Kind::Add, 0, {d(0), d(1), c(3)}};
  CHECK(*evaluate(sum, dims) == 12);
}

TEST_CASE("division and modulo round down, as in Python") {
  struct Row {
    int64_t a, b, quotient, rest;
  };
  for (const Row &row :
       {Row{7, 2, 3, 1}, Row{-7, 2, -4, 1}, Row{7, -2, -4, -1},
        Row{-7, -2, 3, -1}, Row{6, 3, 2, 0}, Row{-6, 3, -2, 0}, Row{0, 5, 0, 0},
        Row{5, -1, -5, 0}, Row{INT64_MAX, -1, -INT64_MAX, 0}}) {
    CHECK(*evaluate(op(Kind::FloorDiv, c(row.a), c(row.b)), {}) ==
          row.quotient);
    CHECK(*evaluate(op(Kind::Mod, c(row.a), c(row.b)), {}) == row.rest);
  }
  CHECK(*evaluate(op(Kind::Mod, c(INT64_MIN), c(-1)), {}) == 0);
}

TEST_CASE("size formulas without a value") {
  auto code = [](const SizeExpr &expr) {
    return evaluate(expr, {}).status().code();
  };
  CHECK(code(op(Kind::FloorDiv, c(1), c(0))) == StatusCode::DivisionByZero);
  CHECK(code(op(Kind::Mod, c(1), c(0))) == StatusCode::DivisionByZero);
  CHECK(code(op(Kind::FloorDiv, c(INT64_MIN), c(-1))) == StatusCode::Shape);
  CHECK(code(op(Kind::Add, c(INT64_MAX), c(1))) == StatusCode::Shape);
  CHECK(code(op(Kind::Mul, c(INT64_MIN), c(-1))) == StatusCode::Shape);
  CHECK(code(op(Kind::Add, c(1), op(Kind::Mod, c(1), c(0)))) ==
        StatusCode::DivisionByZero);
  CHECK(code(d(0)) == StatusCode::Internal);
  CHECK(code(SizeExpr{Kind::Add, 0, {}}) == StatusCode::Internal);
  CHECK(evaluate(op(Kind::FloorDiv, c(4), c(0)), {}).status().message() ==
        "quotient of 4 and 0");
}

TEST_CASE("size formulas as text") {
  const Signature signature = withDims({"G", "R", "N"});
  auto check = [&](const SizeExpr &expr, const std::string &expected) {
    CHECK(text(expr, signature) == expected);
  };
  check(op(Kind::Mul, d(0), d(1)), "G * R");
  check(op(Kind::Add, d(2), c(1)), "N + 1");
  check(op(Kind::Add, d(2), c(-1)), "N - 1");
  check(op(Kind::Add, d(2), op(Kind::Mul, c(-1), d(0))), "N - G");
  check(SizeExpr{Kind::Add, 0, {op(Kind::Mul, c(-1), d(0)), d(2), c(1)}},
        "N - G + 1");
  check(op(Kind::Add, d(2), op(Kind::Mul, op(Kind::Add, d(0), c(1)), c(-1))),
        "N - (G + 1)");
  check(op(Kind::FloorDiv, d(2), d(0)), "N // G");
  check(op(Kind::Mod, d(2), d(0)), "N % G");
  check(op(Kind::Mul, op(Kind::Add, d(2), c(1)), c(2)), "(N + 1) * 2");
  check(op(Kind::Mul, c(2), op(Kind::FloorDiv, d(2), c(2))), "2 * (N // 2)");
  check(op(Kind::Mul, op(Kind::FloorDiv, d(2), c(2)), c(2)), "N // 2 * 2");
  check(op(Kind::FloorDiv, d(2), op(Kind::Mul, d(0), d(1))), "N // (G * R)");
  check(SizeExpr{Kind::Mul, 0, {d(0), d(1), d(2)}}, "G * R * N");
}

TEST_CASE("the head of a function as text") {
  Signature signature = withDims({"N", "D"});
  signature.inputs = {{"q", DType::F32, {d(0), d(1)}}, {"s", DType::F64, {}}};
  signature.results = {{"o", DType::F32, {d(0)}}};
  CHECK(text(signature) == "f(q: f32[N, D], s: f64) -> f32[N]");
  signature.results.push_back({"loss", DType::F32, {}});
  CHECK(text(signature) == "f(q: f32[N, D], s: f64) -> (o: f32[N], loss: f32)");
}

TEST_CASE("dimensions that a function can have") {
  Signature signature = withDims({"N", "D"});
  signature.inputs = {{"x", DType::F32, {op(Kind::Add, d(0), c(-1))}}};
  signature.results = {{"o", DType::F32, {d(0), d(1)}}};
  signature.requirements = {{d(0), Requirement::Relation::Le, d(1), "N <= D"}};
  signature.indices = {{op(Kind::Add, d(1), c(-2)), {}}};
  auto error = [&](std::vector<int64_t> dims) {
    return checkDims(signature, dims).message();
  };
  CHECK(error({2, 3}) == "");
  CHECK(error({4, 3}) == "`f` requires `N <= D`, with N = 4, D = 3");
  CHECK(error({0, 3}) == "the size `N - 1` of input `x` is -1");
  CHECK(error({1, 1}) == "the size `D - 2` of an index is -1");
  CHECK(error({int64_t(1) << 30, int64_t(1) << 30}).find("result `o`: ") == 0);
  signature.indices[0].extent = op(Kind::FloorDiv, d(1), c(0));
  CHECK(error({2, 3}) == "the size `D // 0` of an index: quotient of 3 and 0");
}

TEST_CASE("shapes of results") {
  Signature signature = withDims({"N", "D"});
  signature.results = {{"o", DType::F32, {d(0), op(Kind::Add, d(1), c(-2))}},
                       {"loss", DType::F32, {}}};
  const std::vector<int64_t> dims = {4, 8}, small = {4, 1};
  CHECK(*resultShapes(signature, dims) ==
        std::vector<std::vector<int64_t>>{{4, 6}, {}});
  const Status negative = resultShapes(signature, small).status();
  CHECK(negative.code() == StatusCode::Shape);
  CHECK(negative.message() == "the size `D - 2` of result `o` is -1");
  signature.results[0].shape[0] = op(Kind::FloorDiv, d(0), c(0));
  CHECK(resultShapes(signature, dims).status().message() ==
        "the size `N // 0` of result `o`: quotient of 4 and 0");
}
