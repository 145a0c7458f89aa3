//===- Plugin.cpp - fovea plugin ------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Listing and describing need no compiler, so libfovea is not loaded for them.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Plugin.h"

#include "backends/loader/Search.h"
#include "runtime/PlainText.h"
#include "tools/fovea/Library.h"
#include "tools/fovea/PluginCheck.h"
#include "tools/fovea/PluginNew.h"
#include "tools/fovea/Talk.h"

#include <CLI/CLI.hpp>

#include <filesystem>

using namespace fovea;
using namespace fovea::driver;
using plugin::Found;
namespace fs = std::filesystem;

namespace {
struct Texts {
  std::string name;
  std::string folder = ".";
  bool verbose = false;
};
} // namespace

static std::vector<plugin::SearchFolder> folders() {
  return plugin::searchFolders(fs::path(libraryPath()).parent_path());
}

/// `text` with blanks up to `width`.
static std::string padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text + "  ";
}

//===----------------------------------------------------------------------===//
// list
//===----------------------------------------------------------------------===//

/// Says which members of the manifest nobody reads; empty if there are none.
static std::string unknownOf(const Found &found) {
  std::string list;
  for (const std::string &one : found.manifest.unknown)
    list += (list.empty() ? "`" : ", `") + one + "`";
  return list.empty() ? "" : "its manifest has what is not known: " + list;
}

static std::string stateOf(const Found &found) {
  if (found.status.failed())
    return "cannot be used: " + plainLine(found.status.text());
  if (!found.hiddenBy.empty())
    return "hidden by " + plainLine(found.hiddenBy);
  return found.manifest.description;
}

/// What there is to say of a folder that is searched.
static std::string stateOf(const plugin::SearchFolder &folder) {
  if (!folder.isAbsolute())
    return "; relative: left out";
  std::error_code fault;
  fs::directory_iterator(folder.path, fault);
  if (fault == std::errc::no_such_file_or_directory)
    return "; not there";
  return fault ? "; cannot be read: " + fault.message() : "";
}

static Exit listPlugins(bool verbose) {
  const std::vector<plugin::SearchFolder> searched = folders();
  const std::vector<Found> plugins = plugin::findPlugins(searched);
  size_t width = 0;
  for (const plugin::BuiltInBackend &one : plugin::builtInBackends)
    width = std::max(width, std::string_view(one.name).size());
  for (const Found &found : plugins)
    width = std::max(width, found.name.size());
  for (const plugin::BuiltInBackend &one : plugin::builtInBackends)
    print(padded(one.name, width) + one.description + "\n");
  bool isBroken = false;
  for (const Found &found : plugins) {
    isBroken |= found.status.failed();
    // What is hidden does not count, and is seen by who looks for it.
    if (!verbose && !found.hiddenBy.empty())
      continue;
    print(padded(found.name, width) + stateOf(found) + "\n");
    if (!verbose)
      continue;
    print(padded("", width) + plainLine(found.manifestPath) + "\n");
    if (const std::string unknown = unknownOf(found); !unknown.empty())
      print(padded("", width) + unknown + "\n");
  }
  if (verbose) {
    print("\nlooked for in this order:\n");
    for (const plugin::SearchFolder &folder : searched)
      print("  " + plainLine(folder.path) + "  (" + folder.from +
            stateOf(folder) + ")\n");
  } else if (isBroken) {
    say("`fovea plugin list -v` shows where");
  }
  finishPrinting();
  return Exit::Ok;
}

//===----------------------------------------------------------------------===//
// info
//===----------------------------------------------------------------------===//

static Found find(const std::string &name) {
  if (name.find('/') != std::string::npos) {
    Expected<Found> found = plugin::pluginAt(name);
    if (!found)
      throw Failure(found.status());
    return *std::move(found);
  }
  const std::vector<Found> plugins = plugin::findPlugins(folders());
  if (const Found *found = plugin::pluginNamed(plugins, name)) {
    if (found->status.failed())
      throw Failure(found->status);
    return *found;
  }
  std::vector<std::string> known;
  for (const Found &found : plugins)
    if (found.hiddenBy.empty())
      known.push_back(found.name);
  for (const plugin::BuiltInBackend &one : plugin::builtInBackends)
    known.push_back(one.name);
  std::string help = plugin::pathHelp(name);
  if (help.empty())
    help = nearest(name, known);
  throw usage("there is no plugin `" + name + "`",
              help.empty() ? "`fovea plugin list -v` shows where plugins are "
                             "looked for"
                           : help);
}

