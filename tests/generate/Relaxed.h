//===- Relaxed.h - what fusion may do otherwise -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_RELAXED_H
#define FOVEA_TESTS_GENERATE_RELAXED_H

#include "ir/Dialect.h"

#include "mlir/IR/Builders.h"

namespace fovea::generate {

/// What fusion may do otherwise than the formula, step by step.
enum class Relaxed {
  Sums,         ///< one of which no digit is left, or that is subnormal, is 0
  Differences,  ///< the same of two numbers, of which no digit is left
  Exponentials, ///< one of a finite number is neither infinite nor 0
  Extrema,      ///< one that depends on others does not see what is NaN
  Masked,       ///< nor does a sum
  Products,     ///< one of which a part overflows is NaN, or vanishes is 0
  Residues,     ///< a sum that is 0 is a small number, if it depends on others
  Deficits      ///< or a small negative one
};
/// Makes that of a function, with the digits and the range of f32 (`isSingle`)
/// or f64.
void relax(ir::FuncOp func, Relaxed relaxed, bool isSingle);

/// Puts in the place of each result which of its elements are made, in whatever
/// way, from a sum or a product that is infinite or NaN.
void trackUndefined(ir::FuncOp func);

/// Whether a value is made from a reduction, through elementwise operations;
/// or, not `atOwnPlace`, through reads as well.
bool isOfReduction(mlir::Value value, bool atOwnPlace = true);

/// A number of `like`'s element type.
mlir::Value numberLike(mlir::OpBuilder &b, mlir::Value like, double value);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_RELAXED_H
