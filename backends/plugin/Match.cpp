//===- Match.cpp - whether two clusters say the same ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Match.h"

#include "runtime/DType.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>

using namespace fovea;
using namespace fovea::plugin;

namespace {
bool isCommutative(fovea_opcode opcode) {
  return opcode == FOVEA_OP_ADD || opcode == FOVEA_OP_MUL ||
         opcode == FOVEA_OP_MIN || opcode == FOVEA_OP_MAX;
}

/// Lays one over the other: the ops, with what that says of the axes collected
/// on the way. Orders of operands are chosen only where what is certain leaves
/// several, each by itself: else the choices of n ops were 2^n.
class Matcher {
public:
  Matcher(const Cluster &pattern, const Cluster &cluster, bool isOrdered)
      : p(pattern), c(cluster),
        isOrdered(isOrdered), laid{std::vector<uint32_t>(p.ops.size(),
                                                         FOVEA_NONE),
                                   std::vector<uint32_t>(p.folds.size(),
                                                         FOVEA_NONE),
                                   {},
                                   {}},
        axes(p.axes.size(), FOVEA_NONE) {}

  std::optional<Match> run() {
    if (p.outputs.size() != c.outputs.size())
      return std::nullopt;
    std::vector<Pair> work;
    for (size_t k = p.outputs.size(); k-- > 0;) {
      if (p.outputs[k].dtype != c.outputs[k].dtype)
        return std::nullopt;
      demand(p.outputs[k].axes, c.outputs[k].axes, isOrdered);
      work.push_back({p.outputs[k].op, c.outputs[k].op});
    }
    if (!matchOps(std::move(work), {}))
      return std::nullopt;
    const std::vector<uint32_t> &ops = laid.ops;
    Match found;
    for (uint32_t op = 0; op < p.ops.size(); ++op)
      if (p.ops[op].opcode == FOVEA_OP_INPUT && ops[op] != FOVEA_NONE) {
        found.inputs.resize(p.inputs.size(), FOVEA_NONE);
        found.inputs[p.ops[op].selector] = ops[op];
      }
    if (std::ranges::count(found.inputs, FOVEA_NONE) != 0 ||
        found.inputs.size() != p.inputs.size())
      return std::nullopt;
    for (const auto *ports : {&p.inputs, &p.outputs})
      for (const fovea_port &port : *ports)
        for (uint32_t axis : p.list(port.axes))
          found.axes.push_back(axes[axis]);
    return found;
  }

private:
  /// An op of the pattern and one of the cluster.
  using Pair = std::pair<uint32_t, uint32_t>;
  /// Axes of the pattern and of the cluster, as sets or place by place.
  struct Demand {
    std::vector<uint32_t> pattern, cluster;
    bool isOrdered;
    auto operator<=>(const Demand &) const = default;
  };
  /// What is laid over what so far, and what that asks of the axes.
  struct State {
    std::vector<uint32_t> ops, folds;
    std::set<Demand> demands;
    std::set<Pair> sizes;
  };

  std::vector<uint32_t> numbers(const Cluster &of, fovea_list list) const {
    auto span = of.list(list);
    return {span.begin(), span.end()};
  }
  void demand(fovea_list mine, fovea_list theirs, bool isOrdered) {
    laid.demands.insert({numbers(p, mine), numbers(c, theirs), isOrdered});
  }
  void demandSet(fovea_list mine, fovea_list theirs) {
    demand(mine, theirs, false);
  }
  void demandOrder(fovea_list mine, fovea_list theirs) {
    demand(mine, theirs, true);
  }

  /// The operands of two ops, in the same order or exchanged.
  std::array<Pair, 2> pairsOf(Pair op, bool isExchanged) const {
    auto a = p.list(p.ops[op.first].operands);
    auto b = c.list(c.ops[op.second].operands);
    return {{{a[0], b[isExchanged]}, {a[1], b[!isExchanged]}}};
  }

