//===- FoldRunner.cpp - a fold run on numbers -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/FoldRunner.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;

Nodes FoldRunner::argumentsOf(mlir::Region &region) {
  Nodes nodes;
  for (Value argument : region.getArguments())
    nodes.push_back(formulas.node(argument));
  return nodes;
}

Nodes FoldRunner::rootsOf(mlir::Region &region) {
  Nodes nodes;
  for (Value value : region.front().getTerminator()->getOperands())
    nodes.push_back(formulas.node(value));
  return nodes;
}

FoldRunner::FoldRunner(Formulas &formulas, ir::FoldOp fold, Values &values)
    : formulas(formulas), values(values), after(fold.getAfter()),
      count(fold.getNumAccumulators()), gauges(fold.getNumGauges()),
      elementArgs(argumentsOf(fold.getElement())),
      gaugeArgs(argumentsOf(fold.getGauge())),
      repairArgs(argumentsOf(fold.getRepair())),
      finishArgs(argumentsOf(fold.getFinish())),
      gaugeRoots(rootsOf(fold.getGauge())), repairs(rootsOf(fold.getRepair())),
      results(rootsOf(fold.getFinish())) {
  ir::LiftOp lift = fold.getLift();
  for (unsigned k = 0; k < count; ++k) {
    elements.push_back(formulas.node(lift.getElements()[k]));
    kinds.push_back(fold.getKind(k));
    precisions.push_back(
        precisionOf(fold.getAccumulatorType(k).getElementType()));
    Value guard = lift.getGuard(k);
    guards.push_back(guard ? static_cast<int>(formulas.node(guard)) : -1);
  }
}

void FoldRunner::order() {
  for (unsigned k = 0; k < count; ++k) {
    guardOrder.push_back(guards[k] < 0 ? Nodes()
                                       : formulas.needs(unsigned(guards[k])));
    elementOrder.push_back(formulas.needs(elements[k]));
    repairOrder.push_back(formulas.needs(repairs[k]));
  }
  for (unsigned root : gaugeRoots)
    gaugeOrder.push_back(formulas.needs(root));
  finishOrder = formulas.needs(results);
}

void FoldRunner::set(ArrayRef<unsigned> nodes, const Reals &to) {
  for (auto [node, number] : llvm::zip(nodes, to))
    values.numbers[node] = number;
}

Real FoldRunner::value(unsigned root, const Nodes &order, size_t place) {
  formulas.compute(order, place, Rounding::Nearest, values);
  return values.numbers[root];
}

/// Group after group: `begin` makes an accumulator, then the gauges that follow
/// are made.
FoldState FoldRunner::advance(Begin begin) {
  FoldState next{Reals(count), Reals(gauges), Reals(count)};
  for (unsigned k = 0, q = 0; k <= count; ++k) {
    for (; q < gauges && after[q] == static_cast<int32_t>(k); ++q) {
      set(gaugeArgs, next.accumulators);
      set(ArrayRef(gaugeArgs).drop_front(count), next.gauges);
      next.gauges[q] = value(gaugeRoots[q], gaugeOrder[q], 0);
    }
    if (k < count)
      begin(k, next);
  }
  return next;
}

/// Joins accumulator k with another part: its number, and for a position the
/// element there.
void FoldRunner::join(unsigned k, FoldState &state, Real other, Real element) {
  const ir::ReduceKind kind = kinds[k];
  Real &mine = state.accumulators[k];
  if (ir::isArg(kind)) {
    const bool isBetter = kind == ir::ReduceKind::ArgMax
                              ? element > state.elements[k]
                              : element < state.elements[k];
    if (other >= 0 && (mine < 0 || isBetter)) {
      mine = other;
      state.elements[k] = element;
    }
    return;
  }
  bool ignored = false;
  mine = formulas.rounded(precisions[k], joined(kind, mine, other),
                          Rounding::Nearest, ignored);
}

FoldState FoldRunner::empty() {
  return advance([&](unsigned k, FoldState &next) {
    next.accumulators[k] = neutralNumber(kinds[k]);
  });
}

Real FoldRunner::repaired(unsigned k, const FoldState &from,
                          const FoldState &to) {
  const ArrayRef<unsigned> args = repairArgs;
  set(args, from.accumulators);
  set(args.drop_front(count), from.gauges);
  set(args.drop_front(count + gauges), to.gauges);
  return value(repairs[k], repairOrder[k], 0);
}

FoldState FoldRunner::step(const FoldState &state, ArrayRef<size_t> places) {
  return advance([&](unsigned k, FoldState &next) {
    next.accumulators[k] = repaired(k, state, next);
    next.elements[k] = state.elements[k];
    set(elementArgs, next.gauges);
    for (size_t place : places) {
      if (guards[k] >= 0 && value(guards[k], guardOrder[k], place) == 0)
        continue;
      const Real x = value(elements[k], elementOrder[k], place);
      const bool isArg = ir::isArg(kinds[k]);
      join(k, next, isArg ? static_cast<Real>(place) : x, x);
    }
  });
}

FoldState FoldRunner::combined(const FoldState &x, const FoldState &y) {
  return advance([&](unsigned k, FoldState &next) {
    next.accumulators[k] = repaired(k, x, next);
    next.elements[k] = x.elements[k];
    join(k, next, repaired(k, y, next), y.elements[k]);
  });
}

Reals FoldRunner::finished(const FoldState &state) {
  set(finishArgs, state.accumulators);
  set(ArrayRef(finishArgs).drop_front(count), state.gauges);
  formulas.compute(finishOrder, 0, Rounding::Nearest, values);
  Reals numbers;
  for (unsigned result : results)
    numbers.push_back(values.numbers[result]);
  return numbers;
}
