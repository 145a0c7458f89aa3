//===- ClusterText.h - clusters as text for people --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_CLUSTERTEXT_H
#define FOVEA_BACKENDS_PLUGIN_CLUSTERTEXT_H

#include "backends/plugin/Cluster.h"

namespace fovea::plugin {

/// The arrays of a cluster that passes `check`, in the words of the header:
/// what goes in and out, each op by its number, and what the folds are made of.
/// An axis of a name that others have too is followed by its number.
std::string text(const Cluster &cluster);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_CLUSTERTEXT_H
