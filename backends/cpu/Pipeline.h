//===- Pipeline.h - the CPU backend's table of contents ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_PIPELINE_H
#define FOVEA_BACKENDS_CPU_PIPELINE_H

#include "backends/cpu/Jit.h"
#include "backends/cpu/Program.h"
#include "ir/Dialect.h"

namespace fovea::cpu {

/// A program and its code, a StageFunction for each of `program.stages`.
struct CompiledProgram {
  Program program;
  std::unique_ptr<LoadedCode> code;
};

/// Compiles a verified function; works on a copy.
Expected<CompiledProgram> compileProgram(ir::FuncOp func);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_PIPELINE_H
