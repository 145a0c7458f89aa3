//===- Patterns.cpp - patterns that plugins look for ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Match.h"
#include "tools/libfovea/Backends.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include <map>
#include <mutex>

using namespace fovea;
using plugin::Cluster;

/// The cluster of a pattern for each type that its `float` may be.
static Expected<std::vector<Cluster>> compiled(const std::string &pattern) {
  Diagnostics diagnostics;
  auto program = Program::fromText("pattern", pattern, diagnostics);
  if (!program || diagnostics.hasErrors())
    return Status::error(StatusCode::InvalidProgram,
                         "the pattern is not valid: " + diagnostics.render());
  if (program->functions().size() != 1)
    return Status::error(StatusCode::InvalidProgram,
                         "a pattern is one function");
  const FunctionInfo function = program->functions().front();
  bool isGeneric = false;
  for (const ParamInfo &param : function.params)
    isGeneric |= param.dtype == "float";
  std::vector<Cluster> clusters;
  for (const char *type : {"f32", "f64", "f16", "bf16"}) {
    std::unique_ptr<mlir::MLIRContext> context = newContext();
    Instance instance{function.name, {}, {}};
    for (const ParamInfo &param : function.params)
      instance.inputs.push_back({param.name,
                                 param.dtype == "float" ? type : param.dtype,
                                 static_cast<unsigned>(param.dims.size())});
    auto module = program->instantiate(instance, *context, diagnostics);
    if (!module)
      return Status::error(StatusCode::InvalidProgram,
                           "the pattern is not valid: " + diagnostics.render());
    Expected<Cluster> made = plugin::wholeOf(functionIn(*module));
    if (!made)
      return made.status();
    clusters.push_back(*std::move(made));
    if (!isGeneric)
      break;
  }
  return clusters;
}

/// Compiled once for the process: plugins ask for the same few again and again.
static const Expected<std::vector<Cluster>> &known(const std::string &pattern) {
  static std::mutex mutex;
  static auto &all = *new std::map<std::string, Expected<std::vector<Cluster>>>;
  std::lock_guard<std::mutex> lock(mutex);
  auto found = all.find(pattern);
  if (found == all.end())
    found = all.emplace(pattern, compiled(pattern)).first;
  return found->second;
}

static fovea_code matchPattern(const fovea_host *, const fovea_cluster *cluster,
                               const char *pattern, fovea_match *match,
                               int32_t *found, fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!cluster || !pattern || !match || !found)
      return misuse("an argument of `match` is null");
    *found = 0;
    Expected<fovea_match> room = request(match, "the match");
    if (!room)
      return room.status();
    const Expected<std::vector<Cluster>> &patterns = known(pattern);
    if (!patterns)
      return patterns.status();
    Expected<Cluster> copy = plugin::copyOf(*cluster);
    if (!copy)
      return copy.status();
    // Plugins may hand over a cluster of their own.
    if (Status status = plugin::check(*copy); status.failed())
      return status;
    if ((room->input_count > 0 && !room->inputs) ||
        (room->axis_count > 0 && !room->axes))
      return misuse("`inputs` or `axes` of the match is null");
    for (const Cluster &one : *patterns) {
      std::optional<plugin::Match> made = plugin::match(one, *copy);
      if (!made)
        continue;
      if (room->input_count < made->inputs.size() ||
          room->axis_count < made->axes.size())
        return misuse("the pattern has " + std::to_string(made->inputs.size()) +
                      " inputs and " + std::to_string(made->axes.size()) +
                      " axes; there is room for fewer");
      std::ranges::copy(made->inputs, room->inputs);
      std::ranges::copy(made->axes, room->axes);
      *found = 1;
      break;
    }
    return Status::ok();
  });
}

static void showLine(fovea_log_level level, const std::string &line) {
  static const bool showsAll = std::getenv("FOVEA_PLUGIN_DEBUG") != nullptr;
  if (level >= FOVEA_LOG_WARNING || showsAll)
    std::fprintf(stderr, "%s\n", line.c_str());
}

void fovea::offerHost() { plugin::setHost(matchPattern, showLine); }
