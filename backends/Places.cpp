//===- Places.cpp - where in the program an operation comes from ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Places.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;

/// So many calls are told, as in the frontend's errors.
static constexpr size_t mostPlaces = 9;

static void collect(LocationAttr location, std::vector<SourcePlace> &places) {
  if (places.size() == mostPlaces)
    return;
  llvm::TypeSwitch<LocationAttr>(location)
      .Case([&](FileLineColRange range) {
        places.push_back({range.getFilename().str(), range.getStartLine(),
                          range.getStartColumn(), range.getEndLine(),
                          range.getEndColumn()});
      })
      .Case([&](CallSiteLoc site) {
        collect(site.getCallee(), places);
        collect(site.getCaller(), places);
      })
      .Case([&](NameLoc named) { collect(named.getChildLoc(), places); })
      // Operations that became one: any of their places is true.
      .Case([&](FusedLoc fused) {
        collect(fused.getLocations().front(), places);
      });
}

std::vector<SourcePlace> fovea::placesOf(Location location) {
  std::vector<SourcePlace> places;
  collect(location, places);
  return places;
}
