//===- Passes.td - the compiler's own passes ---------------*- tablegen -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_PASSES_TD
#define FOVEA_PASSES_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // FOVEA_PASSES_PASSES_TD
