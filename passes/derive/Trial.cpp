//===- Trial.cpp - a fold tried before it is taken ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Trial.h"

#include "ir/TypeOf.h"
#include "passes/derive/FoldRunner.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

/// So many sets of numbers, of so many places in turn. Of those that the
/// formula itself can do nothing with others take the place, but not for ever;
/// and so many must say something.
static constexpr unsigned enough = 400, mostSets = 1600, leastSets = 20;
static constexpr size_t placesOf[] = {3, 2, 5, 4, 1};
/// How many times the spread of so few samples may be exceeded.
static constexpr Real patience = 16;

namespace {
/// Numbers that formulas are tried on.
class Numbers {
public:
  /// Kinds of floats, ordinary ones first.
  static constexpr unsigned kinds = 16;

  Numbers(unsigned set, unsigned leaf) : random(set * 1000003ull + leaf) {}
  unsigned anyKind() { return below(kinds); }
  /// `kind` is of floats that vary; they may be `isHuge` or `isPositive`.
  void fill(Formulas::Leaf &leaf, size_t places, unsigned kind,
            const Reals &integers, bool isHuge, bool isPositive);

private:
  unsigned below(unsigned n) { return random.below(n); }
  Real uniform() { return random.uniform(); }
  /// About a standard normal number.
  Real normal() { return uniform() + uniform() + uniform() + uniform() - 2; }
  Real sign() { return below(2) ? 1 : -1; }
  Real power(int low, int high) {
    return std::pow(10.L, low + (high - low) * uniform());
  }
  void fillFloats(Reals &numbers, unsigned kind, bool isHuge, bool isDouble);
  Real integer(size_t places, ArrayRef<Real> integers);

  Random random;
};
} // namespace

void Numbers::fillFloats(Reals &numbers, unsigned kind, bool isHuge,
                         bool isDouble) {
  auto each = [&](auto &&make) {
    for (auto [place, number] : llvm::enumerate(numbers))
      number = make(place);
  };
  // f64 has eight times the exponents of f32.
  const int wide = isDouble ? 8 : 1;
  const Real scale = isHuge ? power(-25 * wide, 30 * wide) : power(-9, 6);
  const Real s = sign();
  switch (kind) {
  case 0: // ordinary
    return each([&](size_t) { return normal(); });
  case 1:
    return each([&](size_t) { return 0.1L + 3 * uniform(); });
  case 2:
    return each([&](size_t) -> Real { return Real(below(7)) - 3; });
  case 3:
    return each([&](size_t) { return uniform(); });
  case 4: // of some size
    return each([&](size_t) { return scale * normal(); });
  case 5:
    return each([&](size_t) { return s * scale * (0.1L + uniform()); });
  case 6: // of every size
    return each([&](size_t) {
      const Real s = sign();
      return s * power(-20 * wide, isHuge ? 20 * wide : 6);
    });
  case 7:
    return each(
        [&](size_t) { return power(-20 * wide, isHuge ? 20 * wide : 6); });
  case 8: // rising or falling, far apart
    return each([&](size_t place) -> Real {
      const unsigned times = 1 + below(3);
      return s * 40 * times * (Real(place) + uniform());
    });
  case 9:
    return each([&](size_t place) -> Real {
      return s * 100 * (Real(numbers.size() - place) + uniform());
    });
  case 10: // nearly equal
    return each([&](size_t) { return s * scale * (1 + 1e-4L * normal()); });
  case 11:
    return each([&](size_t) { return s * 1e4L + normal(); });
  case 12: // equal
    return each(
        [&, same = below(2) ? normal() : s * scale](size_t) { return same; });
  case 13: // zeros at first
    return each([&](size_t place) -> Real {
      return 2 * place < numbers.size() ? 0 : 0.1L + uniform();
    });
  case 14: // zeros among them
    return each([&](size_t) -> Real { return below(2) ? 0 : normal(); });
  default: { // large ones that cancel in the end
    const Real size = power(2, 8);
    Real total = 0;
    each([&](size_t place) -> Real {
      const Real next = std::round(size * normal());
      const bool isLast = place + 1 == numbers.size();
      total += isLast ? 0 : next;
      return isLast ? -total : next;
    });
  }
  }
}

/// Small, or large, or near one that formulas speak of.
Real Numbers::integer(size_t places, ArrayRef<Real> integers) {
  switch (below(4)) {
  case 0: {
    const Real s = sign();
    return s * std::round(power(0, 9));
  }
  case 1:
    if (!integers.empty()) {
      const Real near = integers[below(integers.size())];
      return near + below(3) - 1;
    }
    [[fallthrough]];
  default:
    return below(places + 1);
  }
}

