//===- Assignment.cpp - who computes a cluster ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Assignment.h"

using namespace fovea;
using namespace fovea::plugin;

static std::string quoted(const std::string &name) { return "`" + name + "`"; }

/// What a cluster makes, for people.
static std::string labelOf(const Cluster &cluster, size_t number) {
  std::string label;
  for (const fovea_port &port : cluster.outputs)
    if (const std::string name = cluster.string(port.name); !name.empty())
      label += (label.empty() ? "" : ", ") + quoted(name);
  return label.empty() ? "cluster " + std::to_string(number + 1) : label;
}

/// All that its ops come from, calls around them included.
static std::vector<SourcePlace> placesOf(const Cluster &cluster) {
  std::vector<SourcePlace> places;
  for (const fovea_place &place : cluster.places)
    places.push_back({cluster.string(place.file), place.line, place.column,
                      place.end_line, place.end_column});
  return places;
}

Assignment plugin::unassigned(const Cluster &cluster, size_t number) {
  Assignment assignment;
  assignment.label = labelOf(cluster, number);
  assignment.places = placesOf(cluster);
  return assignment;
}

void plugin::take(Assignment &assignment, const Device &device,
                  const Claim &claim) {
  assignment.device = device.name();
  assignment.isDecomposed = claim.kind == FOVEA_CLAIM_DECOMPOSED;
  assignment.isStatic = claim.sizes == FOVEA_SIZES_STATIC;
  assignment.note = claim.text;
}

/// Why a claim does not count.
static Refusal refusalOf(const Device &device, const Cluster &cluster,
                         const Claim &claim) {
  if (claim.kind != FOVEA_CLAIM_NONE)
    return {device.name(),
            "stores",
            "it would store arrays that fusion avoids" +
                (claim.text.empty() ? "" : " (" + claim.text + ")") +
                "; --allow-materialize lets it",
            {}};
  // By fovea_reason; the second is for who says no more than that.
  static constexpr std::pair<const char *, const char *> reasons[] = {
      {"other", "no reason is given"},
      {"op", "it does not have an op of it"},
      {"dtype", "it does not have a dtype of it"},
      {"rank", "it has not so many axes"},
      {"shape", "it does not do its shapes"},
      {"hard", "it has no hard numbers"},
      {"fold", "it does not do that form of fold"},
      {"device", "its device is not there"}};
  const auto &[kind, text] =
      reasons[claim.reason < std::size(reasons) ? claim.reason : 0];
  return {device.name(), kind, claim.text.empty() ? text : claim.text,
          cluster.placesOf(claim.op)};
}

Expected<std::pair<size_t, Assignment>>
Devices::assign(const Cluster &cluster, size_t number, size_t first) const {
  Assignment assignment = unassigned(cluster, number);
  for (size_t i = first; i < list.size(); ++i) {
    Expected<Claim> claim = list[i]->query(cluster);
    if (!claim)
      return claim.status();
    const bool isDecomposed = claim->kind == FOVEA_CLAIM_DECOMPOSED;
    if (claim->kind == FOVEA_CLAIM_NONE || (isDecomposed && !mayMaterialize)) {
      assignment.refusals.push_back(refusalOf(*list[i], cluster, *claim));
      continue;
    }
    take(assignment, *list[i], *claim);
    return std::pair(i, assignment);
  }
  return std::pair(list.size(), assignment);
}

Status plugin::refused(StatusCode code, const Assignment &assignment,
                       const std::string &label) {
  std::string text;
  for (const Refusal &refusal : assignment.refusals)
    text += (text.empty() ? "" : "; ") + quoted(refusal.device) +
            " does not compute " + assignment.label +
            (refusal.kind == "sizes" ? " for these sizes: " : ": ") +
            refusal.reason;
  return Status::error(code, std::move(text),
                       "`--backend=" + label +
                           ",cpu` lets the cpu backend compute it")
      .withPlaces(assignment.refusals.front().places);
}
