//===- Native.h - LLVM IR to machine code -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_NATIVE_H
#define FOVEA_BACKENDS_CPU_NATIVE_H

#include "runtime/Status.h"

#include "mlir/IR/BuiltinOps.h"

#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace fovea::cpu {

/// Compiles a module of the `llvm` dialect for `machine` to an object file.
Expected<std::unique_ptr<llvm::MemoryBuffer>>
compileToObject(mlir::ModuleOp module, llvm::TargetMachine &machine);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_NATIVE_H
