//===- Search.h - where plugins are found -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Plugins are announced by manifests in these folders, in this order; of one
// name the first counts:
//
//   1. the folders of FOVEA_PLUGIN_PATH, with colons between
//   2. $XDG_DATA_HOME/fovea/plugins.d (~/.local/share/fovea/plugins.d)
//   3. fovea/plugins.d beside libfovea, of an installed Fovea
//   4. /usr/local/lib/fovea/plugins.d, /usr/lib/fovea/plugins.d
//
// Only absolute paths, so what is found never depends on the current folder,
// and nothing of the environment if the program has more rights than who calls
// it. A plugin is native code: what others than the user and root may change is
// refused (checkPermissions).
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_LOADER_SEARCH_H
#define FOVEA_BACKENDS_LOADER_SEARCH_H

#include "backends/loader/Library.h"
#include "backends/loader/Manifest.h"

#include <optional>

namespace fovea::plugin {

/// A folder of the search order.
struct SearchFolder {
  std::string path;
  /// Why it is in the list: `FOVEA_PLUGIN_PATH`, ...
  std::string from;
  /// Whether it is looked into: a relative path is not.
  bool isAbsolute() const { return path.starts_with('/'); }
};

/// A manifest that was found.
struct Found {
  std::string manifestPath;
  std::string name;
  /// Resolved against the manifest's folder.
  std::string libraryPath;
  Manifest manifest;
  /// Why it cannot be used; success if it can.
  Status status = Status::ok();
  /// The manifest that counts instead, if it is not this one.
  std::string hiddenBy;
};

/// The folders in order, whether they exist or not. `libraryFolder` is where
/// libfovea lies.
std::vector<SearchFolder> searchFolders(const std::string &libraryFolder);

/// All manifests, in order; nothing is loaded.
std::vector<Found> findPlugins(const std::vector<SearchFolder> &folders);

/// The one of that name that counts, whether or not it can be used; null if
/// there is none.
const Found *pluginNamed(const std::vector<Found> &plugins,
                         std::string_view name);

/// Whether nobody else than the user and root may put something else at `path`:
/// the file and its folder belong to one of them and are closed to others and
/// to groups (but the owner's own, of his name), and so are links on the way
/// and their folders; and no folder around them is open to everybody, unless
/// only owners may remove things there (/tmp). Error (Backend): somebody may;
/// says who and where. Error (Io): there is no such file, or it is none.
Status checkPermissions(const std::string &path);

/// Help for a name that no plugin has: empty, unless it is a path that is
/// missing its slash.
std::string pathHelp(const std::string &name);

/// What a file gives: a manifest, or (with an empty name) a bare library.
Expected<Found> pluginAt(const std::string &path);

/// Loads the library of a plugin that was found. Errors (Backend): those of
/// Library::load; it has another name than its manifest says.
Expected<std::shared_ptr<const Library>> load(const Found &found);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_LOADER_SEARCH_H
