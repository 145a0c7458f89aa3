//===- Flatten.h - a function as clusters -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_FLATTEN_H
#define FOVEA_BACKENDS_PLUGIN_FLATTEN_H

#include "backends/plugin/Cluster.h"
#include "ir/Dialect.h"
#include "runtime/Signature.h"

namespace fovea::plugin {

/// An array of a function that was cut into clusters: what a cluster's port is
/// bound to.
struct Binding {
  enum class Kind { Input, Output, Between };
  Kind kind;
  /// Of the function's inputs, of its results, or of `between`.
  size_t number;
};

/// A cluster and what its ports are.
struct PlacedCluster {
  Cluster cluster;
  std::vector<Binding> inputs;
  std::vector<Binding> outputs;
};

/// A function as clusters, each of which needs earlier ones only.
struct ClusterProgram {
  std::vector<PlacedCluster> clusters;
  /// What clusters hand to later ones: dense and row-major.
  std::vector<Parameter> between;
};

/// Cuts a function whose kernels are formed (buildKernelPipeline): a kernel is
/// a cluster, and loses its schedule. Error (Unsupported): an operation that
/// has no opcode.
Expected<ClusterProgram> flatten(ir::FuncOp func);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_FLATTEN_H
