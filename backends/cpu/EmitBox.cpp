//===- EmitBox.cpp - guards over a block of places ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Masks are formulas over indices. Before a block of places is visited they are
// evaluated with intervals in the place of indices: a block in which none holds
// is left out, and one in which all do is visited without a test. So causal
// masks, windows, prefixes and what can be made of them need no patterns.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "passes/kernels/Reads.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/TypeSwitch.h"

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

/// The least and the greatest number that an i64 has in the block; none if that
/// is not known.
std::optional<Emitter::Bounds> Emitter::boundsOf(Value value, Scope &scope,
                                                 const CoordByAxis &place) {
  if (!typeOf(value).getElementType().isInteger(64))
    return std::nullopt;
  if (isFixed(value, place)) {
    Value number = elementAt(value, place).value;
    enter(scope);
    return Bounds{number, number, b.flag(true)};
  }
  Operation *op = value.getDefiningOp();
  if (!op || storages.contains(value))
    return std::nullopt;
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
    Value first = coordinates[place.lookup(axis)].value;
    Value end = arith::MinSIOp::create(
        b, arith::AddIOp::create(b, first, b.i64(schedule.lanes)),
        size(schedule.laneRow.getSize()));
    return Bounds{first, arith::SubIOp::create(b, end, b.i64(1)), b.flag(true)};
  }
  if (!isa<ir::AddOp, ir::SubOp, ir::MinOp, ir::MaxOp, ir::FloorDivOp>(op))
    return std::nullopt;
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
  if (isFixed(value, place)) {
    Value holds = elementAt(value, place).value;
    enter(scope);
    return Chances{holds, b.negated(holds)};
  }
  Operation *op = value.getDefiningOp();
  if (!op || storages.contains(value))
    return std::nullopt;
  if (auto keep = dyn_cast<ir::KeepOp>(op))
    return chancesOf(keep.getOperand(), scope, place);
  if (auto compare = dyn_cast<ir::CompareOp>(op)) {
    const auto lhs = boundsOf(compare.getLhs(), scope, place);
    const auto rhs = boundsOf(compare.getRhs(), scope, place);
    if (!lhs || !rhs)
      return std::nullopt;
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
    return std::nullopt;
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
  const bool isVector = schedule.laneRow && schedule.lanes > 1;
  if (guards.empty() || !(isVector || schedule.blockLanes > 1)) {
    emitStep(outer, place, first, last);
    return;
  }
  Scope &box = newPhase(outer);
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
