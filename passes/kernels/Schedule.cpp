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
    if (role.getLanes() > 1)
      lanes = role.getLanes();
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
      break;
    case RoleKind::Contract:
      contracted.push_back(axis);
      break;
    }
  }
  streamTiles.resize(visits.size());
  phase.getBody().walk([&](ir::KeepOp keep) {
    if (const std::optional<uint32_t> group = keep.getGroup())
      streamTiles[*group].push_back(keep.getResult());
    else
      rowTiles.push_back(keep.getResult());
  });
}

SmallVector<ir::RoleAttr> Schedule::roles() const {
  SmallVector<ir::RoleAttr> roles;
  auto add = [&](ir::AxisAttr axis, RoleKind kind, int64_t block = 0,
                 int64_t lanes = 1) {
    roles.push_back(ir::RoleAttr::get(axis.getContext(), axis, kind, block,
                                      lanes, /*split=*/false));
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
        isLast && streamsLanes ? lanes : 1);
  }
  for (ir::AxisAttr axis : contracted)
    add(axis, RoleKind::Contract);
  for (ir::AxisAttr axis : payload)
    add(axis, RoleKind::Payload);
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
