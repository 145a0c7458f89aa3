//===- HoistMasks.cpp - a mask within a choice is a mask of the choice ----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "passes/Passes.h"

namespace fovea {
#define GEN_PASS_DEF_HOISTMASKS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static ir::SelectOp maskOf(Value value) {
  auto select = value.getDefiningOp<ir::SelectOp>();
  return select && select.getHard() != ir::HardKind::None ? select : nullptr;
}

/// The choice with the mask outside; null if no branch has one.
static ir::SelectOp hoisted(ir::SelectOp choice) {
  if (choice.getHard() != ir::HardKind::None)
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
  } else {
    return nullptr;
  }
  // The mask's own condition is needed only where its branch is taken.
  Value counts = ir::OrOp::create(b, loc, condition, mask.getCondition());
  Value inner = ir::SelectOp::create(b, loc, choice.getCondition(), onTrue,
                                     onFalse, ir::HardKind::None);
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
