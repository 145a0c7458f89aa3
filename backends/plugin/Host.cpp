//===- Host.cpp - what plugins may ask of us ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Host.h"

#include "backends/loader/PluginCall.h"
#include "runtime/PlainText.h"

#include <algorithm>
#include <limits>
#include <mutex>

using namespace fovea;
using namespace fovea::plugin;

static MatchFunction matchFunction = nullptr;
static LogFunction logFunction = nullptr;

static uint32_t workers(fovea_run_handle *run) {
  return static_cast<uint32_t>(run->pool->numWorkers());
}

using Item = void (*)(void *, uint64_t, uint32_t);

/// noexcept: an exception ends the process here, before it has left the
/// PluginCall that says whose it is.
static void runItem(Item fn, void *context, uint64_t item,
                    uint32_t worker) noexcept {
  fn(context, item, worker);
}

static void parallelFor(fovea_run_handle *run, uint64_t count, Item fn,
                        void *context) {
  // The other threads are then inside of the plugin as well.
  const PluginCall::Names caller = PluginCall::names();
  // The pool counts up to 2^63 - 1.
  constexpr uint64_t most = std::numeric_limits<int64_t>::max();
  for (uint64_t first = 0; first < count;
       first += std::min(most, count - first))
    run->pool->parallelFor(static_cast<int64_t>(std::min(most, count - first)),
                           [&](int64_t item, int worker) {
                             const PluginCall call(caller);
                             runItem(fn, context,
                                     first + static_cast<uint64_t>(item),
                                     static_cast<uint32_t>(worker));
                           });
}

static int32_t wantsStop(fovea_run_handle *run) {
  return isCancelled(run->cancel);
}

static void log(const fovea_host *, fovea_log_level level, const char *text) {
  if (!logFunction || !text)
    return;
  std::string line = plainText(text);
  // Many name themselves.
  if (const char *name = PluginCall::names().plugin;
      name && !line.starts_with(name + std::string(":")))
    line.insert(0, name + std::string(": "));
  logFunction(level, line);
}

static fovea_code match(const fovea_host *host, const fovea_cluster *cluster,
                        const char *pattern, fovea_match *match, int32_t *found,
                        fovea_error *error) {
  if (!matchFunction) {
    *found = 0;
    return FOVEA_OK;
  }
  // What goes wrong in there is ours.
  const PluginCall ours({nullptr, "match"});
  return matchFunction(host, cluster, pattern, match, found, error);
}

void plugin::setHost(MatchFunction match, LogFunction log) {
  static std::once_flag once;
  std::call_once(once, [&] {
    matchFunction = match;
    logFunction = log;
  });
}

const fovea_host &plugin::host() {
  static const fovea_host table = {sizeof(fovea_host),
                                   FOVEA_PLUGIN_VERSION,
                                   workers,
                                   parallelFor,
                                   wantsStop,
                                   log,
                                   match};
  return table;
}
