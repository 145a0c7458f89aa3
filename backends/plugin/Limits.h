//===- Limits.h - which integers an op can give -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_LIMITS_H
#define FOVEA_BACKENDS_PLUGIN_LIMITS_H

#include "backends/plugin/Cluster.h"

namespace fovea::plugin {

/// The least and the greatest number that an element may be.
struct Limits {
  int64_t low, high;
};

/// All numbers of a dtype; of floats, which have no limits, all of i64.
Limits limitsOf(fovea_dtype dtype);

/// Those of an op that comes after all ops of a cluster, whatever the sizes.
/// They hold wherever the element is needed, and are those of its dtype where
/// nothing is known. (kernels::Ranges is another question: it proves that an
/// index lies below an extent, as formulas over the dimensions, and says
/// nothing of data.)
Limits limitsOf(const Cluster &cluster, const fovea_op &op);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_LIMITS_H
