//===- Places.cpp - lines of the program ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Places.h"
#include "tools/explain/Arrays.h"

#include <set>

using namespace mlir;
using namespace fovea;
using namespace fovea::explaining;

static bool isLibrary(const std::string &file) {
  return file.starts_with("std/");
}

std::vector<SourceLines> explaining::linesAt(ArrayRef<Location> locations) {
  std::vector<SourcePlace> places;
  for (Location location : locations)
    location->walk([&](Location inner) {
      if (auto range = dyn_cast<FileLineColRange>(inner))
        places.push_back({range.getFilename().str(), range.getStartLine(),
                          range.getStartColumn(), range.getEndLine(),
                          range.getEndColumn()});
      return WalkResult::advance();
    });
  return linesOf(places);
}

std::vector<SourceLines> fovea::linesOf(std::span<const SourcePlace> places) {
  std::map<std::pair<bool, std::string>, std::set<unsigned>> lines;
  for (const SourcePlace &place : places)
    for (unsigned line = place.line; line <= place.endLine; ++line)
      lines[{isLibrary(place.file), place.file}].insert(line);
  std::vector<SourceLines> runs;
  for (const auto &[key, numbers] : lines)
    for (unsigned line : numbers)
      if (!runs.empty() && runs.back().file == key.second &&
          runs.back().last + 1 == line)
        runs.back().last = line;
      else
        runs.push_back({key.second, line, line});
  return runs;
}

std::optional<SourceLines> explaining::placeOf(Location place) {
  const std::vector<SourcePlace> places = placesOf(place);
  if (places.empty())
    return std::nullopt;
  return SourceLines{places.front().file, places.front().line,
                     places.front().endLine};
}
