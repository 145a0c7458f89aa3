//===- Registry.cpp - backends by name ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Registry.h"

#include <algorithm>

using namespace fovea;

void Registry::add(std::string name, Factory factory) {
  entries.emplace_back(std::move(name), factory);
}

std::vector<std::string> Registry::names() const {
  std::vector<std::string> out;
  for (const auto &[name, factory] : entries)
    out.push_back(name);
  return out;
}

Registry::Factory Registry::factory(std::string_view name) const {
  auto found =
      std::ranges::find(entries, name, &std::pair<std::string, Factory>::first);
  assert(found != entries.end() && "there is no such backend");
  return found->second;
}

Expected<std::unique_ptr<Backend>>
Registry::create(std::string_view name) const {
  std::string known;
  for (const auto &[entry, factory] : entries) {
    if (entry == name)
      return factory();
    known += (known.empty() ? "`" : ", `") + entry + "`";
  }
  if (known.empty())
    known = "none";
  return Status::error(StatusCode::InvalidArgument, "no backend is called `" +
                                                        std::string(name) +
                                                        "`; there is " + known);
}
