//===- EmitRandom.cpp - random numbers ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Scalar.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

Value cpu::emitRandom(CodeBuilder &b, Operation *op, ValueRange operands) {
  if (isa<ir::FoldKeyOp>(op))
    return b.call("fold_key", operands[0].getType(), operands);
  auto random = cast<ir::RandomOp>(op);
  const bool isUniform = random.getDistribution() == ir::Distribution::Uniform;
  Value number = b.call(isUniform ? "uniform" : "normal",
                        b.typeLike(b.getF64Type(), operands[0]), operands);
  Type element = random.getResult().getType().getElementType();
  return emitCast(b, number, b.getF64Type(), element);
}
