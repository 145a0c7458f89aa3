//===- Results.h - what the conformance kit found ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_RESULTS_H
#define FOVEA_TOOLS_KIT_RESULTS_H

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace fovea::kit {

/// How a test ended. A plugin may refuse what it does not compute.
enum class State { Passed, Failed, Refused, NotRun };

/// The last level, and what each is about.
inline constexpr int lastLevel = 4;
const char *nameOfLevel(int level);

/// How the tests of level 1 that say whether a cluster is claimed, and whether
/// it compiles, are called behind their prefix.
inline constexpr const char *queryTest = "query", *compileTest = "compile";

/// One test.
struct Outcome {
  int level = 0;
  /// What it was made with: a program of the kit, or a part of the interface.
  std::string group;
  std::string test;
  State state = State::Passed;
  /// Why it failed, or was refused.
  std::string text;
  double seconds = 0;
};

/// What a program of the kit is made of, for the support matrix.
struct Feature {
  /// `op`, `join` or `form`.
  std::string kind;
  std::string name;
  /// Of an op or a join; else empty.
  std::string dtype;

  auto operator<=>(const Feature &) const = default;
};
struct Contents {
  std::string group;
  size_t ops = 0;
  std::vector<Feature> features;
};

struct Results {
  /// The plugin as the user named it.
  std::string spec;
  /// What it says of itself: name, version, build, file.
  std::vector<std::pair<std::string, std::string>> notes;
  int level = 0;
  std::vector<Outcome> outcomes;
  std::vector<Contents> contents;
  double seconds = 0;

  size_t count(int level, State state) const;
  bool passed() const;
  /// Programs of which one knows whether they are claimed.
  size_t countAsked() const;
  /// Whether the plugin computes what has the feature: the smallest program
  /// with it decides.
  State support(const Feature &feature) const;
};

/// The four forms of a report.
std::string text(const Results &results);
std::string json(const Results &results);
std::string junit(const Results &results);
std::string markdown(const Results &results);

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_RESULTS_H
