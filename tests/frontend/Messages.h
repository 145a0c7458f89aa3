//===- Messages.h - golden tests of error messages --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_FRONTEND_MESSAGES_H
#define FOVEA_TESTS_FRONTEND_MESSAGES_H

#include "frontend/Parser.h"

#include <catch2/catch.hpp>

namespace fovea {

/// A program with a mistake and all that is said about it.
struct Mistake {
  const char *what;
  std::string program;
  std::string message;
};

/// Parses every program and compares what is reported, byte for byte.
template <size_t N> void checkMessages(const Mistake (&mistakes)[N]) {
  for (const Mistake &mistake : mistakes) {
    Source source("t.fov", mistake.program);
    Diagnostics diagnostics;
    parse(source, diagnostics);
    INFO(mistake.what);
    CHECK(diagnostics.render() == mistake.message);
  }
}

} // namespace fovea

#endif // FOVEA_TESTS_FRONTEND_MESSAGES_H
