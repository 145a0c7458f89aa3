//===- Schedule.h - how a phase runs ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_SCHEDULE_H
#define FOVEA_PASSES_KERNELS_SCHEDULE_H

#include "ir/Dialect.h"

namespace fovea::kernels {

/// What a `fovea.phase` says of its axes and values (ir/KernelOps.td), in the
/// form in which schedules are chosen and code is made.
///
/// Lanes are places of one axis that a vector holds. Along a *row* axis, one
/// that all accumulators have, every lane has a state of its own and a
/// reduction never looks across lanes. Along the last streamed axis the lanes'
/// states are combined at the end.
struct Schedule {
  Schedule() = default;
  explicit Schedule(ir::PhaseOp phase);

  /// Axes of which an item has one place, outermost first.
  llvm::SmallVector<ir::AxisAttr> grid;
  /// The streamed axes, outermost loop first.
  llvm::SmallVector<ir::AxisAttr> stream;
  /// Axes that an item walks along from end to end, outermost first.
  llvm::SmallVector<ir::AxisAttr> payload;
  /// One that it has `cutBlock` places of, or null.
  ir::AxisAttr cutPayload;
  int64_t cutBlock = 0;
  /// Axes along which elements are reduced.
  llvm::SmallVector<ir::AxisAttr> contracted;
  /// The row axis that has the lanes, or null. An item of a phase of reductions
  /// has `groups` times `lanes` places along it; one of a map has all.
  ir::AxisAttr laneRow;
  /// Whether the last streamed axis has the lanes.
  bool streamsLanes = false;
  int64_t lanes = 1;
  int64_t groups = 0;
  /// If more than 1, no axis has the lanes and each row has one state. Within a
  /// block so many lanes lie along the last streamed axis, along the last of an
  /// accumulator's own axes, or along the axis that an inner reduction reads.
  int64_t blockLanes = 1;
  /// Whether a schedule for few rows would be another one.
  bool hasFew = false;
  /// Whether items may be cut into pieces of the streamed places, whose states
  /// are combined like those of lanes.
  bool isSplit = false;
  /// Whether the streamed places lie side by side and little is done at each.
  bool isLight() const { return streamsLanes || streamBlock >= lightBlock; }
  static constexpr int64_t lightBlock = 2048;
  /// A piece has at least so many places: enough blocks that nobody minds a
  /// state more.
  int64_t leastPlaces() const { return isLight() ? 16384 : 1024; }
  /// Places of the last streamed axis in a block.
  int64_t streamBlock = 64;
  /// Places next to each other that share a loop.
  int64_t unroll = 1;
  /// For each group of accumulators, places that its visit of a block takes at
  /// a time.
  llvm::SmallVector<int64_t> visits;
  /// Values kept in scratch memory: for all of an item, and for each group of
  /// accumulators those kept from then on, for one block.
  llvm::SmallVector<mlir::Value> rowTiles;
  /// Inner reductions that are made for a block before it is visited.
  llvm::SmallVector<mlir::Value> innerTiles;
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> streamTiles;

  llvm::SmallVector<ir::RoleAttr> roles() const;
  /// The axes that are cut into items, and the places of an item along each.
  struct Cut {
    ir::AxisAttr axis;
    int64_t block;
    bool operator==(const Cut &) const = default;
  };
  llvm::SmallVector<Cut> items() const;
};

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_SCHEDULE_H
