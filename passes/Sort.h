//===- Sort.h - operations before their users -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_SORT_H
#define FOVEA_PASSES_SORT_H

#include "ir/Dialect.h"

namespace fovea {

/// Puts the operations of a function before their users; those that are stay
/// where they are. Outputs come last, in their order: it is part of the
/// signature.
void sortOperations(ir::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_SORT_H
