//===- Checker.h - what checks of flat arrays share -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_CHECKER_H
#define FOVEA_BACKENDS_PLUGIN_CHECKER_H

#include "backends/plugin/States.h"

#include <algorithm>
#include <iterator>

namespace fovea::plugin {

using Numbers = std::vector<uint32_t>;

inline bool isFloat(fovea_dtype dtype) { return dtype >= FOVEA_F16; }
inline bool isComputed(fovea_dtype dtype) {
  return dtype != FOVEA_F16 && dtype != FOVEA_BF16;
}
inline bool isArg(fovea_join join) {
  return join == FOVEA_ARGMAX || join == FOVEA_ARGMIN;
}
inline bool isLogic(fovea_join join) {
  return join == FOVEA_ANY || join == FOVEA_ALL;
}

inline Numbers unite(const Numbers &a, const Numbers &b) {
  Numbers all;
  std::ranges::set_union(a, b, std::back_inserter(all));
  return all;
}
inline Numbers without(const Numbers &a, const Numbers &b) {
  Numbers rest;
  std::ranges::set_difference(a, b, std::back_inserter(rest));
  return rest;
}

/// One cluster and what is asked of it. The first thing that is wrong is thrown
/// as `Wrong`, which `check` catches: everything behind it may rely on what
/// holds.
class Checker {
public:
  explicit Checker(const Cluster &cluster) : c(cluster) {}

  struct Wrong {
    std::string text;
  };
  static void need(bool holds, std::string what) {
    if (!holds)
      throw Wrong{std::move(what)};
  }
  Numbers numbers(fovea_list list) const {
    need(uint64_t(list.first) + list.count <= c.lists.size(),
         "a list of " + std::to_string(list.count) + " numbers begins at " +
             std::to_string(list.first) + " of " +
             std::to_string(c.lists.size()));
    auto span = c.list(list);
    return Numbers(span.begin(), span.end());
  }
  /// Axes, each once, in the order of the list.
  Numbers axes(fovea_list list) const {
    Numbers axes = numbers(list);
    for (uint32_t axis : axes)
      need(axis < c.axes.size(), "there is no axis " + std::to_string(axis));
    Numbers sorted = axes;
    std::ranges::sort(sorted);
    need(std::ranges::adjacent_find(sorted) == sorted.end(),
         "an axis is listed twice");
    return axes;
  }
  Numbers axisSet(fovea_list list) const {
    Numbers set = axes(list);
    std::ranges::sort(set);
    return set;
  }
  static void checkDType(fovea_dtype dtype) {
    need(dtype >= FOVEA_BOOL && dtype <= FOVEA_F64,
         "there is no dtype " + std::to_string(dtype));
  }

  static fovea_dtype joined(fovea_join join, fovea_dtype element) {
    return isArg(join) ? FOVEA_I64 : element;
  }

protected:
  const Cluster &c;
};

/// What parts of folds may see of their states (fold_c4 in ir/FoldOps.td), and
/// what they are like. The ops are checked; `uses` has the states of each.
void checkFolds(const Cluster &cluster, const std::vector<StateUses> &uses);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_CHECKER_H
