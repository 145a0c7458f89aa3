//===- ElaborateMessages.h - golden tests of elaboration --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_FRONTEND_ELABORATEMESSAGES_H
#define FOVEA_TESTS_FRONTEND_ELABORATEMESSAGES_H

#include "frontend/Program.h"
#include "tests/frontend/Messages.h"

#include "mlir/IR/MLIRContext.h"

namespace fovea {

/// All that is said about a program: its functions, tests and examples.
inline std::string complaints(const std::string &text) {
  static mlir::MLIRContext context;
  Diagnostics diagnostics;
  auto program = Program::fromText("t.fov", text, diagnostics);
  program->check(context, diagnostics);
  program->examples(diagnostics);
  return diagnostics.render();
}

/// Checks every program and compares what is reported, byte for byte.
template <size_t N> void checkElaboration(const Mistake (&mistakes)[N]) {
  for (const Mistake &mistake : mistakes) {
    INFO(mistake.what);
    CHECK(complaints(mistake.program) == mistake.message);
  }
}

} // namespace fovea

#endif // FOVEA_TESTS_FRONTEND_ELABORATEMESSAGES_H
