//===- Kept.h - what passes leave on operations -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_KEPT_H
#define FOVEA_IR_KEPT_H

#include "mlir/IR/Operation.h"

namespace fovea::ir {

/// Marks an operation whose result is kept in memory: an elementwise one that
/// folds would compute anew for each of their rows, or a reduction that is a
/// fold of its own.
inline constexpr llvm::StringLiteral keptName = "fovea.kept";

/// Marks a read, or an integer division, that does not fail: its operands were
/// checked before (passes/Speculate.h).
inline constexpr llvm::StringLiteral checkedName = "fovea.checked";

inline bool isKept(mlir::Operation *op) { return op && op->hasAttr(keptName); }

} // namespace fovea::ir

#endif // FOVEA_IR_KEPT_H
