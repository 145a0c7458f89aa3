//===- Registry.h - backends by name ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REGISTRY_H
#define FOVEA_BACKENDS_REGISTRY_H

#include "backends/Backend.h"

namespace fovea {

/// Backends by name, in the order in which they were added.
class Registry {
public:
  using Factory = Expected<std::unique_ptr<Backend>> (*)();

  void add(std::string name, Factory factory);
  std::vector<std::string> names() const;
  /// What makes instances of that backend, which is in the list.
  Factory factory(std::string_view name) const;
  /// A new instance of that backend. The error for an unknown name lists the
  /// known ones.
  Expected<std::unique_ptr<Backend>> create(std::string_view name) const;

private:
  std::vector<std::pair<std::string, Factory>> entries;
};

} // namespace fovea

#endif // FOVEA_BACKENDS_REGISTRY_H
