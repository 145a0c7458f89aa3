//===- Request.h - structs that are handed to plugins -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_REQUEST_H
#define FOVEA_BACKENDS_PLUGIN_REQUEST_H

#include "backends/fovea_plugin.h"

#include <algorithm>

namespace fovea::plugin {

/// A struct of the interface with its head filled in and zeros behind.
template <class T> T made() {
  T value{};
  value.size = sizeof(T);
  value.version = FOVEA_PLUGIN_VERSION;
  return value;
}

/// Whether something that is not zero lies behind the fields that are known
/// here: the writer asks for what a later version has.
template <class T> bool hasUnknownTail(const T &request) {
  const char *bytes = reinterpret_cast<const char *>(&request);
  return request.size > sizeof(T) &&
         std::any_of(bytes + sizeof(T), bytes + request.size,
                     [](char byte) { return byte != 0; });
}

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_REQUEST_H
