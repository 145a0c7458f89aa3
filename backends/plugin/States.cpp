//===- States.cpp - what ops know of the state of folds -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/States.h"

using namespace fovea::plugin;

std::vector<uint32_t> fovea::plugin::rootsOf(const Cluster &cluster,
                                             const fovea_fold &fold) {
  std::span<const uint32_t> results = cluster.list(fold.results);
  std::vector<uint32_t> roots(results.begin(), results.end());
  for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
    const fovea_accumulator &accumulator =
        cluster.accumulators[fold.accumulators.first + k];
    roots.insert(roots.end(), {accumulator.element, accumulator.repair});
    if (accumulator.guard != FOVEA_NONE)
      roots.push_back(accumulator.guard);
  }
  for (uint32_t q = 0; q < fold.gauges.count; ++q)
    roots.push_back(cluster.gauges[fold.gauges.first + q].value);
  return roots;
}

StateUses fovea::plugin::usesOf(const Cluster &cluster, const fovea_op &op,
                                const std::vector<StateUses> &earlier) {
  StateUses uses;
  for (uint32_t operand : cluster.list(op.operands))
    uses.insert(earlier[operand].begin(), earlier[operand].end());
  if (op.opcode >= FOVEA_OP_ACCUMULATOR && op.opcode <= FOVEA_OP_OLD_GAUGE)
    uses.insert({op.selector, op.opcode, op.integer});
  if (op.opcode == FOVEA_OP_FOLD)
    for (uint32_t root : rootsOf(cluster, cluster.folds[op.selector]))
      for (const StateUse &use : earlier[root])
        if (use.fold != op.selector)
          uses.insert(use);
  return uses;
}
