//===- PluginCode.h - whose code lies at an address -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Threads that a plugin makes, and what it leaves for the end of the process,
// run without the host: then the address of the code says whose it is.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_LOADER_PLUGINCODE_H
#define FOVEA_BACKENDS_LOADER_PLUGINCODE_H

#include <cstdint>
#include <set>

namespace fovea::plugin {

/// What is loaded into this process, to be compared with a later time.
class LoadedCode {
public:
  static LoadedCode now();

  /// Whatever was loaded since, a library with what it needs, is of `plugin`;
  /// the text lives for ever. One thread at a time.
  void giveTheRestTo(const char *plugin) const;

private:
  /// Where the objects begin.
  std::set<uintptr_t> begins;
};

/// The plugin that the code at `address` was loaded with, or null. May be
/// called in a signal handler.
const char *pluginOfCode(const void *address);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_LOADER_PLUGINCODE_H
