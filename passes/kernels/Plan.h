//===- Plan.h - which values are stored, and when ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_PLAN_H
#define FOVEA_PASSES_KERNELS_PLAN_H

#include "passes/kernels/Cone.h"

#include "llvm/ADT/SmallVector.h"

namespace fovea::kernels {

class Chain;

/// One loop nest. `root` is a stored value's operation, or the output that it
/// fills in.
struct Stage {
  struct Result {
    /// The order of a result's axes in memory, outermost first.
    llvm::SmallVector<ir::AxisAttr> axes;
    /// Set if it goes right into the caller's array: that output, whose axes
    /// are `axes` up to names.
    ir::OutputOp output;
  };
  mlir::Operation *root;
  /// Of an elementwise stage: the loops around one element, outermost first.
  llvm::SmallVector<ir::AxisAttr> axes;
  /// Of a stage of reductions: its results.
  llvm::SmallVector<Result> results;

  /// What it computes, or is computed from.
  llvm::SmallVector<mlir::Value> roots() const;
};

/// Divides a function into stages. What is not stored is computed again inside
/// the loops of whoever reads it.
///
/// Stored are results of folds and reductions (but not those that a fold visits
/// one by one, like the scores of attention), costly formulas that are marked
/// (ir/Kept.h), and the few elementwise values whose recomputation would grow
/// out of hand: sources of reads through indices (or of renames) that are
/// evaluated at many different coordinates (x1 = x0[i] + x0[i - 1], x2 = x1[i]
/// + x1[i - 1], ... doubles at each step), and very long formulas that several
/// values share. An element at one coordinate is computed once in a stage, so
/// sharing alone costs nothing.
class Plan final : public Memory {
public:
  Plan(ir::FuncOp func, const Facts &facts);

  llvm::ArrayRef<Stage> stages() const { return order; }
  bool isStored(mlir::Value value) const override {
    return stored.contains(value);
  }
  mlir::StringAttr innerAxis(mlir::Value value) const override;
  /// The axes of a stored value, outermost first.
  llvm::SmallVector<ir::AxisAttr> layout(ir::ArrayType type) const;
  llvm::SmallVector<ir::AxisAttr>
  layout(llvm::ArrayRef<ir::AxisAttr> axes) const;
  /// The same for a stored value, as its stage stores it.
  llvm::SmallVector<ir::AxisAttr> memoryOrder(mlir::Value value) const;
  /// The axes that all results and all accumulators of data have, outermost
  /// first. Other accumulators (a count) are the same in all rows along an axis
  /// that they lack.
  llvm::SmallVector<ir::AxisAttr> rowsOf(const Chain &chain) const;

private:
  void rankAxes(ir::FuncOp func);
  bool isVisited(ir::ReduceOp reduce) const;
  void chooseStored(ir::FuncOp func, const Facts &facts);
  void makeStages(ir::FuncOp func);

  const Facts &facts;
  llvm::DenseSet<mlir::Value> needed;
  llvm::DenseSet<mlir::Value> stored;
  llvm::DenseMap<mlir::StringAttr, unsigned> rank;
  llvm::SmallVector<Stage> order;
};

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_PLAN_H
