//===- Schedule.cpp - how a stage of reductions runs ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Schedule.h"

#include "backends/cpu/Plan.h"
#include "backends/cpu/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

Schedule::Schedule(const Chain &chain, const Facts &, const Plan &plan) {
  grid = plan.layout(chain.commonAxes());
  unsigned groups = 1;
  for (unsigned k = 1; k < chain.accumulators().size(); ++k)
    groups +=
        chain.accumulators()[k].gauges != chain.accumulators()[k - 1].gauges;
  streamTiles.resize(groups);
}
