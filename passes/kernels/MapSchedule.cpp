//===- MapSchedule.cpp - how an elementwise phase runs --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Plan.h"
#include "passes/kernels/Reads.h"
#include "passes/kernels/Scheduler.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

Schedule kernels::mapSchedule(const Stage &stage, const Facts &facts,
                              const Plan &plan, const Machine &machine) {
  Schedule schedule;
  schedule.grid = stage.axes;
  if (schedule.grid.empty())
    return schedule;
  schedule.laneRow = schedule.grid.pop_back_val();
  const Cone cone(plan, stage.roots());
  const bool reads = llvm::any_of(cone.inOrder(), [&](Value part) {
    return typeOf(part).hasAxis(schedule.laneRow.getName());
  });
  if (reads && fitsLanes(facts, cone) &&
      llvm::none_of(stage.root->getResults(),
                    [&](Value result) { return facts.mayFail(result); }))
    schedule.lanes = lanesFor(machine.vectorBytes);
  return schedule;
}
