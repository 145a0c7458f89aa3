//===- EmitReduce.cpp - one step of a reduction ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Reads.h"
#include "backends/cpu/Reduction.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// The row-major number of a place among `axes`.
Value Emitter::positionIn(ArrayRef<ir::AxisAttr> axes,
                          const CoordByAxis &place) {
  Value position;
  for (ir::AxisAttr axis : axes) {
    Value coordinate = coordinates[place.lookup(axis.getName())].value;
    if (!position) {
      position = coordinate;
      continue;
    }
    Value rows = arith::MulIOp::create(b, position, size(axis.getSize()));
    position = arith::AddIOp::create(b, rows, coordinate);
  }
  return position ? position : b.i64(0);
}

/// `state` with the element at `place` joined in. If failures are carried they
/// are the last two.
SmallVector<Value> Emitter::joinElement(ir::ReduceOp reduce, Scope &scope,
                                        ValueRange state,
                                        const CoordByAxis &place) {
  const Element joined = elementAt(reduce.getOperand(), place);
  enter(scope);
  const bool carriesFailure = facts.mayFail(reduce.getResult());
  ValueRange numbers = carriesFailure ? state.drop_back(2) : state;
  Value position;
  if (reduce.getKind() == ir::ReduceKind::ArgMax ||
      reduce.getKind() == ir::ReduceKind::ArgMin)
    position = positionIn(ir::axesOf(reduce.getAxes()), place);
  SmallVector<Value> next =
      emitJoin(b, reduce.getKind(), numbers, joined.value, position);
  if (!carriesFailure)
    return next;
  Element carried;
  carried.failure = state[state.size() - 2];
  carried.culprit = state.back();
  carried = firstFailure(carried, joined);
  next.append({carried.failure, carried.culprit});
  return next;
}

/// The same where the guard holds.
SmallVector<Value> Emitter::emitStep(ir::ReduceOp reduce, Scope &inner,
                                     ValueRange state,
                                     const CoordByAxis &place) {
  if (!reduce.getGuard())
    return joinElement(reduce, inner, state, place);

  const Element guard = elementAt(reduce.getGuard(), place);
  enter(inner);
  // In the branch the coordinates of this loop are other ones, so that the code
  // that depends on them goes into the branch.
  auto *block = new Block;
  Scope &branch = newScope(&inner, block);
  CoordByAxis inside = place;
  for (auto &entry : inside)
    if (coordinates[entry.second].scope == &inner)
      entry.second = addCoordinate(coordinates[entry.second].value, branch);
  SmallVector<Value> visited = joinElement(reduce, branch, state, inside);
  b.setInsertionPointToEnd(block);
  scf::YieldOp::create(b, visited);

  enter(inner);
  auto visit = scf::IfOp::create(b, state.getTypes(), guard.value,
                                 /*addThenBlock=*/false,
                                 /*addElseBlock=*/false);
  visit.getThenRegion().push_back(block);
  visit.getElseRegion().push_back(new Block);
  b.setInsertionPointToEnd(visit.elseBlock());
  scf::YieldOp::create(b, state);
  enter(inner);
  SmallVector<Value> next(visit.getResults());
  if (!guard.failure)
    return next;
  Element carried;
  carried.failure = next[next.size() - 2];
  carried.culprit = next.back();
  carried = firstFailure(carried, guard);
  next[next.size() - 2] = carried.failure;
  next.back() = carried.culprit;
  return next;
}

void Emitter::emitReduction(ir::ReduceOp reduce, Scope &inner,
                            const CoordByAxis &place, const Storage &storage) {
  Type element = b.scalarType(arrayType(reduce.getOperand()).getElementType());
  const bool carriesFailure = facts.mayFail(reduce.getResult());
  enter(inner);
  SmallVector<Value> state = emitNeutral(b, reduce.getKind(), element);
  if (carriesFailure)
    state.append({b.i64(0), b.i64(0)});

  // Each loop hands its state to the one inside.
  SmallVector<Scope *> loops;
  CoordByAxis visited = place;
  Scope *scope = &inner;
  for (ir::AxisAttr axis : ir::axesOf(reduce.getAxes())) {
    Value extent = size(axis.getSize());
    enter(*scope);
    scope = &openLoop(*scope, b.i64(0), extent, state);
    loops.push_back(scope);
    visited[axis.getName()] =
        addCoordinate(scope->block->getArgument(0), *scope);
    state.assign(scope->block->args_begin() + 1, scope->block->args_end());
  }
  SmallVector<Value> results = emitStep(reduce, *scope, state, visited);
  for (Scope *loop : llvm::reverse(loops)) {
    close(*loop, results);
    results.assign(loop->block->getParentOp()->result_begin(),
                   loop->block->getParentOp()->result_end());
  }

  b.setInsertionPointToEnd(inner.block);
  Element result;
  if (carriesFailure) {
    result.culprit = results.pop_back_val();
    result.failure = results.pop_back_val();
  }
  result.value = emitFinish(b, reduce.getKind(), results, element);
  storeElement(storage, result, arrayType(reduce).getElementType(), place);
}
