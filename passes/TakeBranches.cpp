//===- TakeBranches.cpp - conditions that are known -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/TypeOf.h"
#include "passes/Passes.h"
#include "passes/Retype.h"

#include "mlir/IR/Matchers.h"

namespace fovea {
#define GEN_PASS_DEF_TAKEBRANCHES
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using ir::typeOf;

/// The branch that is taken, or null if that is not known. A hard number is one
/// in all of its places, but of the other branch nothing is left.
static Value branchOf(ir::SelectOp select) {
  IntegerAttr condition;
  if (!matchPattern(select.getCondition(), m_Constant(&condition)))
    return nullptr;
  if (condition.getValue().isOne())
    return select.getOnTrue();
  if (select.getHard() == ir::HardKind::None)
    return select.getOnFalse();
  if (select.getOnTrue() == select.getOnFalse())
    return nullptr;
  OpBuilder b(select);
  return ir::SelectOp::create(b, select.getLoc(), select.getCondition(),
                              select.getOnFalse(), select.getOnFalse(),
                              select.getHard());
}

namespace {
struct TakeBranches : fovea::impl::TakeBranchesBase<TakeBranches> {
  void runOnOperation() override {
    for (ir::SelectOp select : llvm::make_early_inc_range(
             getOperation().getBody().getOps<ir::SelectOp>()))
      if (Value branch = branchOf(select)) {
        const bool isNarrower = branch.getType() != select.getType();
        select.getResult().replaceAllUsesWith(branch);
        select.erase();
        if (isNarrower)
          retypeUsers(branch);
      }
  }
};
} // namespace
