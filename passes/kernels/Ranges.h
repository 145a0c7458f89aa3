//===- Ranges.h - indices that are proven to be in range --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_RANGES_H
#define FOVEA_PASSES_KERNELS_RANGES_H

#include "ir/Dialect.h"

#include "llvm/ADT/DenseMap.h"

namespace fovea::kernels {

/// Whether one size is at most another, whatever the dimensions are. Says no
/// when in doubt.
bool isAtMost(ir::SizeAttr low, ir::SizeAttr high);

/// Bounds of integer values as formulas over the dimensions, which are at least
/// 0. They hold wherever the value is evaluated, that is, at coordinates that
/// exist; what has them does not fail.
class Ranges {
public:
  explicit Ranges(ir::FuncOp func);

  /// Whether 0 <= value < extent at every coordinate.
  bool isBelow(mlir::Value value, ir::SizeAttr extent) const;

  /// Whether `divisor` is not 0 wherever an element of type `result` is
  /// evaluated.
  bool isNonZero(mlir::Value divisor, ir::ArrayType result) const;

private:
  struct Range {
    ir::SizeAttr low, high;
  };
  std::optional<Range> compute(mlir::Operation *op) const;
  std::optional<Range> rangeOf(mlir::Value value) const;
  std::optional<Range> product(const Range &lhs, const Range &rhs) const;
  std::optional<Range> quotient(const Range &lhs, const Range &rhs) const;

  llvm::DenseMap<mlir::Value, Range> ranges;
};

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_RANGES_H
