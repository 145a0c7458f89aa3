//===- HoistMasks.cpp - every sum and choice has one mask, outside --------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "ir/Formula.h"
#include "passes/Demand.h"
#include "passes/Passes.h"
#include "passes/Retype.h"

#include "mlir/IR/IRMapping.h"

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

/// A condition without what is there twice, those that cannot fail first.
static Value both(OpBuilder &b, Location loc, Value x, Value y) {
  if (x == y)
    return x;
  if (mayFail(x) && !mayFail(y))
    std::swap(x, y);
  return ir::AndOp::create(b, loc, x, y);
}

/// The mask of a sum, of which one term is masked or both: with a hard -inf it
/// is one. Null if none is.
static ir::SelectOp unmasked(Operation *sum) {
  const bool isDifference = isa<ir::SubOp>(sum);
  // Of x - x only one would lose its mask.
  if (isDifference && sum->getOperand(0) == sum->getOperand(1))
    return nullptr;
  OpBuilder b(sum);
  // The name is the sum's, and not its condition's.
  const Location place = ir::placeIn(sum->getLoc());
  Value condition, excluded;
  IRMapping terms;
  for (Value term : sum->getOperands().take_front(isDifference ? 1 : 2)) {
    ir::SelectOp mask = maskOf(term, ir::HardKind::NegInf);
    if (!mask)
      continue;
    terms.map(term, mask.getOnTrue());
    excluded = mask.getOnFalse();
    // Of two conditions the second is not needed where the first excludes.
    condition = condition ? both(b, place, condition, mask.getCondition())
                          : mask.getCondition();
  }
  if (!condition)
    return nullptr;
  Operation *inner = b.clone(*sum, terms);
  retype(inner);
  return ir::SelectOp::create(b, sum->getLoc(), condition, inner->getResult(0),
                              excluded, ir::HardKind::NegInf);
}

/// The choice with its masks outside, as one; null if it has none to move. A
/// hard 0 stays inside of a hard -inf, which sums of scores skip.
static ir::SelectOp hoisted(ir::SelectOp choice) {
  OpBuilder b(choice);
  const Location loc = choice.getLoc(), place = ir::placeIn(loc);
  const ir::HardKind hard = choice.getHard();
  Value condition = choice.getCondition();
  if (hard != ir::HardKind::None)
    if (ir::SelectOp mask = maskOf(choice.getOnTrue(), hard))
      // The inner condition is needed only where the outer one holds.
      return ir::SelectOp::create(
          b, loc, ir::AndOp::create(b, place, condition, mask.getCondition()),
          mask.getOnTrue(), choice.getOnFalse(), hard);
  for (ir::HardKind kind : {ir::HardKind::NegInf, ir::HardKind::Zero}) {
    if (hard == ir::HardKind::NegInf || hard == kind)
      return nullptr;
    ir::SelectOp first = maskOf(choice.getOnTrue(), kind),
                 second = maskOf(choice.getOnFalse(), kind);
    if (!first && !second)
      continue;
    // A mask's own condition is needed only where its branch is taken.
    Value counts;
    auto otherwise = [&] { return ir::NotOp::create(b, place, condition); };
    if (!first) {
      counts = ir::OrOp::create(b, place, condition, second.getCondition());
    } else if (!second) {
      counts = ir::OrOp::create(b, place, otherwise(), first.getCondition());
    } else if (first.getCondition() == second.getCondition() &&
               !mayFail(condition)) {
      counts = first.getCondition();
    } else {
      counts = ir::OrOp::create(
          b, place,
          ir::AndOp::create(b, place, condition, first.getCondition()),
          ir::AndOp::create(b, place, otherwise(), second.getCondition()));
    }
    Value inner = ir::SelectOp::create(
        b, loc, condition, first ? first.getOnTrue() : choice.getOnTrue(),
        second ? second.getOnTrue() : choice.getOnFalse(), hard);
    return ir::SelectOp::create(b, loc, counts, inner,
                                (first ? first : second).getOnFalse(), kind);
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
      auto choice = dyn_cast<ir::SelectOp>(op);
      ir::SelectOp made = choice ? hoisted(choice) : unmasked(op);
      if (!made)
        continue;
      op->getResult(0).replaceAllUsesWith(made.getResult());
      op->erase();
      // It has one mask of its kind; what is left of a choice may have others.
      if (!choice)
        continue;
      if (auto left = made.getOnTrue().getDefiningOp<ir::SelectOp>())
        work.push_back(left);
    }
  }
};
} // namespace
