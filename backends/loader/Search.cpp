//===- Search.cpp - where plugins are found -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Search.h"

#include "backends/loader/Library.h"
#include "runtime/PlainText.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <set>
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

/// As the system follows.
static constexpr int mostLinks = 40;

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
  // Groups with more members than fit are not anybody's own.
  char groupText[1 << 12], ownerText[1 << 12];
  struct group groupRoom;
  struct passwd ownerRoom;
  group *group = nullptr;
  passwd *owner = nullptr;
  getgrgid_r(info.st_gid, &groupRoom, groupText, sizeof groupText, &group);
  getpwuid_r(info.st_uid, &ownerRoom, ownerText, sizeof ownerText, &owner);
  if (!group || !owner || std::string_view(group->gr_name) != owner->pw_name)
    return false;
  for (char **member = group->gr_mem; *member; ++member)
    if (std::string_view(*member) != owner->pw_name)
      return false;
  return true;
}

static bool isAnothers(const struct stat &info) {
  return info.st_uid != 0 && info.st_uid != geteuid();
}

/// Whether those of `mode` may change it: in a sticky folder, as /tmp, only
/// owners exchange things.
static bool isOpenTo(mode_t mode, const struct stat &info) {
  const bool isGuarded = S_ISDIR(info.st_mode) && (info.st_mode & S_ISVTX);
  return (info.st_mode & mode) && !isGuarded;
}

static Status open(const fs::path &path, const std::string &whom,
                   const std::string &mode) {
  return Status::error(StatusCode::Backend,
                       "`" + path.string() + "` can be changed by " + whom,
                       "chmod " + mode + " " + path.string());
}

static Status unreadable(const std::string &path, int reason) {
  return Status::error(StatusCode::Io, reason == ENOENT || reason == ENOTDIR
                                           ? "there is no file `" + path + "`"
                                           : "cannot read `" + path +
                                                 "`: " + std::strerror(reason));
}

/// Checks a file, or the folder that a file or a link lies in.
static Status checkOwner(const fs::path &path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0)
    return unreadable(path.string(), errno);
  if (isAnothers(info))
    return Status::error(StatusCode::Backend,
                         "`" + path.string() + "` belongs to another user",
                         "copy it to a folder of your own");
  if (isOpenTo(S_IWOTH, info))
    return open(path, "everybody", "o-w");
  if (isOpenTo(S_IWGRP, info) && !isOwnGroup(info))
    return open(path, "its group", "g-w");
  return Status::ok();
}

/// Who may put another link in the place of one decides what is loaded.
static Status checkLink(const fs::path &link, const struct stat &info) {
  if (isAnothers(info))
    return Status::error(StatusCode::Backend,
                         "the link `" + link.string() +
                             "` belongs to another user",
                         "copy what it leads to to a folder of your own");
  return checkOwner(link.parent_path());
}

Status plugin::checkPermissions(const std::string &path) {
  std::error_code fault;
  // What is still to go, from the end to the next step. As the system goes: a
  // `..` behind a link leads out of where the link leads to.
  std::vector<fs::path> ahead;
  auto go = [&](const fs::path &way) {
    const auto end = std::ssize(ahead);
    ahead.insert(ahead.end(), way.begin(), way.end());
    std::reverse(ahead.begin() + end, ahead.end());
  };
  go(fs::absolute(path, fault));
  fs::path place = "/";
  struct stat info {};
  for (int links = 0; !ahead.empty() && !fault;) {
    const fs::path step = ahead.back();
    ahead.pop_back();
    if (step.empty() || step == ".")
      continue;
    if (step == "..") {
      place = place.parent_path();
      continue;
    }
    const fs::path next = place / step;
    if (lstat(next.c_str(), &info) != 0)
      return unreadable(path, errno);
    if (S_ISLNK(info.st_mode)) {
      if (++links > mostLinks)
        return unreadable(path, ELOOP);
      if (Status status = checkLink(next, info); status.failed())
        return status;
      go(fs::read_symlink(next, fault));
      continue;
    }
    if (S_ISDIR(info.st_mode) && isOpenTo(S_IWOTH, info))
      return open(next, "everybody", "o-w");
    place = next;
  }
  if (fault)
    return unreadable(path, fault.value());
  if (S_ISDIR(info.st_mode))
    return Status::error(StatusCode::Io, "`" + path + "` is a folder",
                         "name the library in it, or its manifest NAME.json");
  if (!S_ISREG(info.st_mode))
    return Status::error(StatusCode::Io, "`" + path + "` is no regular file");
  Status status = checkOwner(place);
  return status.failed() ? status : checkOwner(place.parent_path());
}

static Found foundAt(const std::string &path) {
  Found found;
  found.manifestPath = path;
  found.name = plainLine(fs::path(path).stem().string());
  // Before it is read: what others may change may say anything.
  found.status = checkPermissions(path);
  if (found.status.failed())
    return found;
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
    found.status = checkPermissions(found.libraryPath);
  if (found.status.code() == StatusCode::Io)
    found.status =
        std::move(found.status)
            .withFix("`library` is relative to the manifest's folder");
  return found;
}

std::vector<Found>
plugin::findPlugins(const std::vector<SearchFolder> &folders) {
  std::vector<Found> all;
  std::map<std::string, std::string> first;
  std::set<std::string> seen;
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
      // A folder may be in the list twice.
      if (!seen.insert(path).second)
        continue;
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

std::string plugin::pathHelp(const std::string &name) {
  std::error_code ignored;
  return fs::exists(name, ignored)
             ? "a path needs a slash: write `./" + name + "`"
             : "";
}

Expected<Found> plugin::pluginAt(const std::string &path) {
  Found found;
  if (fs::path(path).extension() == ".json") {
    found = foundAt(path);
  } else {
    found.libraryPath = path;
    found.status = checkPermissions(path);
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
