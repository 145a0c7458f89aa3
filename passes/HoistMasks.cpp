//===- HoistMasks.cpp - a mask within a choice is a mask of the choice ----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "ir/Formula.h"
#include "passes/Demand.h"
#include "passes/Passes.h"
#include "passes/Retype.h"

namespace fovea {
#define GEN_PASS_DEF_HOISTMASKS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static ir::SelectOp maskOf(Value value, ir::HardKind kind) {
  auto select = value.getDefiningOp<ir::SelectOp>();
  return select && select.getHard() == kind ? select : nullptr;
}

/// The operand of a sum that is masked, since a sum with a hard -inf is one. If
/// both are, the one whose condition cannot fail: the other's is not needed
/// where that excludes.
static OpOperand *maskedTerm(Operation *sum) {
  OpOperand *found = nullptr;
  for (OpOperand &operand : sum->getOpOperands()) {
    ir::SelectOp mask = maskOf(operand.get(), ir::HardKind::NegInf);
    if (!mask || (isa<ir::SubOp>(sum) && operand.getOperandNumber() == 1))
      continue;
    if (!found || !mayFail(mask.getCondition()))
      found = &operand;
    if (!mayFail(mask.getCondition()))
      break;
  }
  return found;
}

/// The sum with its mask outside, and the sum inside; null if it has none.
static std::pair<ir::SelectOp, Operation *> unmasked(Operation *sum) {
  OpOperand *term = maskedTerm(sum);
  if (!term)
    return {};
  ir::SelectOp mask = maskOf(term->get(), ir::HardKind::NegInf);
  OpBuilder b(sum);
  Operation *inner = b.clone(*sum);
  inner->setOperand(term->getOperandNumber(), mask.getOnTrue());
  retype(inner);
  return {ir::SelectOp::create(b, sum->getLoc(), mask.getCondition(),
                               inner->getResult(0), mask.getOnFalse(),
                               mask.getHard()),
          inner};
}

/// The choice with the mask outside; null if no branch has one. A hard 0 stays
/// inside of a hard -inf, which sums of scores skip.
static ir::SelectOp hoisted(ir::SelectOp choice) {
  OpBuilder b(choice);
  const Location loc = choice.getLoc();
  for (ir::HardKind kind : {ir::HardKind::NegInf, ir::HardKind::Zero}) {
    if (choice.getHard() == ir::HardKind::NegInf || choice.getHard() == kind)
      return nullptr;
    Value condition = choice.getCondition();
    Value onTrue = choice.getOnTrue(), onFalse = choice.getOnFalse();
    ir::SelectOp first = maskOf(onTrue, kind), second = maskOf(onFalse, kind);
    if (!first && !second)
      continue;
    // The mask's own condition is needed only where its branch is taken; the
    // name is the choice's.
    const Location place = ir::placeIn(loc);
    Value counts;
    if (first && second && first.getCondition() == second.getCondition() &&
        !mayFail(condition)) {
      counts = first.getCondition();
      onTrue = first.getOnTrue();
      onFalse = second.getOnTrue();
    } else if (second) {
      counts = ir::OrOp::create(b, place, condition, second.getCondition());
      onFalse = second.getOnTrue();
    } else {
      counts =
          ir::OrOp::create(b, place, ir::NotOp::create(b, place, condition),
                           first.getCondition());
      onTrue = first.getOnTrue();
    }
    Value inner = ir::SelectOp::create(b, loc, condition, onTrue, onFalse,
                                       choice.getHard());
    ir::SelectOp mask = second ? second : first;
    return ir::SelectOp::create(b, loc, counts, inner, mask.getOnFalse(), kind);
  }
  return nullptr;
}

namespace {
struct HoistMasks : fovea::impl::HoistMasksBase<HoistMasks> {
  void runOnOperation() override {
    SmallVector<Operation *> work;
    for (Operation &op : getOperation().getBody().front())
      if (isa<ir::SelectOp, ir::AddOp, ir::SubOp>(op))
        work.push_back(&op);
    // Inner ones come earlier in the block.
    std::reverse(work.begin(), work.end());
    while (!work.empty()) {
      Operation *op = work.pop_back_val();
      ir::SelectOp made;
      Operation *inner = nullptr;
      if (auto choice = dyn_cast<ir::SelectOp>(op)) {
        made = hoisted(choice);
        inner = made ? made.getOnTrue().getDefiningOp() : nullptr;
      } else {
        std::tie(made, inner) = unmasked(op);
      }
      if (!made)
        continue;
      op->getResult(0).replaceAllUsesWith(made.getResult());
      op->erase();
      // What is left may have another mask.
      work.push_back(inner);
    }
  }
};
} // namespace
