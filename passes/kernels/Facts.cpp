//===- Facts.cpp - what is known of values before code is emitted ---------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Facts.h"

#include "ir/Kept.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;
using ir::HardRule;

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
  auto type = cast<ir::ArrayType>(op->getResult(0).getType());
  if (type.isFloat() || op->hasAttr(ir::checkedName))
    return true;
  if (isa<ir::FloorDivOp, ir::ModOp>(op))
    return ranges.isNonZero(op->getOperand(1), type);
  if (!isa<ir::PowOp>(op))
    return true;
  auto exponent = op->getOperand(1).getDefiningOp<ir::ConstantOp>();
  auto value =
      exponent ? dyn_cast<IntegerAttr>(exponent.getValue()) : IntegerAttr();
  return value && value.getInt() >= 0;
}

bool Facts::canFail(Operation *op) const {
  if (llvm::any_of(op->getOperands(), [&](Value v) { return mayFail(v); }))
    return true;
  if (auto at = dyn_cast<ir::AtOp>(op))
    return !isInRange(at);
  return op->getNumResults() == 1 && !isSafeDivision(op);
}

Hardness Facts::hardnessOf(Operation *op) const {
  auto operand = [&](unsigned i) { return hardness(op->getOperand(i)); };
  if (isa<ir::RenameOp, ir::AtOp>(op))
    return operand(0);
  auto elementwise = dyn_cast<ir::ElementwiseOpInterface>(op);
  if (!elementwise)
    return {};

  switch (elementwise.hardRule()) {
  case HardRule::Plain:
    return {};
  case HardRule::Keep: {
    // Only floats have a -inf.
    auto type = cast<ir::ArrayType>(op->getResult(0).getType());
    return {operand(0).zero, operand(0).negInf && type.isFloat()};
  }
  case HardRule::Negate:
  case HardRule::Divide:
  case HardRule::Power:
  case HardRule::Root:
    return {operand(0).zero, false};
  case HardRule::Product:
    return {operand(0).zero || operand(1).zero, false};
  case HardRule::Sum:
    return {false, operand(0).negInf || operand(1).negInf};
  case HardRule::Minus:
    return {false, operand(0).negInf};
  case HardRule::Exp:
    return {operand(0).negInf, false};
  case HardRule::Choose: {
    const ir::HardKind kind = cast<ir::SelectOp>(op).getHard();
    return {operand(1).zero || operand(2).zero || kind == ir::HardKind::Zero,
            operand(1).negInf || operand(2).negInf ||
                kind == ir::HardKind::NegInf};
  }
  }
  return {};
}
