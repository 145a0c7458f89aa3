//===- Placement.h - which reductions are recomputed ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_PLACEMENT_H
#define FOVEA_PASSES_DERIVE_PLACEMENT_H

#include "ir/Dialect.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

namespace fovea::derive {

/// Divides the reductions of a function into those whose result is kept (each
/// becomes part of a fold) and those that are recomputed, element by element,
/// inside a fold along one of their axes: the scores of attention, the logits
/// of a loss. A reduction is recomputed where that costs nothing more than
/// computing each element once, and where its result is larger than what it is
/// made from: otherwise keeping it is cheap. (The scores of a single query are
/// not larger than the keys; they too are recomputed where that saves a pass.
/// Scores that are mixed with others are recomputed for a block of places, once
/// for all mixtures.)
class Placement {
public:
  /// `stored` are reductions that are kept in any case.
  Placement(ir::FuncOp func,
            const llvm::DenseSet<mlir::Operation *> &stored = {});

  bool isRecomputed(ir::ReduceOp reduce) const {
    return recomputed.contains(reduce);
  }

  /// A costly formula that is computed once and kept, since a recomputed
  /// reduction takes it for many rows: it is marked (ir/Kept.h).
  llvm::ArrayRef<mlir::Operation *> formulasToKeep() const {
    return formulas.getArrayRef();
  }
  /// Whether the value is in memory when a fold begins.
  bool isSource(mlir::Value value) const;

  /// Recomputed reductions that are no larger than what they are made from, and
  /// the reductions that take them. It pays if all of these are in one fold.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<ir::ReduceOp>>
  smallOnes() const;

  /// The arrays in memory that `op` is computed from, under the names that
  /// their axes have there: inputs, kept results and formulas.
  llvm::SetVector<mlir::Value> sourcesOf(mlir::Operation *op) const;

  /// Whether what it is made from has an array with all the axes of the result,
  /// so that keeping the result is cheap beside reading that.
  bool isCovered(mlir::Operation *op) const;
  /// Why a reduction is kept and not recomputed: the reduction that would
  /// compute an element several times; if it is larger than what it is made
  /// from also the read at other indices that needs it, or the output that
  /// needs it again after a pass. Null for others.
  mlir::Operation *reasonToKeep(ir::ReduceOp reduce) const;

private:
  void collectConsumers(ir::FuncOp func);
  bool mayRecompute(ir::ReduceOp reduce) const;
  bool recompute(ir::ReduceOp reduce);
  bool isRowOfScores(ir::ReduceOp reduce) const;
  void keepFormulas(ir::ReduceOp reduce);
  bool isCostly(mlir::Value value);
  bool mayKeep(mlir::Value value, const llvm::DenseSet<mlir::StringAttr> &inner,
               const llvm::DenseSet<mlir::StringAttr> &streamed,
               llvm::ArrayRef<ir::AxisAttr> places);
  bool isMixedBy(ir::ReduceOp reduce, ir::ReduceOp consumer) const;
  ir::ReduceOp repeatedBy(ir::ReduceOp reduce) const;
  /// The axes along which the consumer's fold has rows and places.
  llvm::DenseSet<mlir::StringAttr> spaceOf(ir::ReduceOp consumer,
                                           ir::ReduceOp producer) const;

  /// Who reads a reduction through elementwise operations.
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<ir::ReduceOp>> consumers;
  /// What an output, or a read at other indices, needs, and which of these.
  llvm::DenseMap<mlir::Operation *, mlir::Operation *> kept;
  llvm::DenseSet<mlir::Operation *> recomputed;
  llvm::SetVector<mlir::Operation *> formulas;
  llvm::DenseMap<mlir::Value, bool> costly;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_PLACEMENT_H
