//===- OutputKeep.h - costly elements of a fold in a map --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_OUTPUTKEEP_H
#define FOVEA_PASSES_KERNELS_OUTPUTKEEP_H

#include "passes/kernels/Facts.h"
#include "passes/kernels/Schedule.h"

namespace fovea::kernels {

class Plan;
struct Stage;

/// What a fold keeps in the output of a map behind it (`fovea.keep output`).
struct OutputKeep {
  /// In the fold's region, and the group of accumulators that it goes with.
  mlir::Value element;
  int32_t group;
  /// The same in the map.
  mlir::Value value;
};

/// The costliest formula of a map that is one of the fold's elements too, or
/// none. Rows are read along by both, each with one state.
std::optional<OutputKeep> outputKeepFor(const Stage &fold,
                                        const Schedule &foldSchedule,
                                        const Stage &map,
                                        const Schedule &mapSchedule,
                                        const Plan &plan, const Facts &facts);

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_OUTPUTKEEP_H
