//===- PluginBackend.h - clusters on plugins --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H
#define FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H

#include "backends/Backend.h"
#include "backends/plugin/Device.h"
#include "backends/plugin/Flatten.h"

namespace fovea::plugin {

/// Why a device does not get a cluster.
struct Refusal {
  std::string device;
  std::string reason;
  /// The text of the program that is to blame; may be empty.
  std::vector<SourcePlace> places;
};

/// Who computes one cluster.
struct Assignment {
  /// What it makes, in the user's names: `o`, or `m` and `z`.
  std::string label;
  /// Lines of the program that it covers, ascending.
  std::vector<uint32_t> lines;
  /// Empty: nobody.
  std::string device;
  bool isDecomposed = false;
  bool isStatic = false;
  /// What the plugin says that it will do; may be empty.
  std::string note;
  /// Of the devices before.
  std::vector<Refusal> refusals;
};
using Partition = std::vector<Assignment>;

/// A function as clusters that are fit to be handed over: optimised, fused,
/// checked. Works on a copy.
Expected<ClusterProgram> clustersOf(ir::FuncOp func);

/// Devices in the user's order, and what he lets them do.
struct Devices {
  std::vector<std::shared_ptr<Device>> list;
  /// Whether they may store what a fusion would not.
  bool mayMaterialize = false;

  /// The first from number `first` on that claims the cluster (`list.size()` if
  /// none does), and the report. `number` is the cluster's, for people.
  Expected<std::pair<size_t, Assignment>>
  assign(const Cluster &cluster, size_t number, size_t first = 0) const;
};

/// Several devices, of which the first that claims a cluster gets it. One that
/// turns out not to do certain sizes (UnsupportedShape) hands them to the next
/// that claims it.
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

/// A function whose clusters devices run, one after the other.
class ClusterExecutable final : public Executable {
public:
  struct Step {
    std::shared_ptr<const Cluster> cluster;
    std::vector<Binding> inputs;
    std::vector<Binding> outputs;
    /// In the order of the devices; all but the first for sizes that those
    /// before do not do.
    std::vector<std::shared_ptr<Exe>> exes;
    /// The device of the last one.
    size_t device;
  };
  ClusterExecutable(Signature signature, Devices devices,
                    std::vector<Step> steps, std::vector<Parameter> between,
                    Partition partition)
      : Executable(std::move(signature)), devices(std::move(devices)),
        between(std::move(between)), steps(std::move(steps)),
        who(std::move(partition)) {}

  /// As compiled; sizes that went to another device since then are told too.
  Partition partition() const;
  /// Of all runs so far.
  Copies copies() const;

protected:
  Status execute(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                 std::span<const int64_t> dims,
                 CancelFlag cancel) const override;

private:
  Expected<std::shared_ptr<const Instance>>
  instanceFor(size_t step, std::span<const int64_t> dims) const;

  Devices devices;
  std::vector<Parameter> between;
  /// Guards what follows.
  mutable std::mutex mutex;
  mutable std::vector<Step> steps;
  mutable Partition who;
  mutable Copies copied;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H
