//===- SearchTest.cpp - where plugins are found, and which are refused ----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Search.h"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::plugin;
namespace fs = std::filesystem;

namespace {
/// A folder for one test.
class Folder {
public:
  Folder() {
    char name[] = "/tmp/fovea-search-XXXXXX";
    REQUIRE(mkdtemp(name));
    root = name;
  }
  ~Folder() { fs::remove_all(root); }

  /// Announces a plugin; gives the path of the manifest.
  std::string add(const std::string &folder, const std::string &name,
                  const std::string &abi = "1.0") const {
    fs::create_directories(root / folder);
    std::ofstream(root / folder / "lib.so") << "no library";
    const fs::path path = root / folder / (name + ".json");
    std::ofstream(path) << R"({"manifest_version": 1, "name": ")" << name
                        << R"(", "library": "lib.so", "abi": ")" << abi
                        << "\"}";
    chmod((root / folder / "lib.so").c_str(), 0755);
    chmod(path.c_str(), 0644);
    chmod((root / folder).c_str(), 0755);
    return path;
  }
  std::string at(const std::string &path) const { return root / path; }

private:
  fs::path root;
};

/// Sets a variable of the environment for a test.
class Variable {
public:
  Variable(const char *name, const std::string &value) : name(name) {
    const char *old = std::getenv(name);
    before = old ? std::optional<std::string>(old) : std::nullopt;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (before)
      setenv(name, before->c_str(), 1);
    else
      unsetenv(name);
  }

private:
  const char *name;
  std::optional<std::string> before;
};
} // namespace

static std::vector<std::string> pathsOf(const std::vector<SearchFolder> &all) {
  std::vector<std::string> paths;
  for (const SearchFolder &folder : all)
    paths.push_back(folder.path);
  return paths;
}

TEST_CASE("the order in which folders are searched") {
  const Variable home("HOME", "/home/me"), data("XDG_DATA_HOME", "/data");
  const Variable path("FOVEA_PLUGIN_PATH", "/one::/two:three:");
  CHECK(pathsOf(searchFolders("/opt/lib")) ==
        std::vector<std::string>{
            "/one", "/two", "three", "/data/fovea/plugins.d",
            "/opt/lib/fovea/plugins.d", "/usr/local/lib/fovea/plugins.d",
            "/usr/lib/fovea/plugins.d"});
  const Variable none("XDG_DATA_HOME", ""), empty("FOVEA_PLUGIN_PATH", "");
  CHECK(pathsOf(searchFolders("")) ==
        std::vector<std::string>{"/home/me/.local/share/fovea/plugins.d",
                                 "/usr/local/lib/fovea/plugins.d",
                                 "/usr/lib/fovea/plugins.d"});
}

TEST_CASE("of one name the first counts, even if it cannot be used") {
  const Folder folder;
  const std::string first = folder.add("a", "dev");
  folder.add("b", "dev");
  folder.add("b", "abc");
  folder.add("b", "other");
  std::ofstream(folder.at("a/other.json")) << "{";
  const auto found = findPlugins(
      {{folder.at("a"), ""}, {folder.at("none"), ""}, {folder.at("b"), ""}});
  REQUIRE(found.size() == 5);
  // The order of names within a folder.
  CHECK(found[0].name == "dev");
  CHECK(found[1].name == "other");
  CHECK(found[1].status.message() ==
        "`" + folder.at("a/other.json") +
            "`: is not JSON: line 1, column 2 is not what has to follow");
  CHECK(found[2].name == "abc");
  CHECK(found[3].hiddenBy == first);
  CHECK(found[4].hiddenBy == folder.at("a/other.json"));
  CHECK(pluginNamed(found, "dev") == &found[0]);
  CHECK(pluginNamed(found, "dev")->libraryPath == folder.at("a/lib.so"));
  CHECK(pluginNamed(found, "other") == &found[1]);
  CHECK(pluginNamed(found, "no") == nullptr);
}

TEST_CASE("a relative folder is not searched") {
  const Folder folder;
  folder.add("a", "dev");
  const fs::path before = fs::current_path();
  fs::current_path(folder.at("a"));
  CHECK(findPlugins({{".", ""}, {"", ""}, {"../a", ""}}).empty());
  fs::current_path(before);
  CHECK(findPlugins({{folder.at("a"), ""}}).size() == 1);
}

TEST_CASE("a folder that is listed twice has its plugins once") {
  const Folder folder;
  folder.add("a", "dev");
  const auto found = findPlugins({{folder.at("a"), ""}, {folder.at("a/"), ""}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].hiddenBy.empty());
}

TEST_CASE("a plugin of another major version is refused unloaded") {
  const Folder folder;
  CHECK(pluginAt(folder.add("a", "new", "2.0")).status().text() ==
        "`" + folder.at("a/new.json") +
            "` is built for version 2.0 of the plugin interface; this Fovea "
            "needs version 1.x; build it again with this Fovea's "
            "backends/fovea_plugin.h");
  CHECK(pluginAt(folder.add("a", "old", "0.9")).status().failed());
  CHECK(pluginAt(folder.add("a", "later", "1.7")));
}

TEST_CASE("files that are not there") {
  const Folder folder;
  const std::string manifest = folder.add("a", "dev");
  fs::remove(folder.at("a/lib.so"));
  CHECK(pluginAt(manifest).status().text() ==
        "there is no file `" + folder.at("a/lib.so") +
            "`; `library` is relative to the manifest's folder");
  CHECK(pluginAt(folder.at("a/lib.so")).status().text() ==
        "there is no file `" + folder.at("a/lib.so") + "`");
  CHECK(pluginAt(folder.at("a/dev.json/lib.so")).status().text() ==
        "there is no file `" + folder.at("a/dev.json/lib.so") + "`");
}

