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

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

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

/// A function cut into clusters, neighbours of which can be joined again.
class Cut {
public:
  /// Of a module's function, whose kernels are formed (buildKernelPipeline): a
  /// kernel is a cluster, and loses its schedule. Errors: an operation has no
  /// opcode (Unsupported); a cluster does not pass `check` (Internal).
  static Expected<Cut> of(mlir::OwningOpRef<mlir::ModuleOp> module);
  Cut(Cut &&) noexcept;
  ~Cut();

  /// Each cluster by itself.
  ClusterProgram program;

  /// The clusters from `first` to before `end` as one. What only they read of
  /// each other stays inside; all else is bound as it is in `program`.
  Expected<PlacedCluster> join(size_t first, size_t end) const;

private:
  class Cutter;
  explicit Cut(std::unique_ptr<Cutter> cutter);
  std::unique_ptr<Cutter> cutter;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_FLATTEN_H
