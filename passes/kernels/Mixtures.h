//===- Mixtures.h - inner reductions that many places share -----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Talking heads: every head's weights are a mixture of those of all heads. What
// is mixed is made once for a block of places, and so are the mixtures.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_MIXTURES_H
#define FOVEA_PASSES_KERNELS_MIXTURES_H

#include "passes/kernels/Chain.h"
#include "passes/kernels/Cone.h"

namespace fovea::kernels {

/// Whether the places along `axis` are made from the same inner reductions
/// along the streamed axis, inside of others.
bool isOfMixtures(const Memory &memory, const Cone &cone, ir::AxisAttr stream,
                  ir::AxisAttr axis);

/// The values with inner reductions that a chain needs more than once at a
/// place of the stream, as far as they `fit`.
llvm::SmallVector<mlir::Value>
mixturesIn(const Memory &memory, const Chain &chain, ir::AxisAttr stream,
           llvm::function_ref<bool(mlir::Value)> fit);

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_MIXTURES_H
