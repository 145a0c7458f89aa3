//===- StoragePlan.cpp - which values to store ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/StoragePlan.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

/// Up to so many steps are cheaper again than a table.
static constexpr int64_t fewSteps = 4;
static constexpr int64_t manySteps = 1000;

/// Whether `user` may need one element of the operand at several places.
static bool repeats(OpOperand &use) {
  Operation *user = use.getOwner();
  auto type = cast<ir::ArrayType>(use.get().getType());
  auto lacks = [&](ir::AxisAttr axis) { return !type.hasAxis(axis.getName()); };
  if (isa<ir::RenameOp>(user))
    return false;
  if (isa<ir::AtOp>(user) && use.getOperandNumber() == 0)
    return true;
  if (auto axes = user->getAttrOfType<ArrayAttr>("axes");
      axes && isa<ir::ReduceOp, ir::OutputOp>(user) &&
      llvm::any_of(axes.getAsRange<ir::AxisAttr>(), lacks))
    return true;
  return llvm::any_of(user->getResultTypes(), [&](Type result) {
    return llvm::any_of(cast<ir::ArrayType>(result).getAxes(), lacks);
  });
}

/// Steps of the operation alone.
static int64_t ownCost(Operation *op) {
  if (isa<ir::ReduceOp>(op))
    return manySteps;
  if (isa<ir::SizeOp, ir::RandomOp, ir::FoldKeyOp, ir::ExpOp, ir::Exp2Op,
          ir::Expm1Op, ir::LogOp, ir::Log1pOp, ir::TanhOp, ir::SinhOp,
          ir::CoshOp, ir::SigmoidOp, ir::ErfOp, ir::SinOp, ir::CosOp,
          ir::PowOp>(op))
    return fewSteps;
  return 1;
}

bool StoragePlan::store(Operation *op) {
  Value value = op->getResult(0);
  int64_t cost = ownCost(op);
  for (Value operand : op->getOperands())
    cost = std::min(cost + costs.lookup(operand), manySteps);
  bool again =
      !value.use_empty() && (!value.hasOneUse() || repeats(*value.use_begin()));
  bool stored = again && cost > fewSteps;
  costs[value] = stored ? 1 : cost;
  return stored;
}
