//===- Demand.h - what an element may be besides a number -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DEMAND_H
#define FOVEA_PASSES_DEMAND_H

#include "ir/Dialect.h"

namespace fovea {

/// Whether an operation itself may be an error: a read that may be out of
/// range, an integer division by what may be 0.
bool isFallible(mlir::Operation *op);

/// Whether evaluating an element may be an error: it must not be evaluated
/// where the formula does not.
bool mayFail(mlir::Value value);

/// Where a hard number of one kind may come from: the operation itself, or
/// operands that are hard ones of some kind (ElementwiseOpInterface, hardRule).
struct HardSources {
  bool isOwn = false;
  llvm::SmallVector<std::pair<unsigned, ir::HardKind>, 2> operands;
};
HardSources hardSources(mlir::Operation *op, ir::HardKind kind);

/// The hard number with which operand `i` of two decides what `op` is, so that
/// the other one is not needed; none if it never does.
ir::HardKind absorbingKind(mlir::Operation *op, unsigned i);

/// Whether a number may be a hard one of that kind, or of any
/// (hardSources).
bool mayBeHard(mlir::Value value, ir::HardKind kind);
bool mayBeHard(mlir::Value value);

} // namespace fovea

#endif // FOVEA_PASSES_DEMAND_H
