//===- Trial.h - a fold tried before it is taken ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A law holds for real numbers. Whether it holds for numbers of so many digits
// as well depends on all of a formula: an accumulator may overflow where no
// element does, a gauge that is far off in mid-stream may take the digits of
// what is added to it. So a fold is run on some thousand numbers of all sizes,
// in the digits that it will have, and compared with the formula as it is
// written. What rounding does to the formula is sampled (stochastic arithmetic,
// Vignes 1993): a fold may err some times as much.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_TRIAL_H
#define FOVEA_PASSES_DERIVE_TRIAL_H

#include "ir/Dialect.h"

namespace fovea::derive {

/// Whether a result of `fold` is what is `written`, a reduction or what is made
/// of some, for all numbers tried. `isMember` holds for the reductions over the
/// axes of the fold that this may be made from; others may be any numbers. A
/// fold with positions of elements is not tried: true.
bool agrees(ir::FoldOp fold, unsigned result, mlir::Value written,
            llvm::function_ref<bool(ir::ReduceOp)> isMember);

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_TRIAL_H
