//===- EmitBox.cpp - guards over a block of places ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Masks are formulas over indices. Before a block of places is visited they are
// evaluated with intervals in the place of indices: a block in which none holds
// is left out, and one in which all do is visited without a test. So causal
// masks, windows, prefixes and what can be made of them need no patterns. What
// is read along one axis of the block (ids of documents, flags of padding) is
// looked up there: so blocks of other documents are left out as well.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "passes/kernels/Reads.h"

#include <limits>
#include <tuple>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpIPredicate;

/// Whether `value` is the same at all places of the block: none of its axes
/// runs over lanes, in the stream or within the state of a row.
bool Emitter::isFixed(Value value, const CoordByAxis &place) {
  return !facts.mayFail(value) &&
         llvm::all_of(typeOf(value).getAxes(), [&](ir::AxisAttr axis) {
           return axis != schedule.laneRow && axis != schedule.stream.back() &&
                  place.count(axis.getName());
         });
}

/// An integer as an i64.
static Value widened(CodeBuilder &b, Value value) {
  if (value.getType().isInteger(64))
    return value;
  if (value.getType().isInteger(1))
    return arith::ExtUIOp::create(b, b.getI64Type(), value);
  return arith::ExtSIOp::create(b, b.getI64Type(), value);
}

/// The least and the greatest number that an integer or a bool, which varies
/// along one axis of the block, has there. Beside what is computed for so many
/// rows, to look at all of them costs nothing.
std::optional<Emitter::Bounds> Emitter::scanned(Value value, Scope &scope,
                                                const CoordByAxis &place) {
  if (!schedule.laneRow || schedule.lanes == 1 || facts.mayFail(value))
    return std::nullopt;
  ir::AxisAttr along;
  for (ir::AxisAttr axis : typeOf(value).getAxes()) {
    const bool varies =
        axis == schedule.laneRow || axis == schedule.stream.back();
    if (varies ? !!along : !place.count(axis.getName()))
      return std::nullopt;
    if (varies)
      along = axis;
  }
  const kernels::Cone cone(*this, value);
  for (Value part : cone.inOrder())
    if (part.getDefiningOp<ir::ReduceOp>() && !storages.contains(part))
      return std::nullopt;
  enter(scope);
  Value first = blockFirst, last = blockLast;
  if (along == schedule.laneRow)
    std::tie(first, last) = rowsOfBlock(place);
  Scope &loop = openLoop(scope, first, last,
                         {b.i64(std::numeric_limits<int64_t>::max()),
                          b.i64(std::numeric_limits<int64_t>::min())});
  CoordByAxis here = place;
  here[along.getName()] = addCoordinate(loop.block->getArgument(0), loop);
  Value number = elementAt(value, here).value;
  enter(loop);
  number = widened(b, number);
  const Parts ends = closeLoop(
      loop, {arith::MinSIOp::create(b, loop.block->getArgument(1), number),
             arith::MaxSIOp::create(b, loop.block->getArgument(2), number)});
  // Of numbers that are far apart sums could wrap around.
  const int64_t far = int64_t(1) << 55;
  Value isKnown = b.both(b.compare(CmpIPredicate::sge, ends[0], b.i64(-far)),
                         b.compare(CmpIPredicate::sle, ends[1], b.i64(far)));
  return Bounds{ends[0], ends[1], isKnown};
}

/// The rows that the lanes stand for, from the first to behind the last.
std::pair<Value, Value> Emitter::rowsOfBlock(const CoordByAxis &place) {
  Value first = coordinates[place.lookup(schedule.laneRow.getName())].value;
  Value last = arith::MinSIOp::create(
      b, arith::AddIOp::create(b, first, b.i64(schedule.lanes)),
      size(schedule.laneRow.getSize()));
  return {first, last};
}

/// The least and the greatest number that an integer has in the block; none if
/// that is not known. Formulas share their parts: each is asked about once.
std::optional<Emitter::Bounds> Emitter::boundsOf(Value value, Scope &scope,
                                                 const CoordByAxis &place) {
  if (auto found = knownBounds.find(value); found != knownBounds.end())
    return found->second;
  const std::optional<Bounds> bounds = makeBounds(value, scope, place);
  knownBounds[value] = bounds;
  return bounds;
}

