//===- Trial.cpp - a fold tried before it is taken ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Trial.h"

#include "ir/TypeOf.h"
#include "passes/derive/Formulas.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;
using Rounding = Formulas::Rounding;

/// So many sets of numbers, of so many places in turn. Of those that the
/// formula itself can do nothing with others take the place, but not for ever.
static constexpr unsigned trials = 200, mostAttempts = 800;
static constexpr size_t placesOf[] = {3, 2, 5, 1};
/// How many times the spread of so few samples may be exceeded.
static constexpr Real patience = 16;
static constexpr unsigned samples = 3;

namespace {
/// What is accumulated, and the gauges.
struct State {
  Reals accumulators, gauges;
};

/// Runs a fold.
class Runner {
public:
  Runner(Formulas &formulas, ir::FoldOp fold);
  /// Once all formulas have nodes.
  void order();

  State empty(Reals &values);
  State step(const State &state, ArrayRef<size_t> places, Reals &values);
  State combined(const State &x, const State &y, Reals &values);
  Real finished(unsigned result, const State &state, Reals &values);

private:
  using Begin = llvm::function_ref<Real(unsigned, const State &)>;
  State advance(Begin begin, Reals &values);
  Real repaired(unsigned k, const State &from, const State &to, Reals &values);
  Real value(unsigned root, const Nodes &order, size_t place, Reals &values);

  Nodes argumentsOf(mlir::Region &region);
  Nodes rootsOf(mlir::Region &region);
  static void set(ArrayRef<unsigned> nodes, const Reals &to, Reals &values);

  Formulas &formulas;
  ir::FoldOp fold;
  const unsigned count, gauges;
  Nodes elementArgs, gaugeArgs, repairArgs, finishArgs;
  /// What the regions give; guards that are not there are -1.
  Nodes elements, gaugeRoots, repairs, results;
  std::vector<int> guards;
  std::vector<Nodes> elementOrder, gaugeOrder, repairOrder;
  Nodes finishOrder;
};
} // namespace

Nodes Runner::argumentsOf(mlir::Region &region) {
  Nodes nodes;
  for (Value argument : region.getArguments())
    nodes.push_back(formulas.node(argument));
  return nodes;
}

Nodes Runner::rootsOf(mlir::Region &region) {
  Nodes nodes;
  for (Value value : region.front().getTerminator()->getOperands())
    nodes.push_back(formulas.node(value));
  return nodes;
}

Runner::Runner(Formulas &formulas, ir::FoldOp fold)
    : formulas(formulas), fold(fold), count(fold.getNumAccumulators()),
      gauges(fold.getNumGauges()), elementArgs(argumentsOf(fold.getElement())),
      gaugeArgs(argumentsOf(fold.getGauge())),
      repairArgs(argumentsOf(fold.getRepair())),
      finishArgs(argumentsOf(fold.getFinish())),
      gaugeRoots(rootsOf(fold.getGauge())), repairs(rootsOf(fold.getRepair())),
      results(rootsOf(fold.getFinish())) {
  ir::LiftOp lift = fold.getLift();
  for (unsigned k = 0; k < count; ++k) {
    elements.push_back(formulas.node(lift.getElements()[k]));
    Value guard = lift.getGuard(k);
    guards.push_back(guard ? static_cast<int>(formulas.node(guard)) : -1);
  }
}

void Runner::order() {
  for (unsigned k = 0; k < count; ++k) {
    Nodes roots = {elements[k]};
    if (guards[k] >= 0)
      roots.push_back(guards[k]);
    elementOrder.push_back(formulas.needs(roots));
    repairOrder.push_back(formulas.needs(repairs[k]));
  }
  for (unsigned root : gaugeRoots)
    gaugeOrder.push_back(formulas.needs(root));
  finishOrder = formulas.needs(results);
}

void Runner::set(ArrayRef<unsigned> nodes, const Reals &to, Reals &values) {
  for (auto [node, number] : llvm::zip(nodes, to))
    values[node] = number;
}

Real Runner::value(unsigned root, const Nodes &order, size_t place,
                   Reals &values) {
  formulas.compute(order, place, Rounding::Nearest, values);
  return values[root];
}

