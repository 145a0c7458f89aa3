//===- Facts.h - what is known of values before code is emitted -*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_FACTS_H
#define FOVEA_PASSES_KERNELS_FACTS_H

#include "passes/kernels/Ranges.h"

namespace fovea::kernels {

/// Which hard numbers an element may be; none for most values, and then no code
/// is emitted for them.
struct Hardness {
  bool zero = false;
  bool negInf = false;

  bool any() const { return zero || negInf; }
  bool operator==(const Hardness &) const = default;
};

/// Upper bounds: a value without a fact never fails and is never hard.
class Facts {
public:
  explicit Facts(ir::FuncOp func);

  /// Whether an element of `value` may fail.
  bool mayFail(mlir::Value value) const { return failing.contains(value); }
  Hardness hardness(mlir::Value value) const { return hard.lookup(value); }

  /// Whether index number `k` of `at` is in range wherever it is needed.
  bool isInRange(ir::AtOp at, unsigned k) const;
  /// Whether all indices are.
  bool isInRange(ir::AtOp at) const;
  /// Whether the divisor (of an integer division), or the base (of an integer
  /// power with an exponent that may be negative), cannot be a zero that is an
  /// error.
  bool isSafeDivision(mlir::Operation *op) const;

private:
  void add(mlir::Block &block);
  void add(mlir::Operation *op);
  void addFold(ir::FoldOp fold);
  bool canFail(mlir::Operation *op) const;
  Hardness hardnessOf(mlir::Operation *op) const;

  Ranges ranges;
  llvm::DenseSet<mlir::Value> failing;
  llvm::DenseMap<mlir::Value, Hardness> hard;
};

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_FACTS_H
