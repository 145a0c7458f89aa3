//===- Search.cpp - where plugins are found -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Search.h"

#include "backends/loader/Library.h"
#include "runtime/PlainText.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include <grp.h>
#include <pwd.h>
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

/// Whether the group is its owner's own: it has his name and no other members,
/// as many systems make them.
static bool isOwnGroup(const struct stat &info) {
  // The answers of the system lie in memory that all threads share.
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock(mutex);
  const group *group = getgrgid(info.st_gid);
  const passwd *owner = getpwuid(info.st_uid);
  if (!group || !owner || std::string_view(group->gr_name) != owner->pw_name)
    return false;
  for (char **member = group->gr_mem; *member; ++member)
    if (std::string_view(*member) != owner->pw_name)
      return false;
  return true;
}

static Status open(const std::string &path, const std::string &whom,
                   const std::string &mode) {
  return Status::error(StatusCode::Backend,
                       "`" + path + "` can be changed by " + whom,
                       "chmod " + mode + " " + path);
}

/// Checks the file, or the folder that it lies in.
static Status checkOwner(const std::string &path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0)
    return Status::error(StatusCode::Io, "cannot read `" + path + "`");
  if (info.st_uid != 0 && info.st_uid != geteuid())
    return Status::error(StatusCode::Backend,
                         "`" + path + "` belongs to another user",
                         "copy it to a folder of your own");
  const bool isGuarded = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX);
  if (info.st_mode & S_IWOTH && !isGuarded)
    return open(path, "everybody", "o-w");
  if (info.st_mode & S_IWGRP && !isGuarded && !isOwnGroup(info))
    return open(path, "its group", "g-w");
  return Status::ok();
}

/// Checks the folders around a file, up to the root.
static Status checkAround(fs::path path) {
  for (path = path.parent_path(); path != path.root_path();
       path = path.parent_path()) {
    struct stat info {};
    if (stat(path.c_str(), &info) != 0)
      return Status::error(StatusCode::Io,
                           "cannot read `" + path.string() + "`");
    if (info.st_mode & S_IWOTH && !(info.st_mode & S_ISVTX))
      return open(path.string(), "everybody", "o-w");
  }
  return Status::ok();
}

/// The first link on a path; empty if there is none.
static fs::path firstLink(const fs::path &path) {
  fs::path way;
  for (const fs::path &part : path) {
    way /= part;
    if (fs::is_symlink(fs::symlink_status(way)))
      return way;
  }
  return {};
}

Status plugin::checkPermissions(const std::string &path) {
  std::error_code fault;
  fs::path way = fs::absolute(path, fault).lexically_normal();
  if (fault || !fs::exists(way, fault))
    return Status::error(StatusCode::Io, "there is no file `" + path + "`");
  // The way to it, link after link: who may put another link in the place of
  // one decides what is loaded.
  std::vector<fs::path> ways = {way};
  for (fs::path link = firstLink(way); !link.empty(); link = firstLink(way)) {
    struct stat info {};
    if (lstat(link.c_str(), &info) != 0)
      return Status::error(StatusCode::Io,
                           "cannot read `" + link.string() + "`");
    if (info.st_uid != 0 && info.st_uid != geteuid())
      return Status::error(StatusCode::Backend,
                           "the link `" + link.string() +
                               "` belongs to another user",
                           "copy what it leads to to a folder of your own");
    const fs::path rest = way.lexically_relative(link);
    way = link.parent_path() / fs::read_symlink(link);
    if (rest != ".")
      way /= rest;
    way = way.lexically_normal();
    ways.push_back(link);
    ways.push_back(way);
  }
  for (const fs::path &way : ways) {
    for (const fs::path &one : {way, way.parent_path()})
      if (Status status = checkOwner(one.string()); status.failed())
        return status;
    if (Status status = checkAround(way); status.failed())
      return status;
  }
  return Status::ok();
}

/// Checks the manifest and the library.
static Status checkAll(const Found &found) {
  if (!found.manifestPath.empty())
    if (Status status = checkPermissions(found.manifestPath); status.failed())
      return status;
  Status status = checkPermissions(found.libraryPath);
  if (status.code() == StatusCode::Io && !found.manifestPath.empty())
    return std::move(status).withFix(
        "`library` is relative to the manifest's folder");
  return status;
}

static Found foundAt(const std::string &path) {
  Found found;
  found.manifestPath = path;
  found.name = plainText(fs::path(path).stem().string());
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
  // Before anything of it is loaded.
  if (const std::string &abi = found.manifest.abi;
      std::stoul(abi) != FOVEA_PLUGIN_MAJOR)
    found.status = wrongMajor("`" + path + "`", abi);
  else
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
    if (!folder.isAbsolute())
      continue;
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

Expected<std::shared_ptr<const Library>> plugin::load(const Found &found) {
  auto library = Library::load(found.libraryPath);
  if (!library)
    return library.status();
  if (!found.manifestPath.empty() && (*library)->name() != found.name)
    return Status::error(StatusCode::Backend,
                         "plugin `" + found.libraryPath + "` is called `" +
                             (*library)->name() + "`, but its manifest `" +
                             found.manifestPath + "` says `" + found.name +
                             "`");
  return library;
}
