//===- FoldSchedule.h - how the reference splits a fold ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_FOLDSCHEDULE_H
#define FOVEA_BACKENDS_REFERENCE_FOLDSCHEDULE_H

#include <cstdint>
#include <functional>
#include <vector>

namespace fovea {

/// How one state of a fold comes about: from an earlier one, by a step over a
/// block of places or by combining it with another.
struct FoldState {
  static constexpr int64_t none = -1;

  int64_t left = none;
  int64_t right = none;
  /// Positions of the block: `first` to `last` - 1.
  int64_t first = 0, last = 0;
};

/// How the places of every fold of a function are split. Any schedule gives
/// the same results up to rounding: that is what a fold promises.
struct FoldSchedule {
  /// Where so many places are cut: from 0 to `places`, ascending. Two equal
  /// cuts make an empty block.
  using Cuts = std::function<std::vector<int64_t>(int64_t places)>;

  enum class Joining {
    /// One state is carried from block to block.
    Step,
    /// Each block has a state of its own; they are combined from left to right.
    Combine
  };

  Cuts cuts;
  Joining joining = Joining::Step;

  /// The states in an order in which they can be made; the first is the empty
  /// one, the last one that of all places.
  std::vector<FoldState> states(int64_t places) const;
};

/// Blocks of `size` places, the last perhaps smaller.
FoldSchedule::Cuts cutEvery(int64_t size);
/// One block, empty if there are no places.
FoldSchedule::Cuts cutNowhere();
/// Random blocks, some of them empty. Every call cuts alike.
FoldSchedule::Cuts cutAtRandom(uint64_t seed);

} // namespace fovea

#endif // FOVEA_BACKENDS_REFERENCE_FOLDSCHEDULE_H
