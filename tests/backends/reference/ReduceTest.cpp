//===- ReduceTest.cpp - reductions ----------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

using namespace fovea;
using namespace fovea::test;

/// kind[i](x[i]) with a guard if `guarded`.
static Program reduction(const std::string &kind, const std::string &element,
                         const std::string &result, bool guarded) {
  std::string x = "!fovea.array<" + element + ", i: N>";
  return Program("\"N\"", "%x = fovea.input \"x\" [#fovea.axis<i: N>] : " + x +
                              R"(
    %g = fovea.input "g" [#fovea.axis<i: N>] : !fovea.array<i1, i: N>
    %r = fovea.reduce )" + kind +
                              " %x over [#fovea.axis<i: N>] " +
                              (guarded ? "where %g : " : ": ") + x +
                              (guarded ? ", !fovea.array<i1, i: N>" : "") +
                              "\nfovea.output \"r\" %r [] : !fovea.array<" +
                              result + ">");
}

static Tensor bools(std::vector<int64_t> values) {
  int64_t count = static_cast<int64_t>(values.size());
  return tensor<int64_t>(DType::Bool, {count}, std::move(values));
}

TEST_CASE("reference: reductions of floats") {
  struct Row {
    const char *kind;
    std::vector<double> x;
    double all, guarded; // guarded: without the element 1
  };
  auto row = GENERATE(
      Row{"sum", {1, 2, 3}, 6, 4}, Row{"sum", {inf, -inf, 1}, nanValue, inf},
      Row{"sum", {1e308, 1e308, -1e308}, inf, 0}, Row{"prod", {2, 3, 4}, 24, 8},
      Row{"max", {1, 5, 2}, 5, 2}, Row{"max", {1, nanValue, 2}, nanValue, 2},
      Row{"max", {nanValue, 1, 2}, nanValue, nanValue},
      Row{"min", {1, -5, 2}, -5, 1}, Row{"min", {1, nanValue, 2}, nanValue, 1});
  INFO(row.kind);
  std::vector<Tensor> inputs = {f64({3}, row.x), bools({1, 0, 1})};
  CHECK(same(reduction(row.kind, "f64", "f64", false).run(inputs)[0].at(),
             row.all));
  CHECK(same(reduction(row.kind, "f64", "f64", true).run(inputs)[0].at(),
             row.guarded));
}

TEST_CASE("reference: argmax and argmin") {
  struct Row {
    const char *kind;
    std::vector<double> x;
    int64_t all, guarded; // guarded: without the element 1
  };
  auto row = GENERATE(
      Row{"argmax", {1, 5, 5}, 1, 2}, Row{"argmax", {1, 1, 1}, 0, 0},
      Row{"argmax", {-inf, -inf, -inf}, 0, 0},
      Row{"argmax", {9, nanValue, nanValue}, 1, 2},
      Row{"argmin", {2, -1, -1}, 1, 2}, Row{"argmin", {inf, inf, inf}, 0, 0},
      Row{"argmin", {9, nanValue, 3}, 1, 2});
  INFO(row.kind);
  std::vector<Tensor> inputs = {f64({3}, row.x), bools({1, 0, 1})};
  CHECK(reduction(row.kind, "f64", "i64", false).run(inputs)[0].intAt() ==
        row.all);
  CHECK(reduction(row.kind, "f64", "i64", true).run(inputs)[0].intAt() ==
        row.guarded);
}

TEST_CASE("reference: empty reductions, by size and by guard") {
  struct Row {
    const char *kind;
    double real;
    int64_t narrow, wide;
  };
  using I32 = std::numeric_limits<int32_t>;
  using I64 = std::numeric_limits<int64_t>;
  auto row = GENERATE(Row{"sum", 0, 0, 0}, Row{"prod", 1, 1, 1},
                      Row{"max", -inf, I32::min(), I64::min()},
                      Row{"min", inf, I32::max(), I64::max()},
                      Row{"argmax", -1, -1, -1}, Row{"argmin", -1, -1, -1});
  INFO(row.kind);
  bool arg = std::string(row.kind).starts_with("arg");
  for (int64_t n : {0, 2}) {
    std::vector<int64_t> shape = {n};
    Tensor guard = bools(std::vector<int64_t>(n, 0));
    auto run = [&](DType dtype, const char *element) {
      return reduction(row.kind, element, arg ? "i64" : element, true)
          .run({*Tensor::allocate(dtype, shape), guard})[0];
    };
    CHECK(run(DType::F64, "f64").at() == row.real);
    CHECK(run(DType::I32, "i32").intAt() == row.narrow);
    CHECK(run(DType::I64, "i64").intAt() == row.wide);
  }
  CHECK(reduction("any", "i1", "i1", false)
            .run({bools({}), bools({})})[0]
            .intAt() == 0);
  CHECK(reduction("all", "i1", "i1", false)
            .run({bools({}), bools({})})[0]
            .intAt() == 1);
}

