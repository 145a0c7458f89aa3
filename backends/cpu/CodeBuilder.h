//===- CodeBuilder.h - makes scalar code ----------------------------*- C++
//-*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CODEBUILDER_H
#define FOVEA_BACKENDS_CPU_CODEBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace fovea::cpu {

/// Makes code in a module of `arith`, `scf` and `llvm` operations. In registers
/// a bool is an i1 and the 16-bit floats are f32s that they represent.
class CodeBuilder : public mlir::ImplicitLocOpBuilder {
public:
  explicit CodeBuilder(mlir::ModuleOp module);

  /// The type in registers of a formula's element, whose type may belong to
  /// another context.
  mlir::Type scalarType(mlir::Type element);
  mlir::Type pointerType();

  mlir::Value i64(int64_t value);
  mlir::Value flag(bool value);
  /// `value` as a constant of an integer or float type; an i1 is 1 for true.
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);

  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value lhs,
                      mlir::Value rhs);
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value lhs,
                      mlir::Value rhs);
  mlir::Value select(mlir::Value condition, mlir::Value onTrue,
                     mlir::Value onFalse);
  mlir::Value isNaN(mlir::Value value);
  mlir::Value both(mlir::Value lhs, mlir::Value rhs);
  mlir::Value either(mlir::Value lhs, mlir::Value rhs);
  mlir::Value negated(mlir::Value flag);

  /// Calls a function of Support.cpp, which has no effects.
  mlir::Value call(llvm::StringRef name, mlir::Type result,
                   mlir::ValueRange arguments);
  /// The same, where the function's name ends with the type of its result:
  /// `exp_f32`.
  mlir::Value callTyped(llvm::StringRef name, mlir::ValueRange arguments);

  mlir::Value load(mlir::Type type, mlir::Value base, mlir::Value offset);
  void store(mlir::Value value, mlir::Value base, mlir::Value offset);

private:
  mlir::ModuleOp module;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CODEBUILDER_H
