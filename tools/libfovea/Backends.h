//===- Backends.h - backends as the user names them -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_LIBFOVEA_BACKENDS_H
#define FOVEA_TOOLS_LIBFOVEA_BACKENDS_H

#include "backends/loader/Search.h"
#include "backends/plugin/PluginBackend.h"

namespace fovea {

/// One entry of `--backend=NAME[:key=value...],...`.
struct BackendChoice {
  /// A built-in backend, a plugin's name, or the path of a manifest or library
  /// (it has a slash).
  std::string name;
  std::vector<plugin::Option> options;
};

/// Error (InvalidArgument): an empty name, an option without `=`, or twice.
Expected<std::vector<BackendChoice>> parseBackends(const std::string &text);

/// The library of a choice, loaded; its options are checked if there is a
/// manifest.
Expected<std::shared_ptr<const plugin::Library>>
libraryFor(const BackendChoice &choice);

/// The folders of the search order.
std::vector<plugin::SearchFolder> pluginFolders();

/// The backends of `text` as one that goes by clusters, also where there is
/// only a built-in one.
Expected<std::shared_ptr<plugin::PluginBackend>>
clusterBackend(const std::string &text, bool allowMaterialize);

/// The backend that `text` names (null: the default one): a built-in one by
/// itself is used as it is, all others go by clusters. One instance as long as
/// somebody uses it.
Expected<std::shared_ptr<Backend>> backendNamed(const char *text,
                                                bool allowMaterialize = false);

/// Lets plugins match patterns in the language and show lines
/// (FOVEA_PLUGIN_DEBUG shows those that are for their authors as well).
void offerHost();

} // namespace fovea

#endif // FOVEA_TOOLS_LIBFOVEA_BACKENDS_H
