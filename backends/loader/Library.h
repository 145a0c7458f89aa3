//===- Library.h - a plugin's shared library --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_LOADER_LIBRARY_H
#define FOVEA_BACKENDS_LOADER_LIBRARY_H

#include "backends/fovea_plugin.h"
#include "runtime/Status.h"

#include <memory>
#include <string>

namespace fovea::plugin {

/// What a plugin's library gives, checked. It is never unloaded: threads and
/// destructors of it may outlive whoever asked for it.
class Library {
public:
  /// Loads a shared library and asks it for its plugin. Errors (Backend) say
  /// what was found, what is needed, and how to mend it.
  static Expected<std::shared_ptr<const Library>> load(const std::string &path);

  /// A plugin that is linked in; `origin` stands for the path. Checks the same.
  static Expected<std::shared_ptr<const Library>>
  fromTable(const fovea_plugin *table, std::string origin);

  /// With null for optional functions that the plugin does not know.
  const fovea_plugin &table() const { return known; }
  std::string name() const { return known.name; }
  /// The path of the file, or what stands for it.
  const std::string &origin() const { return from; }
  /// As `1.0`.
  std::string version() const;

private:
  Library() = default;
  fovea_plugin known{};
  std::string from;
};

/// `name` as a plugin may be called: [a-z][a-z0-9-]*.
bool isPluginName(std::string_view name);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_LOADER_LIBRARY_H
