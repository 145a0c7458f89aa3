//===- SolveDimsTest.cpp - the dimensions of a call -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Signature.h"

#include <catch2/catch.hpp>

using namespace fovea;
using Kind = SizeExpr::Kind;
using Shapes = std::vector<std::vector<int64_t>>;

static SizeExpr c(int64_t value) { return SizeExpr::constant(value); }
static SizeExpr d(int64_t index) { return SizeExpr::dim(index); }
static SizeExpr op(Kind kind, SizeExpr a, SizeExpr b) {
  return SizeExpr::op(kind, std::move(a), std::move(b));
}
static SizeExpr operator*(SizeExpr a, SizeExpr b) {
  return op(Kind::Mul, std::move(a), std::move(b));
}
static SizeExpr operator+(SizeExpr a, SizeExpr b) {
  return op(Kind::Add, std::move(a), std::move(b));
}

/// f32 inputs called q, k, v, ... with these sizes.
static Signature signature(std::vector<std::string> dims,
                           std::vector<std::vector<SizeExpr>> shapes) {
  static const char *const names[] = {"q", "k", "v", "t"};
  Signature result;
  result.name = "f";
  result.dims = std::move(dims);
  for (size_t i = 0; i < shapes.size(); ++i)
    result.inputs.push_back({names[i], DType::F32, shapes[i]});
  return result;
}

static Expected<std::vector<int64_t>> solve(const Signature &signature,
                                            const Shapes &shapes) {
  std::vector<Tensor> inputs;
  for (const std::vector<int64_t> &shape : shapes)
    inputs.push_back(Tensor::view(nullptr, DType::F32, shape));
  return solveDims(signature, inputs);
}

static std::string refused(const Signature &signature, const Shapes &shapes,
                           StatusCode code = StatusCode::Shape) {
  Expected<std::vector<int64_t>> dims = solve(signature, shapes);
  REQUIRE(!dims);
  CHECK(dims.status().code() == code);
  return dims.status().message();
}

/// q: f32[G * R, N], k: f32[G, N].
static const Signature grouped =
    signature({"G", "R", "N"}, {{d(0) * d(1), d(2)}, {d(0), d(2)}});

TEST_CASE("what the inputs leave open the outputs may say") {
  // f(q: f32[G * R]) -> f32[G]
  Signature sums = signature({"G", "R"}, {{d(0) * d(1)}});
  sums.results.push_back({"s", DType::F32, {d(0)}});
  auto solved = [&](int64_t extent, std::vector<int64_t> output) {
    const Tensor q = Tensor::view(nullptr, DType::F32, {extent});
    const Tensor s = Tensor::view(nullptr, DType::F32, output);
    return solveDims(sums, {&q, 1}, {&s, 1});
  };
  CHECK(*solved(6, {2}) == std::vector<int64_t>{2, 3});
  // They are not what a dimension is known by.
  CHECK(!solved(6, {4}));
  CHECK(!solved(6, {2, 1}));
  CHECK(*solved(0, {3}) == std::vector<int64_t>{3, 0});
  CHECK(!solve(sums, {{6}}));
}

TEST_CASE("dimensions and products of them") {
  CHECK(*solve(grouped, {{6, 5}, {2, 5}}) == std::vector<int64_t>{2, 3, 5});
  CHECK(*solve(grouped, {{0, 5}, {2, 5}}) == std::vector<int64_t>{2, 0, 5});
  CHECK(*solve(grouped, {{0, 5}, {0, 5}}) == std::vector<int64_t>{0, 0, 5});
  CHECK(*solve(grouped, {{0, 0}, {0, 0}}) == std::vector<int64_t>{0, 0, 0});
  CHECK(*solve(signature({}, {{}, {c(3)}}), {{}, {3}}) ==
        std::vector<int64_t>{});
}

