//===- FailureTest.cpp - needed and unneeded failures ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

using namespace fovea;
using namespace fovea::test;

/// x[t[n]] as %v over n, and whether t[n] >= 0 as %ok.
static const std::string gather = R"(
  %x = fovea.input "x" [#fovea.axis<m: M>] : !fovea.array<f64, m: M>
  %t = fovea.input "t" [#fovea.axis<n: N>] : !fovea.array<i64, n: N>
  %v = fovea.at "x" %x [#fovea.axis<m: M>] [%t] : !fovea.array<f64, m: M> [!fovea.array<i64, n: N>] -> !fovea.array<f64, n: N>
  %none = fovea.constant 0 : i64 : !fovea.array<i64>
  %ok = fovea.compare ge %t, %none : !fovea.array<i64, n: N>, !fovea.array<i64>
  %zero = fovea.constant 0.0 : f64 : !fovea.array<f64>
)";

static CpuProgram over(const std::string &line, const std::string &element) {
  return CpuProgram("\"M\", \"N\"",
                    gather + line +
                        "\nfovea.output \"r\" %r [#fovea.axis<n: N>] : " +
                        arrayType(element, "n: N"));
}

static std::vector<Tensor> badIndex() {
  return {f64({2}, {10, 20}), i64({3}, {1, -1, 0})};
}

/// Both backends fail, and say the same.
static void failsAlike(const CpuProgram &program,
                       const std::vector<Tensor> &inputs) {
  const Status found = program.failure(inputs);
  const Status wanted = program.oracle.failure(inputs);
  CHECK(found.code() == wanted.code());
  CHECK(found.message() == wanted.message());
  CHECK(found.details().tensor == wanted.details().tensor);
  CHECK(found.details().value == wanted.details().value);
  CHECK(found.details().position == wanted.details().position);
}

TEST_CASE("cpu: a bad index that is needed is an error") {
  auto program = over("%r = fovea.neg %v : !fovea.array<f64, n: N>", "f64");
  failsAlike(program, badIndex());
  CHECK(program.failure(badIndex()).message() ==
        "`x` is read at index -1 along an axis of extent 2 (at n = 1)");
  failsAlike(program, {f64({2}, {1, 2}), i64({2}, {0, 2})});
  failsAlike(program, {f64({0}, {}), i64({1}, {0})});
  failsAlike(program, {f64({2}, {1, 2}),
                       i64({1}, {std::numeric_limits<int64_t>::min()})});
  // The same executable is none the worse for it.
  program.compare({f64({2}, {1, 2}), i64({2}, {1, 0})});
}

TEST_CASE("cpu: lazy operations need what they choose") {
  over("%r = fovea.select %ok, %v, %zero : !fovea.array<i1, n: N>, "
       "!fovea.array<f64, n: N>, !fovea.array<f64>",
       "f64")
      .compare(badIndex());
  const std::string big = "%big = fovea.compare gt %v, %zero : "
                          "!fovea.array<f64, n: N>, !fovea.array<f64>\n";
  const std::string bad =
      big + "%bad = fovea.not %ok : !fovea.array<i1, n: N>\n";
  const std::string types = " : !fovea.array<i1, n: N>, !fovea.array<i1, n: N>";
  over(big + "%r = fovea.and %ok, %big" + types, "i1").compare(badIndex());
  over(bad + "%r = fovea.or %bad, %big" + types, "i1").compare(badIndex());
  failsAlike(over(big + "%r = fovea.and %big, %ok" + types, "i1"), badIndex());
  failsAlike(over(bad + "%r = fovea.or %ok, %big" + types, "i1"), badIndex());
}

TEST_CASE("cpu: a guard decides what a reduction visits") {
  auto reduced = [](const std::string &guard, const std::string &type) {
    return CpuProgram("\"M\", \"N\"",
                      gather +
                          "%r = fovea.reduce sum %v over [#fovea.axis<n: "
                          "N>] " +
                          guard + " : !fovea.array<f64, n: N>" + type +
                          "\nfovea.output \"r\" %r [] : !fovea.array<f64>");
  };
  reduced("where %ok", ", !fovea.array<i1, n: N>").compare(badIndex());
  failsAlike(reduced("", ""), badIndex());
}

TEST_CASE("cpu: of several pieces the first that fails is reported") {
  CpuProgram program("\"M\", \"N\"", gather + R"(
    %r = fovea.reduce sum %v over [#fovea.axis<n: N>] : !fovea.array<f64, n: N>
    fovea.output "r" %r [] : !fovea.array<f64>)");
  const Tensor x = f64({2}, {10, 20});
  std::vector<int64_t> t(20000);
  for (size_t i = 0; i < t.size(); ++i)
    t[i] = i % 2;
  program.compare({x, i64({20000}, t)});
  for (size_t bad : {19999, 12345, 1300, 1023}) {
    t[bad] = 7;
    failsAlike(program, {x, i64({20000}, t)});
  }
}

TEST_CASE("cpu: a stored reduction that fails where it is not needed") {
  // s[n] = sum[k](y[k, t[n]]), needed where t[n] >= 0.
  CpuProgram program("\"M\", \"N\", \"K\"", R"(
    %y = fovea.input "y" [#fovea.axis<k: K>, #fovea.axis<m: M>] : !fovea.array<f32, k: K, m: M>
    %t = fovea.input "t" [#fovea.axis<n: N>] : !fovea.array<i64, n: N>
    %v = fovea.at "y" %y [#fovea.axis<m: M>] [%t] : !fovea.array<f32, k: K, m: M> [!fovea.array<i64, n: N>] -> !fovea.array<f32, k: K, n: N>
    %s = fovea.reduce sum %v over [#fovea.axis<k: K>] : !fovea.array<f32, k: K, n: N>
    %none = fovea.constant 0 : i64 : !fovea.array<i64>
    %ok = fovea.compare ge %t, %none : !fovea.array<i64, n: N>, !fovea.array<i64>
    %zero = fovea.constant 0.0 : f32 : !fovea.array<f32>
    %r = fovea.select %ok, %s, %zero : !fovea.array<i1, n: N>, !fovea.array<f32, n: N>, !fovea.array<f32>
    fovea.output "r" %r [#fovea.axis<n: N>] : !fovea.array<f32, n: N>)");
  Tensor y = f32({2, 3}, {1, 2, 3, 4, 5, 6});
  program.compare({y, i64({4}, {2, -1, 0, -100})});
  failsAlike(program, {y, i64({3}, {0, -1, 3})});
  // Without rows nothing is read.
  program.compare({f32({0, 3}, {}), i64({2}, {7, -1})});
}

TEST_CASE("cpu: cross entropy with ignored and bad targets") {
  CpuProgram program("\"N\", \"C\"", R"(
    %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<c: C>] : !fovea.array<f32, c: C, n: N>
    %t = fovea.input "t" [#fovea.axis<n: N>] : !fovea.array<i64, n: N>
    %e = fovea.exp %x : !fovea.array<f32, c: C, n: N>
    %z = fovea.reduce sum %e over [#fovea.axis<c: C>] : !fovea.array<f32, c: C, n: N>
    %l = fovea.log %z : !fovea.array<f32, n: N>
    %y = fovea.at "x" %x [#fovea.axis<c: C>] [%t] : !fovea.array<f32, c: C, n: N> [!fovea.array<i64, n: N>] -> !fovea.array<f32, n: N>
    %d = fovea.sub %l, %y : !fovea.array<f32, n: N>, !fovea.array<f32, n: N>
    %ignore = fovea.constant -100 : i64 : !fovea.array<i64>
    %keep = fovea.compare ne %t, %ignore : !fovea.array<i64, n: N>, !fovea.array<i64>
    %zero = fovea.constant 0.0 : f32 : !fovea.array<f32>
    %loss = fovea.select %keep, %d, %zero hard zero : !fovea.array<i1, n: N>, !fovea.array<f32, n: N>, !fovea.array<f32>
    %sum = fovea.reduce sum %loss over [#fovea.axis<n: N>] : !fovea.array<f32, n: N>
    %counts = fovea.cast %keep : !fovea.array<i1, n: N> to !fovea.array<i64, n: N>
    %count = fovea.reduce sum %counts over [#fovea.axis<n: N>] : !fovea.array<i64, n: N>
    %many = fovea.cast %count : !fovea.array<i64> to !fovea.array<f32>
    %mean = fovea.div %sum, %many : !fovea.array<f32>, !fovea.array<f32>
    fovea.output "mean" %mean [] : !fovea.array<f32>)");
  Tensor x = f32({3, 2}, {0.5, -1, 2, 3, nanValue, 1});
  program.compare({x, i64({3}, {0, 1, -100})}, 4);
  program.compare({x, i64({3}, {-100, -100, -100})});
  for (int64_t bad :
       {int64_t(2), int64_t(-1), std::numeric_limits<int64_t>::min()})
    failsAlike(program, {x, i64({3}, {0, bad, -100})});
}

TEST_CASE("cpu: what no output needs is not evaluated") {
  CpuProgram first("\"M\", \"N\"", gather + R"(
    %f = fovea.at "v" %v [#fovea.axis<n: N>] [%none] : !fovea.array<f64, n: N> [!fovea.array<i64>] -> !fovea.array<f64>
    fovea.output "r" %f [] : !fovea.array<f64>)");
  first.compare(badIndex());
  // An index that is read through a bad one.
  CpuProgram nested("\"M\", \"N\"", gather + R"(
    %u = fovea.at "t" %t [#fovea.axis<n: N>] [%t] : !fovea.array<i64, n: N> [!fovea.array<i64, n: N>] -> !fovea.array<i64, n: N>
    %w = fovea.at "x" %x [#fovea.axis<m: M>] [%u] : !fovea.array<f64, m: M> [!fovea.array<i64, n: N>] -> !fovea.array<f64, n: N>
    fovea.output "w" %w [#fovea.axis<n: N>] : !fovea.array<f64, n: N>)");
  nested.compare({f64({2}, {10, 20}), i64({3}, {1, 0, 0})});
  failsAlike(nested, {f64({2}, {10, 20}), i64({3}, {1, 7, 0})});
  failsAlike(nested, {f64({2}, {10, 20}), i64({3}, {2, 0, 5})});
  CpuProgram empty("\"M\", \"N\", \"K\"", gather + R"(
    %k = fovea.input "k" [#fovea.axis<k: K>] : !fovea.array<f64, k: K>
    fovea.output "r" %v [#fovea.axis<k: K>, #fovea.axis<n: N>] : !fovea.array<f64, n: N>)");
  auto inputs = badIndex();
  inputs.push_back(f64({0}, {}));
  empty.compare(inputs);
}

TEST_CASE("cpu: integer division by zero, needed and not") {
  for (std::string op : {"floordiv", "mod"})
    for (std::string element : {"i32", "i64"}) {
      const std::string type = arrayType(element, "i: N");
      const std::string head =
          "%a = fovea.input \"a\" [#fovea.axis<i: N>] : " + type +
          "\n%q = fovea." + op + " %a, %a : " + type + ", " + type + "\n";
      auto dtype = *dtypeFromName(element);
      Tensor a = tensor<int64_t>(dtype, {3}, {1, 2, 0});
      CpuProgram needed("\"N\"", head +
                                     "fovea.output \"r\" %q "
                                     "[#fovea.axis<i: N>] : " +
                                     type);
      failsAlike(needed, {a});
      CpuProgram guarded(
          "\"N\"", head + "%zero = fovea.constant 0 : " + element + " : " +
                       arrayType(element) + "\n%ok = fovea.compare ne %a, " +
                       "%zero : " + type + ", " + arrayType(element) +
                       "\n%r = fovea.reduce sum %q over [#fovea.axis<i: N>] "
                       "where %ok : " +
                       type + ", " + arrayType("i1", "i: N") +
                       "\nfovea.output \"r\" %r [] : " + arrayType(element));
      guarded.compare({a});
    }
  CpuProgram power("", R"(
    %a = fovea.input "a" [] : !fovea.array<i32>
    %b = fovea.input "b" [] : !fovea.array<i32>
    %r = fovea.pow %a, %b : !fovea.array<i32>, !fovea.array<i32>
    fovea.output "r" %r [] : !fovea.array<i32>)");
  auto scalar = [](int64_t x) { return tensor<int64_t>(DType::I32, {}, {x}); };
  failsAlike(power, {scalar(0), scalar(-1)});
  power.compare({scalar(0), scalar(0)});
}

TEST_CASE("cpu: sizes that cannot be") {
  CpuProgram program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %j = fovea.index <j: N + -1> : !fovea.array<i64, j: N + -1>
    %r = fovea.reduce sum %j over [#fovea.axis<j: N + -1>] : !fovea.array<i64, j: N + -1>
    fovea.output "r" %r [] : !fovea.array<i64>)");
  program.compare({f64({4}, {0, 0, 0, 0})});
  program.compare({f64({1}, {0})});
  failsAlike(program, {f64({0}, {})});

  // Scores for each of 2^20 x 2^20 pairs, and then more, which are stored as
  // more of them are read than there are.
  CpuProgram huge("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %y = fovea.rename %x ["i"] to ["j"] : !fovea.array<f64, i: N> -> !fovea.array<f64, j: N>
    %p = fovea.mul %x, %y : !fovea.array<f64, i: N>, !fovea.array<f64, j: N>
    %s = fovea.reduce max %p over [#fovea.axis<k: 1>] : !fovea.array<f64, i: N, j: N>
    %i = fovea.index <l: N + 1> : !fovea.array<i64, l: N + 1>
    %one = fovea.constant 1 : i64 : !fovea.array<i64>
    %n = fovea.size <N> : !fovea.array<i64>
    %after = fovea.add %i, %one : !fovea.array<i64, l: N + 1>, !fovea.array<i64>
    %next = fovea.mod %after, %n : !fovea.array<i64, l: N + 1>, !fovea.array<i64>
    %e = fovea.at "s" %s [#fovea.axis<i: N>][%next] : !fovea.array<f64, i: N, j: N>[!fovea.array<i64, l: N + 1>] -> !fovea.array<f64, j: N, l: N + 1>
    %r = fovea.reduce sum %e over [#fovea.axis<j: N>, #fovea.axis<l: N + 1>] : !fovea.array<f64, j: N, l: N + 1>
    fovea.output "r" %r [] : !fovea.array<f64>)");
  double one = 1;
  for (int bits : {20, 30}) {
    Tensor x = Tensor::view(&one, DType::F64, {int64_t(1) << bits}, {0});
    CHECK(huge.failure({x}).failed());
  }
  huge.compare({f64({2}, {1, 2})}, 4);
}
