//===- Scalar.h - arithmetic of the language as code ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Each function makes code for one element or a vector of them, without
// hardness and failures. Operands are as CodeBuilder says. The code is defined
// for every operand: what would be an error in the language (an integer zero
// divisor) gives any number.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_SCALAR_H
#define FOVEA_BACKENDS_CPU_SCALAR_H

#include "backends/cpu/CodeBuilder.h"
#include "ir/Dialect.h"

namespace fovea::cpu {

/// Any elementwise operation but cast; floats or, where there are none,
/// integers. Null for an operation that is not elementwise.
mlir::Value emitScalar(CodeBuilder &builder, mlir::Operation *op,
                       mlir::ValueRange operands);
mlir::Value emitFloat(CodeBuilder &builder, mlir::Operation *op,
                      mlir::ValueRange operands);
mlir::Value emitInteger(CodeBuilder &builder, mlir::Operation *op,
                        mlir::ValueRange operands);

/// Conversion between element types of the formula.
mlir::Value emitCast(CodeBuilder &builder, mlir::Value value, mlir::Type from,
                     mlir::Type to);
/// `value`, an f32 or f64, rounded to the values of a 16-bit float type; as is
/// for all other types.
mlir::Value emitRounding(CodeBuilder &builder, mlir::Value value,
                         mlir::Type to);

/// How many elements are read, 1 being a scalar, and if given, which of them.
struct Lanes {
  int64_t count = 1;
  mlir::Value mask;
};

/// Reads (writes) elements of a formula's type from (to) memory: one, several
/// side by side from `offset` on, or those at a vector of offsets. Lanes
/// outside of the mask read 0 and are not written. In memory a bool is a byte.
mlir::Value emitLoad(CodeBuilder &builder, mlir::Type element, mlir::Value base,
                     mlir::Value offset, Lanes lanes = {});
void emitStore(CodeBuilder &builder, mlir::Type element, mlir::Value value,
               mlir::Value base, mlir::Value offset, mlir::Value mask = {});

/// `fold_key` and `random`.
mlir::Value emitRandom(CodeBuilder &builder, mlir::Operation *op,
                       mlir::ValueRange operands);

/// NaN wins.
mlir::Value emitMaximum(CodeBuilder &builder, mlir::Value lhs, mlir::Value rhs);
mlir::Value emitMinimum(CodeBuilder &builder, mlir::Value lhs, mlir::Value rhs);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_SCALAR_H
