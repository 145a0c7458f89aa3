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

/// Several devices, of which the first that claims a cluster gets it.
class PluginBackend final : public Backend {
public:
  struct Options {
    /// Whether devices may store what a fusion would not.
    bool allowMaterialize = false;
  };
  /// `devices` is not empty.
  PluginBackend(std::vector<std::shared_ptr<Device>> devices, Options options);

  /// The devices' names with commas.
  std::string_view name() const override { return label; }

  /// Error (Unsupported): no device computes a cluster; says which, and why.
  Expected<std::unique_ptr<Executable>> compile(ir::FuncOp func) override;

  /// Who would compute what. Errors: a pass fails, a plugin fails in `query`.
  Expected<Partition> partition(ir::FuncOp func);

private:
  /// The first device that claims a cluster, null if none does, and the report.
  Expected<std::pair<std::shared_ptr<Device>, Assignment>>
  assign(const Cluster &cluster, size_t number);

  std::vector<std::shared_ptr<Device>> devices;
  Options options;
  std::string label;
};

/// A function whose clusters devices run, one after the other.
class ClusterExecutable final : public Executable {
public:
  using Copies = plugin::Copies;
  struct Step {
    std::shared_ptr<Exe> exe;
    std::vector<Binding> inputs;
    std::vector<Binding> outputs;
  };
  ClusterExecutable(Signature signature, std::vector<Step> steps,
                    std::vector<Parameter> between, Partition partition)
      : Executable(std::move(signature)), steps(std::move(steps)),
        between(std::move(between)), who(std::move(partition)) {}

  const Partition &partition() const { return who; }
  /// Of all runs so far.
  Copies copies() const {
    std::lock_guard<std::mutex> lock(mutex);
    return copied;
  }

protected:
  Status execute(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                 std::span<const int64_t> dims) const override;

private:
  std::vector<Step> steps;
  std::vector<Parameter> between;
  Partition who;
  mutable std::mutex mutex;
  mutable Copies copied;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H
