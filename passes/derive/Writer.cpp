//===- Writer.cpp - a fold from what was derived --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Writer.h"

#include "ir/Formula.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

FoldWriter::Region::Region()
    : known([](const auto &x, const auto &y) {
        return std::make_pair(x.first->id, x.second.getAsOpaquePointer()) <
               std::make_pair(y.first->id, y.second.getAsOpaquePointer());
      }) {}

FoldWriter::FoldWriter(OpBuilder &builder, Chain &chain,
                       ArrayRef<ir::AxisAttr> axes, const Placement &placement,
                       ArrayRef<unsigned> members, ArrayRef<unsigned> wanted)
    : b(builder), chain(chain), axes(axes), placement(placement),
      members(members.begin(), members.end()),
      wanted(wanted.begin(), wanted.end()), loc(builder.getUnknownLoc()),
      whole(loc) {
  // Names stay with what they name; the operations of a fold are others.
  SmallVector<Location> places;
  for (unsigned member : members)
    if (ir::ReduceOp op = chain[member].op)
      places.push_back(ir::placeIn(op.getLoc()));
  loc = whole = builder.getFusedLoc(places);
}

Location FoldWriter::placeOf(const Reduction *reduction) const {
  ir::ReduceOp op = reduction ? reduction->op : nullptr;
  return op ? ir::placeIn(op.getLoc()) : whole;
}

ir::FoldOp FoldWriter::write() {
  plan();
  SmallVector<Type> results;
  for (unsigned member : wanted) {
    ir::ReduceOp op = chain[member].op;
    results.push_back(op.getType());
  }
  auto fold = ir::FoldOp::create(b, loc, results,
                                 ir::axisArray(b.getContext(), axes), after);
  OpBuilder::InsertionGuard guard(b);
  writeElement(fold);
  writeGauge(fold);
  writeRepair(fold);
  writeFinish(fold);
  return fold;
}

Block &FoldWriter::open(mlir::Region &region) {
  Block &block = region.emplaceBlock();
  b.setInsertionPointToEnd(&block);
  return block;
}

Value FoldWriter::all(Region &region, const Exprs &conditions) {
  Value both;
  for (Expr condition : conditions) {
    Value next = emit(region, condition, b.getI1Type());
    both = both ? Value(ir::AndOp::create(b, loc, both, next)) : next;
  }
  return both;
}

void FoldWriter::writeElement(ir::FoldOp fold) {
  Block &block = open(fold.getElement());
  Region region;
  for (unsigned gauge : gauges)
    region.old[gauge] = region.fresh[gauge] =
        block.addArgument(gaugeType(gauge), placeOf(&chain[gauge]));
  SmallVector<int32_t> kinds;
  SmallVector<Value> elements, guards;
  SmallVector<bool> guarded;
  for (const State &state : states) {
    loc = placeOf(state.reduction);
    const Accumulator &accumulator = state.accumulator;
    kinds.push_back(static_cast<int32_t>(accumulator.kind));
    Type type = state.element;
    if (ir::ReduceOp op = state.reduction ? state.reduction->op : nullptr)
      type = typeOf(op.getOperand()).getElementType();
    elements.push_back(emit(
        region, withGuards(state.guarded, accumulator.element, true), type));
    guarded.push_back(!accumulator.domain.empty());
    if (guarded.back())
      guards.push_back(all(region, accumulator.domain));
  }
  loc = whole;
  ir::LiftOp::create(b, loc, kinds, elements, guards, guarded);
}

/// Begins a region over the state.
Block &FoldWriter::openState(mlir::Region &into, Region &region) {
  Block &block = open(into);
  for (const State &state : states)
    region.accumulators.push_back(
        block.addArgument(ir::ArrayType::get(state.element, state.axes),
                          placeOf(state.reduction)));
  for (unsigned gauge : gauges)
    region.old[gauge] =
        block.addArgument(gaugeType(gauge), placeOf(&chain[gauge]));
  return block;
}

void FoldWriter::writeGauge(ir::FoldOp fold) {
  Region region;
  openState(fold.getGauge(), region);
  region.fresh = region.old;
  SmallVector<Value> made;
  for (unsigned gauge : gauges) {
    loc = placeOf(&chain[gauge]);
    made.push_back(
        finite(moved(region, chain[gauge], gauge, chain[gauge].value),
               divisors.count(gauge)));
  }
  loc = whole;
  ir::YieldOp::create(b, loc, made);
}