TEST_CASE("a factor may be known from a later equation only") {
  // With G = 0 any R solves the first equation, but the last one says which.
  const Signature late = signature({"G", "R"}, {{d(0) * d(1)}, {d(0)}, {d(1)}});
  CHECK(*solve(late, {{0}, {0}, {7}}) == std::vector<int64_t>{0, 7});
  // k * v first needs what q + 1 gives.
  const Signature chain = signature(
      {"A", "B", "C"}, {{d(0) * d(1) * d(2)}, {d(1) + d(2)}, {d(2) + c(1)}});
  CHECK(*solve(chain, {{24}, {7}, {4}}) == std::vector<int64_t>{2, 4, 3});
}

TEST_CASE("linear sizes") {
  auto one = [](SizeExpr size, int64_t extent) {
    return solve(signature({"M"}, {{std::move(size)}}), {{extent}});
  };
  CHECK(*one(d(0) + c(1), 5) == std::vector<int64_t>{4});
  CHECK(*one(d(0) + c(-1), 5) == std::vector<int64_t>{6});
  CHECK(*one(c(2) * d(0), 6) == std::vector<int64_t>{3});
  CHECK(*one(c(2) * (d(0) + c(1)), 6) == std::vector<int64_t>{2});
  CHECK(*one(d(0) + d(0), 6) == std::vector<int64_t>{3});
  CHECK(*one(c(10) + c(-1) * d(0), 6) == std::vector<int64_t>{4});
  CHECK(one(c(2) * d(0), 7).status().message() ==
        "`q` has 7 along `2 * M` (axis 0), which is not a multiple of 2");
  CHECK(one(c(2) * d(0) + c(1), 4).status().message() ==
        "`q` has 4 along `2 * M + 1` (axis 0), which no whole M gives");
  CHECK(one(d(0) + c(1), 0).status().message() ==
        "`q` has 0 along `M + 1` (axis 0), which would make M = -1");
}

TEST_CASE("sizes that only known dimensions can check") {
  const Signature halves =
      signature({"H"}, {{op(Kind::FloorDiv, d(0), c(2))}, {d(0)}});
  CHECK(*solve(halves, {{3}, {7}}) == std::vector<int64_t>{7});
  CHECK(refused(halves, {{4}, {7}}) ==
        "`q` has 4 along `H // 2` (axis 0), 3 is needed with H = 7 (from "
        "`k`): `q` is f32[4], `k` is f32[7]");
  const Signature zero =
      signature({"H", "G"}, {{op(Kind::FloorDiv, d(0), d(1))}, {d(0), d(1)}});
  CHECK(refused(zero, {{4}, {8, 0}}, StatusCode::DivisionByZero) ==
        "`q` has 4 along `H // G` (axis 0): quotient of 8 and 0");
}

TEST_CASE("a product that does not divide") {
  CHECK(refused(grouped, {{7, 5}, {2, 5}}) ==
        "`q` has 7 along `G * R` (axis 0), which is not a multiple of G = 2 "
        "(from `k`)");
  CHECK(refused(grouped, {{7, 5}, {0, 5}}) ==
        "`q` has 7 along `G * R` (axis 0), 0 is needed with G = 0 (from `k`), "
        "R = 0 (from `q`): `q` is f32[7, 5], `k` is f32[0, 5]");
  const Signature triple =
      signature({"A", "B", "C"},
                {{SizeExpr{Kind::Mul, 0, {d(0), d(1), d(2)}}}, {d(0), d(1)}});
  CHECK(refused(triple, {{7}, {2, 3}}) ==
        "`q` has 7 along `A * B * C` (axis 0), which is not a multiple of A * "
        "B = 6 with A = 2 (from `k`), B = 3 (from `k`)");
}

TEST_CASE("sizes that disagree") {
  CHECK(refused(grouped, {{6, 4}, {2, 5}}) ==
        "`N` is 4 in `q` (axis 1) but 5 in `k` (axis 1): `q` is f32[6, 4], "
        "`k` is f32[2, 5]");
  const Status status = solve(grouped, {{6, 4}, {2, 5}}).status();
  CHECK(status.details().tensor == "k");
  CHECK(status.details().value == 5);
  CHECK(refused(signature({"N"}, {{d(0), d(0)}}), {{3, 4}}) ==
        "`N` is 3 in `q` (axis 0) but 4 in `q` (axis 1): `q` is f32[3, 4]");
  CHECK(refused(signature({"N"}, {{d(0)}, {d(0) + c(1)}}), {{3}, {5}}) ==
        "`k` has 5 along `N + 1` (axis 0), 4 is needed with N = 3 (from `q`): "
        "`q` is f32[3], `k` is f32[5]");
  CHECK(refused(signature({}, {{c(3)}}), {{4}}) ==
        "`q` has 4 along axis 0, 3 is needed: `q` is f32[4]");
}

