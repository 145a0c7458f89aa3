//===- CallState.h - tables and workspace of a call -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CALLSTATE_H
#define FOVEA_BACKENDS_CPU_CALLSTATE_H

#include "backends/cpu/Program.h"
#include "runtime/Arena.h"

namespace fovea::cpu {

/// What one call of a program needs; one thread at a time.
struct CallState {
  std::vector<void *> buffers;
  std::vector<int64_t> numbers;

  /// Makes the tables for a call. Errors: a size that overflows or is negative
  /// (Shape), too little memory (Backend).
  Status prepare(const Program &program, std::span<const Tensor> inputs,
                 std::span<const Tensor> outputs,
                 std::span<const int64_t> dims);

private:
  Status solveSizes(const Program &program, std::span<const int64_t> dims);
  Status placeWorkspace(const Program &program);

  /// The call for which sizes and places are right.
  bool isSolved = false;
  std::vector<int64_t> solvedDims;
  /// For each buffer where it lies in the workspace, and its strides.
  std::vector<size_t> places;
  std::vector<std::vector<int64_t>> strides;
  size_t workspaceBytes = 0;
  Arena arena;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CALLSTATE_H
