//===- CodeBuilder.h - makes code of scalars and vectors --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CODEBUILDER_H
#define FOVEA_BACKENDS_CPU_CODEBUILDER_H

#include "backends/cpu/Isa.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/TypeUtilities.h"

namespace fovea::cpu {

/// The same for a scalar and for a vector of it.
inline bool isFloat(mlir::Type type) {
  return mlir::isa<mlir::FloatType>(mlir::getElementTypeOrSelf(type));
}
inline bool isFloat(mlir::Value value) { return isFloat(value.getType()); }
/// Bits of one lane.
inline unsigned widthOf(mlir::Type type) {
  return mlir::getElementTypeOrSelf(type).getIntOrFloatBitWidth();
}
inline unsigned widthOf(mlir::Value value) { return widthOf(value.getType()); }
/// The length of a vector, a power of two; 1 for a scalar.
int64_t lanesOf(mlir::Type type);
inline int64_t lanesOf(mlir::Value value) { return lanesOf(value.getType()); }

/// Makes code in a module of `arith`, `scf` and `llvm` operations. In registers
/// a bool is an i1 and the 16-bit floats are f32s that they represent.
///
/// Operands are scalars, or vectors of one length: all of them; who has both
/// calls `broadcast`. What is said of a type holds for a vector of it.
class CodeBuilder : public mlir::ImplicitLocOpBuilder {
public:
  /// `isa`: what the code may use of the processor that it is for.
  explicit CodeBuilder(mlir::ModuleOp module, Isa isa = Isa::host());

  const Isa &features() const { return target; }

  /// Where functions go that the code calls.
  void setModule(mlir::ModuleOp other) { module = other; }

  /// The type in registers of a formula's element, whose type may belong to
  /// another context.
  mlir::Type scalarType(mlir::Type element);
  mlir::Type pointerType();
  /// A vector of `lanes` of `scalar`; for one lane `scalar` itself.
  static mlir::Type vectorOf(mlir::Type scalar, int64_t lanes);
  /// `scalar` in as many lanes as `shape` has.
  static mlir::Type typeLike(mlir::Type scalar, mlir::Value shape) {
    return vectorOf(scalar, lanesOf(shape));
  }

  mlir::Value i64(int64_t value);
  mlir::Value flag(bool value);
  /// `value` as a constant of an integer or float type; an i1 is 1 for true.
  mlir::Value constant(mlir::Type type, double value);
  mlir::Value integer(mlir::Type type, int64_t value);
  /// The i64s 0, 1, 2, ...
  mlir::Value laneNumbers(int64_t lanes);
  /// A scalar in every lane.
  mlir::Value broadcast(mlir::Value scalar, int64_t lanes);
  mlir::Value extract(mlir::Value vector, int64_t lane);
  /// `count` lanes from `first` on.
  mlir::Value slice(mlir::Value vector, int64_t first, int64_t count);
  mlir::Value insert(mlir::Value vector, mlir::Value scalar, int64_t lane);

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

  /// Calls a function of Support.cpp, which has no effects; once a lane.
  mlir::Value call(llvm::StringRef name, mlir::Type result,
                   mlir::ValueRange arguments);
  /// The same, where the function's name ends with the type of its result:
  /// `exp_f32`.
  mlir::Value callTyped(llvm::StringRef name, mlir::ValueRange arguments);

  /// Memory, unaligned, as an array of the type (of a lane). A vector lies side
  /// by side from an i64 `offset` on, or at a vector of offsets. Lanes outside
  /// of `mask`, which only vectors may have, are 0, and their memory is not
  /// touched.
  mlir::Value load(mlir::Type type, mlir::Value base, mlir::Value offset,
                   mlir::Value mask = {});
  void store(mlir::Value value, mlir::Value base, mlir::Value offset,
             mlir::Value mask = {});
  /// Lets the processor fetch the memory of `lanes` elements from `offset` on,
  /// wherever that is.
  void prefetch(mlir::Type type, mlir::Value base, mlir::Value offset,
                int64_t lanes);

private:
  mlir::LLVM::LLVMFuncOp supportFunction(llvm::StringRef name,
                                         mlir::Type result,
                                         mlir::TypeRange arguments);
  mlir::Value address(mlir::Type type, mlir::Value base, mlir::Value offset);

  mlir::ModuleOp module;
  const Isa target;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CODEBUILDER_H
