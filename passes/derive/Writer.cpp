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
      wanted(wanted.begin(), wanted.end()), loc(builder.getUnknownLoc()) {
  // Names stay with what they name; the operations of a fold are others.
  SmallVector<Location> places;
  for (unsigned member : members)
    if (ir::ReduceOp op = chain[member].op)
      places.push_back(ir::placeIn(op.getLoc()));
  loc = builder.getFusedLoc(places);
}

static void addNames(Names &into, const Names &names) {
  into.insert(names.begin(), names.end());
}

/// Reductions under a negative power or a logarithm.
static void collectDivisors(Expr e, Names &into) {
  if ((e->form == Form::Power && e->number < 0) || e->form == Form::Log) {
    addNames(into, e->args[0]->fresh);
    addNames(into, e->args[0]->old);
  }
  for (Expr arg : e->args)
    collectDivisors(arg, into);
}

/// The accumulator of `reduction` with that element: one that is there already
/// serves, if it is in the same group and moves the same way.
unsigned FoldWriter::stateOf(const Reduction &reduction, Expr element,
                             unsigned group) {
  const Accumulator wanted = reduction.accumulator(element);
  Type type = widest;
  if (ir::ReduceOp op = reduction.op)
    type = op.getType().getElementType();
  for (auto [i, state] : llvm::enumerate(states))
    if (state.group == group && state.accumulator == wanted &&
        state.element == type && state.reduction &&
        state.reduction->repair.at(element) == reduction.repair.at(element))
      return i;
  states.push_back({wanted, &reduction, type, {}, group});
  return states.size() - 1;
}

/// Whether a reduction's value is just what was accumulated.
static bool isPlain(const Reduction &reduction, Expr one) {
  return reduction.value.size() == 1 && reduction.value.begin()->second == one;
}

/// Accumulates whether any place of `domain` is visited.
void FoldWriter::watch(const Exprs &domain, unsigned group) {
  if (domain.empty() || visited.count(domain))
    return;
  visited[domain] = states.size();
  Value yes = number(b.getI1Type(), 1);
  states.push_back({{ir::ReduceKind::Any, domain, chain.algebra.given(yes)},
                    nullptr,
                    b.getI1Type(),
                    {},
                    group});
}

/// Where a part of a formula is not 0, besides in the domain: it stands in a
/// branch of a `where` (Laws::expandWhere).
static void collectBranches(Algebra &a, Expr part, Exprs &conditions) {
  for (Expr factor : factorsOf(part)) {
    if (factor->form != Form::Where)
      continue;
    const Expr condition = factor->args[0];
    if (isConstant(factor->args[2], 0)) {
      conditions.push_back(condition);
      collectBranches(a, factor->args[1], conditions);
    } else if (isConstant(factor->args[1], 0)) {
      conditions.push_back(a.where(condition, a.zero(), a.one(), false));
      collectBranches(a, factor->args[2], conditions);
    }
  }
}

/// The domain of a part whose factor, in the end, may be infinite though the
/// formula never takes it, as nothing is in that branch; else empty.
Exprs FoldWriter::branchOf(const Reduction &reduction, Expr part, Expr factor) {
  Exprs conditions;
  if (reduction.kind == ir::ReduceKind::Sum && factor->moves())
    collectBranches(chain.algebra, part, conditions);
  if (!conditions.empty())
    conditions.insert(conditions.begin(), reduction.domain.begin(),
                      reduction.domain.end());
  return conditions;
}

void FoldWriter::plan() {
  // Counts and maxima of exponents are as precise as what uses them.
  widest = b.getF32Type();
  for (unsigned member : members)
    if (ir::ReduceOp op = chain[member].op)
      if (typeOf(op.getOperand()).getElementType().isF64())
        widest = b.getF64Type();
  Names needed;
  for (unsigned member : members)
    addNames(needed, chain.gaugesOf(member));
  // A gauge is made from what its value needs.
  for (unsigned member : llvm::reverse(members))
    if (needed.count(member))
      addNames(needed, chain.usesOf(member));
  unsigned group = 0;
  for (unsigned member : members) {
    const Reduction &reduction = chain[member];
    for (const auto &[element, moved] : reduction.repair) {
      stateNumbers[{member, element}] = stateOf(reduction, element, group);
      collectDivisors(element, divisors);
      for (auto [function, factor] : moved)
        collectDivisors(factor, divisors);
    }
    for (auto [function, factor] : reduction.value) {
      collectDivisors(factor, divisors);
      watch(branchOf(reduction, function, factor), group);
    }
    if (!isPlain(reduction, chain.algebra.one()))
      watch(reduction.domain, group);
    if (needed.count(member)) {
      gauges.push_back(member);
      after.push_back(states.size());
      ++group;
    }
  }
  solveAxes();
}

