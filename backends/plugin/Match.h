//===- Match.h - whether two clusters say the same --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_MATCH_H
#define FOVEA_BACKENDS_PLUGIN_MATCH_H

#include "backends/plugin/Cluster.h"

#include <optional>

namespace fovea::plugin {

/// How a pattern lies over a cluster.
struct Match {
  /// For each input of the pattern the op of the cluster that it stands for.
  std::vector<uint32_t> inputs;
  /// For each axis of each input of the pattern, in the order of its shape, the
  /// cluster's, then for those of the outputs.
  std::vector<uint32_t> axes;
};

/// Lays a pattern over the whole of a cluster: output k over output k, an input
/// of the pattern over whatever stands there. Operands of commutative ops may
/// be exchanged; names, and what axes are called, do not count.
std::optional<Match> match(const Cluster &pattern, const Cluster &cluster);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_MATCH_H