void FoldWriter::writeRepair(ir::FoldOp fold) {
  Region region;
  Block &block = openState(fold.getRepair(), region);
  SmallVector<Value> results;
  for (unsigned gauge : gauges)
    region.fresh[gauge] =
        block.addArgument(gaugeType(gauge), placeOf(&chain[gauge]));
  for (auto [i, state] : llvm::enumerate(states)) {
    loc = placeOf(state.reduction);
    unsigned number = 0;
    for (unsigned member : members)
      if (&chain[member] == state.reduction)
        number = member;
    results.push_back(state.reduction ? moved(region, *state.reduction, number,
                                              state.reduction->repair.at(
                                                  state.accumulator.element))
                                      : region.accumulators[i]);
  }
  loc = whole;
  ir::YieldOp::create(b, loc, results);
}

void FoldWriter::writeFinish(ir::FoldOp fold) {
  Region region;
  openState(fold.getFinish(), region);
  SmallVector<Value> results;
  for (unsigned member : members) {
    loc = placeOf(&chain[member]);
    Value value = finished(region, chain[member], member);
    region.fresh[member] = value;
    if (llvm::is_contained(wanted, member))
      results.push_back(value);
  }
  loc = whole;
  ir::YieldOp::create(b, loc, results);
}

Value FoldWriter::apply(Region &region, const Reduction &reduction,
                        unsigned number, const Expansion &expansion,
                        Value &untouched, bool isFinal) {
  auto stateFor = [&](Expr function) {
    return region.accumulators[stateNumbers.at({number, function})];
  };
  const Expr one = chain.algebra.one();
  const Type element = elementOf(number);
  Value neutral = this->number(element, *neutralOf(reduction.kind));
  if (reduction.argument && expansion.count(one)) {
    Value state = stateFor(reduction.argument->accumulated);
    untouched =
        ir::CompareOp::create(b, loc, ir::Predicate::Eq, state, neutral);
    return atExtremum(region, *reduction.argument, state, element);
  }
  Value total;
  for (auto [function, unguarded] : expansion) {
    const Expr factor = withGuards(guarded[number], unguarded, !isFinal);
    Value state = stateFor(function);
    Value isNeutral =
        ir::CompareOp::create(b, loc, ir::Predicate::Eq, state, neutral);
    untouched = untouched
                    ? Value(ir::AndOp::create(b, loc, untouched, isNeutral))
                    : isNeutral;
    Value term;
    // Several terms may cancel: then their factors round alike.
    if (expansion.size() == 1)
      term = divided(region, factor, state, element);
    if (!term)
      term = factor == one ? state : scaled(region, factor, state, element);
    if (isFinal)
      term = taken(region, branchOf(reduction, function, factor), term);
    total = total ? Value(ir::AddOp::create(b, loc, total, term)) : term;
  }
  return total;
}

/// The value, but 0 where no place of a branch was visited.
Value FoldWriter::taken(Region &region, const Exprs &branch, Value value) {
  if (branch.empty())
    return value;
  return ir::SelectOp::create(b, loc, region.accumulators[visited.at(branch)],
                              value, number(typeOf(value).getElementType(), 0),
                              ir::HardKind::None);
}

/// state * factor for a quotient of exponentials: a sum of weights that are all
/// tiny has no inverse, so what is divided by it comes first. Null for others.
Value FoldWriter::divided(Region &region, Expr factor, Value state,
                          Type element) {
  auto divides = [](Expr part) {
    return part->form == Form::Power && part->number < 0;
  };
  const llvm::ArrayRef<Expr> factors = factorsOf(factor);
  if (llvm::none_of(factors, divides) || !llvm::all_of(factors, [&](Expr part) {
        return divides(part) || part->form == Form::Exp;
      }))
    return nullptr;
  for (Expr part : factors)
    if (part->form == Form::Exp)
      state = ir::MulOp::create(b, loc, state, emit(region, part, element));
  for (Expr part : factors)
    if (divides(part))
      state = ir::DivOp::create(
          b, loc, state,
          power(emit(region, part->args[0], element), -part->number));
  return state;
}

