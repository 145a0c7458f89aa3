//===- SplitReductions.cpp - a reduction over rows of reductions ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
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

/// The axes along which a reduction is split off, if what is made from
/// reductions has rows: those along which a row was reduced itself (a maximum
/// of logits, which goes on as the chain of that row), or the last one, if
/// along two axes at least its places are those of reductions' results (scores,
/// of which each row is a fold).
static SmallVector<ir::AxisAttr> innerAxes(ir::ReduceOp reduce) {
  const SmallVector<ir::AxisAttr> axes = ir::axesOf(reduce.getAxes());
  // Of equal elements argmax wants the first, in the order of all places.
  if (axes.size() < 2 || ir::isArg(reduce.getKind()))
    return {};
  const auto behind = reductionsBehind(reduce.getOperand());
  auto varies = [](Operation *other, ir::AxisAttr axis) {
    return cast<ir::ReduceOp>(other).getType().hasAxis(axis.getName());
  };
  for (Operation *other : behind) {
    const SmallVector<ir::AxisAttr> own =
        ir::axesOf(cast<ir::ReduceOp>(other).getAxes());
    SmallVector<ir::AxisAttr> inner, rows;
    for (ir::AxisAttr axis : axes)
      (llvm::is_contained(own, axis) ? inner : rows).push_back(axis);
    if (inner.size() == own.size() && !rows.empty() &&
        llvm::all_of(rows,
                     [&](ir::AxisAttr row) { return varies(other, row); }))
      return inner;
  }
  for (Operation *other : behind)
    if (llvm::count_if(
            axes, [&](ir::AxisAttr axis) { return varies(other, axis); }) > 1)
      return {axes.back()};
  return {};
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
      if (!chained.contains(reduce))
        if (const auto inner = innerAxes(reduce); !inner.empty())
          split(reduce, inner);
  }

  static void split(ir::ReduceOp reduce, ArrayRef<ir::AxisAttr> inner) {
    OpBuilder b(reduce);
    auto isInner = [&](ir::AxisAttr axis) {
      return llvm::is_contained(inner, axis);
    };
    SmallVector<ir::AxisAttr> outer = ir::axesOf(reduce.getAxes());
    llvm::erase_if(outer, isInner);
    const ir::ArrayType type = reduce.getType();
    SmallVector<ir::ArrayType> types = {
        type.withAxes({}),
        ir::typeOf(reduce.getOperand()).withElement(type.getElementType())};
    if (Value guard = reduce.getGuard())
      types.push_back(ir::typeOf(guard).withElement(type.getElementType()));
    SmallVector<ir::AxisAttr> axes = *ir::unionAxes(types);
    llvm::erase_if(axes, isInner);
    // The name is that of all of it.
    const Location place = ir::placeIn(reduce.getLoc());
    Value rows = ir::ReduceOp::create(
        b, place, type.withAxes(axes), reduce.getKind(), reduce.getOperand(),
        reduce.getGuard(), ir::axisArray(b.getContext(), inner));
    Value all = ir::ReduceOp::create(b, reduce.getLoc(), type, reduce.getKind(),
                                     rows, /*guard=*/nullptr,
                                     ir::axisArray(b.getContext(), outer));
    reduce.getResult().replaceAllUsesWith(all);
    reduce.erase();
  }
};
} // namespace
