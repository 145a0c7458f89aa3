//===- Reduction.h - states of reductions as code ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_REDUCTION_H
#define FOVEA_BACKENDS_CPU_REDUCTION_H

#include "backends/cpu/CodeBuilder.h"
#include "ir/Dialect.h"

namespace fovea::cpu {

/// What a loop carries from element to element: one or two numbers.
///
/// Sums of f32 are accumulated in f64, sums of f64 with Neumaier's
/// compensation, so the error stays at a few units in the last place of the sum
/// of magnitudes, for any number of elements. Products are accumulated in f64.
using ReductionState = llvm::SmallVector<mlir::Value, 4>;

/// The state of nothing visited. `element` is the type in registers; of a
/// vector every lane is a reduction of its own.
ReductionState emitNeutral(CodeBuilder &builder, ir::ReduceKind kind,
                           mlir::Type element);

/// The state with one more element, the `position`-th (an i64; only argmax and
/// argmin look at it, in as many lanes).
ReductionState emitJoin(CodeBuilder &builder, ir::ReduceKind kind,
                        mlir::ValueRange state, mlir::Value element,
                        mlir::Value position);

/// The result. `element` is the type of the elements.
mlir::Value emitFinish(CodeBuilder &builder, ir::ReduceKind kind,
                       mlir::ValueRange state, mlir::Type element);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_REDUCTION_H