Type FoldWriter::elementOf(unsigned number) const {
  const Reduction &reduction = chain[number];
  return states[stateNumbers.at({number, reduction.repair.begin()->first})]
      .element;
}

/// All axes of what a formula is made of.
FoldWriter::Axes FoldWriter::axesOf(Expr e) const {
  SmallVector<ir::ArrayType> types;
  auto walk = [&](auto &&self, Expr e) -> void {
    if (e->value)
      types.push_back(typeOf(e->value));
    if (e->form == Form::New || e->form == Form::Old)
      types.push_back(gaugeType(e->reduction));
    for (Expr arg : e->args)
      self(self, arg);
  };
  walk(walk, e);
  const auto all = ir::unionAxes(types);
  assert(all && "an axis name has one extent in a function");
  Axes out;
  for (ir::AxisAttr axis : *all)
    if (!llvm::is_contained(axes, axis))
      out.push_back(axis);
  return out;
}

/// Whether `more` has axes that `into` lacks; adds them.
static bool extend(SmallVector<ir::AxisAttr> &into,
                   ArrayRef<ir::AxisAttr> more) {
  bool changed = false;
  for (ir::AxisAttr axis : more)
    if (!llvm::is_contained(into, axis)) {
      into.push_back(axis);
      changed = true;
    }
  return changed;
}

/// An accumulator has the axes of its element, of what it is moved by, and of
/// what is added to it then.
void FoldWriter::solveAxes() {
  for (unsigned member : members)
    gaugeAxes[member] = {};
  for (bool changed = true; changed;) {
    changed = false;
    // A reduction has the axes of its accumulators and of what they are
    // multiplied by in the end.
    for (unsigned member : members) {
      Axes &all = gaugeAxes[member];
      for (const auto &[element, moved] : chain[member].repair)
        changed |= extend(all, states[stateNumbers.at({member, element})].axes);
      for (auto [function, factor] : chain[member].value)
        if (factor->moves() || factor->hasGiven)
          changed |= extend(all, axesOf(factor));
    }
    for (State &state : states) {
      const Expr element = state.accumulator.element;
      changed |= extend(state.axes, axesOf(element));
      for (Expr condition : state.accumulator.domain)
        changed |= extend(state.axes, axesOf(condition));
      if (!state.reduction)
        continue;
      for (auto [function, factor] : state.reduction->repair.at(element)) {
        changed |= extend(state.axes, axesOf(factor));
        for (const State &other : states)
          if (other.reduction == state.reduction &&
              other.accumulator.element == function)
            changed |= extend(state.axes, other.axes);
      }
    }
  }
}

ir::ArrayType FoldWriter::gaugeType(unsigned number) const {
  return ir::ArrayType::get(elementOf(number), gaugeAxes.at(number));
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
        block.addArgument(gaugeType(gauge), loc);
  SmallVector<int32_t> kinds;
  SmallVector<Value> elements, guards;
  SmallVector<bool> guarded;
  for (const State &state : states) {
    const Accumulator &accumulator = state.accumulator;
    kinds.push_back(static_cast<int32_t>(accumulator.kind));
    Type type = state.element;
    if (ir::ReduceOp op = state.reduction ? state.reduction->op : nullptr)
      type = typeOf(op.getOperand()).getElementType();
    elements.push_back(emit(region, accumulator.element, type));
    guarded.push_back(!accumulator.domain.empty());
    if (guarded.back())
      guards.push_back(all(region, accumulator.domain));
  }
  ir::LiftOp::create(b, loc, kinds, elements, guards, guarded);
}

/// Begins a region over the state.
Block &FoldWriter::openState(mlir::Region &into, Region &region) {
  Block &block = open(into);
  for (const State &state : states)
    region.accumulators.push_back(
        block.addArgument(ir::ArrayType::get(state.element, state.axes), loc));
  for (unsigned gauge : gauges)
    region.old[gauge] = block.addArgument(gaugeType(gauge), loc);
  return block;
}

