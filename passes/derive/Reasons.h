//===- Reasons.h - why a reduction waits, in the user's names ---*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A reduction that is not in the pass of what it depends on leaves the reason
// on its fold, for `fovea explain`:
//
//   fovea.waits = [{kind = "no-law", reduction = "sum[j](abs(x[j] - mu))",
//                   reason = "...", hint = "...", at = loc(...)}]
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_REASONS_H
#define FOVEA_PASSES_DERIVE_REASONS_H

#include "passes/derive/Reader.h"

namespace fovea::derive {

/// The attribute of a fold with reasons.
inline constexpr llvm::StringLiteral waitsName = "fovea.waits";

/// The entry of a reason to store: which of the fold's results it is of.
inline constexpr llvm::StringLiteral resultName = "result";

/// Why reduction `number`, which `reader` read last, waits for an earlier pass;
/// null if it does not. It needs `finished` ones at other places; `isAround`:
/// it waits for a fold over other axes that is made from an earlier one.
mlir::DictionaryAttr reasonToWait(const Chain &chain, unsigned number,
                                  Reader &reader, const Names &finished,
                                  bool isAround);

/// Why the result of a reduction that `keeper` needs (Placement) is stored, be
/// it `isSmall` or larger than what it is made from.
mlir::DictionaryAttr reasonToStore(ir::ReduceOp reduce, mlir::Operation *keeper,
                                   bool isSmall);

/// The reduction's name, or else its formula.
std::string callOf(ir::ReduceOp reduce);

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_REASONS_H