void Numbers::fill(Formulas::Leaf &leaf, size_t places, unsigned kind,
                   const Reals &integers, bool isHuge, bool isPositive) {
  leaf.numbers.resize(leaf.varies ? places : 1);
  if (isa<FloatType>(leaf.element)) {
    fillFloats(leaf.numbers, leaf.varies ? kind : below(kinds), isHuge,
               leaf.element.isF64());
    // They are inputs: what their type holds.
    for (Real &number : leaf.numbers) {
      number = leaf.element.isF64() ? Real(static_cast<double>(number))
                                    : Real(static_cast<float>(number));
      if (isPositive)
        number = number == 0 ? 1 : std::abs(number);
    }
    return;
  }
  const bool isBool = leaf.element.isInteger(1);
  const unsigned share = 1 + below(4);
  // Those that only the fold reads have not been tried before.
  const ArrayRef<Real> near =
      ArrayRef(integers).take_front(leaf.integers.value_or(integers.size()));
  for (Real &number : leaf.numbers)
    number = leaf.isExtent ? Real(places)
             : leaf.isSize ? Real(1 + below(9))
             : isBool      ? Real(below(4) < share)
                           : integer(places, near);
}

Trial::Trial(ArrayRef<ir::AxisAttr> axes,
             std::function<bool(ir::ReduceOp)> isMember)
    : axisCount(axes.size()), formulas(axes, std::move(isMember)) {}

Rounding Trial::roundingOf(unsigned sample) {
  return sample == 0             ? Rounding::None
         : sample + 1 == samples ? Rounding::Nearest
                                 : Rounding::Random;
}

/// Gives all leaves the numbers of a set.
void Trial::fill(unsigned set, size_t places) {
  // Places in their order, one after the other or with others between.
  Random random(set);
  std::vector<Reals> positions(axisCount, Reals(places));
  const bool isDense = axisCount == 1 && random.below(2) == 0;
  std::vector<std::vector<unsigned>> tuples(places);
  for (size_t place = 0; place < places; ++place)
    for (size_t axis = 0; axis < axisCount; ++axis)
      tuples[place].push_back(isDense ? place : random.below(12));
  std::sort(tuples.begin(), tuples.end());
  for (size_t place = 0; place < places; ++place)
    for (size_t axis = 0; axis < axisCount; ++axis)
      positions[axis][place] = tuples[place][axis];
  const bool isPositive = set % 3 == 2;
  // Two arrays meet in all pairs of kinds, others as it happens. Products of
  // two that are huge are too large for any formula. What a leaf is depends on
  // those before it only: more may come, and reductions of these are known.
  const unsigned huge = random.below(6);
  unsigned kinds = set, arrays = 0;
  for (auto [number, leaf] : llvm::enumerate(formulas.leaves)) {
    if (leaf.axis >= 0) {
      leaf.numbers = positions[leaf.axis];
      continue;
    }
    Numbers numbers(set, number);
    unsigned kind = numbers.anyKind();
    if (leaf.varies && isa<FloatType>(leaf.element) && arrays++ < 2) {
      kind = kinds % Numbers::kinds;
      kinds /= Numbers::kinds;
    }
    numbers.fill(leaf, places, kind, formulas.integers, number == huge,
                 isPositive);
  }
}

/// A reduction as it is written; those that it is made from are in `values`.
void Trial::reduce(unsigned node, unsigned set, unsigned sample, size_t places,
                   Reduced &into) {
  const Formulas::Node &info = formulas[node];
  const Member &member = members.at(node);
  const ir::ReduceKind kind = ir::ReduceOp(info.reduce).getKind();
  const Rounding rounding = roundingOf(sample);
  Real total = neutralNumber(kind), best = 0;
  into.size = 0;
  into.visited = 0;
  formulas.begin(set * samples + sample);
  for (size_t place = 0; place < places; ++place) {
    if (info.args.size() > 1) {
      formulas.compute(member.guard, place, rounding, values);
      into.isOnEdge = into.isOnEdge || values.isOnEdge[info.args[1]];
      if (values.numbers[info.args[1]] == 0)
        continue;
    }
    formulas.compute(member.element, place, rounding, values);
    into.isOnEdge = into.isOnEdge || values.isOnEdge[info.args[0]];
    const Real x = values.numbers[info.args[0]];
    ++into.visited;
    if (kind == ir::ReduceKind::Sum)
      into.size += std::abs(x);
    if (!ir::isArg(kind)) {
      total = formulas.rounded(info.precision, joined(kind, total, x), rounding,
                               into.isOnEdge);
    } else if (total < 0 ||
               (kind == ir::ReduceKind::ArgMax ? x > best : x < best)) {
      total = static_cast<Real>(place);
      best = x;
    }
  }
  into.samples[sample] = total;
}

/// A reduction on a set of numbers that is filled in; those that it is made
/// from come first.
const Trial::Reduced &Trial::reduced(unsigned node, unsigned set,
                                     size_t places) {
  Reduced &known = members.at(node).sets[set];
  if (known.isKnown)
    return known;
  Nodes behind = formulas.reductionsBehind(node);
  behind.pop_back(); // itself
  for (unsigned other : behind)
    known.isOnEdge |= reduced(other, set, places).isOnEdge;
  for (unsigned sample = 0; sample < samples; ++sample) {
    for (unsigned other : behind) {
      values.numbers[other] = members.at(other).sets[set].samples[sample];
      values.isOnEdge[other] = false;
    }
    reduce(node, set, sample, places, known);
  }
  known.isKnown = true;
  return known;
}

