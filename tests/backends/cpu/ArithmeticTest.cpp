//===- ArithmeticTest.cpp - elementwise operations against the oracle -----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

using namespace fovea;
using namespace fovea::test;

static const std::string axisI = "[#fovea.axis<i: N>]";
static const std::string axesIJ = "[#fovea.axis<i: N>, #fovea.axis<j: M>]";

/// Inputs a over i and b over j of one type.
static std::string inputs(const std::string &element) {
  return "%a = fovea.input \"a\" [#fovea.axis<i: N>] : " +
         arrayType(element, "i: N") +
         "\n%b = fovea.input \"b\" [#fovea.axis<j: M>] : " +
         arrayType(element, "j: M") + "\n";
}

/// One output for each operation, of a for one operand, of a and b for two.
static std::string unaryOps(const std::string &element,
                            const std::vector<std::string> &ops) {
  std::string text;
  for (const std::string &op : ops)
    text += "%u_" + op + " = fovea." + op +
            " %a : " + arrayType(element, "i: N") + "\nfovea.output \"" + op +
            "\" %u_" + op + " " + axisI + " : " + arrayType(element, "i: N") +
            "\n";
  return text;
}
static std::string binaryOps(const std::string &element,
                             const std::vector<std::string> &ops,
                             const std::string &result) {
  std::string text;
  for (std::string op : ops) {
    std::string name = op;
    std::replace(name.begin(), name.end(), ' ', '_');
    text += "%b_" + name + " = fovea." + op +
            " %a, %b : " + arrayType(element, "i: N") + ", " +
            arrayType(element, "j: M") + "\nfovea.output \"" + name + "\" %b_" +
            name + " " + axesIJ + " : " + arrayType(result, "i: N, j: M") +
            "\n";
  }
  return text;
}

static const std::vector<std::string> comparisons = {
    "compare lt", "compare le", "compare gt",
    "compare ge", "compare eq", "compare ne"};

static const std::vector<double> floats = {
    0.0,      -0.0,  1,    -1,   0.5,  -2.5, 3,      7,
    -7,       1e-20, 1e20, 88.5, -100, 1e-3, 0x1p24, 1000,
    nanValue, inf,   -inf, 0.1,  -0.3, 2,    10,     -4};

TEST_CASE("cpu: functions of one float") {
  for (std::string element : {"f32", "f64"}) {
    CpuProgram program(
        "\"N\", \"M\"",
        inputs(element) +
            unaryOps(element,
                     {"abs", "neg", "sign", "exp", "exp2", "expm1", "log",
                      "log1p", "sqrt", "rsqrt", "tanh", "sinh", "cosh",
                      "sigmoid", "erf", "sin", "cos", "floor"}));
    auto dtype = *dtypeFromName(element);
    int64_t n = static_cast<int64_t>(floats.size());
    program.compare(
        {tensor<double>(dtype, {n}, floats), tensor<double>(dtype, {0}, {})},
        4);
  }
}

TEST_CASE("cpu: functions of two floats") {
  for (std::string element : {"f32", "f64"}) {
    CpuProgram program("\"N\", \"M\"",
                       inputs(element) +
                           binaryOps(element,
                                     {"add", "sub", "mul", "div", "pow", "min",
                                      "max", "floordiv", "mod"},
                                     element) +
                           binaryOps(element, comparisons, "i1"));
    auto dtype = *dtypeFromName(element);
    int64_t n = static_cast<int64_t>(floats.size());
    Tensor x = tensor<double>(dtype, {n}, floats);
    program.compare({x, x}, 2);
  }
}

TEST_CASE("cpu: maximum and minimum of signed zeros and NaN") {
  for (std::string element : {"f32", "f64"}) {
    auto dtype = *dtypeFromName(element);
    CpuProgram program("\"N\", \"M\"",
                       inputs(element) +
                           binaryOps(element, {"min", "max"}, element));
    Tensor x = tensor<double>(dtype, {4}, {0.0, -0.0, nanValue, 1});
    auto out = program.run({x, x});
    CHECK(std::signbit(out[0].at(0, 1)));
    CHECK(std::signbit(out[0].at(1, 0)));
    CHECK_FALSE(std::signbit(out[1].at(0, 1)));
    CHECK_FALSE(std::signbit(out[1].at(1, 0)));
    for (int64_t i = 0; i < 4; ++i) {
      CHECK(std::isnan(out[0].at(2, i)));
      CHECK(std::isnan(out[1].at(i, 2)));
    }
  }
}

TEST_CASE("cpu: integers wrap and divide as in Python") {
  for (std::string element : {"i32", "i64"}) {
    CpuProgram program(
        "\"N\", \"M\"",
        inputs(element) + unaryOps(element, {"abs", "neg", "sign"}) +
            binaryOps(element,
                      {"add", "sub", "mul", "min", "max", "floordiv", "mod"},
                      element) +
            binaryOps(element, comparisons, "i1"));
    auto dtype = *dtypeFromName(element);
    const int64_t least = element == "i32"
                              ? std::numeric_limits<int32_t>::min()
                              : std::numeric_limits<int64_t>::min();
    const int64_t most = ~least;
    Tensor a =
        tensor<int64_t>(dtype, {9}, {0, 1, -1, 7, -7, 2, least, most, 1 << 30});
    Tensor b = tensor<int64_t>(dtype, {8}, {1, -1, 2, -2, 7, -7, least, most});
    program.compare({a, b});
    CpuProgram power("\"N\", \"M\"",
                     inputs(element) + binaryOps(element, {"pow"}, element));
    power.compare({tensor<int64_t>(dtype, {6}, {1, -1, 2, -3, 10, least}),
                   tensor<int64_t>(dtype, {8}, {0, 1, 2, 31, 64, -1, -2, 5})});
  }
}

