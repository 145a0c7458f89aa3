//===- FakePlugin.h - a plugin that does what a test says -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_PLUGIN_FAKEPLUGIN_H
#define FOVEA_TESTS_BACKENDS_PLUGIN_FAKEPLUGIN_H

#include "backends/loader/Library.h"
#include "tests/backends/plugin/Clusters.h"

#include <functional>

namespace fovea::test {

/// Doubles the elements of its input, and does what its members say. It has to
/// outlive what is made with it; one at a time, since the functions of a table
/// know no context.
class FakePlugin {
public:
  FakePlugin();
  ~FakePlugin();
  FakePlugin(const FakePlugin &) = delete;
  FakePlugin &operator=(const FakePlugin &) = delete;

  std::shared_ptr<const plugin::Library> library() const;

  /// The function that returns an error with `code`, that throws, or that gives
  /// nothing.
  std::string fails, throws, forgets;
  fovea_code code = FOVEA_BACKEND;
  std::string message = "the device is on fire";
  uint64_t flags = 0;
  /// What it claims; by default all, fused.
  std::function<fovea_claim_kind(const fovea_cluster &)> claims;
  /// Whether it takes sizes; by default all.
  std::function<bool(int64_t)> takes;
  /// What it asks for.
  uint64_t alignment = 1, workspace = 0;
  bool isContiguous = false;
  fovea_strides strides = FOVEA_STRIDES_ANY;

  /// Its functions in the order of their calls, but for `query`.
  std::string calls;
  /// How often the items of parallel_for came, for each of its calls.
  std::vector<uint64_t> items;
  bool isWorkerSound = true;
  /// Whether all arrays of runs were as it asked.
  bool isMemorySound = true;
};

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_PLUGIN_FAKEPLUGIN_H
