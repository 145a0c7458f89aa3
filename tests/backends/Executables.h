//===- Executables.h - compiled functions in tests --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_EXECUTABLES_H
#define FOVEA_TESTS_BACKENDS_EXECUTABLES_H

#include "backends/Backend.h"

#include <catch2/catch.hpp>

namespace fovea::test {

/// What the backend makes of a function that it must take.
inline std::unique_ptr<Executable>
compiled(Expected<std::unique_ptr<Backend>> backend, ir::FuncOp func) {
  REQUIRE(backend);
  auto executable = (*backend)->compile(func);
  INFO(executable.status().text());
  REQUIRE(executable);
  return *std::move(executable);
}

/// The results of a run that must succeed.
inline std::vector<Tensor> resultsOf(const Executable &executable,
                                     const std::vector<Tensor> &inputs) {
  auto outputs = executable.run(inputs);
  INFO(outputs.status().text());
  REQUIRE(outputs);
  return *std::move(outputs);
}

/// The error of a run that must fail.
inline Status failureOf(const Executable &executable,
                        const std::vector<Tensor> &inputs) {
  auto outputs = executable.run(inputs);
  REQUIRE_FALSE(outputs);
  return outputs.status();
}

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_EXECUTABLES_H
