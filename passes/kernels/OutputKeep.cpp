//===- OutputKeep.cpp - costly elements of a fold in a map ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/OutputKeep.h"

#include "ir/KeptOutput.h"
#include "passes/kernels/Chain.h"
#include "passes/kernels/Plan.h"
#include "passes/kernels/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

/// The operations of an element of `value`.
static unsigned costOf(const Plan &plan, Value value) {
  const Cone cone(plan, value);
  unsigned cost = 0;
  for (Value part : cone.inOrder())
    if (Operation *op = part.getDefiningOp(); op && !isLoaded(plan, part))
      cost += ownCost(op);
  return cost;
}

/// What a formula may read at other places than its own.
static llvm::DenseSet<Value> readAtOtherPlaces(const Plan &plan,
                                               const Cone &cone) {
  SmallVector<Value> roots;
  for (Value part : cone.inOrder()) {
    Operation *op = part.getDefiningOp();
    if (op && !isa<ir::ElementwiseOpInterface>(op) && !plan.isStored(part))
      llvm::append_range(roots, op->getOperands());
  }
  const Cone behind(plan, roots);
  return {behind.inOrder().begin(), behind.inOrder().end()};
}

/// Whether both walk along one axis in vectors, each row at a time.
static bool fit(const Schedule &fold, const Schedule &map) {
  return fold.isLight() && fold.blockLanes > 1 && fold.stream.size() == 1 &&
         fold.payload.empty() && !fold.cutPayload && map.payload.empty() &&
         map.laneRow == fold.stream.front() && map.grid == fold.grid;
}

std::optional<OutputKeep>
kernels::outputKeepFor(const Stage &fold, const Schedule &foldSchedule,
                       const Stage &map, const Schedule &mapSchedule,
                       const Plan &plan, const Facts &facts) {
  auto op = dyn_cast<ir::FoldOp>(fold.root);
  auto output = dyn_cast<ir::OutputOp>(map.root);
  if (!op || !output || !fit(foldSchedule, mapSchedule))
    return std::nullopt;
  // What lacks an axis of the output is no element of it.
  const ir::ArrayType shown =
      typeOf(output.getValue()).withAxes(ir::axesOf(output.getAxes()));
  const Cone cone(plan, output.getValue());
  const llvm::DenseSet<Value> readElsewhere = readAtOtherPlaces(plan, cone);
  const Chain chain(op);
  std::optional<OutputKeep> best;
  unsigned most = expensive - 1;
  for (Value value : cone.inOrder()) {
    Operation *maker = value.getDefiningOp();
    if (!isa_and_present<ir::ElementwiseOpInterface>(maker) ||
        plan.isStored(value) || facts.mayFail(value) ||
        facts.hardness(value).any() || value.getType() != shown ||
        readElsewhere.contains(value))
      continue;
    const unsigned cost = costOf(plan, value);
    if (cost <= most)
      continue;
    int32_t group = 0;
    for (auto [k, part] : llvm::enumerate(chain.accumulators())) {
      group += k > 0 && part.gauges != chain.accumulators()[k - 1].gauges;
      const Cone own(plan, part.element);
      for (Value element : own.inOrder()) {
        if (element.getParentRegion() != &op.getElement() ||
            element.getType() != value.getType() || !element.getDefiningOp())
          continue;
        const auto gauges =
            ir::gaugesAsResults(element, value, op, op->getResults());
        const bool fits =
            gauges && llvm::all_of(*gauges, [&](ir::GaugeAsResult pair) {
              return op.getElement().getArgument(pair.gauge).getType() ==
                     op->getResult(pair.result).getType();
            });
        if (!fits)
          continue;
        best = {element, group, value};
        most = cost;
      }
    }
  }
  return best;
}
