//===- Request.h - structs that are handed to plugins -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_REQUEST_H
#define FOVEA_BACKENDS_PLUGIN_REQUEST_H

#include "backends/fovea_plugin.h"

namespace fovea::plugin {

/// A struct of the interface with its head filled in and zeros behind.
template <class T> T made() {
  T value{};
  value.size = sizeof(T);
  value.version = FOVEA_PLUGIN_VERSION;
  return value;
}

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_REQUEST_H
