//===- Host.h - what plugins may ask of us ----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_HOST_H
#define FOVEA_BACKENDS_PLUGIN_HOST_H

#include "backends/fovea_plugin.h"
#include "runtime/Cancel.h"
#include "runtime/ThreadPool.h"

#include <string>

/// What a run may ask of the host.
struct fovea_run_handle {
  fovea::ThreadPool *pool;
  fovea::CancelFlag cancel;
};

namespace fovea::plugin {

/// Matches a cluster with a pattern (fovea_host::match): the frontend is above
/// this folder, so who has one says how.
using MatchFunction = fovea_code (*)(const fovea_host *, const fovea_cluster *,
                                     const char *, fovea_match *, int32_t *,
                                     fovea_error *);
/// Shows a plugin's line to the user: fit to be shown, and with its name, if a
/// thread of the host logs it.
using LogFunction = void (*)(fovea_log_level, const std::string &line);

/// Says once, for the whole process, how host() matches and logs; later calls
/// do nothing, since plugins may be at it. Until then nothing matches, and
/// nothing is shown.
void setHost(MatchFunction match, LogFunction log);

/// The host's functions for plugins. Lives for ever.
const fovea_host &host();

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_HOST_H
