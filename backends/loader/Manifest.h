//===- Manifest.h - what a plugin says without being loaded -----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_LOADER_MANIFEST_H
#define FOVEA_BACKENDS_LOADER_MANIFEST_H

#include "runtime/Status.h"

#include <string>
#include <string_view>
#include <vector>

namespace fovea::plugin {

/// A backend that is no plugin; plugins cannot have its name.
struct BuiltInBackend {
  const char *name;
  const char *description;
  /// It stores what would be computed again and again, a matrix of scores too:
  /// FOVEA_CLAIM_DECOMPOSED.
  bool storesScores;
};
inline constexpr BuiltInBackend builtInBackends[] = {
    {"cpu", "native code for this machine", false},
    {"reference", "evaluates the formula element by element, in f64", true}};

/// An option that a plugin takes: `--backend=NAME:key=value`.
struct ManifestOption {
  std::string name;
  /// `string`, `int` or `bool`.
  std::string type;
  std::string description;
};

/// A file NAME.json that announces a plugin:
///
///   { "manifest_version": 1, "name": "emit-c", "library": "libemit-c.so",
///     "abi": "1.0", "description": "...", "license": "Apache-2.0",
///     "options": [{ "name": "cc", "type": "string", "description": "..." }] }
///
/// `library` is a path, relative to the manifest's folder. Members that are not
/// known are left for later versions; they are listed, since they may be
/// misspelt. No text has characters that a terminal would obey.
struct Manifest {
  std::string name;
  /// As written in the file.
  std::string library;
  /// Version of the plugin interface that it was built with.
  std::string abi;
  std::string description;
  /// An SPDX licence expression.
  std::string license;
  std::string homepage;
  std::vector<ManifestOption> options;
  /// Members that are not known, those of an option as `options.NAME`.
  std::vector<std::string> unknown;
};

/// Reads the text of a manifest. Error (Backend): what is wrong with it.
Expected<Manifest> parseManifest(std::string_view text);

/// The same of a file. Error (Io) too.
Expected<Manifest> readManifest(const std::string &path);

/// Checks that an option's value is of its type. Error (InvalidArgument): it is
/// not, or there is no such option; lists those that there are.
Status checkOption(const Manifest &manifest, std::string_view key,
                   std::string_view value);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_LOADER_MANIFEST_H
