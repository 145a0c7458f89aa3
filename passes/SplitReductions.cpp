//===- SplitReductions.cpp - a reduction over rows of reductions ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/TypeOf.h"
#include "passes/Passes.h"

#include "llvm/ADT/SetVector.h"

namespace fovea {
#define GEN_PASS_DEF_SPLITREDUCTIONS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

/// The reductions that elements of `value` are made from.
static llvm::SetVector<Operation *> reductionsBehind(Value value) {
  llvm::SetVector<Value> work;
  llvm::SetVector<Operation *> found;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (isa<ir::ReduceOp>(op))
      found.insert(op);
    else
      work.insert_range(op->getOperands());
  }
  return found;
}

/// Whether the places of the reduction are those of other reductions' results,
/// along two axes at least: scores, of which each row is a fold.
static bool isOverScores(ir::ReduceOp reduce) {
  return llvm::any_of(
      reductionsBehind(reduce.getOperand()), [&](Operation *other) {
        return llvm::count_if(
                   ir::axesOf(reduce.getAxes()), [&](ir::AxisAttr axis) {
                     return cast<ir::ReduceOp>(other).getType().hasAxis(
                         axis.getName());
                   }) > 1;
      });
}

/// Of equal elements argmax wants the first, in the order of all places.
static bool mayBeSplit(ir::ReduceOp reduce) {
  return reduce.getAxes().size() > 1 && !ir::isArg(reduce.getKind()) &&
         isOverScores(reduce);
}

namespace {
struct SplitReductions : fovea::impl::SplitReductionsBase<SplitReductions> {
  void runOnOperation() override {
    // A chain over the same axes is one pass as it is.
    llvm::SmallPtrSet<Operation *, 8> chained;
    auto reductions =
        llvm::to_vector(getOperation().getBody().getOps<ir::ReduceOp>());
    for (ir::ReduceOp reduce : reductions)
      for (Value from : reduce->getOperands())
        for (Operation *other : reductionsBehind(from))
          if (cast<ir::ReduceOp>(other).getAxes() == reduce.getAxes())
            chained.insert({reduce, other});
    for (ir::ReduceOp reduce : reductions)
      if (!chained.contains(reduce) && mayBeSplit(reduce))
        split(reduce);
  }

  static void split(ir::ReduceOp reduce) {
    OpBuilder b(reduce);
    SmallVector<ir::AxisAttr> outer = ir::axesOf(reduce.getAxes());
    const ir::AxisAttr inner = outer.pop_back_val();
    const ir::ArrayType type = reduce.getType();
    SmallVector<ir::ArrayType> types = {
        type.withAxes({}),
        ir::typeOf(reduce.getOperand()).withElement(type.getElementType())};
    if (Value guard = reduce.getGuard())
      types.push_back(ir::typeOf(guard).withElement(type.getElementType()));
    SmallVector<ir::AxisAttr> axes = *ir::unionAxes(types);
    llvm::erase(axes, inner);
    Value rows = ir::ReduceOp::create(b, reduce.getLoc(), type.withAxes(axes),
                                      reduce.getKind(), reduce.getOperand(),
                                      reduce.getGuard(),
                                      ir::axisArray(b.getContext(), inner));
    Value all = ir::ReduceOp::create(b, reduce.getLoc(), type, reduce.getKind(),
                                     rows, /*guard=*/nullptr,
                                     ir::axisArray(b.getContext(), outer));
    reduce.getResult().replaceAllUsesWith(all);
    reduce.erase();
  }
};
} // namespace
