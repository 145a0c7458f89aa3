//===- WriterPlan.cpp - accumulators and gauges of a fold -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/TypeOf.h"
#include "passes/derive/Writer.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

static void addNames(Names &into, const Names &names) {
  into.insert(names.begin(), names.end());
}

/// Formulas that were walked, with what was asked of them.
using Walked = std::set<std::pair<Expr, bool>>;

/// Gauges under a negative power or a logarithm; New leaves are gauges only
/// where `isUnfinished`.
static void collectDivisors(Expr e, bool isUnfinished, Walked &walked,
                            Names &into) {
  if ((!contains(e, Form::Power) && !contains(e, Form::Log)) ||
      !walked.insert({e, isUnfinished}).second)
    return;
  if ((e->form == Form::Power && e->number < 0) || e->form == Form::Log) {
    if (isUnfinished)
      addNames(into, e->args[0]->fresh);
    addNames(into, e->args[0]->old);
  }
  for (Expr arg : e->args)
    collectDivisors(arg, isUnfinished, walked, into);
}

/// What a reduction divides by while it is unfinished.
static Names divisorsOf(const Reduction &reduction, bool isGauge) {
  Names divisors;
  Walked walked;
  for (const auto &[element, moved] : reduction.repair) {
    collectDivisors(element, /*isUnfinished=*/true, walked, divisors);
    for (auto [function, factor] : moved)
      collectDivisors(factor, /*isUnfinished=*/true, walked, divisors);
  }
  for (auto [function, factor] : reduction.value)
    collectDivisors(factor, isGauge, walked, divisors);
  return divisors;
}

/// What is divided by a gauge takes 1 in its place where it is nearly 0. For
/// who is centred at it that would be far off: if there are both, each has its
/// own.
void FoldWriter::findDivisors() {
  Names others;
  for (unsigned member : members) {
    const Names own =
        divisorsOf(chain[member], llvm::is_contained(gauges, member));
    for (unsigned gauge : chain.gaugesOf(member))
      (own.count(gauge) ? divisors : others).insert(gauge);
    guarded[member] = own;
  }
  for (auto &[member, own] : guarded)
    std::erase_if(own, [&](unsigned gauge) { return !others.count(gauge); });
  std::erase_if(divisors,
                [&](unsigned gauge) { return others.count(gauge) != 0; });
}

/// The accumulator of a member with that element: one that is there already
/// serves, if it is in the same group and moves the same way.
unsigned FoldWriter::stateOf(unsigned member, Expr element, unsigned group) {
  const Reduction &reduction = chain[member];
  const Accumulator wanted = reduction.accumulator(element);
  Type type = widest;
  if (ir::ReduceOp op = reduction.op)
    type = op.getType().getElementType();
  for (auto [i, state] : llvm::enumerate(states))
    if (state.group == group && state.accumulator == wanted &&
        state.element == type && state.reduction &&
        state.guarded == guarded[member] &&
        state.reduction->repair.at(element) == reduction.repair.at(element))
      return i;
  states.push_back({wanted, &reduction, type, {}, group, guarded[member]});
  return states.size() - 1;
}

/// Accumulates whether any place of `domain` is visited.
void FoldWriter::watch(const Exprs &domain, unsigned group) {
  if (domain.empty() || visited.count(domain))
    return;
  visited[domain] = states.size();
  states.push_back({{ir::ReduceKind::Any, domain, chain.algebra.one()},
                    nullptr,
                    b.getI1Type(),
                    {},
                    group,
                    {}});
}

namespace {
/// Where a part of a formula is not 0, besides in the domain: it stands in a
/// branch of a `where` (Laws::expandWhere), or each branch has its own such
/// places.
class Branches {
public:
  explicit Branches(Algebra &a) : a(a) {}

  Exprs conditionsOf(Expr part) {
    Exprs conditions;
    std::set<Expr> walked;
    collect(part, walked, conditions);
    return conditions;
  }

private:
  Expr placesOf(Expr part) {
    return places.of(part, [&](Expr branch) {
      Expr all = a.one();
      const Exprs conditions = conditionsOf(branch);
      for (Expr condition : llvm::reverse(conditions))
        all = all == a.one()
                  ? condition
                  : a.where(condition, all, a.zero(), /*hard=*/false);
      return isConstant(branch, 0) ? a.zero() : all;
    });
  }

  void collect(Expr part, std::set<Expr> &walked, Exprs &conditions) {
    for (Expr factor : factorsOf(part)) {
      if (factor->form != Form::Where || !walked.insert(factor).second)
        continue;
      const Expr condition = factor->args[0];
      if (isConstant(factor->args[2], 0)) {
        conditions.push_back(condition);
        collect(factor->args[1], walked, conditions);
        continue;
      }
      const Expr onTrue = placesOf(factor->args[1]);
      const Expr onFalse = placesOf(factor->args[2]);
      if (onTrue != a.one() || onFalse != a.one())
        conditions.push_back(
            a.where(condition, onTrue, onFalse, /*hard=*/false));
    }
  }

  Algebra &a;
  Answers<Expr> places;
};
} // namespace

/// The domain of a part whose factor, in the end, may be infinite though the
/// formula never takes it, as nothing is in that branch; else empty.
Exprs FoldWriter::branchOf(const Reduction &reduction, Expr part, Expr factor) {
  Exprs conditions;
  if (reduction.kind == ir::ReduceKind::Sum && factor->moves())
    conditions = Branches(chain.algebra).conditionsOf(part);
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
  for (unsigned member : members)
    if (needed.count(member))
      gauges.push_back(member);
  findDivisors();
  unsigned group = 0;
  for (unsigned member : members) {
    const Reduction &reduction = chain[member];
    for (const auto &[element, moved] : reduction.repair)
      stateNumbers[{member, element}] = stateOf(member, element, group);
    for (auto [function, factor] : reduction.value)
      watch(branchOf(reduction, function, factor), group);
    if (!reduction.isPlain(chain.algebra.one()))
      watch(reduction.domain, group);
    if (needed.count(member)) {
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
  llvm::DenseSet<Expr> seen;
  auto walk = [&](auto &&self, Expr e) -> void {
    if (!seen.insert(e).second)
      return;
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