std::optional<Emitter::Bounds> Emitter::makeBounds(Value value, Scope &scope,
                                                   const CoordByAxis &place) {
  if (typeOf(value).isFloat() || typeOf(value).isBool())
    return std::nullopt;
  if (isFixed(value, place)) {
    Value number = elementAt(value, place).value;
    enter(scope);
    number = widened(b, number);
    return Bounds{number, number, b.flag(true)};
  }
  Operation *op = value.getDefiningOp();
  // Arithmetic of i32 wraps elsewhere.
  if (!op || storages.contains(value) ||
      !typeOf(value).getElementType().isInteger(64))
    return scanned(value, scope, place);
  if (auto keep = dyn_cast<ir::KeepOp>(op))
    return boundsOf(keep.getOperand(), scope, place);
  if (auto index = dyn_cast<ir::IndexOp>(op)) {
    const StringAttr axis = index.getAxis().getName();
    enter(scope);
    if (axis == schedule.stream.back().getName())
      return Bounds{blockFirst, arith::SubIOp::create(b, blockLast, b.i64(1)),
                    b.flag(true)};
    if (!schedule.laneRow || axis != schedule.laneRow.getName()) {
      Value end = size(index.getAxis().getSize());
      return Bounds{b.i64(0), arith::SubIOp::create(b, end, b.i64(1)),
                    b.flag(true)};
    }
    const auto [first, last] = rowsOfBlock(place);
    return Bounds{first, arith::SubIOp::create(b, last, b.i64(1)),
                  b.flag(true)};
  }
  if (!isa<ir::AddOp, ir::SubOp, ir::MinOp, ir::MaxOp, ir::FloorDivOp>(op))
    return scanned(value, scope, place);
  const std::optional<Bounds> lhs = boundsOf(op->getOperand(0), scope, place);
  const std::optional<Bounds> rhs = boundsOf(op->getOperand(1), scope, place);
  if (!lhs || !rhs)
    return std::nullopt;
  enter(scope);
  // Of a quotient by a positive number both bounds are quotients.
  if (isa<ir::FloorDivOp>(op)) {
    auto size = op->getOperand(1).getDefiningOp<ir::SizeOp>();
    auto constant = op->getOperand(1).getDefiningOp<ir::ConstantOp>();
    const bool isPositive =
        size ||
        (constant && cast<IntegerAttr>(constant.getValue()).getInt() > 0);
    if (!isPositive)
      return std::nullopt;
  }
  // Growing in both operands, but for what is taken off.
  const bool falls = isa<ir::SubOp>(op);
  Value low = emitScalar(b, op, {lhs->low, falls ? rhs->high : rhs->low});
  Value high = emitScalar(b, op, {lhs->high, falls ? rhs->low : rhs->high});
  // No interval is so wide that both ends could wrap around apart: one that
  // wrapped has its ends in the wrong order.
  Value isKnown = b.both(b.both(lhs->isKnown, rhs->isKnown),
                         b.compare(CmpIPredicate::sle, low, high));
  return Bounds{low, high, isKnown};
}

/// Whether a bool holds somewhere and fails somewhere in the block.
std::optional<Emitter::Chances> Emitter::chancesOf(Value value, Scope &scope,
                                                   const CoordByAxis &place) {
  if (auto found = knownChances.find(value); found != knownChances.end())
    return found->second;
  const std::optional<Chances> chances = makeChances(value, scope, place);
  knownChances[value] = chances;
  return chances;
}

