//===- PluginCheck.h - fovea plugin check -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_PLUGINCHECK_H
#define FOVEA_TOOLS_FOVEA_PLUGINCHECK_H

#include "tools/fovea/Failure.h"

#include <string>

namespace CLI {
class App;
}

namespace fovea::driver {

/// What `fovea plugin check` is asked.
struct PluginCheck {
  std::string plugin;
  int level = 4;
  std::string form = "text";
};

/// Adds the verb `check` to those of `fovea plugin`.
CLI::App *declarePluginCheck(CLI::App &app, PluginCheck &asked);

/// Runs the conformance kit and prints its report; Exit::Backend if the plugin
/// does not conform.
Exit checkPlugin(const PluginCheck &asked);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_PLUGINCHECK_H
