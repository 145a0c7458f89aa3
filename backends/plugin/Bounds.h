//===- Bounds.h - ranges in which a guard can hold --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_BOUNDS_H
#define FOVEA_BACKENDS_PLUGIN_BOUNDS_H

#include "backends/plugin/Cluster.h"

namespace fovea::plugin {

/// Writes the ranges of an accumulator of a fold over `axes` from its guard: a
/// conjunction, of whose comparisons those count that have a coordinate of the
/// fold by itself on one side, and what does not vary along the fold on the
/// other (j <= i, j > i - 512, j < length[b]). Adds ops for bounds that nobody
/// has computed yet.
void addRanges(ClusterBuilder &made, fovea_list axes,
               fovea_accumulator &accumulator);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_BOUNDS_H