/// factor * state. A factor that vanishes when the gauge stays is a
/// displacement: where there is none, nothing is added, whatever the state is.
Value FoldWriter::scaled(Region &region, Expr factor, Value state,
                         Type element) {
  Value scale = emit(region, factor, element);
  Value product = ir::MulOp::create(b, loc, scale, state);
  Algebra &a = chain.algebra;
  if (a.atNew(factor) != a.zero())
    return product;
  Value zero = number(element, 0);
  Value stays = ir::CompareOp::create(b, loc, ir::Predicate::Eq, scale, zero);
  return ir::SelectOp::create(b, loc, stays, zero, product, ir::HardKind::None);
}

Value FoldWriter::moved(Region &region, const Reduction &reduction,
                        unsigned number, const Expansion &expansion) {
  if (expansion.size() == 1 && expansion.begin()->second == chain.algebra.one())
    return region
        .accumulators[stateNumbers.at({number, expansion.begin()->first})];
  Value untouched;
  Value value = apply(region, reduction, number, expansion, untouched);
  Value neutral = this->number(elementOf(number), *neutralOf(reduction.kind));
  // Nothing is left of a function that vanishes at every gauge.
  if (!untouched)
    return value ? value : neutral;
  return ir::SelectOp::create(b, loc, untouched, neutral, value,
                              ir::HardKind::None);
}

Value FoldWriter::finished(Region &region, const Reduction &reduction,
                           unsigned number) {
  if (reduction.isPlain(chain.algebra.one()))
    return moved(region, reduction, number, reduction.value);
  Value untouched;
  Value value = apply(region, reduction, number, reduction.value, untouched,
                      /*isFinal=*/true);
  Value seen;
  if (auto found = visited.find(reduction.domain); found != visited.end()) {
    seen = region.accumulators[found->second];
  } else {
    Value places = ir::SizeOp::create(
        b, loc, ir::ArrayType::get(b.getI64Type(), ArrayRef<ir::AxisAttr>()),
        ir::sizeOfAxes(b.getContext(), axes));
    seen = ir::CompareOp::create(b, loc, ir::Predicate::Gt, places,
                                 this->number(b.getI64Type(), 0));
  }
  Value neutral = this->number(elementOf(number), *neutralOf(reduction.kind));
  // A sum begins at 0: it is never -0.
  if (reduction.kind == ir::ReduceKind::Sum)
    value = ir::AddOp::create(b, loc, value, neutral);
  return ir::SelectOp::create(b, loc, seen, value, neutral, ir::HardKind::None);
}

/// A formula with the gauges that are `guarded` so that they can be divided by;
/// at the end, not `isUnfinished`, New leaves are no gauges.
Expr FoldWriter::withGuards(const Names &guarded, Expr e, bool isUnfinished) {
  if (guarded.empty())
    return e;
  return chain.algebra.mapped(e, [&](Expr leaf) {
    const bool isGauge =
        leaf->form == Form::Old || (isUnfinished && leaf->form == Form::New);
    return isGauge && guarded.count(leaf->reduction)
               ? chain.algebra.guarded(leaf)
               : leaf;
  });
}

/// A number near `value` at which the formulas are finite: a gauge need not be
/// the value that a reduction has.
Value FoldWriter::finite(Value value, bool divides) {
  const Type element = typeOf(value).getElementType();
  Value instead = number(element, divides ? 1 : 0);
  Value good;
  if (auto floats = dyn_cast<FloatType>(element)) {
    Value size = ir::AbsOp::create(b, loc, value);
    Value infinity = number(element, std::numeric_limits<double>::infinity());
    good = ir::CompareOp::create(b, loc, ir::Predicate::Lt, size, infinity);
    if (divides) {
      // Another gauge divided by a denormal number may overflow.
      const double least =
          APFloat::getSmallestNormalized(floats.getFloatSemantics())
              .convertToDouble();
      Value enough = ir::CompareOp::create(b, loc, ir::Predicate::Ge, size,
                                           number(element, least));
      good = ir::AndOp::create(b, loc, good, enough);
    }
  } else if (divides) {
    good = ir::CompareOp::create(b, loc, ir::Predicate::Ne, value,
                                 number(element, 0));
  }
  if (!good)
    return value;
  return ir::SelectOp::create(b, loc, good, value, instead, ir::HardKind::None);
}
