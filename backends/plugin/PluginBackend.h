//===- PluginBackend.h - clusters on plugins --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H
#define FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H

#include "backends/Backend.h"
#include "backends/plugin/Assignment.h"
#include "backends/plugin/Flatten.h"

namespace fovea::plugin {

/// A function as clusters that are fit to be handed over: optimised, fused,
/// checked. Works on a copy.
Expected<ClusterProgram> clustersOf(ir::FuncOp func);

/// The same as one cluster, as a device that joins may get it.
Expected<Cluster> wholeOf(ir::FuncOp func);

/// Several devices, of which the first that claims a cluster gets it. One that
/// turns out not to do certain sizes (UnsupportedShape) hands them to the next
/// that claims it. Neighbours that go to one device are joined if it claims
/// that too; sizes that it does not do then go the way that each would go by
/// itself.
class PluginBackend final : public Backend {
public:
  /// The list is not empty; `label` is what the user calls it.
  PluginBackend(Devices devices, std::string label);

  /// As the user wrote it.
  std::string_view name() const override { return label; }

  /// Error (Unsupported): no device computes a cluster; says which, and why.
  Expected<std::unique_ptr<Executable>> compile(ir::FuncOp func) override;

  /// Who would compute what. Errors: a pass fails, a plugin fails in `query`.
  Expected<Partition> partition(ir::FuncOp func) const;

private:
  Devices devices;
  std::string label;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H
