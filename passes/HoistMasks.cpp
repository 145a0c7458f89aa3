//===- HoistMasks.cpp - a mask within a choice is a mask of the choice ----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "passes/Passes.h"
#include "passes/Retype.h"

namespace fovea {
#define GEN_PASS_DEF_HOISTMASKS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The mask that a value is; what is added to a hard -inf is one, too.
static ir::SelectOp maskOf(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto select = dyn_cast_or_null<ir::SelectOp>(op))
    return select.getHard() != ir::HardKind::None ? select : nullptr;
  if (!isa_and_nonnull<ir::AddOp, ir::SubOp>(op))
    return nullptr;
  for (OpOperand &operand : op->getOpOperands()) {
    ir::SelectOp mask = maskOf(operand.get());
    if (!mask || mask.getHard() != ir::HardKind::NegInf ||
        (isa<ir::SubOp>(op) && operand.getOperandNumber() == 1))
      continue;
    OpBuilder b(op);
    Operation *sum = b.clone(*op);
    sum->setOperand(operand.getOperandNumber(), mask.getOnTrue());
    retype(sum);
    return ir::SelectOp::create(b, op->getLoc(), mask.getCondition(),
                                sum->getResult(0), mask.getOnFalse(),
                                mask.getHard());
  }
  return nullptr;
}

/// The choice with the mask outside; null if no branch has one. A hard 0 stays
/// inside of a hard -inf, which sums of scores skip.
static ir::SelectOp hoisted(ir::SelectOp choice) {
  if (choice.getHard() == ir::HardKind::NegInf)
    return nullptr;
  OpBuilder b(choice);
  const Location loc = choice.getLoc();
  Value condition = choice.getCondition();
  Value onTrue = choice.getOnTrue(), onFalse = choice.getOnFalse();
  ir::SelectOp mask = maskOf(onFalse);
  if (mask) {
    onFalse = mask.getOnTrue();
  } else if ((mask = maskOf(onTrue))) {
    onTrue = mask.getOnTrue();
    condition = ir::NotOp::create(b, loc, condition);
  }
  if (!mask || mask.getHard() == choice.getHard())
    return nullptr;
  // The mask's own condition is needed only where its branch is taken.
  Value counts = ir::OrOp::create(b, loc, condition, mask.getCondition());
  Value inner = ir::SelectOp::create(b, loc, choice.getCondition(), onTrue,
                                     onFalse, choice.getHard());
  return ir::SelectOp::create(b, loc, counts, inner, mask.getOnFalse(),
                              mask.getHard());
}

namespace {
struct HoistMasks : fovea::impl::HoistMasksBase<HoistMasks> {
  void runOnOperation() override {
    SmallVector<ir::SelectOp> work(
        getOperation().getBody().getOps<ir::SelectOp>());
    // Inner ones come earlier in the block.
    std::reverse(work.begin(), work.end());
    while (!work.empty()) {
      ir::SelectOp choice = work.pop_back_val();
      ir::SelectOp made = hoisted(choice);
      if (!made)
        continue;
      choice.getResult().replaceAllUsesWith(made.getResult());
      choice.erase();
      // The other branch may have a mask, too.
      work.push_back(made.getOnTrue().getDefiningOp<ir::SelectOp>());
    }
  }
};
} // namespace
