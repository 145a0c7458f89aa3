//===- States.h - what ops know of the state of folds -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_STATES_H
#define FOVEA_BACKENDS_PLUGIN_STATES_H

#include "backends/plugin/Cluster.h"

#include <compare>
#include <set>

namespace fovea::plugin {

/// A part of the state of a fold: an accumulator or gauge, old or as it is.
struct StateUse {
  uint32_t fold;
  fovea_opcode part;
  int64_t number;
  auto operator<=>(const StateUse &) const = default;
};
using StateUses = std::set<StateUse>;

/// The ops that a fold is made of.
std::vector<uint32_t> rootsOf(const Cluster &cluster, const fovea_fold &fold);

/// The states that an op is made from, seen from outside of the folds that it
/// needs; `earlier` has those of the ops before it. What it needs is there.
StateUses usesOf(const Cluster &cluster, const fovea_op &op,
                 const std::vector<StateUses> &earlier);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_STATES_H
