//===- EmitInner.cpp - joining elements -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Also the reductions that lie inside of elements and are not stored (the
// scores of attention): a loop wherever such an element is needed. Those at
// places next to each other share one loop, so that what they have in common is
// read once and many sums are on their way at a time.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "passes/kernels/Reads.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// `state` with the element of `value` at `place` joined in. If failures are
/// carried they are the last two parts.
Emitter::Parts Emitter::joinElement(const Accumulation &how, Value value,
                                    bool fails, ArrayRef<ir::AxisAttr> axes,
                                    Scope &scope, ValueRange state,
                                    const CoordByAxis &place) {
  const int64_t lanes = cpu::lanesOf(how.element);
  auto product = value.getDefiningOp<ir::MulOp>();
  if (product && how.isNarrow && b.features().fma &&
      !facts.hardness(value).any() && !fails &&
      !tileFor({value, coordsOf(value, place)})) {
    const Element lhs = elementAt(product.getLhs(), place);
    const Element rhs = elementAt(product.getRhs(), place);
    enter(scope);
    return {LLVM::FMAOp::create(b, inLanes(lhs, lanes).value,
                                inLanes(rhs, lanes).value, state[0])};
  }
  Element joined = elementAt(value, place);
  enter(scope);
  joined = inLanes(joined, lanes);
  Value position;
  if (ir::isArg(how.kind))
    position = positionIn(axes, place);
  if (position && cpu::lanesOf(position) < lanes)
    position = b.broadcast(position, lanes);
  ValueRange numbers = fails ? state.drop_back(2) : state;
  Parts next(how.join(b, numbers, joined.value, position));
  if (!fails)
    return next;
  Element carried;
  carried.failure = state[state.size() - 2];
  carried.culprit = state.back();
  carried = firstFailure(carried, joined);
  next.append({carried.failure, carried.culprit});
  return next;
}

/// The same where the guard holds: lanes select, a scalar branches.
Emitter::Parts Emitter::joinAt(const Accumulation &how, Value value,
                               Value guard, bool fails,
                               ArrayRef<ir::AxisAttr> axes, Scope &scope,
                               ValueRange state, const CoordByAxis &place) {
  const int64_t lanes = cpu::lanesOf(how.element);
  if (lanes > 1) {
    Parts next = joinElement(how, value, fails, axes, scope, state, place);
    Value holds;
    if (guard) {
      const Element found = elementAt(guard, place);
      enter(scope);
      holds = inLanes(found, lanes).value;
    }
    // Of other axes all lanes may run, and those that do not exist go nowhere.
    Coords reduced;
    for (ir::AxisAttr axis : axes)
      reduced.push_back(place.lookup(axis.getName()));
    if (Value mask = maskAt(reduced))
      holds = holds ? b.both(holds, mask) : mask;
    if (!holds)
      return next;
    for (auto [after, before] : llvm::zip_equal(next, state))
      after = b.select(holds, after, before);
    return next;
  }
  if (!guard)
    return joinElement(how, value, fails, axes, scope, state, place);

  const Element holds = elementAt(guard, place);
  enter(scope);
  // In the branch the coordinates of this loop are other ones, so that the code
  // that depends on them goes into the branch.
  auto *block = new Block;
  Scope &branch = newScope(&scope, block);
  Scope *outside = now;
  if (now->depth >= scope.depth)
    now = &branch;
  CoordByAxis inside = place;
  for (auto &entry : inside)
    if (coordinates[entry.second].scope->depth >= scope.depth) {
      Coordinate copy = coordinates[entry.second];
      copy.scope = &branch;
      coordinates.push_back(copy);
      entry.second = coordinates.size() - 1;
    }
  Parts visited = joinElement(how, value, fails, axes, branch, state, inside);
  now = outside;
  b.setInsertionPointToEnd(block);
  scf::YieldOp::create(b, visited);

  enter(scope);
  auto visit = scf::IfOp::create(b, state.getTypes(), holds.value,
                                 /*addThenBlock=*/false,
                                 /*addElseBlock=*/false);
  visit.getThenRegion().push_back(block);
  visit.getElseRegion().push_back(new Block);
  b.setInsertionPointToEnd(visit.elseBlock());
  scf::YieldOp::create(b, state);
  enter(scope);
  Parts next(visit.getResults());
  if (!holds.failure)
    return next;
  Element carried;
  carried.failure = next[next.size() - 2];
  carried.culprit = next.back();
  carried = firstFailure(carried, holds);
  next[next.size() - 2] = carried.failure;
  next.back() = carried.culprit;
  return next;
}

Accumulation Emitter::innerAccumulation(ir::ReduceOp reduce, int64_t lanes) {
  Type element = b.scalarType(typeOf(reduce.getOperand()).getElementType());
  Accumulation how{reduce.getKind(), b.vectorOf(element, lanes)};
  how.isNarrow =
      lanes > 1 && reduce.getKind() == ir::ReduceKind::Sum && isFloat(element);
  return how;
}

/// The lanes along the last axis that `reduce` runs over, at places that have
/// none.
int64_t Emitter::lanesWithin(ir::ReduceOp reduce, ArrayRef<Coords> at) {
  if (schedule.blockLanes == 1 || lanesAt(at[0]) > 1)
    return 1;
  const StringAttr axis = ir::axesOf(reduce.getAxes()).back().getName();
  return readsAlong(reduce.getOperand(), axis) &&
                 !facts.mayFail(reduce.getResult())
             ? schedule.blockLanes
             : 1;
}

