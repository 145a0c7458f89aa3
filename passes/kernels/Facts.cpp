//===- Facts.cpp - what is known of values before code is emitted ---------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Facts.h"

#include "ir/Kept.h"
#include "passes/Demand.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

Facts::Facts(ir::FuncOp func) : ranges(func) { add(func.getBody().front()); }

void Facts::add(Block &block) {
  for (Operation &op : block) {
    if (auto fold = dyn_cast<ir::FoldOp>(op)) {
      addFold(fold);
    } else if (isa<ir::KernelOp, ir::PhaseOp>(op)) {
      Block &body = op.getRegion(0).front();
      add(body);
      for (auto [given, result] : llvm::zip_equal(
               body.getTerminator()->getOperands(), op.getResults())) {
        if (mayFail(given))
          failing.insert(result);
        if (Hardness hardness = this->hardness(given); hardness.any())
          hard[result] = hardness;
      }
    } else {
      add(&op);
    }
  }
}

void Facts::add(Operation *op) {
  if (op->getNumResults() != 1)
    return;
  Value result = op->getResult(0);
  if (canFail(op))
    failing.insert(result);
  if (Hardness hardness = hardnessOf(op); hardness.any())
    hard[result] = hardness;
}

/// If one accumulator may fail so may all that is made from the state.
void Facts::addFold(ir::FoldOp fold) {
  auto addAll = [&] {
    bool fails = false;
    for (Region &region : fold->getRegions())
      for (Operation &op : region.front()) {
        add(&op);
        fails |= canFail(&op);
      }
    return fails;
  };
  if (!addAll())
    return;
  for (Region &region : fold->getRegions())
    failing.insert(region.args_begin(), region.args_end());
  addAll();
  failing.insert(fold->result_begin(), fold->result_end());
}

bool Facts::isInRange(ir::AtOp at, unsigned k) const {
  Value index = at.getIndices()[k];
  auto axis = cast<ir::AxisAttr>(at.getAxes()[k]);
  return !mayFail(index) && (at->hasAttr(ir::checkedName) ||
                             ranges.isBelow(index, axis.getSize()));
}

bool Facts::isInRange(ir::AtOp at) const {
  for (unsigned k = 0; k < at.getIndices().size(); ++k)
    if (!isInRange(at, k))
      return false;
  return true;
}

bool Facts::isSafeDivision(Operation *op) const {
  return !isFallible(op) ||
         (isa<ir::FloorDivOp, ir::ModOp>(op) &&
          ranges.isNonZero(op->getOperand(1),
                           cast<ir::ArrayType>(op->getResult(0).getType())));
}

bool Facts::canFail(Operation *op) const {
  if (llvm::any_of(op->getOperands(), [&](Value v) { return mayFail(v); }))
    return true;
  if (auto at = dyn_cast<ir::AtOp>(op))
    return !isInRange(at);
  return op->getNumResults() == 1 && !isSafeDivision(op);
}

Hardness Facts::hardnessOf(Operation *op) const {
  auto mayBe = [&](ir::HardKind kind) {
    const HardSources sources = hardSources(op, kind);
    return sources.isOwn || llvm::any_of(sources.operands, [&](auto source) {
             const Hardness known = hardness(op->getOperand(source.first));
             return source.second == ir::HardKind::Zero ? known.zero
                                                        : known.negInf;
           });
  };
  return {mayBe(ir::HardKind::Zero), mayBe(ir::HardKind::NegInf)};
}
