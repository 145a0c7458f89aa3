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

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace fovea::cpu {

/// A program and its code, a StageFunction for each of `program.stages`.
struct CompiledProgram {
  Program program;
  std::unique_ptr<LoadedCode> code;
};

/// A program as loops over scalars and vectors. The code lives in a context of
/// its own, which goes with it: contexts keep every type and constant that they
/// ever saw.
struct EmittedProgram {
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Program program;
};

/// Optimises and emits a verified function; works on a copy.
Expected<EmittedProgram> emitProgram(ir::FuncOp func);

/// Lowers and loads it.
Expected<CompiledProgram> compileEmitted(EmittedProgram emitted);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_PIPELINE_H
