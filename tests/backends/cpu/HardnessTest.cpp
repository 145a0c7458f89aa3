//===- HardnessTest.cpp - hard 0 and hard -inf in compiled code -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

using namespace fovea;
using namespace fovea::test;

/// Over i: %h is hard 0 (-inf as %n) where %c fails, else %x.
static const std::string head = R"(
  %c = fovea.input "c" [#fovea.axis<i: N>] : !fovea.array<i1, i: N>
  %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
  %y = fovea.input "y" [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
  %zero = fovea.constant 0.0 : f32 : !fovea.array<f32>
  %ninf = fovea.constant 0xFF800000 : f32 : !fovea.array<f32>
  %z = fovea.select %c, %x, %zero hard zero : !fovea.array<i1, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32>
  %n = fovea.select %c, %x, %ninf hard neginf : !fovea.array<i1, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32>
  %nan = fovea.constant 0x7FC00000 : f32 : !fovea.array<f32>
  %inf = fovea.constant 0x7F800000 : f32 : !fovea.array<f32>
)";
static const std::string over = "!fovea.array<f32, i: N>";

/// The value, and two probes that tell hard numbers from plain ones.
static std::string probes(const std::string &name) {
  const std::string end = " [#fovea.axis<i: N>] : " + over + "\n";
  return "%tn_" + name + " = fovea.mul %r_" + name + ", %nan : " + over +
         ", !fovea.array<f32>\n%pi_" + name + " = fovea.add %r_" + name +
         ", %inf : " + over + ", !fovea.array<f32>\nfovea.output \"" + name +
         "\" %r_" + name + end + "fovea.output \"tn_" + name + "\" %tn_" +
         name + end + "fovea.output \"pi_" + name + "\" %pi_" + name + end;
}

/// All combinations of a mask and special numbers.
static std::vector<Tensor> grid() {
  const std::vector<double> special = {0,        -0.0, 1,    -1,  2.5,
                                       nanValue, inf,  -inf, 100, -0.5};
  std::vector<int64_t> c;
  std::vector<double> x, y;
  for (int64_t mask : {0, 1})
    for (double a : special)
      for (double b : special) {
        c.push_back(mask);
        x.push_back(a);
        y.push_back(b);
      }
  const int64_t n = static_cast<int64_t>(c.size());
  return {tensor<int64_t>(DType::Bool, {n}, c), f32({n}, x), f32({n}, y)};
}

TEST_CASE("cpu: hardness through one operand") {
  std::string text = head;
  for (std::string op : {"neg", "sqrt", "exp", "exp2", "abs", "sign", "expm1",
                         "tanh", "sigmoid", "floor", "rsqrt", "log"})
    for (std::string operand : {"z", "n"}) {
      const std::string name = op + "_" + operand;
      text += "%r_" + name + " = fovea." + op + " %" + operand + " : " + over +
              "\n" + probes(name);
    }
  CpuProgram("\"N\"", text).compare(grid(), 4);
}

TEST_CASE("cpu: hardness through two operands") {
  // A program each: y * z and z * y would be merged into one.
  for (std::string operands : {"z, %y", "y, %z", "n, %y", "y, %n", "z, %n"}) {
    INFO(operands);
    std::string text = head;
    for (std::string op :
         {"mul", "div", "pow", "add", "sub", "min", "max", "floordiv", "mod"})
      text += "%r_" + op + " = fovea." + op + " %" + operands + " : " + over +
              ", " + over + "\n" + probes(op);
    CpuProgram("\"N\"", text).compare(grid(), 4);
  }
}

TEST_CASE("cpu: hardness through select, casts, renames and reads") {
  CpuProgram program("\"N\"", head + R"(
    %d = fovea.compare gt %y, %zero : !fovea.array<f32, i: N>, !fovea.array<f32>
    %r_a = fovea.select %d, %z, %n : !fovea.array<i1, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
    %r_b = fovea.select %d, %n, %zero hard zero : !fovea.array<i1, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32>
    %r_c = fovea.select %d, %y, %z : !fovea.array<i1, i: N>, !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
    %h = fovea.cast %r_a : !fovea.array<f32, i: N> to !fovea.array<bf16, i: N>
    %r_d = fovea.cast %h : !fovea.array<bf16, i: N> to !fovea.array<f32, i: N>
    %k = fovea.cast %r_a : !fovea.array<f32, i: N> to !fovea.array<i32, i: N>
    %r_e = fovea.cast %k : !fovea.array<i32, i: N> to !fovea.array<f32, i: N>
    %t = fovea.rename %r_a ["i"] to ["j"] : !fovea.array<f32, i: N> -> !fovea.array<f32, j: N>
    %i = fovea.index <i: N> : !fovea.array<i64, i: N>
    %last = fovea.size <N + -1> : !fovea.array<i64>
    %back = fovea.sub %last, %i : !fovea.array<i64>, !fovea.array<i64, i: N>
    %r_f = fovea.at "t" %t [#fovea.axis<j: N>] [%back] : !fovea.array<f32, j: N> [!fovea.array<i64, i: N>] -> !fovea.array<f32, i: N>
    %w = fovea.cast %y : !fovea.array<f32, i: N> to !fovea.array<i64, i: N>
    %two = fovea.constant 2 : i64 : !fovea.array<i64>
    %g = fovea.mod %w, %two : !fovea.array<i64, i: N>, !fovea.array<i64>
    %r_g = fovea.at "r" %r_a [#fovea.axis<i: N>] [%g] : !fovea.array<f32, i: N> [!fovea.array<i64, i: N>] -> !fovea.array<f32, i: N>
)" + probes("a") + probes("b") + probes("c") +
                                  probes("d") + probes("e") + probes("f") +
                                  probes("g"));
  program.compare(grid());
}

TEST_CASE("cpu: a reduction is never hard") {
  CpuProgram program("\"N\"", head + R"(
    %m = fovea.reduce max %n over [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    %d = fovea.sub %n, %m : !fovea.array<f32, i: N>, !fovea.array<f32>
    %e = fovea.exp %d : !fovea.array<f32, i: N>
    %s = fovea.reduce sum %e over [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    %p = fovea.div %e, %s : !fovea.array<f32, i: N>, !fovea.array<f32>
    %w = fovea.mul %p, %y : !fovea.array<f32, i: N>, !fovea.array<f32, i: N>
    %o = fovea.reduce sum %w over [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    %q = fovea.mul %m, %nan : !fovea.array<f32>, !fovea.array<f32>
    fovea.output "m" %m [] : !fovea.array<f32>
    fovea.output "p" %p [#fovea.axis<i: N>] : !fovea.array<f32, i: N>
    fovea.output "o" %o [] : !fovea.array<f32>
    fovea.output "q" %q [] : !fovea.array<f32>)");
  auto mask = [](std::vector<int64_t> c) {
    return tensor<int64_t>(DType::Bool, {3}, c);
  };
  // NaN behind the mask is not seen; a row with nothing in it gives zeros.
  program.compare(
      {mask({1, 0, 1}), f32({3}, {1, nanValue, 2}), f32({3}, {3, nanValue, 4})},
      4);
  program.compare({mask({0, 0, 0}), f32({3}, {1, nanValue, 2}),
                   f32({3}, {3, nanValue, inf})});
}
