//===- PiecesTest.cpp - when items are cut --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Cpu.h"

#include "backends/cpu/CallState.h"
#include "backends/cpu/Pipeline.h"

using namespace fovea;
using namespace fovea::test;

/// The total of x in one sweep, then x without the sum of its row.
static const std::string sums = R"(
  %x = fovea.input "x" [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %t = fovea.reduce sum %x over [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  %s = fovea.reduce sum %x over [#fovea.axis<m: M>] : <f32, m: M, n: N>
  %r = fovea.sub %x, %s : <f32, m: M, n: N>, <f32, n: N>
  fovea.output "r" %r [#fovea.axis<n: N>, #fovea.axis<m: M>] : <f32, m: M, n: N>
  fovea.output "t" %t [] : <f32>)";

/// What runs, one step after the other: how many items of how many stages.
static std::string stepsFor(const cpu::Program &program, int64_t n, int64_t m) {
  cpu::CallState state;
  std::vector<Tensor> inputs, outputs;
  inputs.push_back(*Tensor::allocate(DType::F32, {n, m}));
  outputs.push_back(*Tensor::allocate(DType::F32, {n, m}));
  outputs.push_back(*Tensor::allocate(DType::F32, {}));
  const std::vector<int64_t> dims = {n, m};
  REQUIRE(state.prepare(program, inputs, outputs, dims, 1).isOk());
  std::string steps;
  for (const cpu::CallState::Step &step : state.steps)
    steps += std::to_string(step.items) + "x" +
             std::to_string(step.parts.size()) + " ";
  return steps;
}

TEST_CASE("cpu: long items are cut where they are few") {
  const Program parsed("\"N\", \"M\"", sums);
  const auto compiled = cpu::emitProgram(parsed.func);
  REQUIRE(compiled);
  const cpu::Program &program = compiled->program;
  // The total is one item, or some pieces that are then combined. A row's sum
  // and what is left are made together, by the stage that combines if there
  // is one.
  CHECK(stepsFor(program, 100, 10) == "1x1 100x2 ");
  CHECK(stepsFor(program, 100, 500) == "3x1 1x1 100x2 ");
  CHECK(stepsFor(program, 100, 100000) == "32x1 1x1 100x2 ");
  CHECK(stepsFor(program, 3, 200000) == "32x1 1x1 33x1 3x2 ");
  CHECK(stepsFor(program, 1, 32767) == "1x1 1x2 ");
  CHECK(stepsFor(program, 1, 32768) == "2x1 1x1 2x1 1x2 ");
  CHECK(stepsFor(program, 0, 1000000) == "1x1 0x2 ");
}
