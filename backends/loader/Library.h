//===- Library.h - a plugin's shared library --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_LOADER_LIBRARY_H
#define FOVEA_BACKENDS_LOADER_LIBRARY_H

#include "backends/fovea_plugin.h"
#include "backends/loader/PluginCall.h"
#include "runtime/Cancel.h"

#include <memory>
#include <mutex>
#include <string>

namespace fovea::plugin {

/// What a plugin's library gives, checked. It is never unloaded: threads and
/// destructors of it may outlive whoever asked for it.
class Library {
public:
  /// Loads a shared library and asks it for its plugin; the same library, by
  /// whatever path, is asked once. Errors (Backend) say what was found, what is
  /// needed, and how to mend it.
  static Expected<std::shared_ptr<const Library>> load(const std::string &path);

  /// A plugin that is linked in; `origin` stands for the path. Checks the same.
  /// `isOurs`: it is a part of Fovea, and so are its faults.
  static Expected<std::shared_ptr<const Library>>
  fromTable(const fovea_plugin *table, std::string origin, bool isOurs = false);

  /// With null for optional functions that the plugin does not know.
  const fovea_plugin &table() const { return known; }
  std::string name() const { return known.name; }
  /// The path of the file, or what stands for it.
  const std::string &origin() const { return from; }
  /// As `1.0`.
  std::string version() const;
  bool isOurs() const { return ours; }

  /// While what this gives lives, this thread is inside of `function`.
  PluginCall enter(const char *function) const {
    return PluginCall(ours ? PluginCall::Names{}
                           : PluginCall::Names{known.name, function});
  }
  /// Held during `run` of a plugin that says FOVEA_PLUGIN_SERIAL_RUN; nothing
  /// otherwise, nor if the run is cancelled before it is its turn.
  std::unique_lock<std::timed_mutex> turnToRun(CancelFlag cancel) const;

private:
  Library() = default;
  fovea_plugin known{};
  std::string from;
  bool ours = false;
  mutable std::timed_mutex serial;
};

/// `1.0` of a version of the interface.
std::string versionText(uint32_t version);

/// The error for a plugin that was built for another major version; `which` is
/// how the message names it.
Status wrongMajor(const std::string &which, const std::string &version);

/// `name` as a plugin may be called: [a-z][a-z0-9-]*.
bool isPluginName(std::string_view name);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_LOADER_LIBRARY_H
