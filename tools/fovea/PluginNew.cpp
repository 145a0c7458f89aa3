//===- PluginNew.cpp - fovea plugin new -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/PluginNew.h"

#include "backends/loader/Library.h"
#include "backends/loader/Manifest.h"
#include "tools/fovea/Library.h"
#include "tools/fovea/Talk.h"

#include <filesystem>
#include <fstream>

using namespace fovea;
using namespace fovea::driver;
namespace fs = std::filesystem;

static std::string replaced(std::string text, std::string_view from,
                            const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
       at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

static void checkName(const std::string &name) {
  if (!plugin::isPluginName(name))
    throw usage("a plugin cannot be called `" + name + "`",
                "a name has lower case letters, digits and dashes, and begins "
                "with a letter");
  for (const plugin::BuiltInBackend &one : plugin::builtInBackends)
    if (name == one.name)
      throw usage("`" + name + "` is built in", "choose another name");
}

/// The new folder. Nothing that is there is written to.
static fs::path makeFolder(const fs::path &folder) {
  std::error_code fault;
  fs::create_directories(folder.parent_path(), fault);
  if (!fault && fs::create_directory(folder, fault))
    return folder;
  std::error_code ignored;
  if (fs::exists(fs::symlink_status(folder, ignored)))
    throw usage("`" + folder.string() + "` is there already",
                "choose another name, or another folder with --in");
  throw usage("cannot make `" + folder.string() + "`: " + fault.message());
}

Exit driver::beginPlugin(const std::string &name, const std::string &parent) {
  checkName(name);
  const fs::path folder = makeFolder(fs::path(parent) / name);
  for (const TemplateFile &file : pluginTemplate()) {
    const fs::path path = folder / replaced(file.name, "plugin", name);
    std::ofstream out(path);
    out << replaced(file.text, "@NAME@", name);
    if (!out.flush())
      throw usage("cannot write `" + path.string() + "`");
    print("wrote " + path.string() + "\n");
  }
  const fs::path build = folder / "build";
  const std::string manifest = (build / (name + ".json")).string();
  // A build folder is no prefix: CMake finds what is installed.
  std::string prefix =
      fs::path(libraryPath()).parent_path().parent_path().string();
  std::error_code ignored;
  std::string install;
  if (fs::exists(fs::path(prefix) / "CMakeCache.txt", ignored)) {
    install = "  cmake --install " + prefix +
              " --prefix PREFIX    (this fovea is not installed)\n";
    prefix = "PREFIX";
  }
  print("\nNow:\n" + install + "  cmake -S " + folder.string() + " -B " +
        build.string() + " -DCMAKE_PREFIX_PATH=" + prefix +
        "\n  cmake --build " + build.string() + "\n  fovea plugin check " +
        manifest + "\n");
  finishPrinting();
  return Exit::Ok;
}
