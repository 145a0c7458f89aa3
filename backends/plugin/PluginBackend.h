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
  /// `op`, `dtype`, `rank`, `shape`, `hard`, `fold`, `device` or `other`, as
  /// the plugin says (fovea_reason); `stores`: it may only with
  /// --allow-materialize; `sizes`: it does the cluster, but not for these.
  std::string kind;
  std::string reason;
  /// The text of the program that is to blame; may be empty.
  std::vector<SourcePlace> places;
  bool operator==(const Refusal &) const = default;
};

/// Who computes one cluster, or neighbours that are joined.
struct Assignment {
  /// What it makes, in the user's names: `o`, or `m` and `z`.
  std::string label;
  /// The pieces of the program that it covers.
  std::vector<SourcePlace> places;
  /// Empty: nobody.
  std::string device;
  bool isDecomposed = false;
  bool isStatic = false;
  /// What the plugin says that it will do; may be empty.
  std::string note;
  /// Of the devices before.
  std::vector<Refusal> refusals;
};
/// For each of those that run, in order.
using Partition = std::vector<Assignment>;

/// What happened in a run.
struct RunReport {
  Partition partition;
  Copies copies;
};

/// A function as clusters that are fit to be handed over: optimised, fused,
/// checked. Works on a copy.
Expected<ClusterProgram> clustersOf(ir::FuncOp func);

/// The same as one cluster, as a device that joins may get it.
Expected<Cluster> wholeOf(ir::FuncOp func);

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

/// A function whose clusters devices run, one after the other.
class ClusterExecutable final : public Executable {
public:
  /// Who may compute a cluster. The refusals are of the devices between the
  /// candidate before and this one.
  struct Candidate {
    size_t device;
    std::shared_ptr<Exe> exe;
    Assignment assignment;
  };
  struct Step {
    std::shared_ptr<const Cluster> cluster;
    std::vector<Binding> inputs;
    std::vector<Binding> outputs;
    /// Of the function's clusters, for people; of the first if it is joined.
    size_t number = 0;
    /// So many steps that follow are this one in pieces: for sizes that its
    /// only candidate does not do.
    size_t pieces = 0;
    /// In the order of the devices; all but the first for sizes that those
    /// before do not do. What follows here is not asked for before that, and of
    /// a piece not even the first.
    std::vector<Candidate> candidates;
    /// Whether nobody follows; the refusals of the rest.
    std::optional<std::vector<Refusal>> rest;
  };
  ClusterExecutable(Signature signature, Devices devices, std::string label,
                    std::vector<Step> steps, std::vector<Parameter> between);

  /// Of the last run that came to its end; before the first, as compiled.
  RunReport lastRun() const;

protected:
  Status execute(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                 std::span<const int64_t> dims,
                 CancelFlag cancel) const override;

private:
  /// Who computes a cluster in a run, if it is one of those that run, and why
  /// not the candidates before.
  struct Pick {
    bool isUsed = false;
    size_t candidate = 0;
    std::vector<Refusal> refused;
  };
  Expected<std::shared_ptr<const Instance>>
  instanceFor(size_t step, std::span<const int64_t> dims, Pick &pick) const;
  /// The exe of a candidate, of which those before are known; null if nobody
  /// follows.
  Expected<std::shared_ptr<Exe>> exeOf(size_t step, size_t candidate) const;
  Status addCandidate(size_t number) const;
  /// Who calls it holds `mutex`.
  Assignment assignmentOf(const Step &step, const Pick &pick) const;

  Devices devices;
  std::string label;
  std::vector<Parameter> between;
  /// Held by who finds the next candidate: plugins are asked, and compile.
  mutable std::mutex growing;
  /// Guards what follows, for moments only: a run at sizes that are prepared
  /// waits for nobody.
  mutable std::mutex mutex;
  mutable std::vector<Step> steps;
  mutable std::vector<Pick> lastPicks;
  mutable Copies lastCopies;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_PLUGINBACKEND_H