TEST_CASE("what is no file is not opened") {
  const Folder folder;
  const std::string manifest = folder.add("a", "dev");
  const std::string library = folder.at("a/lib.so");
  fs::remove(library);
  // Who opened this one would wait.
  REQUIRE(mkfifo(library.c_str(), 0755) == 0);
  CHECK(pluginAt(library).status().message() ==
        "`" + library + "` is no regular file");
  CHECK(pluginAt(manifest).status().message() ==
        "`" + library + "` is no regular file");
  REQUIRE(mkfifo(folder.at("a/pipe.json").c_str(), 0644) == 0);
  CHECK(pluginAt(folder.at("a/pipe.json")).status().message() ==
        "`" + folder.at("a/pipe.json") + "` is no regular file");
  CHECK(pluginAt(folder.at("a/")).status().message() ==
        "`" + folder.at("a/") + "` is a folder");
  fs::create_symlink("ring.so", folder.at("a/ring.so"));
  CHECK(pluginAt(folder.at("a/ring.so")).status().message() ==
        "cannot read `" + folder.at("a/ring.so") +
            "`: Too many levels of symbolic links");
}

TEST_CASE("a manifest is not read if it is too long, or others may change it") {
  const Folder folder;
  const std::string manifest = folder.add("a", "dev");
  chmod(manifest.c_str(), 0666);
  std::ofstream(manifest, std::ios::app) << "!";
  CHECK(pluginAt(manifest).status().message() ==
        "`" + manifest + "` can be changed by everybody");
  chmod(manifest.c_str(), 0644);
  fs::resize_file(manifest, (1 << 20) + 1);
  CHECK(pluginAt(manifest).status().message() ==
        "`" + manifest + "` has 1048577 bytes, too many for a manifest");
}

TEST_CASE("what everybody may change is refused") {
  const Folder folder;
  const std::string manifest = folder.add("around/a", "dev");
  REQUIRE(pluginAt(manifest));
  for (const char *name :
       {"around", "around/a", "around/a/lib.so", "around/a/dev.json"}) {
    const std::string path = folder.at(name);
    struct stat info {};
    REQUIRE(stat(path.c_str(), &info) == 0);
    chmod(path.c_str(), info.st_mode | S_IWOTH);
    CHECK(pluginAt(manifest).status().text() ==
          "`" + path + "` can be changed by everybody; chmod o-w " + path);
    // In a folder where only owners remove things nothing can be exchanged.
    if (S_ISDIR(info.st_mode)) {
      chmod(path.c_str(), info.st_mode | S_IWOTH | S_ISVTX);
      CHECK(pluginAt(manifest));
    }
    chmod(path.c_str(), info.st_mode);
  }
  // A link does not hide where the file lies.
  chmod(folder.at("around").c_str(), 0777);
  fs::create_directory(folder.at("b"));
  fs::create_symlink(folder.at("around/a/lib.so"), folder.at("b/lib.so"));
  CHECK(pluginAt(folder.at("b/lib.so")).status().message() ==
        "`" + folder.at("around") + "` can be changed by everybody");
  // Nor where a link on the way to it lies.
  chmod(folder.at("around").c_str(), 0755);
  fs::create_directory(folder.at("open"));
  fs::create_symlink(folder.at("around/a/lib.so"), folder.at("open/lib.so"));
  fs::create_symlink(folder.at("open/lib.so"), folder.at("b/chain.so"));
  CHECK(pluginAt(folder.at("b/chain.so")));
  chmod(folder.at("open").c_str(), 0777);
  CHECK(pluginAt(folder.at("b/chain.so")).status().message() ==
        "`" + folder.at("open") + "` can be changed by everybody");
}

TEST_CASE("what lies behind a link and `..` is where the system finds it") {
  const Folder folder;
  folder.add("", "other");
  folder.add("a", "dev");
  fs::create_directory(folder.at("a/inside"));
  fs::create_symlink("a/inside", folder.at("short"));
  // Not the one that the text of the path seems to name.
  const std::string path = folder.at("short/../lib.so");
  CHECK(pluginAt(path));
  chmod(folder.at("a/lib.so").c_str(), 0777);
  CHECK(pluginAt(path).status().message() ==
        "`" + folder.at("a/lib.so") + "` can be changed by everybody");
}

TEST_CASE("what another group may change, or another user owns, is refused") {
  if (geteuid() != 0) {
    WARN("only root can give files away");
    return;
  }
  const Folder folder;
  const std::string manifest = folder.add("a", "dev");
  for (const char *name : {"a", "a/lib.so", "a/dev.json"}) {
    const std::string path = folder.at(name);
    struct stat info {};
    REQUIRE(stat(path.c_str(), &info) == 0);
    // root's own group is nobody else.
    chmod(path.c_str(), info.st_mode | S_IWGRP);
    CHECK(pluginAt(manifest));
    REQUIRE(chown(path.c_str(), 0, 1) == 0);
    chmod(path.c_str(), info.st_mode | S_IWGRP);
    CHECK(pluginAt(manifest).status().text() ==
          "`" + path + "` can be changed by its group; chmod g-w " + path);
    chmod(path.c_str(), info.st_mode);
    CHECK(pluginAt(manifest));
    REQUIRE(chown(path.c_str(), 1, 1) == 0);
    CHECK(pluginAt(manifest).status().text() ==
          "`" + path +
              "` belongs to another user; copy it to a folder of your own");
    REQUIRE(chown(path.c_str(), 0, 0) == 0);
  }
}
