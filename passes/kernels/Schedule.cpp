//===- Schedule.cpp - how a phase runs ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Schedule.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;
using ir::RoleKind;

Schedule::Schedule(ir::PhaseOp phase)
    : unroll(phase.getUnroll()), visits(phase.getVisits()) {
  for (auto role : phase.getRoles().getAsRange<ir::RoleAttr>()) {
    ir::AxisAttr axis = role.getAxis();
    const bool isWithin = role.getKind() == RoleKind::Contract ||
                          role.getKind() == RoleKind::Payload;
    if (role.getLanes() > 1)
      (isWithin ? blockLanes : lanes) = role.getLanes();
    switch (role.getKind()) {
    case RoleKind::Grid:
      grid.push_back(axis);
      break;
    case RoleKind::Payload:
      if (role.getBlock() == 0) {
        payload.push_back(axis);
        break;
      }
      cutPayload = axis;
      cutBlock = role.getBlock();
      break;
    case RoleKind::Lane:
      laneRow = axis;
      groups = role.getBlock() / role.getLanes();
      break;
    case RoleKind::Stream:
      stream.push_back(axis);
      streamBlock = role.getBlock();
      streamsLanes = role.getLanes() > 1;
      isSplit |= role.getSplit();
      break;
    case RoleKind::Contract:
      if (!llvm::is_contained(stream, axis))
        contracted.push_back(axis);
      break;
    }
  }
  streamTiles.resize(visits.size());
  // Lanes within a block are those of inner reductions; mixtures have axes that
  // are neither rows nor streamed.
  auto isWhole = [&](ir::AxisAttr axis) {
    return llvm::is_contained(payload, axis) ||
           llvm::is_contained(contracted, axis);
  };
  phase.getBody().walk([&](ir::KeepOp keep) {
    // That is a matter of the kernel (ir/KeptOutput.h).
    if (keep.getPlace() == ir::KeepPlace::Output)
      return;
    const std::optional<uint32_t> group = keep.getGroup();
    if (group &&
        (llvm::any_of(keep.getType().getAxes(), isWhole) ||
         (blockLanes > 1 && keep.getOperand().getDefiningOp<ir::ReduceOp>())))
      innerTiles.push_back(keep.getResult());
    else if (group)
      streamTiles[*group].push_back(keep.getResult());
    else
      rowTiles.push_back(keep.getResult());
  });
}

SmallVector<ir::RoleAttr> Schedule::roles() const {
  SmallVector<ir::RoleAttr> roles;
  auto add = [&](ir::AxisAttr axis, RoleKind kind, int64_t block = 0,
                 int64_t lanes = 1, bool split = false) {
    roles.push_back(
        ir::RoleAttr::get(axis.getContext(), axis, kind, block, lanes, split));
  };
  for (ir::AxisAttr axis : grid)
    add(axis, RoleKind::Grid);
  if (cutPayload)
    add(cutPayload, RoleKind::Payload, cutBlock);
  if (laneRow)
    add(laneRow, RoleKind::Lane, groups * lanes, lanes);
  for (auto [i, axis] : llvm::enumerate(stream)) {
    const bool isLast = i + 1 == stream.size();
    add(axis, RoleKind::Stream, isLast ? streamBlock : 1,
        isLast && streamsLanes ? lanes : 1, isSplit && i == 0);
  }
  // Lanes within a block are noted at the first axis that may have them.
  int64_t within = blockLanes;
  for (ir::AxisAttr axis : contracted)
    add(axis, RoleKind::Contract, 0, std::exchange(within, 1));
  for (ir::AxisAttr axis : payload)
    add(axis, RoleKind::Payload, 0, std::exchange(within, 1));
  if (within > 1)
    add(stream.back(), RoleKind::Contract, 0, within);
  return roles;
}

SmallVector<Schedule::Cut> Schedule::items() const {
  SmallVector<Cut> cuts;
  for (ir::AxisAttr axis : grid)
    cuts.push_back({axis, 1});
  if (cutPayload)
    cuts.push_back({cutPayload, cutBlock});
  if (laneRow && groups > 0)
    cuts.push_back({laneRow, groups * lanes});
  return cuts;
}
