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

#include <mutex>

namespace fovea::cpu {

/// A module of emitted code that is compiled when it is needed.
class LateCode {
public:
  LateCode(std::shared_ptr<mlir::MLIRContext> context,
           mlir::OwningOpRef<mlir::ModuleOp> module,
           std::vector<std::string> names);
  ~LateCode();

  /// Compiles it, once: the functions, in the order of the names. Several
  /// threads may call it.
  const Expected<std::unique_ptr<LoadedCode>> &load();

private:
  std::once_flag once;
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  const std::vector<std::string> names;
  std::optional<Expected<std::unique_ptr<LoadedCode>>> code;
};

/// A program and its code, as StageFunctions.
struct CompiledProgram {
  Program program;
  /// Of all stages but those for few rows.
  std::unique_ptr<LoadedCode> code;
  /// For each stage in order: itself, if it is for few rows, and its combiner,
  /// if it has one; null if there are none.
  std::unique_ptr<LateCode> late;
};

/// A program as loops over scalars and vectors. The code lives in a context of
/// its own, which goes with it: contexts keep every type and constant that they
/// ever saw.
struct EmittedProgram {
  std::shared_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// What is compiled when a call needs it.
  mlir::OwningOpRef<mlir::ModuleOp> late;
  Program program;
};

/// Optimises and emits a verified function; works on a copy.
Expected<EmittedProgram> emitProgram(ir::FuncOp func);

/// Lowers and loads it.
Expected<CompiledProgram> compileEmitted(EmittedProgram emitted);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_PIPELINE_H
