//===- Assignment.h - who computes a cluster ------------------ -*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_ASSIGNMENT_H
#define FOVEA_BACKENDS_PLUGIN_ASSIGNMENT_H

#include "backends/plugin/Device.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

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

/// Of a cluster that nobody has. `number` is the cluster's, for people.
Assignment unassigned(const Cluster &cluster, size_t number);

/// Says who takes it.
void take(Assignment &assignment, const Device &device, const Claim &claim);

/// The error that nobody computes a cluster. `label` is what the user calls
/// the devices.
Status refused(StatusCode code, const Assignment &assignment,
               const std::string &label);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_ASSIGNMENT_H
