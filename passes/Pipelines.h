//===- Pipelines.h - the compiler's table of contents -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_PIPELINES_H
#define FOVEA_PASSES_PIPELINES_H

#include "passes/kernels/Machine.h"

#include "mlir/Pass/PassManager.h"

namespace fovea {

/// fovea -> fovea: what every compiling backend wants done to the formula.
void buildOptimizePipeline(mlir::OpPassManager &manager);

/// fovea -> fovea, after that: dependent reductions share passes.
void buildFusePipeline(mlir::OpPassManager &manager);

/// fovea -> fovea, last: loop nests for that processor.
void buildKernelPipeline(mlir::OpPassManager &manager, const Machine &machine);

} // namespace fovea

#endif // FOVEA_PASSES_PIPELINES_H