/// Group after group: `begin` gives an accumulator, then the gauges that follow
/// are made.
State Runner::advance(Begin begin, Reals &values) {
  State next{Reals(count), Reals(gauges)};
  const ArrayRef<int32_t> after = fold.getAfter();
  for (unsigned k = 0, q = 0; k <= count; ++k) {
    for (; q < gauges && after[q] == static_cast<int32_t>(k); ++q) {
      set(gaugeArgs, next.accumulators, values);
      set(ArrayRef(gaugeArgs).drop_front(count), next.gauges, values);
      next.gauges[q] = value(gaugeRoots[q], gaugeOrder[q], 0, values);
    }
    if (k < count)
      next.accumulators[k] = begin(k, next);
  }
  return next;
}

State Runner::empty(Reals &values) {
  return advance(
      [&](unsigned k, const State &) { return neutralNumber(fold.getKind(k)); },
      values);
}

Real Runner::repaired(unsigned k, const State &from, const State &to,
                      Reals &values) {
  const ArrayRef<unsigned> args = repairArgs;
  set(args, from.accumulators, values);
  set(args.drop_front(count), from.gauges, values);
  set(args.drop_front(count + gauges), to.gauges, values);
  return value(repairs[k], repairOrder[k], 0, values);
}

State Runner::step(const State &state, ArrayRef<size_t> places, Reals &values) {
  return advance(
      [&](unsigned k, const State &next) {
        Real total = repaired(k, state, next, values);
        const Type type = fold.getAccumulatorType(k).getElementType();
        set(elementArgs, next.gauges, values);
        for (size_t place : places) {
          const Real x = value(elements[k], elementOrder[k], place, values);
          if (guards[k] < 0 || values[guards[k]] != 0)
            total = formulas.rounded(type, joined(fold.getKind(k), total, x),
                                     Rounding::Nearest);
        }
        return total;
      },
      values);
}

State Runner::combined(const State &x, const State &y, Reals &values) {
  return advance(
      [&](unsigned k, const State &next) {
        const Real left = repaired(k, x, next, values);
        const Real right = repaired(k, y, next, values);
        return formulas.rounded(fold.getAccumulatorType(k).getElementType(),
                                joined(fold.getKind(k), left, right),
                                Rounding::Nearest);
      },
      values);
}

Real Runner::finished(unsigned result, const State &state, Reals &values) {
  set(finishArgs, state.accumulators, values);
  set(ArrayRef(finishArgs).drop_front(count), state.gauges, values);
  return value(results[result], finishOrder, 0, values);
}

namespace {
/// Numbers that formulas are tried on. Nothing depends on the library's
/// distributions: what is fused is the same on every machine.
class Numbers {
public:
  void fill(Formulas::Leaf &leaf, size_t places);

private:
  unsigned below(unsigned n) { return random() % n; }
  Real uniform() { return static_cast<Real>(random()) / 0x1p32L; }
  /// About a standard normal number.
  Real normal() { return uniform() + uniform() + uniform() + uniform() - 2; }
  Real sign() { return below(2) ? 1 : -1; }
  Real power(int low, int high) {
    return std::pow(10.L, low + (high - low) * uniform());
  }
  void fillFloats(Formulas::Leaf &leaf);

  std::mt19937 random{2};
};
} // namespace

void Numbers::fillFloats(Formulas::Leaf &leaf) {
  auto each = [&](auto &&make) {
    for (auto [place, number] : llvm::enumerate(leaf.numbers))
      number = make(place);
  };
  const Real scale = below(2) ? power(-12, 12) : power(-25, 30), s = sign();
  // Half of all arrays are ordinary, so that not all of them are strange.
  switch (below(18)) {
  default:
    return each([&](size_t) { return normal(); });
  case 0:
  case 1:
    return each([&](size_t) { return 0.1L + 3 * uniform(); });
  case 2:
    return each([&](size_t) -> Real { return Real(below(7)) - 3; });
  case 3:
  case 4:
    return each([&](size_t) { return scale * normal(); });
  case 5:
    return each([&](size_t) { return scale * (0.1L + uniform()); });
  case 6: // of every size
    return each([&](size_t) { return sign() * power(-20, 20); });
  case 7:
    return each([&](size_t) { return power(-20, 20); });
  case 8: // rising or falling, far apart
    return each([&](size_t place) -> Real {
      return s * 40 * (1 + below(3)) * (Real(place) + uniform());
    });
  case 9:
    return each([&](size_t place) -> Real {
      return s * 100 * (Real(leaf.numbers.size() - place) + uniform());
    });
  case 10: // nearly equal
    return each([&](size_t) { return s * scale * (1 + 1e-4L * normal()); });
  case 11: // equal
    return each(
        [&, same = below(2) ? normal() : s * scale](size_t) { return same; });
  case 12: // zeros among them, or at first
    return each([&, first = below(2)](size_t place) -> Real {
      return (first ? place == 0 : below(2)) ? 0 : normal();
    });
  }
}