  /// Whether two ops are of one kind and shape.
  static bool isLike(const fovea_op &x, const fovea_op &y) {
    if (x.dtype != y.dtype || x.axes.count != y.axes.count)
      return false;
    return x.opcode == FOVEA_OP_INPUT ||
           (x.opcode == y.opcode && x.operands.count == y.operands.count &&
            x.over.count == y.over.count &&
            (x.opcode != FOVEA_OP_CONSTANT ||
             (x.integer == y.integer &&
              std::memcmp(&x.number, &y.number, sizeof(double)) == 0)));
  }

  /// Whether an op can lie over another as far as their kinds say, and those of
  /// what they are made of. Formulas share their parts: each pair is asked
  /// about once.
  bool areAlike(Pair pair) {
    const auto [mine, theirs] = pair;
    const fovea_op &x = p.ops[mine], &y = c.ops[theirs];
    if (!isLike(x, y))
      return false;
    if (x.opcode == FOVEA_OP_INPUT)
      return true;
    if (auto found = likeness.find(pair); found != likeness.end())
      return found->second;
    auto a = p.list(x.operands), b = c.list(y.operands);
    auto like = [&](const Pair &each) { return areAlike(each); };
    bool alike = true;
    if (isCommutative(x.opcode))
      alike = std::ranges::all_of(pairsOf(pair, false), like) ||
              std::ranges::all_of(pairsOf(pair, true), like);
    else
      for (size_t i = 0; i < a.size() && alike; ++i)
        alike = areAlike({a[i], b[i]});
    return likeness[pair] = alike;
  }

  /// Whether the operands of a commutative op can lie in that order, as far as
  /// is seen from them and what is laid already.
  bool mayLie(Pair op, bool isExchanged) {
    const std::array<Pair, 2> pairs = pairsOf(op, isExchanged);
    auto mayBe = [&](const Pair &pair) {
      const uint32_t known = laid.ops[pair.first];
      return known == FOVEA_NONE ? areAlike(pair) : known == pair.second;
    };
    if (!std::ranges::all_of(pairs, mayBe))
      return false;
    const std::set<Demand> kept = laid.demands;
    for (auto [mine, theirs] : pairs)
      demandSet(p.ops[mine].axes, c.ops[theirs].axes);
    const bool isPossible = laid.demands.size() == kept.size() || matchAxes();
    laid.demands = kept;
    return isPossible;
  }

  /// Lays what is certain: `work`, and operands of `open` ops of which one
  /// order is left. False if something cannot lie.
  bool layCertain(std::vector<Pair> work, std::vector<Pair> &open) {
    while (true) {
      std::vector<Pair> found;
      while (!work.empty()) {
        const auto [mine, theirs] = work.back();
        work.pop_back();
        if (laid.ops[mine] != FOVEA_NONE) {
          if (laid.ops[mine] != theirs)
            return false;
          continue;
        }
        if (!accepts(mine, theirs))
          return false;
        const fovea_op &x = p.ops[mine], &y = c.ops[theirs];
        if (x.opcode == FOVEA_OP_INPUT)
          continue;
        auto a = p.list(x.operands), b = c.list(y.operands);
        if (x.opcode == FOVEA_OP_FOLD && !addFold(x.selector, y.selector, work))
          return false;
        if (isCommutative(x.opcode) && a[0] != a[1] && b[0] != b[1]) {
          found.push_back({mine, theirs});
          continue;
        }
        for (size_t i = a.size(); i-- > 0;)
          work.push_back({a[i], b[i]});
      }
      open.insert(open.begin(), found.begin(), found.end());
      if (!matchAxes())
        return false;
      for (size_t k = 0; k < open.size() && work.empty();) {
        const bool straight = mayLie(open[k], false);
        const bool exchanged = mayLie(open[k], true);
        if (!straight && !exchanged)
          return false;
        if (straight && exchanged) {
          ++k;
          continue;
        }
        const auto [first, second] = pairsOf(open[k], exchanged);
        work = {second, first};
        open.erase(open.begin() + static_cast<ptrdiff_t>(k));
      }
      if (work.empty())
        return true;
    }
  }

