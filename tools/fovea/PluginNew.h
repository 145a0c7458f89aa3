//===- PluginNew.h - fovea plugin new ---------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_PLUGINNEW_H
#define FOVEA_TOOLS_FOVEA_PLUGINNEW_H

#include "tools/fovea/Failure.h"

#include <string>
#include <vector>

namespace fovea::driver {

/// A file of tools/fovea/template, in whose name `plugin` and in whose text
/// `@NAME@` stands for the name of the plugin.
struct TemplateFile {
  const char *name;
  const char *text;
};
std::vector<TemplateFile> pluginTemplate();

/// Writes a plugin that works into the new folder `parent`/`name`, and says how
/// to build it.
Exit beginPlugin(const std::string &name, const std::string &parent);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_PLUGINNEW_H
