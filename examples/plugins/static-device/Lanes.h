//===- Lanes.h - which axes become lanes ------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_LANES_H
#define STATIC_DEVICE_LANES_H

#include "Model.h"

namespace device {

/// The axes that all accumulators of a fold have: for each place along these it
/// has one state.
std::vector<uint32_t> homeOf(const Model &model, const fovea_fold &fold);

/// Axes of an output for its lanes, in the order of its shape; along the others
/// the program has loops. They are those along which every reduction varies:
/// for softmax(x)[i, j] that is i, so that a row's sum is made once, and not
/// once for each of its elements.
std::vector<uint32_t> laneAxesOf(const Model &model, const fovea_port &output);

} // namespace device

#endif // STATIC_DEVICE_LANES_H
