//===- CheckFolds.cpp - whether folds make sense --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Checker.h"

using namespace fovea;
using namespace fovea::plugin;

namespace {
class FoldChecker : public Checker {
public:
  FoldChecker(const Cluster &cluster, const std::vector<StateUses> &uses)
      : Checker(cluster), uses(uses) {}

  void run() {
    for (uint32_t f = 0; f < c.folds.size(); ++f) {
      const fovea_fold &fold = c.folds[f];
      const auto axesOfFold = axisSet(fold.axes);
      for (uint32_t root : rootsOf(c, fold))
        need(root < c.ops.size(), "a fold is made of an op that is not there");
      uint32_t before = 0;
      for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
        const fovea_accumulator &a =
            c.accumulators[fold.accumulators.first + k];
        need(a.gauges >= before && a.gauges <= fold.gauges.count,
             "accumulators do not see ever more gauges");
        before = a.gauges;
        checkAccumulator(f, fold, k, a);
        for (uint32_t axis : axisSet(a.axes))
          need(!std::ranges::binary_search(axesOfFold, axis),
               "an accumulator has an axis that is folded");
        checkRanges(a, axesOfFold);
      }
      for (uint32_t q = 0; q < fold.gauges.count; ++q) {
        const fovea_gauge &gauge = c.gauges[fold.gauges.first + q];
        checkGauge(f, fold, q, gauge);
      }
      for (uint32_t root : c.list(fold.results)) {
        need(without(axisSet(c.ops[root].axes), axesOfFold) ==
                 axisSet(c.ops[root].axes),
             "a result has an axis that is folded");
        mayUse(root, f, [](const StateUse &use) {
          return use.part == FOVEA_OP_ACCUMULATOR || use.part == FOVEA_OP_GAUGE;
        });
      }
      checkLimits(fold);
    }
  }

private:
  /// gauges of accumulator k are those whose `after` is at most k.
  void checkLimits(const fovea_fold &fold) const {
    for (uint32_t q = 0; q < fold.gauges.count; ++q) {
      const fovea_gauge &gauge = c.gauges[fold.gauges.first + q];
      need(gauge.after <= fold.accumulators.count &&
               (q == 0 ||
                c.gauges[fold.gauges.first + q - 1].after <= gauge.after),
           "gauges do not come one after the other");
    }
    for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
      uint32_t seen = 0;
      while (seen < fold.gauges.count &&
             c.gauges[fold.gauges.first + seen].after <= k)
        ++seen;
      need(c.accumulators[fold.accumulators.first + k].gauges == seen,
           "an accumulator sees other gauges than there are before it");
    }
  }
  template <class May>
  void mayUse(uint32_t root, uint32_t fold, May may) const {
    for (const StateUse &use : uses[root])
      need(use.fold != fold || may(use),
           "a part of a fold uses a state that it cannot see");
  }
  void checkAccumulator(uint32_t f, const fovea_fold &fold, uint32_t k,
                        const fovea_accumulator &a) const {
    auto seesGauge = [&](const StateUse &use) {
      return use.part == FOVEA_OP_GAUGE && use.number < a.gauges;
    };
    mayUse(a.element, f, seesGauge);
    need(c.ops[a.element].dtype == a.dtype, "an element has another dtype");
    if (a.guard != FOVEA_NONE) {
      mayUse(a.guard, f, seesGauge);
      need(c.ops[a.guard].dtype == FOVEA_BOOL, "a guard is no bool");
    }
    mayUse(a.repair, f, [&](const StateUse &use) {
      if (use.part == FOVEA_OP_OLD_ACCUMULATOR)
        return c.accumulators[fold.accumulators.first + use.number].gauges ==
               a.gauges;
      return (use.part == FOVEA_OP_GAUGE || use.part == FOVEA_OP_OLD_GAUGE) &&
             use.number < a.gauges;
    });
    need(c.ops[a.repair].dtype == joined(a.join, a.dtype),
         "a repair has another dtype");
    const Numbers own = axisSet(a.axes), folded = axisSet(fold.axes);
    for (uint32_t root : {a.element, a.guard, a.repair}) {
      if (root == FOVEA_NONE)
        continue;
      Numbers rest = without(axisSet(c.ops[root].axes), own);
      if (root != a.repair)
        rest = without(rest, folded);
      need(rest.empty(), "an accumulator lacks an axis of what it joins");
    }
  }
  void checkGauge(uint32_t f, const fovea_fold &fold, uint32_t q,
                  const fovea_gauge &gauge) const {
    mayUse(gauge.value, f, [&](const StateUse &use) {
      return (use.part == FOVEA_OP_ACCUMULATOR && use.number < gauge.after) ||
             (use.part == FOVEA_OP_GAUGE && use.number < q);
    });
    const Numbers own = axisSet(gauge.axes);
    need(c.ops[gauge.value].dtype == gauge.dtype &&
             without(axisSet(c.ops[gauge.value].axes), own).empty() &&
             without(own, axisSet(fold.axes)) == own,
         "a gauge is not like its value");
  }
  void checkRanges(const fovea_accumulator &a, const Numbers &folded) const {
    need(uint64_t(a.ranges.first) + a.ranges.count <= c.ranges.size(),
         "there are no such ranges");
    for (uint32_t i = 0; i < a.ranges.count; ++i) {
      const fovea_range &range = c.ranges[a.ranges.first + i];
      need(std::ranges::binary_search(folded, range.axis),
           "a range is along an axis that is not folded");
      for (uint32_t bound : {range.lo, range.hi}) {
        if (bound == FOVEA_NONE)
          continue;
        need(bound < c.ops.size() && c.ops[bound].dtype == FOVEA_I64 &&
                 without(axisSet(c.ops[bound].axes), axisSet(a.axes)).empty() &&
                 uses[bound].empty(),
             "a range has a bound that is no number outside of its fold");
      }
    }
  }

  const std::vector<StateUses> &uses;
};
} // namespace

void plugin::checkFolds(const Cluster &cluster,
                        const std::vector<StateUses> &uses) {
  FoldChecker(cluster, uses).run();
}
