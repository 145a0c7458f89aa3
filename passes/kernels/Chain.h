//===- Chain.h - the reductions of a stage ----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_CHAIN_H
#define FOVEA_PASSES_KERNELS_CHAIN_H

#include "ir/Dialect.h"

namespace fovea::kernels {

/// A `fovea.fold`, or a `fovea.reduce` seen as one: a single accumulator, no
/// gauges, and the accumulator is the result.
class Chain {
public:
  struct Accumulator {
    ir::ReduceKind kind;
    mlir::Value element;
    mlir::Value guard; // null: every place
    ir::ArrayType type;
    /// How many gauges it may see.
    unsigned gauges = 0;
    /// Whether moving a gauge changes it.
    bool isRepaired = false;
  };

  /// `op` is one of the two.
  explicit Chain(mlir::Operation *op);
  static bool isChain(mlir::Operation *op) {
    return mlir::isa<ir::FoldOp, ir::ReduceOp>(op);
  }

  llvm::ArrayRef<ir::AxisAttr> axes() const { return streamed; }
  bool isStreamed(mlir::StringAttr axis) const;
  llvm::ArrayRef<Accumulator> accumulators() const { return parts; }
  unsigned numGauges() const { return gaugeTypes.size(); }
  ir::ArrayType gaugeType(unsigned gauge) const { return gaugeTypes[gauge]; }
  /// The number of accumulators that it is made from.
  unsigned after(unsigned gauge) const { return makers[gauge]; }
  /// Whether gauges of a few places are good enough for a lane of its own. The
  /// maximum seen so far is; a sum may be far from what it is in the end, which
  /// under an exponential leaves no digits.
  bool isSteady() const;
  /// Everything that it computes.
  llvm::SmallVector<mlir::Value> roots() const;
  mlir::Operation *getOperation() const { return op; }
  /// The fold, or null for a reduction.
  ir::FoldOp getFold() const { return fold; }

private:
  mlir::Operation *op;
  ir::FoldOp fold;
  llvm::SmallVector<ir::AxisAttr> streamed;
  llvm::SmallVector<Accumulator> parts;
  llvm::SmallVector<ir::ArrayType> gaugeTypes;
  llvm::SmallVector<unsigned> makers;
};

/// The operands of `op` and what its regions use from outside.
llvm::SmallVector<mlir::Value> valuesUsedBy(mlir::Operation *op);

/// Moves what does not depend on a fold's gauges out of its regions: where it
/// is computed is then decided as for any other value. What is no more than a
/// reduction becomes one.
void prepareFolds(ir::FuncOp func);

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_CHAIN_H
