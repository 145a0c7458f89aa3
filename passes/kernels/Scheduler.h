//===- Scheduler.h - chooses how a phase runs -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The cost model: which axis has which role, what is kept in scratch memory.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_SCHEDULER_H
#define FOVEA_PASSES_KERNELS_SCHEDULER_H

#include "passes/kernels/Chain.h"
#include "passes/kernels/Facts.h"
#include "passes/kernels/Machine.h"
#include "passes/kernels/Schedule.h"

namespace fovea::kernels {

class Plan;
struct Stage;

/// The schedule of a stage of reductions, or of an elementwise one.
Schedule scheduleFor(const Stage &stage, const Facts &facts, const Plan &plan,
                     const Machine &machine);

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_SCHEDULER_H