void Numbers::fill(Formulas::Leaf &leaf, size_t places) {
  leaf.numbers.resize(leaf.varies ? places : 1);
  if (isa<FloatType>(leaf.element)) {
    fillFloats(leaf);
    // They are inputs: what their type holds.
    for (Real &number : leaf.numbers)
      number = leaf.element.isF64() ? Real(static_cast<double>(number))
                                    : Real(static_cast<float>(number));
    return;
  }
  const bool isBool = leaf.element.isInteger(1);
  const unsigned share = 1 + below(4);
  for (auto [place, number] : llvm::enumerate(leaf.numbers))
    number = leaf.isExtent  ? Real(places)
             : leaf.isIndex ? Real(place)
             : leaf.isSize  ? Real(1 + below(9))
             : isBool       ? Real(below(4) < share)
                            : Real(below(places + 1));
}

/// What a result may be off by, relative to it and to what it is the sum of.
static std::pair<Real, Real> tolerance(Type element) {
  return element.isF64() ? std::pair<Real, Real>{1e-9L, 0x1p-48L}
                         : std::pair<Real, Real>{1e-4L, 0x1p-19L};
}

bool derive::agrees(ir::FoldOp fold, unsigned result, Value written,
                    llvm::function_ref<bool(ir::ReduceOp)> isMember) {
  for (unsigned k = 0; k < fold.getNumAccumulators(); ++k)
    if (ir::isArg(fold.getKind(k)))
      return true;
  const SmallVector<ir::AxisAttr> axes = ir::axesOf(fold.getAxes());
  Formulas formulas(axes, isMember);
  const unsigned target = formulas.node(written);
  Runner runner(formulas, fold);
  runner.order();
  Numbers numbers;
  const Type element = typeOf(written).getElementType();
  const auto [relative, ofSize] = tolerance(element);

  for (unsigned attempt = 0, trial = 0;
       attempt < mostAttempts && trial < trials; ++attempt) {
    const size_t places = placesOf[attempt % std::size(placesOf)];
    for (Formulas::Leaf &leaf : formulas.leaves)
      numbers.fill(leaf, places);
    Reals values(formulas.size());
    Real size = 0, other = 0, spread = 0;
    const Real wanted =
        formulas.written(target, places, Rounding::None, values, size);
    bool isFinite = std::isfinite(wanted);
    formulas.isOnEdge = false;
    for (unsigned i = 0; i < samples && isFinite; ++i) {
      const Real sample = formulas.written(target, places,
                                           i + 1 < samples ? Rounding::Random
                                                           : Rounding::Nearest,
                                           values, other);
      isFinite = std::isfinite(sample);
      spread = std::max(spread, std::abs(sample - wanted));
    }
    // What the formula itself does not say, no fold can say.
    if (!isFinite || formulas.isOnEdge)
      continue;
    ++trial;
    const Real room =
        patience * spread + relative * std::abs(wanted) + ofSize * size;
    auto isRight = [&](const State &state) {
      const Real got = runner.finished(result, state, values);
      return std::abs(got - wanted) <= room;
    };
    // All at once, one by one, in lanes of which one sees nothing, and each in
    // a lane of its own.
    const State empty = runner.empty(values);
    SmallVector<size_t> all;
    for (size_t place = 0; place < places; ++place)
      all.push_back(place);
    State sequence = empty, lanes[2] = {empty, empty}, joint = empty;
    for (size_t place : all) {
      sequence = runner.step(sequence, place, values);
      lanes[place % 2] = runner.step(lanes[place % 2], place, values);
      joint = runner.combined(joint, runner.step(empty, place, values), values);
    }
    if (!isRight(runner.step(empty, all, values)) || !isRight(sequence) ||
        !isRight(runner.combined(lanes[0], lanes[1], values)) ||
        !isRight(joint))
      return false;
  }
  return true;
}
