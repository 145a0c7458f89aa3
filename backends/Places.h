//===- Places.h - where in the program an operation comes from --*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLACES_H
#define FOVEA_BACKENDS_PLACES_H

#include "runtime/Status.h"

#include "mlir/IR/Location.h"

#include <vector>

namespace fovea {

/// The text at a location, then the calls that it is part of, outwards. Empty
/// if the location does not say.
std::vector<SourcePlace> placesOf(mlir::Location location);

} // namespace fovea

#endif // FOVEA_BACKENDS_PLACES_H
