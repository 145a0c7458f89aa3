//===- Clusters.h - clusters of programs in tests ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_PLUGIN_CLUSTERS_H
#define FOVEA_TESTS_BACKENDS_PLUGIN_CLUSTERS_H

#include "backends/plugin/PluginBackend.h"
#include "frontend/Program.h"

#include <catch2/catch.hpp>

namespace fovea::test {

/// The clusters of the first function of `text`, with inputs of f32 and of the
/// ranks that are declared, and those of all its test blocks.
std::vector<plugin::Cluster> clustersOf(const std::string &text);

/// Clusters that have every kind of op, fold and leaf among them.
std::vector<plugin::Cluster> variousClusters();

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_PLUGIN_CLUSTERS_H