void FoldWriter::writeGauge(ir::FoldOp fold) {
  Region region;
  openState(fold.getGauge(), region);
  region.fresh = region.old;
  SmallVector<Value> made;
  for (unsigned gauge : gauges)
    made.push_back(
        finite(moved(region, chain[gauge], gauge, chain[gauge].value),
               divisors.count(gauge)));
  ir::YieldOp::create(b, loc, made);
}

void FoldWriter::writeRepair(ir::FoldOp fold) {
  Region region;
  Block &block = openState(fold.getRepair(), region);
  SmallVector<Value> results;
  for (unsigned gauge : gauges)
    region.fresh[gauge] = block.addArgument(gaugeType(gauge), loc);
  for (auto [i, state] : llvm::enumerate(states)) {
    unsigned number = 0;
    for (unsigned member : members)
      if (&chain[member] == state.reduction)
        number = member;
    results.push_back(state.reduction ? moved(region, *state.reduction, number,
                                              state.reduction->repair.at(
                                                  state.accumulator.element))
                                      : region.accumulators[i]);
  }
  ir::YieldOp::create(b, loc, results);
}

void FoldWriter::writeFinish(ir::FoldOp fold) {
  Region region;
  openState(fold.getFinish(), region);
  SmallVector<Value> results;
  for (unsigned member : members) {
    Value value = finished(region, chain[member], member);
    region.fresh[member] = value;
    if (llvm::is_contained(wanted, member))
      results.push_back(value);
  }
  ir::YieldOp::create(b, loc, results);
}

Value FoldWriter::apply(Region &region, const Reduction &reduction,
                        unsigned number, const Expansion &expansion,
                        Value &untouched, bool isFinal) {
  auto stateFor = [&](Expr function) {
    return region.accumulators[stateNumbers.at({number, function})];
  };
  const bool isSum = reduction.kind == ir::ReduceKind::Sum;
  const Expr one = chain.algebra.one();
  const Type element = elementOf(number);
  Value neutral = this->number(element, *neutralOf(reduction.kind));
  Value total;
  for (auto [function, factor] : expansion) {
    Value term;
    if (function == one && !isSum) {
      term = emit(region, factor, element);
    } else {
      Value state = stateFor(function);
      Value isNeutral =
          ir::CompareOp::create(b, loc, ir::Predicate::Eq, state, neutral);
      untouched = untouched
                      ? Value(ir::AndOp::create(b, loc, untouched, isNeutral))
                      : isNeutral;
      term = factor == one ? state : scaled(region, factor, state, element);
      if (isFinal)
        term = taken(region, branchOf(reduction, function, factor), term);
    }
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
  return ir::SelectOp::create(b, loc, untouched, neutral, value,
                              ir::HardKind::None);
}

Value FoldWriter::finished(Region &region, const Reduction &reduction,
                           unsigned number) {
  if (isPlain(reduction, chain.algebra.one()))
    return moved(region, reduction, number, reduction.value);
  Value untouched;
  Value value = apply(region, reduction, number, reduction.value, untouched,
                      /*isFinal=*/true);
  Value seen;
  if (auto found = visited.find(reduction.domain); found != visited.end()) {
    seen = region.accumulators[found->second];
  } else {
    ir::SizeAttr extent = ir::sizeConstant(b.getContext(), 1);
    for (ir::AxisAttr axis : axes)
      extent = ir::sizeMul(extent, axis.getSize());
    Value places = ir::SizeOp::create(
        b, loc, ir::ArrayType::get(b.getI64Type(), ArrayRef<ir::AxisAttr>()),
        extent);
    seen = ir::CompareOp::create(b, loc, ir::Predicate::Gt, places,
                                 this->number(b.getI64Type(), 0));
  }
  Value neutral = this->number(elementOf(number), *neutralOf(reduction.kind));
  // A sum begins at 0: it is never -0.
  if (reduction.kind == ir::ReduceKind::Sum)
    value = ir::AddOp::create(b, loc, value, neutral);
  return ir::SelectOp::create(b, loc, seen, value, neutral, ir::HardKind::None);
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
