//===- Sort.cpp - operations before their users ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Sort.h"

#include "mlir/Analysis/TopologicalSortUtils.h"

using namespace fovea;

void fovea::sortOperations(ir::FuncOp func) {
  mlir::Block &block = func.getBody().front();
  const auto outputs = ir::outputsOf(func);
  mlir::sortTopologically(&block);
  for (ir::OutputOp output : outputs)
    output->moveBefore(&block, block.end());
}