  /// Matches the pairs that are left to do, the last first, and the operands of
  /// `open` ops: as they are written if that leads anywhere.
  bool matchOps(std::vector<Pair> work, std::vector<Pair> open) {
    if (!layCertain(std::move(work), open))
      return false;
    if (open.empty())
      return true;
    const Pair chosen = open.front();
    open.erase(open.begin());
    const State kept = laid;
    for (bool isExchanged : {false, true}) {
      const auto [first, second] = pairsOf(chosen, isExchanged);
      if (matchOps({second, first}, open))
        return true;
      laid = kept;
    }
    return false;
  }

  /// Whether one op can stand for the other, apart from its operands.
  bool accepts(uint32_t mine, uint32_t theirs) {
    const fovea_op &x = p.ops[mine], &y = c.ops[theirs];
    if (!isLike(x, y))
      return false;
    demandSet(x.axes, y.axes);
    laid.ops[mine] = theirs;
    if (x.opcode == FOVEA_OP_INPUT)
      return true;
    switch (x.opcode) {
    case FOVEA_OP_SIZE:
      laid.sizes.insert({x.selector, y.selector});
      return true;
    case FOVEA_OP_ACCUMULATOR:
    case FOVEA_OP_OLD_ACCUMULATOR:
    case FOVEA_OP_GAUGE:
    case FOVEA_OP_OLD_GAUGE:
    case FOVEA_OP_FOLD:
      return x.integer == y.integer && isFold(x.selector, y.selector);
    case FOVEA_OP_LITERAL:
      demandOrder(x.over, y.over);
      return isLiteral(x, y);
    case FOVEA_OP_CONSTANT:
      return true;
    case FOVEA_OP_REDUCE:
      if (x.selector == FOVEA_ARGMAX || x.selector == FOVEA_ARGMIN)
        demandOrder(x.over, y.over);
      else
        demandSet(x.over, y.over);
      return x.selector == y.selector;
    default:
      demandOrder(x.over, y.over);
      return x.selector == y.selector;
    }
  }

  bool isLiteral(const fovea_op &x, const fovea_op &y) const {
    uint64_t count = 1;
    for (uint32_t axis : p.list(x.over))
      count *= static_cast<uint64_t>(p.sizes[p.axes[axis].size].value);
    for (uint32_t axis : c.list(y.over))
      if (c.sizes[c.axes[axis].size].kind != FOVEA_SIZE_CONSTANT)
        return false;
    uint64_t other = 1;
    for (uint32_t axis : c.list(y.over))
      other *= static_cast<uint64_t>(c.sizes[c.axes[axis].size].value);
    const size_t bytes = count * sizeOf(*dtypeFromC(x.dtype));
    return count == other &&
           std::memcmp(
               reinterpret_cast<const char *>(p.bytes.data()) + x.integer,
               reinterpret_cast<const char *>(c.bytes.data()) + y.integer,
               bytes) == 0;
  }

  bool isFold(uint32_t mine, uint32_t theirs) {
    if (laid.folds[mine] == FOVEA_NONE)
      laid.folds[mine] = theirs;
    return laid.folds[mine] == theirs;
  }

