//===- Keep.h - failures as files -------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_KEEP_H
#define FOVEA_TESTS_GENERATE_KEEP_H

#include "tests/generate/Shrink.h"

namespace fovea::generate {

/// Writes the program to `directory/name.fov`, with what is wrong as a comment,
/// and its inputs beside it. Gives the command that runs it again with the
/// driver.
Expected<std::string> keep(const Failure &failure, const std::string &directory,
                           const std::string &name);

/// The sizes and small inputs as text.
std::string describeInputs(const Failure &failure);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_KEEP_H
