//===- Json.cpp - an explanation for programs -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/explain/Explanation.h"

#include <nlohmann/json.hpp>

using namespace fovea;
// Keys stay in the order in which docs/explain.md has them.
using Json = nlohmann::ordered_json;

template <class T>
static Json list(const std::vector<T> &items, Json (*each)(const T &)) {
  Json out = Json::array();
  for (const T &item : items)
    out.push_back(each(item));
  return out;
}

static Json toJson(const ByteCount &bytes) {
  return {{"formula", bytes.formula}, {"count", bytes.count}};
}

static Json toJson(const ExplainedArray &array) {
  return {{"array", array.name},
          {"type", array.type},
          {"bytes", toJson(array.bytes)}};
}

static Json toJson(const SourceLines &lines) {
  return {{"file", lines.file}, {"first", lines.first}, {"last", lines.last}};
}

static Json toJson(const ExplainedAxis &axis) {
  return {{"axis", axis.name},
          {"size", axis.size},
          {"extent", axis.extent},
          {"passes", axis.passes}};
}

static Json toJson(const ExplainedMask &mask) {
  return {{"condition", mask.condition},
          {"over_indices", mask.isOverIndices},
          {"looked_up", mask.isLookedUp}};
}

static Json toJson(const ExplainedRefusal &refusal) {
  return {{"kind", refusal.kind},     {"reduction", refusal.reduction},
          {"file", refusal.file},     {"line", refusal.line},
          {"reason", refusal.reason}, {"hint", refusal.hint}};
}

static Json toJson(const ExplainedStore &store) {
  return {
      {"arrays", store.arrays}, {"reason", store.reason}, {"hint", store.hint}};
}

static Json toJson(const ExplainedKernel &kernel) {
  return {{"kind", kernel.folds == 0 ? "map" : "fold"},
          {"folds", kernel.folds},
          {"lines", list(kernel.lines, toJson)},
          {"computes", kernel.computes},
          {"streamed", list(kernel.streamed, toJson)},
          {"rows", kernel.rows},
          {"state_bytes", toJson(kernel.state)},
          {"read", list(kernel.reads, toJson)},
          {"written", list(kernel.writes, toJson)},
          {"recomputed", kernel.recomputed},
          {"masks", list(kernel.masks, toJson)},
          {"accumulators", kernel.accumulators},
          {"gauges", kernel.gauges},
          {"repairs", kernel.repairs},
          {"results", kernel.results},
          {"refusals", list(kernel.refusals, toJson)},
          {"stored", list(kernel.stored, toJson)}};
}

static Json toJson(const MemoryTraffic &traffic) {
  return {{"bytes_read", traffic.read},
          {"bytes_written", traffic.written},
          {"bytes_between", traffic.between}};
}

std::string fovea::json(const Explanation &explanation) {
  Json sizes = Json::object();
  for (const auto &[name, size] : explanation.sizes)
    sizes[name] = size;
  const Json out = {{"schema", "fovea.explain"},
                    {"version", 1},
                    {"function", explanation.signature},
                    {"sizes", sizes},
                    {"before", toJson(explanation.before)},
                    {"after", toJson(explanation.after)},
                    {"passes", list(explanation.axes, toJson)},
                    {"kernels", list(explanation.kernels, toJson)}};
  return out.dump(2) + "\n";
}
