//===- fovea-opt.cpp - passes by hand, for compiler developers ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "passes/Passes.h"
#include "passes/Pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  registry.insert<fovea::ir::FoveaDialect>();
  mlir::registerCanonicalizerPass();
  mlir::registerCSEPass();
  fovea::registerFoveaPasses();
  mlir::PassPipelineRegistration<>(
      "fovea-optimize", "formulas simplified: what comes before fusion",
      [](mlir::OpPassManager &manager) {
        fovea::buildOptimizePipeline(manager);
      });
  return mlir::asMainReturnCode(mlir::MlirOptMain(
      argc, argv, "checks and transforms the fovea dialect\n", registry));
}