/// The elements of `reduce` at `at`, whose code lies in one scope.
void Emitter::emitInner(ir::ReduceOp reduce, ArrayRef<Coords> at) {
  Scope &home = homeOf(reduce.getResult(), at[0]);
  const bool fails = facts.mayFail(reduce.getResult());
  const int64_t within = lanesWithin(reduce, at);
  const int64_t lanes = fails ? 1 : std::max(within, lanesAt(at[0]));
  const Accumulation how = innerAccumulation(reduce, lanes);
  const SmallVector<ir::AxisAttr> axes = ir::axesOf(reduce.getAxes());

  OpBuilder::InsertionGuard guard(b);
  enter(home);
  Parts state;
  size_t size = 0;
  for (size_t r = 0; r < at.size(); ++r) {
    Parts parts(how.neutral(b));
    if (fails)
      parts.append({b.i64(0), b.i64(0)});
    state.append(parts);
    size = parts.size();
  }
  Scope *outside = now;
  SmallVector<Scope *> loops;
  CoordByAxis visited;
  Scope *scope = &home;
  auto visit = [&](ir::AxisAttr axis, Value from, Value to, bool isMasked) {
    enter(*scope);
    const int64_t step = axis == axes.back() ? within : 1;
    Scope &loop = openLoop(*scope, from, to, state, b.i64(step));
    visited[axis.getName()] = addCoordinate(loop.block->getArgument(0), loop);
    coordinates.back().lanes = step;
    if (isMasked) {
      enter(loop);
      Value left =
          arith::SubIOp::create(b, to, Value(loop.block->getArgument(0)));
      coordinates.back().mask =
          b.compare(arith::CmpIPredicate::slt, b.laneNumbers(step),
                    b.broadcast(left, step));
    }
    state.assign(loop.block->args_begin() + 1, loop.block->args_end());
    return &loop;
  };
  auto join = [&](Scope &loop) {
    Parts next;
    for (auto [r, coords] : llvm::enumerate(at)) {
      CoordByAxis place = byAxis(reduce.getResult(), coords);
      for (auto [axis, coordinate] : visited)
        place[axis] = coordinate;
      next.append(joinAt(how, reduce.getOperand(), reduce.getGuard(), fails,
                         axes, loop,
                         ArrayRef<Value>(state).slice(r * size, size), place));
    }
    return next;
  };
  for (ir::AxisAttr axis : ArrayRef<ir::AxisAttr>(axes).drop_back()) {
    Value extent = this->size(axis.getSize());
    scope = visit(axis, b.i64(0), extent, false);
    loops.push_back(scope);
  }
  Value extent = this->size(axes.back().getSize());
  enter(*scope);
  Value whole = extent;
  if (within > 1)
    whole = b.both(extent, b.i64(-within));
  Scope *inner = visit(axes.back(), b.i64(0), whole, false);
  Parts next = closeLoop(*inner, join(*inner));
  if (within > 1) {
    // At most once.
    state = next;
    inner = visit(axes.back(), whole, extent, true);
    next = closeLoop(*inner, join(*inner));
  }
  for (Scope *loop : llvm::reverse(loops))
    next = closeLoop(*loop, next);
  now = outside;

  enter(home);
  for (auto [r, coords] : llvm::enumerate(at)) {
    Parts parts(ArrayRef<Value>(next).slice(r * size, size));
    if (within > 1)
      parts = Parts(how.acrossLanes(b, parts));
    Element result;
    if (fails) {
      result.culprit = parts.pop_back_val();
      result.failure = parts.pop_back_val();
    }
    result.value = how.withLanes(lanes / within).finish(b, parts);
    home.elements[{reduce.getResult().getAsOpaquePointer(), coords}] = result;
  }
}

/// The inner reductions behind an element, those that are needed first in
/// front.
void Emitter::findInner(const Request &request, llvm::SetVector<Value> &order,
                        llvm::DenseMap<Value, SmallVector<Coords>> &found) {
  SmallVector<Request> work = {request};
  std::set<std::pair<void *, Coords>> seen;
  while (!work.empty()) {
    const Request next = work.pop_back_val();
    Operation *op = next.value.getDefiningOp();
    if (!op || storages.contains(next.value) || tileFor(next) ||
        !seen.insert({next.value.getAsOpaquePointer(), next.coords}).second)
      continue;
    if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
      if (facts.mayFail(next.value))
        continue;
      order.insert(next.value);
      if (!llvm::is_contained(found[next.value], next.coords))
        found[next.value].push_back(next.coords);
      continue;
    }
    if (!isa<ir::ElementwiseOpInterface, ir::FoldKeyOp, ir::RandomOp>(op))
      continue;
    for (Value operand : op->getOperands())
      work.push_back(
          {operand, project(next.coords, typeOf(next.value), typeOf(operand))});
  }
}

void Emitter::prepareInner(ArrayRef<Value> values,
                           ArrayRef<CoordByAxis> places) {
  llvm::SetVector<Value> order;
  llvm::DenseMap<Value, SmallVector<Coords>> found;
  for (Value value : values)
    for (const CoordByAxis &place : places)
      findInner({value, coordsOf(value, place)}, order, found);
  for (Value value : order) {
    llvm::erase_if(found[value], [&](const Coords &coords) {
      return homeOf(value, coords)
          .elements.contains({value.getAsOpaquePointer(), coords});
    });
    // Those at one place are made when they are asked for.
    if (found[value].size() > 1)
      emitInner(value.getDefiningOp<ir::ReduceOp>(), found[value]);
  }
}
