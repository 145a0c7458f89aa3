//===- Backends.cpp - backends as the user names them ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Backends.h"

#include "backends/Registry.h"
#include "backends/cpu/CpuBackend.h"
#include "backends/loader/PluginCode.h"
#include "backends/plugin/BuiltIn.h"
#include "backends/reference/ReferenceBackend.h"
#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

#include <dlfcn.h>
#include <filesystem>
#include <map>
#include <mutex>

using namespace fovea;
using plugin::Found;
using plugin::Library;

/// The first one is the default. In the order of builtInBackends.
static const Registry &registry() {
  static const Registry instance = [] {
    static constexpr Registry::Factory factories[] = {createCpuBackend,
                                                      createReferenceBackend};
    static_assert(std::size(factories) == std::size(plugin::builtInBackends));
    Registry made;
    for (size_t i = 0; i < std::size(factories); ++i)
      made.add(plugin::builtInBackends[i].name, factories[i]);
    return made;
  }();
  return instance;
}

static const CStrings &names() {
  static const CStrings instance(registry().names());
  return instance;
}

uint64_t fovea_backend_count(void) { return names().size(); }

const char *fovea_backend_name(uint64_t backend) {
  return backend < names().size() ? names().data()[backend] : nullptr;
}

const char *fovea_current_plugin(const char **function) {
  const plugin::PluginCall::Names names = plugin::PluginCall::names();
  *function = names.function;
  return names.plugin;
}

const char *fovea_plugin_of_code(const void *address) {
  return plugin::pluginOfCode(address);
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// The parts of `text` between the separators.
static std::vector<std::string> split(const std::string &text, char separator) {
  std::vector<std::string> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string::npos)
      return parts;
    begin = end + 1;
  }
}

Expected<std::vector<BackendChoice>>
fovea::parseBackends(const std::string &text) {
  std::vector<BackendChoice> choices;
  for (const std::string &item : split(text, ',')) {
    std::vector<std::string> parts = split(item, ':');
    BackendChoice choice{parts[0], {}};
    if (choice.name.empty())
      return misuse("`" + text + "` has a backend without a name")
          .withFix("write NAME, NAME:key=value, or several with commas");
    for (size_t i = 1; i < parts.size(); ++i) {
      const size_t equals = parts[i].find('=');
      if (equals == 0 || equals == std::string::npos)
        return misuse("`" + parts[i] + "` is no option of backend `" +
                      choice.name + "`")
            .withFix("write it as key=value");
      const std::string key = parts[i].substr(0, equals);
      if (std::ranges::count(choice.options, key, &plugin::Option::key))
        return misuse("option `" + key + "` of backend `" + choice.name +
                      "` is given twice");
      choice.options.push_back({key, parts[i].substr(equals + 1)});
    }
    choices.push_back(std::move(choice));
  }
  return choices;
}

