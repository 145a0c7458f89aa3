//===- Chain.cpp - the reductions of a stage ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Chain.h"

#include "ir/Kept.h"
#include "passes/kernels/Reads.h"

#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

Chain::Chain(Operation *op) : op(op), fold(dyn_cast<ir::FoldOp>(op)) {
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

SmallVector<Value> Chain::roots() const {
  SmallVector<Value> roots;
  for (const Accumulator &part : parts) {
    roots.push_back(part.element);
    if (part.guard)
      roots.push_back(part.guard);
  }
  if (fold)
    for (Region &region : op->getRegions())
      llvm::append_range(roots, region.front().getTerminator()->getOperands());
  return roots;
}

SmallVector<Value> kernels::valuesUsedBy(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  if (op->getNumRegions() == 0)
    return values;
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  values.append(captured.begin(), captured.end());
  return values;
}

/// A fold of one accumulator that is its result is a reduction.
static void toReduction(ir::FoldOp fold) {
  Operation *yield = fold.getFinish().front().getTerminator();
  if (fold.getNumGauges() > 0 || fold.getNumAccumulators() != 1 ||
      fold->getNumResults() != 1 ||
      yield->getOperand(0) != fold.getFinish().getArgument(0))
    return;
  ir::LiftOp lift = fold.getLift();
  // All that the element is made from has been moved out.
  OpBuilder builder(fold);
  auto reduce = ir::ReduceOp::create(builder, fold.getLoc(), lift.getKind(0),
                                     lift.getElements()[0], lift.getGuard(0),
                                     fold.getAxes());
  if (reduce.getResult().getType() != fold->getResult(0).getType()) {
    reduce->erase();
    return;
  }
  reduce->setDiscardableAttrs(fold->getDiscardableAttrDictionary());
  // What was recomputed in a fold still is, what had one of its own is stored.
  reduce->setAttr(ir::keptName, builder.getUnitAttr());
  fold->getResult(0).replaceAllUsesWith(reduce.getResult());
  fold->erase();
}

void kernels::prepareFolds(ir::FuncOp func) {
  auto folds = llvm::to_vector(func.getBody().getOps<ir::FoldOp>());
  for (ir::FoldOp fold : folds) {
    for (Region &region : fold->getRegions())
      for (Operation &op :
           llvm::make_early_inc_range(region.front().without_terminator())) {
        const bool isFree = llvm::none_of(op.getOperands(), [&](Value operand) {
          return operand.getParentRegion() == &region;
        });
        if (isFree)
          op.moveBefore(fold);
      }
    toReduction(fold);
  }
}

bool Chain::isSteady() const {
  bool isSum = false, isExponential = false;
  for (unsigned q = 0; q < numGauges(); ++q)
    for (const Accumulator &part : accumulators().take_front(after(q)))
      isSum |=
          part.kind != ir::ReduceKind::Max && part.kind != ir::ReduceKind::Min;
  if (ir::FoldOp fold = getFold())
    for (Operation &op : fold.getElement().front())
      isExponential |=
          isa<ir::ExpOp, ir::Exp2Op, ir::Expm1Op, ir::SinhOp, ir::CoshOp>(op);
  return !isSum || !isExponential;
}
