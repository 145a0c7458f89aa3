//===- Passes.h - the compiler's own passes ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_PASSES_H
#define FOVEA_PASSES_PASSES_H

#include "ir/Dialect.h"

#include "mlir/Pass/Pass.h"

namespace fovea {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "passes/Passes.h.inc"

} // namespace fovea

#endif // FOVEA_PASSES_PASSES_H