  /// What two folds are made of has to match as well, once.
  bool addFold(uint32_t mine, uint32_t theirs, std::vector<Pair> &work) {
    const fovea_fold &x = p.folds[mine], &y = c.folds[theirs];
    if (x.axes.count != y.axes.count ||
        x.accumulators.count != y.accumulators.count ||
        x.gauges.count != y.gauges.count || x.results.count != y.results.count)
      return false;
    demandOrder(x.axes, y.axes);
    for (uint32_t k = 0; k < x.accumulators.count; ++k) {
      const fovea_accumulator &a = p.accumulators[x.accumulators.first + k];
      const fovea_accumulator &b = c.accumulators[y.accumulators.first + k];
      if (a.join != b.join || a.dtype != b.dtype || a.gauges != b.gauges ||
          (a.guard == FOVEA_NONE) != (b.guard == FOVEA_NONE))
        return false;
      demandSet(a.axes, b.axes);
      work.insert(work.end(), {{a.element, b.element}, {a.repair, b.repair}});
      if (a.guard != FOVEA_NONE)
        work.push_back({a.guard, b.guard});
    }
    for (uint32_t q = 0; q < x.gauges.count; ++q) {
      const fovea_gauge &a = p.gauges[x.gauges.first + q];
      const fovea_gauge &b = c.gauges[y.gauges.first + q];
      if (a.after != b.after || a.dtype != b.dtype)
        return false;
      demandSet(a.axes, b.axes);
      work.push_back({a.value, b.value});
    }
    for (uint32_t r = 0; r < x.results.count; ++r)
      work.push_back({p.list(x.results)[r], c.list(y.results)[r]});
    return true;
  }

  //===--- axes -----------------------------------------------------------===//

  bool matchAxes() {
    for (const Demand &demand : laid.demands)
      if (demand.pattern.size() != demand.cluster.size())
        return false;
    std::ranges::fill(axes, FOVEA_NONE);
    return assign(0);
  }

  /// Gives the pattern's axes from `first` on the cluster's.
  bool assign(uint32_t first) {
    if (first == axes.size())
      return agreeSizes();
    for (uint32_t theirs = 0; theirs < c.axes.size(); ++theirs) {
      if (std::ranges::find(axes, theirs) != axes.end() ||
          !agreeExtents(first, theirs))
        continue;
      axes[first] = theirs;
      if (std::ranges::all_of(
              laid.demands,
              [&](const Demand &demand) { return holds(demand); }) &&
          assign(first + 1))
        return true;
    }
    axes[first] = FOVEA_NONE;
    return false;
  }
  /// An extent that the pattern writes as a number is that number, and equal
  /// ones are equal.
  bool agreeExtents(uint32_t mine, uint32_t theirs) const {
    const fovea_size &x = p.sizes[p.axes[mine].size];
    const fovea_size &y = c.sizes[c.axes[theirs].size];
    for (uint32_t other = 0; other < mine; ++other)
      if (p.axes[other].size == p.axes[mine].size &&
          c.axes[axes[other]].size != c.axes[theirs].size)
        return false;
    return x.kind != FOVEA_SIZE_CONSTANT ||
           (y.kind == FOVEA_SIZE_CONSTANT && x.value == y.value);
  }
  /// Whether the axes that are given so far fit.
  bool holds(const Demand &demand) const {
    for (size_t i = 0; i < demand.pattern.size(); ++i) {
      const uint32_t theirs = axes[demand.pattern[i]];
      if (theirs == FOVEA_NONE)
        continue;
      if (demand.isOrdered ? demand.cluster[i] != theirs
                           : std::ranges::find(demand.cluster, theirs) ==
                                 demand.cluster.end())
        return false;
    }
    return true;
  }
  /// A size that is computed with is that of the same axis.
  bool agreeSizes() const {
    return std::ranges::all_of(laid.sizes, [&](const Pair &pair) {
      for (uint32_t axis = 0; axis < p.axes.size(); ++axis)
        if (p.axes[axis].size == pair.first &&
            c.axes[axes[axis]].size == pair.second)
          return true;
      return false;
    });
  }

  const Cluster &p;
  const Cluster &c;
  /// Whether the outputs' axes have to be in the pattern's order.
  const bool isOrdered;
  State laid;
  /// For each axis of the pattern what it lies over, by `matchAxes`.
  std::vector<uint32_t> axes;
  std::map<Pair, bool> likeness;
};
} // namespace

std::optional<Match> plugin::match(const Cluster &pattern,
                                   const Cluster &cluster) {
  // As written if that is possible: what can be read in two ways is then read
  // as its author would.
  if (auto found = Matcher(pattern, cluster, true).run())
    return found;
  return Matcher(pattern, cluster, false).run();
}
