//===- KeptOutput.cpp - a fold's elements in a map's result ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/KeptOutput.h"

#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace fovea::ir;

static Value withoutKeeps(Value value) {
  while (auto keep = value.getDefiningOp<KeepOp>())
    value = keep.getOperand();
  return value;
}

/// Whether both are the same operation, of whatever operands.
static bool isSameOperation(Operation *lhs, Operation *rhs) {
  return lhs && rhs && lhs->getName() == rhs->getName() &&
         lhs->getNumOperands() == rhs->getNumOperands() &&
         lhs->getNumRegions() == 0 && lhs->getNumResults() == 1 &&
         lhs->getResultTypes() == rhs->getResultTypes() && !isa<InputOp>(lhs) &&
         lhs->getName().compareOpProperties(lhs->getPropertiesStorage(),
                                            rhs->getPropertiesStorage());
}

std::optional<SmallVector<GaugeAsResult>>
fovea::ir::gaugesAsResults(Value element, Value value, FoldOp fold,
                           ValueRange results) {
  SmallVector<GaugeAsResult> gauges;
  SmallVector<std::pair<Value, Value>> work = {{element, value}};
  llvm::DenseSet<std::pair<Value, Value>> seen;
  while (!work.empty()) {
    auto [lhs, rhs] = work.pop_back_val();
    lhs = withoutKeeps(lhs);
    rhs = withoutKeeps(rhs);
    if (lhs == rhs || !seen.insert({lhs, rhs}).second)
      continue;
    if (auto argument = dyn_cast<BlockArgument>(lhs)) {
      auto result = llvm::find(results, rhs);
      if (argument.getOwner() != &fold.getElement().front() ||
          result == results.end())
        return std::nullopt;
      const GaugeAsResult pair = {
          argument.getArgNumber(),
          static_cast<unsigned>(result - results.begin())};
      if (!llvm::is_contained(gauges, pair))
        gauges.push_back(pair);
      continue;
    }
    Operation *one = lhs.getDefiningOp(), *other = rhs.getDefiningOp();
    if (!isSameOperation(one, other))
      return std::nullopt;
    for (auto [part, same] :
         llvm::zip(one->getOperands(), other->getOperands()))
      work.push_back({part, same});
  }
  return gauges;
}

SmallVector<KeepOp> fovea::ir::outputKeeps(KernelOp kernel) {
  SmallVector<KeepOp> keeps;
  kernel.getBody().walk([&](KeepOp keep) {
    if (keep.getPlace() == KeepPlace::Output)
      keeps.push_back(keep);
  });
  return keeps;
}

/// Whether a phase is cut into single places along all axes but `walked`, along
/// which it is a `kind`.
static bool walksAlong(PhaseOp phase, AxisAttr walked, RoleKind kind) {
  return llvm::all_of(
      phase.getRoles().getAsRange<RoleAttr>(), [&](RoleAttr role) {
        return role.getKind() == RoleKind::Contract ||
               (role.getAxis() == walked ? role.getKind() == kind
                                         : role.getKind() == RoleKind::Grid);
      });
}

/// Whether `value`, of a map, is read at other places than its own.
static bool isReadElsewhere(Value value) {
  SmallVector<Value> work = {value};
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    for (Operation *user : next.getUsers()) {
      if (!isa<ElementwiseOpInterface, YieldOp>(user))
        return true;
      llvm::append_range(work, user->getResults());
    }
  }
  return false;
}

/// How many gauges a group of accumulators sees.
static unsigned gaugesOfGroup(FoldOp fold, unsigned group) {
  unsigned gauges = 0;
  for (unsigned k = 0, at = 0; k < fold.getNumAccumulators() && at <= group;
       ++k) {
    at += k > 0 && fold.getGaugesBefore(k) != fold.getGaugesBefore(k - 1);
    if (at == group)
      gauges = fold.getGaugesBefore(k);
  }
  return gauges;
}

/// Whether another phase may run in its place.
static bool isReplaced(PhaseOp phase) {
  auto before = dyn_cast_or_null<PhaseOp>(phase->getPrevNode());
  return phase.getFewAttr() || (before && before.getFewAttr());
}

/// Whether lanes along a streamed axis have states, and so gauges, of their
/// own.
static bool hasStateALane(PhaseOp phase) {
  return llvm::any_of(
      phase.getRoles().getAsRange<RoleAttr>(), [](RoleAttr role) {
        return role.getKind() == RoleKind::Stream && role.getLanes() > 1;
      });
}

std::optional<KeptOutput> fovea::ir::keptOutput(KernelOp kernel) {
  const SmallVector<KeepOp> keeps = outputKeeps(kernel);
  if (keeps.size() != 2)
    return std::nullopt;
  KeptOutput kept;
  kept.element = keeps[0];
  kept.value = keeps[1];
  kept.fold = kept.element->getParentOfType<PhaseOp>();
  kept.map = dyn_cast<PhaseOp>(kept.value->getParentOp());
  auto fold = dyn_cast<FoldOp>(kept.element->getParentOp());
  if (!fold || !kept.map || fold.getAxes().size() != 1 ||
      kept.element->getParentRegion() != &fold.getElement() ||
      fold != kept.fold.getReduction() || kept.map.getReduction() ||
      kept.fold == kept.map || isReplaced(kept.fold) || isReplaced(kept.map))
    return std::nullopt;
  const AxisAttr streamed = axesOf(fold.getAxes()).front();
  if (!kept.element.getGroup() || kept.value.getGroup() ||
      hasStateALane(kept.fold) ||
      !walksAlong(kept.fold, streamed, RoleKind::Stream) ||
      !walksAlong(kept.map, streamed, RoleKind::Lane) ||
      kept.value.getType() != kept.map->getResult(0).getType() ||
      isReadElsewhere(kept.value))
    return std::nullopt;
  auto gauges =
      gaugesAsResults(kept.element, kept.value, fold, kept.fold->getResults());
  if (!gauges)
    return std::nullopt;
  kept.gauges = *gauges;
  const unsigned known = gaugesOfGroup(fold, *kept.element.getGroup());
  for (const auto &[gauge, result] : kept.gauges)
    if (gauge >= known || fold.getElement().getArgument(gauge).getType() !=
                              kept.fold->getResult(result).getType())
      return std::nullopt;
  return kept;
}