std::vector<plugin::SearchFolder> fovea::pluginFolders() {
  Dl_info info{};
  std::string folder;
  if (dladdr(reinterpret_cast<const void *>(&fovea_backend_count), &info) &&
      info.dli_fname)
    folder = std::filesystem::path(info.dli_fname).parent_path().string();
  return plugin::searchFolders(folder);
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// Null if it is not built in.
static const plugin::BuiltInBackend *builtInNamed(const std::string &name) {
  const auto *found = std::ranges::find(plugin::builtInBackends, name,
                                        &plugin::BuiltInBackend::name);
  return found == std::end(plugin::builtInBackends) ? nullptr : found;
}

static Status unknownBackend(const std::string &name,
                             const std::vector<Found> &plugins) {
  std::vector<std::string> known = registry().names();
  for (const Found &found : plugins)
    if (found.hiddenBy.empty())
      known.push_back(found.name);
  std::string list;
  for (const std::string &one : known)
    list += (list.empty() ? "`" : ", `") + one + "`";
  if (std::string help = plugin::pathHelp(name); !help.empty())
    return Status::error(StatusCode::InvalidArgument,
                         "no backend is called `" + name + "`",
                         std::move(help));
  const std::string near = didYouMean(name, known);
  return Status::error(StatusCode::InvalidArgument,
                       "no backend is called `" + name + "`; there is " + list,
                       near.empty() ? "`fovea plugin list -v` shows where "
                                      "plugins are looked for"
                                    : "did you mean `" + near + "`?");
}

/// The manifest of a plugin that is not built in.
static Expected<Found> find(const std::string &name) {
  if (name.find('/') != std::string::npos)
    return plugin::pluginAt(name);
  const std::vector<Found> plugins = plugin::findPlugins(pluginFolders());
  const Found *found = plugin::pluginNamed(plugins, name);
  if (!found)
    return unknownBackend(name, plugins);
  if (found->status.failed())
    return Status(found->status).withContext("plugin `" + name + "`");
  return *found;
}

Expected<std::shared_ptr<const Library>>
fovea::libraryFor(const BackendChoice &choice) {
  const plugin::BuiltInBackend *ours = builtInNamed(choice.name);
  Found found;
  if (ours) {
    found.manifest.name = ours->name;
  } else {
    Expected<Found> known = find(choice.name);
    if (!known)
      return known.status();
    found = *std::move(known);
  }
  // A library without a manifest checks them itself.
  if (ours || !found.manifestPath.empty())
    for (const plugin::Option &option : choice.options)
      if (Status status = checkOption(found.manifest, option.key, option.value);
          status.failed())
        return status;
  if (ours)
    return plugin::builtIn(choice.name, registry().factory(choice.name),
                           ours->storesScores ? FOVEA_CLAIM_DECOMPOSED
                                              : FOVEA_CLAIM_FUSED);
  return plugin::load(found);
}

Expected<std::shared_ptr<plugin::PluginBackend>>
fovea::clusterBackend(const std::string &text, bool allowMaterialize) {
  offerHost();
  auto choices = parseBackends(text);
  if (!choices)
    return choices.status();
  plugin::Devices devices;
  devices.mayMaterialize = allowMaterialize;
  for (const BackendChoice &choice : *choices) {
    auto library = libraryFor(choice);
    if (!library)
      return library.status();
    auto device = plugin::Device::open(*library, choice.options);
    if (!device)
      return device.status();
    devices.list.push_back(*device);
  }
  return std::make_shared<plugin::PluginBackend>(std::move(devices), text);
}

Expected<std::shared_ptr<Backend>> fovea::backendNamed(const char *text,
                                                       bool allowMaterialize) {
  const std::string wanted = text ? text : names().data()[0];
  struct Entry {
    // Of its own: a plugin that hangs when it is opened stops nobody else.
    std::mutex mutex;
    std::weak_ptr<Backend> open;
    // For ever: ours have threads and caches that the next exe wants as well.
    std::shared_ptr<Backend> kept;
  };
  const bool isOurs = builtInNamed(wanted);
  Entry &entry = [&]() -> Entry & {
    using Wanted = std::pair<std::string, bool>;
    static auto &entries = *new std::map<Wanted, Entry>;
    static std::mutex mutex;
    std::lock_guard<std::mutex> lock(mutex);
    return entries[{wanted, allowMaterialize && !isOurs}];
  }();
  std::lock_guard<std::mutex> lock(entry.mutex);
  if (std::shared_ptr<Backend> backend = entry.open.lock())
    return backend;
  if (isOurs) {
    auto made = registry().create(wanted);
    if (!made)
      return made.status();
    entry.open = entry.kept = *std::move(made);
    return entry.kept;
  }
  auto made = clusterBackend(wanted, allowMaterialize);
  if (!made)
    return made.status();
  entry.open = *made;
  return std::shared_ptr<Backend>(*std::move(made));
}

fovea_code fovea_backend_check(const char *backend, fovea_error *error) {
  return entry(error, [&] { return backendNamed(backend).status(); });
}
