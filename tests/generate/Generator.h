//===- Generator.h - random programs ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_GENERATOR_H
#define FOVEA_TESTS_GENERATE_GENERATOR_H

#include "tests/generate/Ast.h"

namespace fovea::generate {

/// A random program, well-typed; the same for the same seed. With `chains` its
/// first definitions are a chain of dependent reductions.
Case generate(uint64_t seed, bool chains = false);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_GENERATOR_H
