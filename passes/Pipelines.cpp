//===- Pipelines.cpp - the compiler's table of contents -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Pipelines.h"

#include "mlir/Transforms/Passes.h"

void fovea::buildOptimizePipeline(mlir::OpPassManager &manager) {
  // Local rules that hold for every number (ir/Folders.cpp), then one copy of
  // equal formulas: later passes take equal values to be the same value.
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
}