TEST_CASE("cpu: logic") {
  CpuProgram program("\"N\", \"M\"", inputs("i1") + unaryOps("i1", {"not"}) +
                                         binaryOps("i1", {"and", "or"}, "i1") +
                                         binaryOps("i1", comparisons, "i1"));
  Tensor x = tensor<int64_t>(DType::Bool, {2}, {0, 1});
  program.compare({x, x});
}

TEST_CASE("cpu: casts between all types") {
  const std::vector<double> numbers = {
      0,          -0.0,       1,     -1,           0.5,    -2.5,    2049,
      2051,       65519,      65520, -65536,       1e-7,   0x1p-24, 0x1p-25,
      1e10,       -1e10,      1e20,  -1e20,        1e39,   3e9,     nanValue,
      inf,        -inf,       0.1,   2147483647.5, 0x1p63, -0x1p63, 1.00390625,
      1.01171875, 0x1.01p-130};
  const char *names[] = {"i1", "i32", "i64", "f16", "bf16", "f32", "f64"};
  for (DType from : allDTypes) {
    std::string element = names[static_cast<size_t>(from)];
    INFO(element);
    std::string text = "%x = fovea.input \"x\" " + axisI + " : " +
                       arrayType(element, "i: N") + "\n";
    for (const char *to : names) {
      if (to == element)
        continue;
      text += "%" + std::string(to) +
              " = fovea.cast %x : " + arrayType(element, "i: N") + " to " +
              arrayType(to, "i: N") + "\nfovea.output \"" + to + "\" %" + to +
              " " + axisI + " : " + arrayType(to, "i: N") + "\n";
    }
    CpuProgram program("\"N\"", text);
    program.compare({tensor<double>(
        from, {static_cast<int64_t>(numbers.size())}, numbers)});
  }
}

TEST_CASE("cpu: wide integers round once") {
  CpuProgram program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<i64, i: N>
    %f32 = fovea.cast %x : !fovea.array<i64, i: N> to !fovea.array<f32, i: N>
    %f64 = fovea.cast %x : !fovea.array<i64, i: N> to !fovea.array<f64, i: N>
    %bf16 = fovea.cast %x : !fovea.array<i64, i: N> to !fovea.array<bf16, i: N>
    %f16 = fovea.cast %x : !fovea.array<i64, i: N> to !fovea.array<f16, i: N>
    fovea.output "f32" %f32 [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    fovea.output "f64" %f64 [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "bf16" %bf16 [#fovea.axis<i: N>] : !fovea.array<bf16, i: N>
    fovea.output "f16" %f16 [#fovea.axis<i: N>] : !fovea.array<f16, i: N>)");
  const int64_t one = 1;
  program.compare(
      {i64({9}, {(one << 60) + (one << 36) + 1, -(one << 60) - (one << 36) - 1,
                 (one << 60) + (one << 36) - 1, (one << 60) + (one << 52) + 1,
                 -(one << 60) - (one << 52) - 1, (one << 53) + 1,
                 std::numeric_limits<int64_t>::max(),
                 std::numeric_limits<int64_t>::min(), 65520})});
}

TEST_CASE("cpu: operations between 16-bit floats round each time") {
  CpuProgram program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<bf16, i: N>
    %w = fovea.cast %x : !fovea.array<bf16, i: N> to !fovea.array<f32, i: N>
    %e = fovea.exp %w : !fovea.array<f32, i: N>
    %h = fovea.cast %e : !fovea.array<f32, i: N> to !fovea.array<f16, i: N>
    %b = fovea.cast %h : !fovea.array<f16, i: N> to !fovea.array<f64, i: N>
    fovea.output "b" %b [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "h" %h [#fovea.axis<i: N>] : !fovea.array<f16, i: N>)");
  program.compare({tensor<double>(DType::BF16, {5}, {0, 1, -1, 3.5, 12})});
}

TEST_CASE("cpu: random numbers are those of the runtime") {
  CpuProgram program("\"N\"", R"(
    %seed = fovea.input "seed" [] : !fovea.array<i64>
    %x = fovea.input "x" [#fovea.axis<j: N>] : !fovea.array<f64, j: N>
    %b = fovea.index <b: 3> : !fovea.array<i64, b: 3>
    %j = fovea.index <j: N> : !fovea.array<i64, j: N>
    %key = fovea.fold_key %seed, %b : !fovea.array<i64>, !fovea.array<i64, b: 3>
    %u = fovea.random uniform %key, %j : !fovea.array<i64, b: 3>, !fovea.array<i64, j: N> -> !fovea.array<f32, b: 3, j: N>
    %n = fovea.random normal %key, %j : !fovea.array<i64, b: 3>, !fovea.array<i64, j: N> -> !fovea.array<f64, b: 3, j: N>
    fovea.output "key" %key [#fovea.axis<b: 3>] : !fovea.array<i64, b: 3>
    fovea.output "u" %u [#fovea.axis<b: 3>, #fovea.axis<j: N>] : !fovea.array<f32, b: 3, j: N>
    fovea.output "n" %n [#fovea.axis<b: 3>, #fovea.axis<j: N>] : !fovea.array<f64, b: 3, j: N>)");
  for (int64_t seed : {int64_t(0), int64_t(-42), int64_t(1) << 40})
    program.compare({i64({}, {seed}), f64({9}, std::vector<double>(9))});
}
