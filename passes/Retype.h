//===- Retype.h - types of operations on other operands ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_RETYPE_H
#define FOVEA_PASSES_RETYPE_H

#include "ir/Dialect.h"

namespace fovea {

/// Gives the result of an operation the axes that follow from its operands'.
/// What a rename says of axes that its operand lacks is taken from it. Whether
/// the type has changed.
bool retype(mlir::Operation *op);

/// The same for everything that is made from `value`.
void retypeUsers(mlir::Value value);

} // namespace fovea

#endif // FOVEA_PASSES_RETYPE_H
