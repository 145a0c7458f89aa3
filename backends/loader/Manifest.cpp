//===- Manifest.cpp - what a plugin says without being loaded -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/Manifest.h"

#include "backends/loader/Library.h"
#include "runtime/FileIo.h"
#include "runtime/PlainText.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <span>

using namespace fovea;
using namespace fovea::plugin;
using nlohmann::json;

static constexpr uint64_t mostBytes = 1 << 20;

static Status wrong(std::string text) {
  return Status::error(StatusCode::Backend, std::move(text));
}

/// A member that is text; empty if it is optional and not there.
static Expected<std::string> textOf(const json &object, const char *key,
                                    bool isNeeded) {
  auto found = object.find(key);
  if (found == object.end()) {
    if (isNeeded)
      return wrong("has no `" + std::string(key) + "`");
    return std::string();
  }
  if (!found->is_string())
    return wrong("`" + std::string(key) + "` is no text");
  auto text = found->get<std::string>();
  if (text.empty() && isNeeded)
    return wrong("`" + std::string(key) + "` is empty");
  // It is shown to people, and part of it becomes a path.
  if (plainLine(text) != text)
    return wrong("`" + std::string(key) + "` has control characters");
  return text;
}

/// Adds the members of `object` that are not in `known`.
static void listUnknown(const json &object,
                        std::span<const std::string_view> known,
                        const std::string &prefix,
                        std::vector<std::string> &unknown) {
  for (const auto &member : object.items())
    if (!std::ranges::count(known, member.key()))
      unknown.push_back(prefix + plainLine(member.key()));
}

static Expected<ManifestOption> optionOf(const json &given,
                                         std::vector<std::string> &unknown) {
  if (!given.is_object())
    return wrong("an option is no object");
  ManifestOption option;
  for (auto [key, into] :
       {std::pair("name", &option.name), std::pair("type", &option.type),
        std::pair("description", &option.description)}) {
    Expected<std::string> text =
        textOf(given, key, into != &option.description);
    if (!text)
      return std::move(text.status()).withContext("an option");
    *into = *std::move(text);
  }
  if (option.type != "string" && option.type != "int" && option.type != "bool")
    return wrong("option `" + option.name + "` has the type `" + option.type +
                 "`; there is `string`, `int` and `bool`");
  static constexpr std::string_view known[] = {"name", "type", "description"};
  listUnknown(given, known, "options.", unknown);
  return option;
}

/// `1.0`: two numbers.
static bool isVersion(std::string_view text) {
  const size_t dot = text.find('.');
  auto isNumber = [](std::string_view digits) {
    return !digits.empty() && digits.size() <= 5 &&
           std::ranges::all_of(digits,
                               [](char c) { return c >= '0' && c <= '9'; });
  };
  return dot != std::string_view::npos && isNumber(text.substr(0, dot)) &&
         isNumber(text.substr(dot + 1));
}

Expected<Manifest> plugin::parseManifest(std::string_view text) {
  json root;
  try {
    root = json::parse(text);
  } catch (const json::parse_error &fault) {
    // Its byte counts from 1, and is the one that does not fit.
    const std::string_view before =
        text.substr(0, fault.byte ? fault.byte - 1 : 0);
    const size_t line = std::ranges::count(before, '\n') + 1,
                 begin = before.find_last_of('\n') + 1;
    return wrong("is not JSON: line " + std::to_string(line) + ", column " +
                 std::to_string(before.size() - begin + 1) +
                 " is not what has to follow");
  } catch (const json::exception &) {
    // All else that parsing throws: 1e999 is JSON, but fits no number.
    return wrong("has a number that is too large");
  }
  if (!root.is_object())
    return wrong("is no JSON object");
  auto version = root.find("manifest_version");
  if (version == root.end())
    return wrong("has no `manifest_version`");
  if (!version->is_number_integer())
    return wrong("`manifest_version` is no whole number");
  if (*version != 1)
    return wrong("has manifest_version " + version->dump() +
                 "; this Fovea reads 1");
  Manifest manifest;
  for (auto [key, into, isNeeded] :
       {std::tuple("name", &manifest.name, true),
        std::tuple("library", &manifest.library, true),
        std::tuple("abi", &manifest.abi, true),
        std::tuple("description", &manifest.description, false),
        std::tuple("license", &manifest.license, false),
        std::tuple("homepage", &manifest.homepage, false)}) {
    Expected<std::string> text = textOf(root, key, isNeeded);
    if (!text)
      return text.status();
    *into = *std::move(text);
  }
  if (!isPluginName(manifest.name))
    return wrong("`name` is `" + manifest.name +
                 "`; it can have lower case letters, digits and dashes, and "
                 "begins with a letter");
  for (const BuiltInBackend &one : builtInBackends)
    if (manifest.name == one.name)
      return wrong("`name` is `" + manifest.name + "`, which is built in");
  if (!isVersion(manifest.abi))
    return wrong("`abi` is `" + manifest.abi + "`; it has to be like `1.0`");
  if (auto options = root.find("options"); options != root.end()) {
    if (!options->is_array())
      return wrong("`options` is no list");
    for (const json &given : *options) {
      Expected<ManifestOption> option = optionOf(given, manifest.unknown);
      if (!option)
        return option.status();
      if (std::ranges::count(manifest.options, option->name,
                             &ManifestOption::name))
        return wrong("has two options `" + option->name + "`");
      manifest.options.push_back(*std::move(option));
    }
  }
  static constexpr std::string_view known[] = {
      "manifest_version", "name",    "library",  "abi",
      "description",      "license", "homepage", "options"};
  listUnknown(root, known, "", manifest.unknown);
  return manifest;
}

Expected<Manifest> plugin::readManifest(const std::string &path) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.status();
  if (file->size() > mostBytes)
    return wrong("`" + path + "` has " + std::to_string(file->size()) +
                 " bytes, too many for a manifest");
  std::string text(file->size(), '\0');
  if (Status status = file->read(0, text.size(), text.data()); status.failed())
    return status;
  Expected<Manifest> manifest = parseManifest(text);
  if (!manifest)
    return std::move(manifest.status()).withContext("`" + path + "`");
  return manifest;
}

Status plugin::checkOption(const Manifest &manifest, std::string_view key,
                           std::string_view value) {
  const auto found =
      std::ranges::find(manifest.options, key, &ManifestOption::name);
  auto refuse = [&](const std::string &text) {
    return Status::error(StatusCode::InvalidArgument,
                         "backend `" + manifest.name + "`: " + text);
  };
  if (found == manifest.options.end()) {
    std::string known;
    for (const ManifestOption &option : manifest.options)
      known += (known.empty() ? "`" : ", `") + option.name + "`";
    return refuse("there is no option `" + std::string(key) + "`; " +
                  (known.empty() ? "it has none" : "there is " + known));
  }
  int64_t number = 0;
  const auto [end, fault] =
      std::from_chars(value.data(), value.data() + value.size(), number);
  const bool isInt = fault == std::errc() && end == value.data() + value.size();
  const bool isBool = value == "true" || value == "false";
  if ((found->type == "int" && !isInt) || (found->type == "bool" && !isBool))
    return refuse("option `" + found->name + "` is `" + std::string(value) +
                  "`; it has to be " +
                  (found->type == "int" ? "a whole number" : "true or false"));
  return Status::ok();
}
