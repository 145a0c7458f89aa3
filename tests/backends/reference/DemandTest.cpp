//===- DemandTest.cpp - which elements are evaluated ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

using namespace fovea;
using namespace fovea::test;

/// x[t[n]] as %v over n, and whether 0 <= t[n] < M as %ok.
static const std::string gather = R"(
  %x = fovea.input "x" [#fovea.axis<m: M>] : !fovea.array<f64, m: M>
  %t = fovea.input "t" [#fovea.axis<n: N>] : !fovea.array<i64, n: N>
  %v = fovea.at "x" %x [#fovea.axis<m: M>] [%t] : !fovea.array<f64, m: M> [!fovea.array<i64, n: N>] -> !fovea.array<f64, n: N>
  %none = fovea.constant 0 : i64 : !fovea.array<i64>
  %ok = fovea.compare ge %t, %none : !fovea.array<i64, n: N>, !fovea.array<i64>
  %zero = fovea.constant 0.0 : f64 : !fovea.array<f64>
)";
static const std::string dims = "\"M\", \"N\"";

/// The gather, then `line`, which gives %r over n of this element type.
static Program over(const std::string &line, const std::string &element) {
  return Program(dims, gather + line +
                           "\nfovea.output \"r\" %r [#fovea.axis<n: N>] : "
                           "!fovea.array<" +
                           element + ", n: N>");
}

static std::vector<Tensor> withBadIndex() {
  return {f64({2}, {10, 20}), i64({3}, {1, -1, 0})};
}

TEST_CASE("reference: a bad index that is needed is an error") {
  Status status = over("%r = fovea.neg %v : !fovea.array<f64, n: N>", "f64")
                      .failure(withBadIndex());
  CHECK(status.code() == StatusCode::OutOfRange);
  CHECK(status.message() ==
        "`x` is read at index -1 along an axis of extent 2 (at n = 1)");
  CHECK(status.details().tensor == "x");
  CHECK(status.details().value == -1);
  CHECK(status.details().position == std::vector<int64_t>{1});
}

TEST_CASE("reference: select needs the chosen branch only") {
  auto out = over("%r = fovea.select %ok, %v, %zero : !fovea.array<i1, n: N>, "
                  "!fovea.array<f64, n: N>, !fovea.array<f64>",
                  "f64")
                 .run(withBadIndex());
  CHECK(numbers(out[0]) == std::vector<double>{20, 0, 10});
}

TEST_CASE("reference: and, or need the second operand only if undecided") {
  std::string big = "%big = fovea.compare gt %v, %zero : !fovea.array<f64, n: "
                    "N>, !fovea.array<f64>\n";
  std::string types = " : !fovea.array<i1, n: N>, !fovea.array<i1, n: N>";
  CHECK(integers(over(big + "%r = fovea.and %ok, %big" + types, "i1")
                     .run(withBadIndex())[0]) == std::vector<int64_t>{1, 0, 1});
  std::string bad = big + "%bad = fovea.not %ok : !fovea.array<i1, n: N>\n";
  CHECK(integers(over(bad + "%r = fovea.or %bad, %big" + types, "i1")
                     .run(withBadIndex())[0]) == std::vector<int64_t>{1, 1, 1});
  // The first operand is always needed.
  CHECK(over(big + "%r = fovea.and %big, %ok" + types, "i1")
            .failure(withBadIndex())
            .code() == StatusCode::OutOfRange);
}

TEST_CASE("reference: a guard decides what a reduction visits") {
  Program program(dims, gather + R"(
    %r = fovea.reduce sum %v over [#fovea.axis<n: N>] where %ok : !fovea.array<f64, n: N>, !fovea.array<i1, n: N>
    fovea.output "r" %r [] : !fovea.array<f64>)");
  CHECK(program.run(withBadIndex())[0].at() == 30);
  Program all(dims, gather + R"(
    %r = fovea.reduce sum %v over [#fovea.axis<n: N>] : !fovea.array<f64, n: N>
    fovea.output "r" %r [] : !fovea.array<f64>)");
  CHECK(all.failure(withBadIndex()).code() == StatusCode::OutOfRange);
}

TEST_CASE("reference: any and all evaluate everything") {
  for (const char *kind : {"any", "all"}) {
    Program program(
        dims, gather + R"(
      %big = fovea.compare gt %v, %zero : !fovea.array<f64, n: N>, !fovea.array<f64>
      %r = fovea.reduce )" +
                  kind +
                  R"( %big over [#fovea.axis<n: N>] : !fovea.array<i1, n: N>
      fovea.output "r" %r [] : !fovea.array<i1>)");
    CHECK(program.failure(withBadIndex()).code() == StatusCode::OutOfRange);
  }
}

TEST_CASE("reference: a hard 0 spares the other factor, a plain one does not") {
  auto times = [](const std::string &hard, const std::string &factors) {
    return over("%no = fovea.constant false : !fovea.array<i1>\n"
                "%z = fovea.select %no, %zero, %zero" +
                    hard +
                    " : !fovea.array<i1>, !fovea.array<f64>, "
                    "!fovea.array<f64>\n%r = fovea.mul " +
                    factors,
                "f64");
  };
  const std::string first =
      "%z, %v : !fovea.array<f64>, !fovea.array<f64, n: N>";
  const std::string second =
      "%v, %z : !fovea.array<f64, n: N>, !fovea.array<f64>";
  for (const std::string &factors : {first, second}) {
    CHECK(times("", factors).failure(withBadIndex()).code() ==
          StatusCode::OutOfRange);
    CHECK(numbers(times(" hard zero", factors).run(withBadIndex())[0]) ==
          std::vector<double>{0, 0, 0});
  }
}

TEST_CASE("reference: what no output needs is not evaluated") {
  Program program(dims, gather + R"(
    %first = fovea.at "v" %v [#fovea.axis<n: N>] [%none] : !fovea.array<f64, n: N> [!fovea.array<i64>] -> !fovea.array<f64>
    fovea.output "r" %first [] : !fovea.array<f64>)");
  CHECK(program.run(withBadIndex())[0].at() == 20);
  // Nor anything for an output without elements.
  Program empty("\"M\", \"N\", \"K\"", gather + R"(
    %k = fovea.input "k" [#fovea.axis<k: K>] : !fovea.array<f64, k: K>
    fovea.output "r" %v [#fovea.axis<k: K>, #fovea.axis<n: N>] : !fovea.array<f64, n: N>)");
  auto inputs = withBadIndex();
  inputs.push_back(f64({0}, {}));
  CHECK(empty.run(inputs)[0].shape() == std::vector<int64_t>{0, 3});
}

TEST_CASE("reference: integer division by zero names its place") {
  for (const char *op : {"floordiv", "mod"}) {
    Program program(
        "\"N\"",
        std::string(R"(
      %a = fovea.input "a" [#fovea.axis<i: N>] : !fovea.array<i64, i: N>
      %r = fovea.)") +
            op + R"( %a, %a : !fovea.array<i64, i: N>, !fovea.array<i64, i: N>
      fovea.output "r" %r [#fovea.axis<i: N>] : !fovea.array<i64, i: N>)");
    Status status = program.failure({i64({3}, {1, 2, 0})});
    CHECK(status.code() == StatusCode::DivisionByZero);
    CHECK(status.message() == "integer division by zero (at i = 2)");
    CHECK(status.details().position == std::vector<int64_t>{2});
  }
}

TEST_CASE("reference: 0 to a negative integer power") {
  Program program("", R"(
    %a = fovea.constant 0 : i32 : !fovea.array<i32>
    %b = fovea.constant -1 : i32 : !fovea.array<i32>
    %r = fovea.pow %a, %b : !fovea.array<i32>, !fovea.array<i32>
    fovea.output "r" %r [] : !fovea.array<i32>)");
  Status status = program.failure();
  CHECK(status.code() == StatusCode::DivisionByZero);
  CHECK(status.message() == "integer division by zero");
}

TEST_CASE("reference: an error behind a guard through names and a table") {
  // %e is stored (costly, used twice); its bad element is never asked for.
  auto out = over(R"(
    %e = fovea.exp %v : !fovea.array<f64, n: N>
    %f = fovea.exp %e : !fovea.array<f64, n: N>
    %g = fovea.sub %f, %f : !fovea.array<f64, n: N>, !fovea.array<f64, n: N>
    %r = fovea.select %ok, %g, %zero : !fovea.array<i1, n: N>, !fovea.array<f64, n: N>, !fovea.array<f64>)",
                  "f64")
                 .run({f64({2}, {1, 2}), i64({3}, {1, -1, 0})});
  CHECK(numbers(out[0]) == std::vector<double>{0, 0, 0});
}
