//===- Search.cpp - where plugins are found -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Search.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::plugin;
namespace fs = std::filesystem;

static constexpr const char *folderName = "fovea/plugins.d";

/// A variable of the environment; empty if it is not set, or not to be trusted.
static std::string variable(const char *name) {
  const char *value = getauxval(AT_SECURE) ? nullptr : std::getenv(name);
  return value ? value : "";
}

std::vector<SearchFolder>
plugin::searchFolders(const std::string &libraryFolder) {
  std::vector<SearchFolder> folders;
  const std::string path = variable("FOVEA_PLUGIN_PATH");
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find(':', begin), path.size());
    // An empty entry would be the current folder.
    if (end > begin)
      folders.push_back({path.substr(begin, end - begin), "FOVEA_PLUGIN_PATH"});
    begin = end + 1;
  }
  const std::string data = variable("XDG_DATA_HOME");
  const std::string home = variable("HOME");
  if (!data.empty())
    folders.push_back({data + "/" + folderName, "XDG_DATA_HOME"});
  else if (!home.empty())
    folders.push_back({home + "/.local/share/" + folderName, "HOME"});
  if (!libraryFolder.empty())
    folders.push_back({libraryFolder + "/" + folderName, "beside libfovea"});
  for (const char *prefix : {"/usr/local/lib/", "/usr/lib/"})
    folders.push_back({std::string(prefix) + folderName, "system"});
  return folders;
}

Status plugin::checkPermissions(const std::string &path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0)
    return Status::error(StatusCode::Io, "cannot read `" + path + "`");
  if (info.st_uid != 0 && info.st_uid != geteuid())
    return Status::error(StatusCode::Backend,
                         "`" + path + "` belongs to another user",
                         "copy it to a folder of your own");
  if (info.st_mode & S_IWOTH)
    return Status::error(StatusCode::Backend,
                         "`" + path + "` can be changed by everybody",
                         "chmod o-w " + path);
  return Status::ok();
}

/// Checks the manifest, its folder, its library and that one's folder.
static Status checkAll(const Found &found) {
  for (const fs::path &file :
       {fs::path(found.manifestPath), fs::path(found.libraryPath)}) {
    if (file.empty())
      continue;
    std::error_code ignored;
    if (!fs::exists(file, ignored))
      return Status::error(StatusCode::Io,
                           "there is no file `" + file.string() + "`",
                           found.manifestPath.empty()
                               ? ""
                               : "`library` is relative to the manifest's "
                                 "folder");
    const fs::path folder = file.parent_path();
    for (const fs::path &path : {file, folder.empty() ? "." : folder})
      if (Status status = checkPermissions(path.string()); status.failed())
        return status;
  }
  return Status::ok();
}

static Found foundAt(const std::string &path) {
  Found found;
  found.manifestPath = path;
  found.name = fs::path(path).stem().string();
  Expected<Manifest> manifest = readManifest(path);
  if (!manifest) {
    found.status = manifest.status();
    return found;
  }
  found.manifest = *std::move(manifest);
  found.name = found.manifest.name;
  const fs::path library = found.manifest.library;
  found.libraryPath = library.is_absolute()
                          ? library.string()
                          : (fs::path(path).parent_path() / library).string();
  found.status = checkAll(found);
  return found;
}

std::vector<Found>
plugin::findPlugins(const std::vector<SearchFolder> &folders) {
  std::vector<Found> all;
  std::map<std::string, std::string> first;
  for (const SearchFolder &folder : folders) {
    std::vector<std::string> manifests;
    std::error_code ignored;
    for (fs::directory_iterator entry(folder.path, ignored), end;
         !ignored && entry != end; entry.increment(ignored))
      if (entry->path().extension() == ".json")
        manifests.push_back(entry->path().string());
    // The order of a folder is nobody's.
    std::ranges::sort(manifests);
    for (const std::string &path : manifests) {
      Found found = foundAt(path);
      auto [known, isNew] = first.try_emplace(found.name, path);
      if (!isNew)
        found.hiddenBy = known->second;
      all.push_back(std::move(found));
    }
  }
  return all;
}

const Found *plugin::pluginNamed(const std::vector<Found> &plugins,
                                 std::string_view name) {
  const auto found = std::ranges::find_if(plugins, [&](const Found &one) {
    return one.name == name && one.hiddenBy.empty();
  });
  return found == plugins.end() ? nullptr : &*found;
}

Expected<Found> plugin::pluginAt(const std::string &path) {
  Found found;
  if (fs::path(path).extension() == ".json") {
    found = foundAt(path);
  } else {
    found.libraryPath = path;
    found.status = checkAll(found);
  }
  if (found.status.failed())
    return found.status;
  return found;
}