TEST_CASE("arguments of the wrong kind") {
  const StatusCode invalid = StatusCode::InvalidArgument;
  CHECK(refused(grouped, {{6, 4}}, invalid) ==
        "`f` needs 2 arguments (q, k), 1 is given");
  CHECK(refused(signature({}, {}), {{}}, invalid) ==
        "`f` needs 0 arguments, 1 is given");
  CHECK(refused(grouped, {{6, 4}, {2}}) ==
        "`k` is f32[2] with 1 axis, f32[G, N] with 2 axes is needed");
  const Tensor wrong[] = {Tensor::view(nullptr, DType::F64, {6, 5}),
                          Tensor::view(nullptr, DType::F32, {2, 5})};
  const Status status = solveDims(grouped, wrong).status();
  CHECK(status.code() == StatusCode::DType);
  CHECK(status.text() ==
        "`q` is f64[6, 5], f32[G * R, N] is needed; convert it to f32");
}

TEST_CASE("dimensions that nothing determines") {
  CHECK(refused(signature({"G", "R"}, {{d(0) * d(1)}}), {{6}}) ==
        "the arguments of `f(q: f32[G * R]) -> ()` do not determine `G`, `R`");
  CHECK(refused(signature({"N"}, {{d(0) * d(0)}}), {{9}}).find("`N`") !=
        std::string::npos);
  CHECK(refused(signature({"H"}, {{op(Kind::FloorDiv, d(0), c(2))}}), {{9}})
            .find("do not determine `H`") != std::string::npos);
}

TEST_CASE("requirements") {
  Signature heads = signature({"H", "G"}, {{d(0)}, {d(1)}});
  heads.requirements = {{op(Kind::Mod, d(0), d(1)), Requirement::Relation::Eq,
                         c(0), "H % G == 0"}};
  CHECK(solve(heads, {{6}, {3}}));
  CHECK(refused(heads, {{7}, {3}}) ==
        "`f` requires `H % G == 0`, with H = 7 (from `q`), G = 3 (from `k`): "
        "`H % G` is 1");
  CHECK(refused(heads, {{7}, {0}}, StatusCode::DivisionByZero) ==
        "`f` requires `H % G == 0`, with H = 7 (from `q`), G = 0 (from `k`): "
        "remainder of 7 and 0");
}

TEST_CASE("every relation of a requirement") {
  using R = Requirement::Relation;
  struct Row {
    R relation;
    bool less, equal, greater;
  };
  for (const Row &row :
       {Row{R::Eq, false, true, false}, Row{R::Ne, true, false, true},
        Row{R::Lt, true, false, false}, Row{R::Le, true, true, false},
        Row{R::Gt, false, false, true}, Row{R::Ge, false, true, true}}) {
    Signature both = signature({"A", "B"}, {{d(0)}, {d(1)}});
    both.requirements = {{d(0), row.relation, d(1), "A ? B"}};
    CHECK(solve(both, {{1}, {2}}).hasValue() == row.less);
    CHECK(solve(both, {{2}, {2}}).hasValue() == row.equal);
    CHECK(solve(both, {{3}, {2}}).hasValue() == row.greater);
  }
}

TEST_CASE("numbers beyond 64 bits are errors, not surprises") {
  const int64_t huge = INT64_MAX / 2;
  const Signature product =
      signature({"N"}, {{d(0)}, {d(0) * c(huge) * c(huge)}});
  CHECK(refused(product, {{3}, {5}}).find("does not fit 64 bits") !=
        std::string::npos);
  const Signature offset = signature({"N"}, {{d(0) + c(INT64_MIN)}});
  CHECK(refused(offset, {{3}}).find("axis 0") != std::string::npos);
}
