//===- Edits.h - smaller programs -------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_EDITS_H
#define FOVEA_TESTS_GENERATE_EDITS_H

#include "tests/generate/Ast.h"

namespace fovea::generate {

/// Expressions of the same type that are `expr` with one part of it replaced
/// by something smaller; those that lose most come first. Some may use an index
/// out of its scope.
std::vector<ExprPtr> edits(const ExprPtr &expr);

/// Removes helpers and library functions that nothing calls. Whether there were
/// any.
bool removeUncalled(Case &program);

/// The same, and definitions that no result needs.
bool removeUnused(Case &program);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_EDITS_H