std::optional<Emitter::Chances> Emitter::makeChances(Value value, Scope &scope,
                                                     const CoordByAxis &place) {
  if (isFixed(value, place)) {
    Value holds = elementAt(value, place).value;
    enter(scope);
    return Chances{holds, b.negated(holds)};
  }
  auto lookedUp = [&]() -> std::optional<Chances> {
    const std::optional<Bounds> bounds = scanned(value, scope, place);
    if (!bounds)
      return std::nullopt;
    // Of bools that is known.
    enter(scope);
    return Chances{b.compare(CmpIPredicate::eq, bounds->high, b.i64(1)),
                   b.compare(CmpIPredicate::eq, bounds->low, b.i64(0))};
  };
  Operation *op = value.getDefiningOp();
  if (!op || storages.contains(value))
    return lookedUp();
  if (auto keep = dyn_cast<ir::KeepOp>(op))
    return chancesOf(keep.getOperand(), scope, place);
  if (auto compare = dyn_cast<ir::CompareOp>(op)) {
    const auto lhs = boundsOf(compare.getLhs(), scope, place);
    const auto rhs = boundsOf(compare.getRhs(), scope, place);
    if (!lhs || !rhs)
      return lookedUp();
    enter(scope);
    Value isUnknown = b.negated(b.both(lhs->isKnown, rhs->isKnown));
    auto less = [&](Value a, Value c) {
      return b.either(isUnknown, b.compare(CmpIPredicate::slt, a, c));
    };
    auto atMost = [&](Value a, Value c) {
      return b.either(isUnknown, b.compare(CmpIPredicate::sle, a, c));
    };
    Chances equal{
        b.both(atMost(lhs->low, rhs->high), atMost(rhs->low, lhs->high)),
        b.either(less(lhs->low, rhs->high), less(rhs->low, lhs->high))};
    switch (compare.getPredicate()) {
    case ir::Predicate::Lt:
      return Chances{less(lhs->low, rhs->high), atMost(rhs->low, lhs->high)};
    case ir::Predicate::Le:
      return Chances{atMost(lhs->low, rhs->high), less(rhs->low, lhs->high)};
    case ir::Predicate::Gt:
      return Chances{less(rhs->low, lhs->high), atMost(lhs->low, rhs->high)};
    case ir::Predicate::Ge:
      return Chances{atMost(rhs->low, lhs->high), less(lhs->low, rhs->high)};
    case ir::Predicate::Eq:
      return equal;
    case ir::Predicate::Ne:
      return Chances{equal.fails, equal.holds};
    }
  }
  if (auto inverse = dyn_cast<ir::NotOp>(op)) {
    const auto chances = chancesOf(inverse.getOperand(), scope, place);
    if (!chances)
      return std::nullopt;
    return Chances{chances->fails, chances->holds};
  }
  if (!isa<ir::AndOp, ir::OrOp>(op))
    return lookedUp();
  auto lhs = chancesOf(op->getOperand(0), scope, place);
  auto rhs = chancesOf(op->getOperand(1), scope, place);
  if (!lhs && !rhs)
    return std::nullopt;
  enter(scope);
  const Chances any{b.flag(true), b.flag(true)};
  const Chances one = lhs.value_or(any), other = rhs.value_or(any);
  if (isa<ir::AndOp>(op))
    return Chances{b.both(one.holds, other.holds),
                   b.either(one.fails, other.fails)};
  return Chances{b.either(one.holds, other.holds),
                 b.both(one.fails, other.fails)};
}

/// Runs a step for the block, or not, or without tests.
void Emitter::visitBlock(Scope &outer, const CoordByAxis &place, Value first,
                         Value last) {
  blockFirst = first;
  blockLast = last;
  alwaysTrue.clear();
  llvm::SetVector<Value> guards;
  bool isGuarded = true;
  for (const Chain::Accumulator &part : chain->accumulators()) {
    isGuarded &= !!part.guard;
    if (part.guard)
      guards.insert(part.guard);
  }
  const bool isVector = schedule.lanes > 1 || schedule.blockLanes > 1;
  if (guards.empty() || !isVector || schedule.isLight()) {
    emitStep(outer, place, first, last);
    return;
  }
  Scope &box = newPhase(outer);
  knownBounds.clear();
  knownChances.clear();
  Value anyHolds, anyFails;
  for (Value guard : guards) {
    const auto chances = chancesOf(guard, box, place);
    if (!chances) {
      emitStep(outer, place, first, last);
      return;
    }
    enter(box);
    anyHolds = anyHolds ? b.either(anyHolds, chances->holds) : chances->holds;
    anyFails = anyFails ? b.either(anyFails, chances->fails) : chances->fails;
  }
  enter(box);
  auto step = [&](Scope &around) {
    branch(
        around, anyFails,
        [&](Scope &some) { emitStep(some, place, first, last); },
        [&](Scope &all) {
          alwaysTrue.insert(guards.begin(), guards.end());
          emitStep(all, place, first, last);
          alwaysTrue.clear();
        });
  };
  if (!isGuarded) {
    step(box);
    return;
  }
  branch(box, anyHolds, step);
}
