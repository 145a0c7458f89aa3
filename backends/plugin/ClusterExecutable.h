//===- ClusterExecutable.h - clusters that plugins run -------- -*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_CLUSTEREXECUTABLE_H
#define FOVEA_BACKENDS_PLUGIN_CLUSTEREXECUTABLE_H

#include "backends/Backend.h"
#include "backends/plugin/Assignment.h"
#include "backends/plugin/Flatten.h"

#include <mutex>
#include <optional>

namespace fovea::plugin {

/// What happened in a run.
struct RunReport {
  Partition partition;
  Copies copies;
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

  Status makeReady(std::span<const int64_t> dims) const override;

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
  /// What runs in a call, in order.
  struct Ready {
    size_t step;
    std::shared_ptr<const Instance> instance;
  };
  /// Says in `picks`, of which there is one for each step, why.
  Expected<std::vector<Ready>> readyFor(std::span<const int64_t> dims,
                                        std::vector<Pick> &picks,
                                        CancelFlag cancel) const;
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

#endif // FOVEA_BACKENDS_PLUGIN_CLUSTEREXECUTABLE_H
