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

/// The schedule of an elementwise stage: one element after the other, in
/// vectors along the innermost axis.
Schedule mapSchedule(const Stage &stage, const Facts &facts, const Plan &plan,
                     const Machine &machine);

/// The schedule of a stage of reductions, or of an elementwise one. `isForFew`:
/// there are few rows along the axis that has the lanes else. `noRows`: axes of
/// which an item of reductions has all places.
Schedule scheduleFor(const Stage &stage, const Facts &facts, const Plan &plan,
                     const Machine &machine, bool isForFew = false,
                     llvm::ArrayRef<ir::AxisAttr> noRows = {});

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_SCHEDULER_H