/// What a result may be off by, relative to it and to what it is the sum of.
static std::pair<Real, Real> tolerance(Type element) {
  return element.isF64() ? std::pair<Real, Real>{1e-9L, 0x1p-48L}
                         : std::pair<Real, Real>{1e-4L, 0x1p-19L};
}

/// A formula that a result of a fold is to be.
struct Trial::Wanted {
  unsigned target;
  /// The reductions that it is made from, and what it needs besides.
  Nodes behind, order;
  Real relative, ofSize;
  /// How many sets told something, and whether all were met.
  unsigned telling = 0;
  bool isRight = true;
  /// On the present set: what it is, and how far off a result may be.
  Real number = 0, room = 0;

  bool isTried() const { return isRight && telling < enough; }
};

/// Computes a formula on a set; false if it says nothing there.
bool Trial::compute(Wanted &wanted, unsigned set, size_t places) {
  Real size = 0, spread = 0;
  unsigned visited = 0;
  for (unsigned node : wanted.behind) {
    const Reduced &known = reduced(node, set, places);
    if (known.isOnEdge)
      return false;
    size = known.size;
    visited = known.visited;
  }
  for (unsigned sample = 0; sample < samples; ++sample) {
    setReductions(wanted, set, sample);
    formulas.begin(set * samples + sample);
    formulas.compute(wanted.order, 0, roundingOf(sample), values);
    const Real number = values.numbers[wanted.target];
    // What the formula itself does not say, no fold can say.
    if (!std::isfinite(number) || values.isOnEdge[wanted.target])
      return false;
    if (sample == 0)
      wanted.number = number;
    spread = std::max(spread, std::abs(number - wanted.number));
  }
  wanted.telling += visited > 1;
  wanted.room = patience * spread + wanted.relative * std::abs(wanted.number) +
                wanted.ofSize * size;
  return true;
}

void Trial::setReductions(const Wanted &wanted, unsigned set, unsigned sample) {
  for (unsigned node : wanted.behind) {
    values.numbers[node] = members.at(node).sets[set].samples[sample];
    values.isOnEdge[node] = false;
  }
}

/// What is to be tried of a formula, which may be made of reductions that have
/// not been tried before.
Trial::Wanted Trial::enter(Value written) {
  Wanted wanted;
  wanted.target = formulas.node(written);
  wanted.behind = formulas.reductionsBehind(wanted.target);
  wanted.order = formulas.needs(wanted.target);
  std::tie(wanted.relative, wanted.ofSize) =
      tolerance(typeOf(written).getElementType());
  for (unsigned node : wanted.behind) {
    auto [member, isNew] = members.try_emplace(node);
    if (!isNew)
      continue;
    const Nodes &args = formulas[node].args;
    member->second.element = formulas.needs(args[0]);
    if (args.size() > 1)
      member->second.guard = formulas.needs(args[1]);
    member->second.sets.resize(mostSets);
  }
  for (Formulas::Leaf &leaf : formulas.leaves)
    if (!leaf.integers)
      leaf.integers = formulas.integers.size();
  return wanted;
}

SmallVector<unsigned> Trial::wrongOf(ir::FoldOp fold, ValueRange written) {
  std::vector<Wanted> all;
  for (Value value : written)
    all.push_back(enter(value));
  const Formulas::Mark mark = formulas.mark();
  FoldRunner runner(formulas, fold, values);
  runner.order();
  values.resize(formulas.size());
  for (unsigned set = 0; set < mostSets; ++set) {
    if (llvm::none_of(all, [](const Wanted &w) { return w.isTried(); }))
      break;
    const size_t places = placesOf[set % std::size(placesOf)];
    fill(set, places);
    SmallVector<unsigned> saying;
    for (auto [result, wanted] : llvm::enumerate(all))
      if (wanted.isTried() && compute(wanted, set, places))
        saying.push_back(result);
    if (saying.empty())
      continue;
    // The fold is given what has the digits of its type.
    for (unsigned result : saying)
      setReductions(all[result], set, samples - 1);
    // All at once, one by one, in two lanes, and each in a lane of its own
    // beside one that sees nothing.
    const FoldState empty = runner.empty();
    SmallVector<size_t> block;
    for (size_t place = 0; place < places; ++place)
      block.push_back(place);
    FoldState sequence = empty, lanes[2] = {empty, empty}, joint = empty;
    for (size_t place : block) {
      sequence = runner.step(sequence, place);
      lanes[place % 2] = runner.step(lanes[place % 2], place);
      joint = runner.combined(joint, runner.step(empty, place));
    }
    for (const FoldState &state :
         {runner.step(empty, block), sequence,
          runner.combined(lanes[0], lanes[1]), joint}) {
      const Reals results = runner.finished(state);
      for (unsigned result : saying) {
        Wanted &wanted = all[result];
        wanted.isRight &=
            std::abs(results[result] - wanted.number) <= wanted.room;
      }
    }
  }
  formulas.forget(mark);
  SmallVector<unsigned> wrong;
  for (auto [result, wanted] : llvm::enumerate(all))
    if (!wanted.isRight || wanted.telling < leastSets)
      wrong.push_back(result);
  return wrong;
}
