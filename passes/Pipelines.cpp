//===- Pipelines.cpp - the compiler's table of contents -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Pipelines.h"

#include "passes/Passes.h"

#include "mlir/Transforms/Passes.h"

void fovea::buildOptimizePipeline(mlir::OpPassManager &manager) {
  // Local rules that hold for every number (ir/Folders.cpp), then one copy of
  // equal formulas: later passes take equal values to be the same value.
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addNestedPass<ir::FuncOp>(createTakeBranches());
  manager.addPass(mlir::createCSEPass());
}

void fovea::buildFusePipeline(mlir::OpPassManager &manager) {
  // What has other names in a function that it is handed to is still the same.
  manager.addNestedPass<ir::FuncOp>(createUnifyAxes());
  // What is excluded is not visited, however it is written, and
  manager.addNestedPass<ir::FuncOp>(createHoistMasks());
  // wherever it is read; what is read of a large formula need not be stored.
  manager.addNestedPass<ir::FuncOp>(createSinkReads());
  // What is made of what was read.
  manager.addNestedPass<ir::FuncOp>(createHoistMasks());
  // Scores have rows, whatever is made of them.
  manager.addNestedPass<ir::FuncOp>(createSplitReductions());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
  // Chains of reductions become folds; what their regions share is one value.
  manager.addNestedPass<ir::FuncOp>(createDeriveFolds());
  manager.addPass(mlir::createCanonicalizerPass());
  manager.addPass(mlir::createCSEPass());
}

void fovea::buildKernelPipeline(mlir::OpPassManager &manager,
                                const Machine &machine) {
  manager.addNestedPass<ir::FuncOp>(
      createFormKernels({.vectorBytes = machine.vectorBytes,
                         .vectorRegisters = machine.vectorRegisters}));
}
