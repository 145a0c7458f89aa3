//===- Lanes.h - which axes become lanes ------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_LANES_H
#define STATIC_DEVICE_LANES_H

#include "Model.h"

namespace device {

/// The accumulators of a fold that are joined in the same visit as
/// `accumulator`; numbers of the cluster's. They see the same gauges. Those
/// that count places only are visited alone: they may lack axes that all others
/// have.
std::vector<uint32_t> visitOf(const Model &model, const fovea_fold &fold,
                              uint32_t accumulator);

/// The axes that all of some accumulators have: for each place along these
/// there is one state.
std::vector<uint32_t> homeOf(const Model &model,
                             const std::vector<uint32_t> &accumulators);

/// Axes of an output for its lanes, in the order of its shape; along the others
/// the program has loops. They are those along which every reduction varies:
/// for softmax(x)[i, j] that is i, so that a row's sum is made once, and not
/// once for each of its elements.
std::vector<uint32_t> laneAxesOf(const Model &model, const fovea_port &output);

} // namespace device

#endif // STATIC_DEVICE_LANES_H
