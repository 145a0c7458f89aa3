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
  LateCode(std::unique_ptr<mlir::MLIRContext> context,
           mlir::OwningOpRef<mlir::ModuleOp> module,
           std::vector<std::string> names);
  ~LateCode();

  /// Compiles it, once: the functions, in the order of the names. Several
  /// threads may call it.
  const Expected<std::unique_ptr<LoadedCode>> &load();

private:
  std::once_flag once;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  const std::vector<std::string> names;
  std::optional<Expected<std::unique_ptr<LoadedCode>>> code;
};

/// A program and its code: StageFunctions for those of `program.stages` that
/// are for few rows, in order, and for the others.
struct CompiledProgram {
  Program program;
  std::unique_ptr<LoadedCode> code;
  /// Null if there are none for few rows.
  std::unique_ptr<LateCode> forFew;
};

/// Compiles a verified function; works on a copy.
Expected<CompiledProgram> compileProgram(ir::FuncOp func);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_PIPELINE_H
