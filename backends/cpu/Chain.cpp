//===- Chain.cpp - the reductions of a stage ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Chain.h"

#include "backends/cpu/Reads.h"

#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

Chain::Chain(Operation *op) : fold(dyn_cast<ir::FoldOp>(op)) {
  if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
    streamed = ir::axesOf(reduce.getAxes());
    parts.push_back({reduce.getKind(), reduce.getOperand(), reduce.getGuard(),
                     reduce.getResult().getType()});
    return;
  }
  streamed = ir::axesOf(fold.getAxes());
  ir::LiftOp lift = fold.getLift();
  Block &repair = fold.getRepair().front();
  for (unsigned k = 0; k < fold.getNumAccumulators(); ++k)
    parts.push_back(
        {lift.getKind(k), lift.getElements()[k], lift.getGuard(k),
         fold.getAccumulatorType(k), fold.getGaugesBefore(k),
         !ir::isArg(lift.getKind(k)) &&
             repair.getTerminator()->getOperand(k) != repair.getArgument(k)});
  for (Type type : fold.getElement().front().getArgumentTypes())
    gaugeTypes.push_back(cast<ir::ArrayType>(type));
  makers.append(fold.getAfter().begin(), fold.getAfter().end());
}

bool Chain::isStreamed(StringAttr axis) const {
  return llvm::any_of(streamed, [&](ir::AxisAttr streamed) {
    return streamed.getName() == axis;
  });
}

SmallVector<ir::AxisAttr> Chain::commonAxes() const {
  SmallVector<ir::AxisAttr> common(parts.front().type.getAxes());
  auto keepThoseOf = [&](ir::ArrayType type) {
    llvm::erase_if(common, [&](ir::AxisAttr axis) {
      return !type.hasAxis(axis.getName());
    });
  };
  for (const Accumulator &part : parts)
    keepThoseOf(part.type);
  for (ir::ArrayType type : gaugeTypes)
    keepThoseOf(type);
  return common;
}

SmallVector<Value> cpu::valuesUsedBy(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  if (op->getNumRegions() == 0)
    return values;
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  values.append(captured.begin(), captured.end());
  return values;
}

void cpu::hoistFromFolds(ir::FuncOp func) {
  for (auto fold :
       llvm::make_early_inc_range(func.getBody().getOps<ir::FoldOp>()))
    for (Region &region : fold->getRegions())
      for (Operation &op :
           llvm::make_early_inc_range(region.front().without_terminator())) {
        const bool isFree = llvm::none_of(op.getOperands(), [&](Value operand) {
          return operand.getParentRegion() == &region;
        });
        if (isFree)
          op.moveBefore(fold);
      }
}
