//===- Library.cpp - a plugin's shared library ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Library.h"

#include "backends/loader/Manifest.h"
#include "backends/loader/PluginCode.h"
#include "runtime/PlainText.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <map>

#include <dlfcn.h>

using namespace fovea;
using namespace fovea::plugin;

/// Bytes of version 1.0's table that every plugin has: up to the last function
/// that is not optional.
static constexpr size_t leastSize =
    offsetof(fovea_plugin, run) + sizeof(fovea_plugin::run);

static Status wrong(const std::string &origin, const std::string &text,
                    std::string fix = {}) {
  return Status::error(StatusCode::Backend, "plugin `" + origin + "` " + text,
                       std::move(fix));
}

constinit thread_local PluginCall::Names PluginCall::current = {};

std::string plugin::versionText(uint32_t version) {
  return std::to_string(version >> 16) + "." + std::to_string(version & 0xffff);
}

std::unique_lock<std::timed_mutex> Library::turnToRun(CancelFlag cancel) const {
  std::unique_lock turn(serial, std::defer_lock);
  if (!(known.flags & FOVEA_PLUGIN_SERIAL_RUN))
    return turn;
  // Nobody wakes who waits here when the flag is set.
  constexpr std::chrono::milliseconds look(5);
  while (!isCancelled(cancel) && !turn.try_lock_for(look))
    ;
  return turn;
}

std::string Library::version() const { return versionText(known.version); }

Status plugin::wrongMajor(const std::string &which,
                          const std::string &version) {
  return Status::error(
      StatusCode::Backend,
      which + " is built for version " + version +
          " of the plugin interface; this Fovea needs version " +
          std::to_string(FOVEA_PLUGIN_MAJOR) + ".x",
      "build it again with this Fovea's backends/fovea_plugin.h");
}

bool plugin::isPluginName(std::string_view name) {
  auto isLetter = [](char c) { return c >= 'a' && c <= 'z'; };
  return !name.empty() && isLetter(name[0]) &&
         std::ranges::all_of(name, [&](char c) {
           return isLetter(c) || (c >= '0' && c <= '9') || c == '-';
         });
}

static Status check(const fovea_plugin &table, const std::string &origin) {
  if (table.version >> 16 != FOVEA_PLUGIN_MAJOR)
    return wrongMajor("plugin `" + origin + "`", versionText(table.version));
  if (table.size < leastSize)
    return wrong(origin,
                 "has a table of " + std::to_string(table.size) +
                     " bytes; version 1.0 has at least " +
                     std::to_string(leastSize),
                 "set `size` to sizeof(fovea_plugin)");
  const std::pair<const char *, bool> needed[] = {
      {"name", table.name != nullptr},
      {"build", table.build != nullptr},
      {"open", table.open != nullptr},
      {"close", table.close != nullptr},
      {"query", table.query != nullptr},
      {"compile", table.compile != nullptr},
      {"exe_free", table.exe_free != nullptr},
      {"prepare", table.prepare != nullptr},
      {"instance_free", table.instance_free != nullptr},
      {"run", table.run != nullptr}};
  for (auto [name, isThere] : needed)
    if (!isThere)
      return wrong(origin,
                   std::string("has no `") + name + "`, which is not optional");
  return Status::ok();
}

static Status checkName(const char *name, const std::string &origin) {
  if (!isPluginName(name))
    return wrong(origin, "is called `" + plainLine(name) +
                             "`; a name has lower case letters, digits and "
                             "dashes, and begins with a letter");
  for (const BuiltInBackend &one : builtInBackends)
    if (name == std::string_view(one.name))
      return wrong(origin,
                   "is called `" + std::string(name) + "`, which is built in");
  return Status::ok();
}

Expected<std::shared_ptr<const Library>>
Library::fromTable(const fovea_plugin *table, std::string origin, bool isOurs) {
  if (!table)
    return wrong(origin,
                 "does not work with version " +
                     versionText(FOVEA_PLUGIN_VERSION) +
                     " of the plugin interface",
                 "its version for this Fovea may be another one");
  std::shared_ptr<Library> library(new Library);
  // The head first: how much of the rest is there, it says itself.
  std::memcpy(static_cast<void *>(&library->known), table,
              offsetof(fovea_plugin, name));
  const size_t size = std::min<size_t>(library->known.size, sizeof(*table));
  if (library->known.size >= leastSize)
    std::memcpy(static_cast<void *>(&library->known), table, size);
  if (Status status = check(library->known, origin); status.failed())
    return status;
  if (!isOurs)
    if (Status status = checkName(library->known.name, origin); status.failed())
      return status;
  library->from = std::move(origin);
  library->ours = isOurs;
  return std::shared_ptr<const Library>(std::move(library));
}

/// Asks a library that is loaded.
static Expected<std::shared_ptr<const Library>>
askLibrary(void *handle, const std::string &path) {
  void *symbol = dlsym(handle, "fovea_plugin_entry");
  if (!symbol)
    return wrong(path, "exports no `fovea_plugin_entry`",
                 "declare it with FOVEA_PLUGIN_EXPORT, in C++ as extern \"C\"");
  const auto entry = reinterpret_cast<fovea_plugin_entry_fn>(symbol);
  const PluginCall call({path.c_str(), "fovea_plugin_entry"});
  try {
    return Library::fromTable(entry(FOVEA_PLUGIN_VERSION), path);
  } catch (...) {
    return wrong(path, "threw an exception out of `fovea_plugin_entry`");
  }
}

static bool isElf(const std::string &file) {
  std::string head(4, 0);
  return std::ifstream(file).read(head.data(), 4) && head == "\177ELF";
}

Expected<std::shared_ptr<const Library>>
Library::load(const std::string &path) {
  // A bare name would be looked for in the system's folders.
  const std::string file =
      path.find('/') == std::string::npos ? "./" + path : path;
  struct Asked {
    std::string path;
    Expected<std::shared_ptr<const Library>> library;
  };
  static std::mutex mutex;
  static auto &asked = *new std::map<void *, Asked>;
  std::lock_guard<std::mutex> lock(mutex);
  const LoadedCode before = LoadedCode::now();
  void *handle = [&] {
    // Its constructors run here.
    const PluginCall call({file.c_str(), "dlopen"});
    return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  }();
  if (!handle) {
    const char *reason = dlerror();
    return wrong(path,
                 "cannot be loaded: " +
                     plainText(reason ? reason : "no reason is given"),
                 isElf(file)
                     ? "`ldd " + file + "` lists the libraries that it needs"
                     : "a plugin is a shared library, or its manifest "
                       "NAME.json");
  }
  // Whatever its path, the system gives one library one handle.
  auto known = asked.find(handle);
  if (known == asked.end()) {
    known = asked.emplace(handle, Asked{path, askLibrary(handle, path)}).first;
    const auto &[origin, library] = known->second;
    before.giveTheRestTo(library ? (*library)->table().name : origin.c_str());
  }
  return known->second.library;
}
