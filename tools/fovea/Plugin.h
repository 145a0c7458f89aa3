//===- Plugin.h - fovea plugin ----------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_PLUGIN_H
#define FOVEA_TOOLS_FOVEA_PLUGIN_H

#include "tools/fovea/Failure.h"

#include <string>
#include <vector>

namespace fovea::driver {

inline constexpr const char *pluginHelp =
    R"(Finds, describes, checks and begins backend plugins.

  fovea plugin list -v          what there is, and where it was looked for
  fovea plugin info emit-c      what one says of itself
  fovea plugin check emit-c     the conformance kit
  fovea plugin new my-device    a plugin that works, to begin with

docs/writing-a-backend.md tells how to write one.
)";

/// `fovea plugin ...`: the words after `plugin`.
Exit pluginVerb(std::vector<std::string> arguments);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_PLUGIN_H
