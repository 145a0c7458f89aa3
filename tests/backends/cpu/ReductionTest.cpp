//===- ReductionTest.cpp - reductions against the oracle ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

#include <random>

using namespace fovea;
using namespace fovea::test;

static const char *numberKinds[] = {"sum", "prod",   "max",
                                    "min", "argmax", "argmin"};

/// All reductions of x over j, plain and guarded by g; one output each.
static std::string reductions(const std::string &element) {
  const std::string x = arrayType(element, "i: N, j: M");
  const std::string g = arrayType("i1", "j: M");
  std::string text =
      "%x = fovea.input \"x\" [#fovea.axis<i: N>, #fovea.axis<j: M>] : " + x +
      "\n%g = fovea.input \"g\" [#fovea.axis<j: M>] : " + g + "\n";
  auto add = [&](const std::string &kind, const std::string &result,
                 bool guarded) {
    const std::string name = kind + (guarded ? "_guarded" : "");
    text += "%" + name + " = fovea.reduce " + kind +
            " %x over [#fovea.axis<j: M>] " + (guarded ? "where %g : " : ": ") +
            x + (guarded ? ", " + g : "") + "\nfovea.output \"" + name +
            "\" %" + name +
            " [#fovea.axis<i: N>] : " + arrayType(result, "i: N") + "\n";
  };
  for (bool guarded : {false, true}) {
    if (element == "i1") {
      add("any", "i1", guarded);
      add("all", "i1", guarded);
      continue;
    }
    for (std::string kind : numberKinds)
      add(kind, kind.starts_with("arg") ? "i64" : element, guarded);
  }
  return text;
}

TEST_CASE("cpu: reductions of every kind, type and size") {
  std::mt19937 random(7);
  for (std::string element : {"i1", "i32", "i64", "f32", "f64"}) {
    auto dtype = *dtypeFromName(element == "i1" ? "bool" : element);
    CpuProgram program("\"N\", \"M\"", reductions(element));
    for (int64_t n : {0, 1, 7})
      for (int64_t m : {0, 1, 7, 33}) {
        INFO(element << " " << n << " " << m);
        std::vector<int64_t> x, g;
        for (int64_t i = 0; i < n * m; ++i)
          x.push_back(static_cast<int64_t>(random() % 9) - 4);
        for (int64_t i = 0; i < m; ++i)
          g.push_back(random() % 2);
        program.compare({tensor<int64_t>(dtype, {n, m}, x),
                         tensor<int64_t>(DType::Bool, {m}, g)});
      }
  }
}

TEST_CASE("cpu: reductions of special floats") {
  for (std::string element : {"f32", "f64"}) {
    CpuProgram program("\"N\", \"M\"", reductions(element));
    const std::vector<double> rows = {
        1,    5,    5,    -inf,     -inf, -inf,  9,   nanValue, nanValue,
        inf,  inf,  inf,  nanValue, 1,    2,     inf, -inf,     1,
        -0.0, -0.0, -0.0, 3e38,     3e38, -3e38, 0.0, -0.0,     0.0};
    program.compare({tensor<double>(*dtypeFromName(element), {9, 3}, rows),
                     tensor<int64_t>(DType::Bool, {3}, {1, 0, 1})});
  }
}

TEST_CASE("cpu: sums keep their digits") {
  for (std::string element : {"f32", "f64"}) {
    CpuProgram program("\"N\", \"M\"", reductions(element));
    // All roundings would go the same way.
    const int64_t count = 100000;
    Tensor x = tensor<double>(*dtypeFromName(element), {1, count},
                              std::vector<double>(count, 0.1));
    Tensor g = *Tensor::allocate(DType::Bool, {count});
    const double sum = program.run({x, g})[0].at(0);
    const double exact = x.at(0, 0) * count;
    CHECK(std::abs(sum - exact) <=
          exact * (element == "f32" ? 0x1p-24 : 0x1p-52));
  }
}

TEST_CASE("cpu: several axes, and axes that the operand lacks") {
  CpuProgram program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>
    %y = fovea.input "y" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %g = fovea.input "g" [#fovea.axis<j: M>] : !fovea.array<i1, j: M>
    %a = fovea.reduce argmax %x over [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>
    %b = fovea.reduce argmax %x over [#fovea.axis<j: M>, #fovea.axis<i: N>] : !fovea.array<f64, i: N, j: M>
    %s = fovea.reduce sum %x over [#fovea.axis<j: M>, #fovea.axis<i: N>] where %g : !fovea.array<f64, i: N, j: M>, !fovea.array<i1, j: M>
    %t = fovea.reduce sum %y over [#fovea.axis<j: M>] : !fovea.array<f64, i: N>
    %u = fovea.reduce sum %y over [#fovea.axis<j: M>] where %g : !fovea.array<f64, i: N>, !fovea.array<i1, j: M>
    %w = fovea.reduce max %y over [#fovea.axis<j: M>, #fovea.axis<i: N>] where %g : !fovea.array<f64, i: N>, !fovea.array<i1, j: M>
    fovea.output "a" %a [] : !fovea.array<i64>
    fovea.output "b" %b [] : !fovea.array<i64>
    fovea.output "s" %s [] : !fovea.array<f64>
    fovea.output "t" %t [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "u" %u [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "w" %w [] : !fovea.array<f64>)");
  Tensor y = f64({2}, {3, 4});
  Tensor g = tensor<int64_t>(DType::Bool, {3}, {1, 0, 1});
  program.compare({f64({2, 3}, {0, 7, 0, 7, 0, 1}), y, g});
  program.compare({f64({2, 0}, {}), y, *Tensor::allocate(DType::Bool, {0})});
  program.compare({f64({0, 3}, {}), f64({0}, {}), g});
}

TEST_CASE("cpu: reductions that read reductions over the same axis") {
  CpuProgram program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %s = fovea.reduce sum %x over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %p = fovea.div %x, %s : !fovea.array<f64, i: N>, !fovea.array<f64>
    %m = fovea.reduce max %p over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %d = fovea.sub %p, %m : !fovea.array<f64, i: N>, !fovea.array<f64>
    %r = fovea.reduce min %d over [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "m" %m [] : !fovea.array<f64>
    fovea.output "d" %d [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    fovea.output "r" %r [] : !fovea.array<f64>)");
  program.compare({f64({4}, {1, 1, 2, 4})});
  program.compare({f64({0}, {})});
}
