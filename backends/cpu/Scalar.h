//===- Scalar.h - arithmetic of the language as code ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Each function makes code for one element, without hardness and failures.
// Operands are as CodeBuilder says. The code is defined for every operand: what
// would be an error in the language (an integer zero divisor) gives any number.
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

/// Reads (writes) an element of a formula's type from (to) memory.
mlir::Value emitLoad(CodeBuilder &builder, mlir::Type element, mlir::Value base,
                     mlir::Value offset);
void emitStore(CodeBuilder &builder, mlir::Type element, mlir::Value value,
               mlir::Value base, mlir::Value offset);

/// `fold_key` and `random`.
mlir::Value emitRandom(CodeBuilder &builder, mlir::Operation *op,
                       mlir::ValueRange operands);

/// NaN wins.
mlir::Value emitMaximum(CodeBuilder &builder, mlir::Value lhs, mlir::Value rhs);
mlir::Value emitMinimum(CodeBuilder &builder, mlir::Value lhs, mlir::Value rhs);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_SCALAR_H