static Exit describePlugin(const std::string &name) {
  if (const size_t colon = name.find(':');
      name.find('=', std::min(colon, name.size())) != std::string::npos)
    throw usage("`fovea plugin info` takes no options",
                "`fovea plugin info " + name.substr(0, colon) +
                    "` lists those that there are");
  for (const plugin::BuiltInBackend &one : plugin::builtInBackends)
    if (name == one.name) {
      print(name + ": " + one.description + "; built in\n");
      finishPrinting();
      return Exit::Ok;
    }
  const Found found = find(name);
  Expected<std::shared_ptr<const plugin::Library>> library =
      plugin::load(found);
  if (!library)
    throw Failure(library.status());
  const fovea_plugin &table = (*library)->table();
  auto line = [](const char *what, const std::string &text) {
    if (!text.empty())
      print(padded(what, 11) + text + "\n");
  };
  line("name", table.name);
  line("description", found.manifest.description);
  line("interface", (*library)->version());
  line("build", plainLine(table.build));
  line("license", found.manifest.license);
  line("homepage", found.manifest.homepage);
  line("manifest", found.manifestPath);
  line("library", found.libraryPath);
  line("runs", table.flags & FOVEA_PLUGIN_SERIAL_RUN ? "one at a time"
                                                     : "at the same time");
  line("threads",
       table.flags & FOVEA_PLUGIN_OWN_THREADS ? "its own" : "the host's");
  line("clusters", table.flags & FOVEA_PLUGIN_JOINS ? "neighbours as one"
                                                    : "each by itself");
  line("saves", table.save && table.load ? "yes" : "no");
  for (const plugin::ManifestOption &option : found.manifest.options)
    line("option", option.name + " (" + option.type + ")" +
                       (option.description.empty() ? "" : ": ") +
                       option.description);
  line("warning", unknownOf(found));
  finishPrinting();
  return Exit::Ok;
}

//===----------------------------------------------------------------------===//
// The command line
//===----------------------------------------------------------------------===//

Exit driver::pluginVerb(std::vector<std::string> arguments) {
  Texts texts;
  CLI::App app(pluginHelp, "fovea plugin");
  app.require_subcommand(1);
  CLI::App *list = app.add_subcommand("list", "Lists the backends.");
  list->add_flag("-v,--verbose", texts.verbose,
                 "with manifests and the folders that are searched");
  CLI::App *info = app.add_subcommand("info", "Describes a plugin.");
  PluginCheck asked;
  CLI::App *check = declarePluginCheck(app, asked);
  CLI::App *begin = app.add_subcommand("new", "Begins a plugin.");
  info->add_option("PLUGIN", texts.name, "name, or path with a slash")
      ->required();
  begin->add_option("NAME", texts.name, "of the plugin")->required();
  begin->add_option("--in", texts.folder, "the folder to make it in");
  if (arguments.empty()) {
    print(app.help());
    finishPrinting();
    return Exit::Ok;
  }
  std::vector<std::string> names;
  for (const CLI::App *one : {list, info, check, begin})
    names.push_back(one->get_name());
  if (arguments[0][0] != '-' && !std::ranges::count(names, arguments[0]))
    throw usage("there is no `fovea plugin " + arguments[0] + "`",
                nearest(arguments[0], names));
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::Success &success) {
    app.exit(success);
    return Exit::Ok;
  } catch (const CLI::Error &error) {
    throw usage(error.what());
  }
  if (list->parsed())
    return listPlugins(texts.verbose);
  if (check->parsed())
    return checkPlugin(asked);
  if (info->parsed())
    return describePlugin(texts.name);
  return beginPlugin(texts.name, texts.folder);
}
