//===- Schedule.h - how a stage of reductions runs --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_SCHEDULE_H
#define FOVEA_BACKENDS_CPU_SCHEDULE_H

#include "backends/cpu/Chain.h"
#include "backends/cpu/Facts.h"
#include "backends/cpu/Isa.h"

namespace fovea::cpu {

class Plan;

/// The roles of a stage's axes. Each item of the grid has one place along
/// `grid` and, if there is a lane axis, `groups` times `lanes` places along it.
/// The streamed axes are visited in blocks; between blocks the state lies in
/// scratch memory.
///
/// Lanes are places of one axis that a vector holds. Along a *row* axis, one
/// that all accumulators have, every lane has a state of its own and a
/// reduction never looks across lanes. Along the last streamed axis the lanes'
/// states are combined at the end.
struct Schedule {
  Schedule() = default;
  /// `isForFew`: there are few rows along the axis that has the lanes else.
  Schedule(const Chain &chain, const Facts &facts, const Plan &plan,
           const Isa &isa, bool isForFew = false);

  llvm::SmallVector<ir::AxisAttr> grid;
  /// The streamed axes, outermost loop first.
  llvm::SmallVector<ir::AxisAttr> stream;
  /// An axis of a contraction's result that items have `payloadBlock` places
  /// of, or null.
  ir::AxisAttr payload;
  static constexpr int64_t payloadBlock = 256;
  /// The row axis that has the lanes, or null.
  ir::AxisAttr laneRow;
  /// Whether the last streamed axis has the lanes.
  bool streamsLanes = false;
  int64_t lanes = 1;
  int64_t groups = 1;
  /// If more than 1, no axis has the lanes and each row has one state. Within a
  /// block so many lanes lie along the last streamed axis, along the last of an
  /// accumulator's own axes, or along the axis that an inner reduction reads.
  int64_t blockLanes = 1;
  /// Whether a schedule for few rows would be another one.
  bool hasFew = false;
  /// Places of the last streamed axis in a block.
  int64_t streamBlock = 64;
  /// If not 0, items may be cut into pieces of at least so many streamed
  /// places, whose states are combined like those of lanes.
  int64_t leastPlaces = 0;
  /// Places next to each other that share a loop.
  int64_t unroll = 1;
  /// Values kept in scratch memory: for all of an item, and for each group of
  /// accumulators those kept from then on, for one block.
  llvm::SmallVector<mlir::Value> rowTiles;
  /// Inner reductions that are made for a block before it is visited.
  llvm::SmallVector<mlir::Value> innerTiles;
  llvm::SmallVector<llvm::SmallVector<mlir::Value>> streamTiles;
  /// For each group of accumulators, places that its visit of a block takes at
  /// a time.
  llvm::SmallVector<int64_t> visits;
};

/// The lanes for an elementwise stage whose innermost axis is `inner`.
int64_t mapLanes(mlir::Value value, mlir::StringAttr inner, const Facts &facts,
                 const Plan &plan, const Isa &isa);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_SCHEDULE_H