TEST_CASE("reference: reductions of integers and bools") {
  auto numbers = [](const char *kind, std::vector<int64_t> x) {
    int64_t count = static_cast<int64_t>(x.size());
    return reduction(kind, "i32", "i32", false)
        .run({tensor<int64_t>(DType::I32, {count}, x),
              bools(std::vector<int64_t>(x.size(), 1))})[0]
        .intAt();
  };
  CHECK(numbers("sum", {2147483647, 1}) == -2147483648ll);
  CHECK(numbers("prod", {65536, 65536}) == 0);
  CHECK(numbers("max", {-3, -2}) == -2);
  CHECK(numbers("min", {-3, -2}) == -3);
  auto logic = [](const char *kind, std::vector<int64_t> x) {
    return reduction(kind, "i1", "i1", false)
        .run({bools(x), bools(x)})[0]
        .intAt();
  };
  CHECK(logic("any", {0, 1}) == 1);
  CHECK(logic("any", {0, 0}) == 0);
  CHECK(logic("all", {0, 1}) == 0);
  CHECK(logic("all", {1, 1}) == 1);
}

TEST_CASE("reference: sums lose no digits") {
  CHECK(reduction("sum", "f64", "f64", false)
            .run({f64({4}, {1, 1e100, 1, -1e100}), bools({1, 1, 1, 1})})[0]
            .at() == 2);
}

TEST_CASE("reference: plain sums, where they are wanted") {
  const std::string text = R"(fovea.func @f dims ["N"] {
    %x = fovea.input "x" [#fovea.axis<i: N>] : <f64, i: N>
    %r = fovea.reduce sum %x over [#fovea.axis<i: N>] : <f64, i: N>
    fovea.output "r" %r [] : <f64>
  })";
  ReferenceOptions plain;
  plain.compensatedSums = false;
  CHECK(Program(text, plain).run({f64({4}, {1, 1e100, 1, -1e100})})[0].at() ==
        0);
}

TEST_CASE("reference: several axes count row-major in the listed order") {
  auto argmax = [](const char *axes) {
    return Program("\"N\", \"M\"", std::string(R"(
      %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>
      %r = fovea.reduce argmax %x over [)") +
                                       axes +
                                       R"(] : !fovea.array<f64, i: N, j: M>
      fovea.output "r" %r [] : !fovea.array<i64>)")
        .run({f64({2, 3}, {0, 0, 0, 0, 0, 1})})[0]
        .intAt();
  };
  CHECK(argmax("#fovea.axis<i: N>, #fovea.axis<j: M>") == 5);
  // The same place, (1, 2), among 3 x 2 places; ties go by that order, too.
  CHECK(argmax("#fovea.axis<j: M>, #fovea.axis<i: N>") == 5);
  Program ties("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>
    %r = fovea.reduce argmax %x over [#fovea.axis<j: M>, #fovea.axis<i: N>] : !fovea.array<f64, i: N, j: M>
    fovea.output "r" %r [] : !fovea.array<i64>)");
  CHECK(ties.run({f64({2, 3}, {0, 7, 0, 7, 0, 0})})[0].intAt() == 1);
}

TEST_CASE("reference: an axis that the operand lacks is visited") {
  Program program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %y = fovea.input "y" [#fovea.axis<j: M>] : !fovea.array<i1, j: M>
    %a = fovea.reduce sum %x over [#fovea.axis<j: M>] : !fovea.array<f64, i: N>
    %b = fovea.reduce sum %x over [#fovea.axis<j: M>] where %y : !fovea.array<f64, i: N>, !fovea.array<i1, j: M>
    fovea.output "a" %a [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "b" %b [#fovea.axis<i: N>] : !fovea.array<f64, i: N>)");
  auto out = program.run({f64({2}, {1, 2}), bools({1, 0, 1})});
  CHECK(numbers(out[0]) == std::vector<double>{3, 6});
  CHECK(numbers(out[1]) == std::vector<double>{2, 4});
}

TEST_CASE("reference: a reduction below another over the same axis") {
  // sum[i](x[i] / sum[i](x[i])): the inner one leaves the outer i alone.
  Program program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %s = fovea.reduce sum %x over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %p = fovea.div %x, %s : !fovea.array<f64, i: N>, !fovea.array<f64>
    %r = fovea.reduce max %p over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "r" %r [] : !fovea.array<f64>)");
  CHECK(program.run({f64({3}, {1, 1, 2})})[0].at() == 0.5);
}
