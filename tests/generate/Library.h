//===- Library.h - functions that generated programs call -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_LIBRARY_H
#define FOVEA_TESTS_GENERATE_LIBRARY_H

#include "tests/generate/ExprGenerator.h"

#include <span>

namespace fovea::generate {

/// A function by hand. `text` marks what is rounded (Print.cpp, `library`):
/// `{+ e +}` a sum, `{* e *}` anything else, `+j}` and `*j}` in the scope of an
/// index `jj`.
struct LibraryFunction {
  Callable callable;
  const char *text;
};

/// Functions over one axis (or of a number), for the brackets of expressions.
std::span<const LibraryFunction> axisFunctions();

/// Functions for statements of their own.
extern const char *const applyText;   // apply(x, f), f a lambda with an index
extern const char *const reducedText; // reduced(x, y, how), packs and options
extern const char *const limitsText;  // low, high = limits(x)
extern const char *const overloadedText; // over(x), by rank

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_LIBRARY_H
