//===- FoldSchedule.cpp - how the reference splits a fold -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/FoldSchedule.h"

#include <algorithm>
#include <cassert>
#include <random>

using namespace fovea;

std::vector<FoldState> FoldSchedule::states(int64_t places) const {
  const std::vector<int64_t> cut = cuts(places);
  assert(!cut.empty() && cut.front() == 0 && cut.back() == places &&
         std::ranges::is_sorted(cut) && "not a division of the places");
  std::vector<FoldState> states(1);
  for (size_t i = 0; i + 1 < cut.size(); ++i)
    states.push_back({.left = joining == Joining::Step ? int64_t(i) : 0,
                      .first = cut[i],
                      .last = cut[i + 1]});
  if (joining == Joining::Step)
    return states;
  const int64_t blocks = static_cast<int64_t>(states.size()) - 1;
  int64_t joint = 1;
  for (int64_t block = 2; block <= blocks; ++block) {
    states.push_back({.left = joint, .right = block});
    joint = static_cast<int64_t>(states.size()) - 1;
  }
  return states;
}

FoldSchedule::Cuts fovea::cutEvery(int64_t size) {
  return [size](int64_t places) {
    std::vector<int64_t> cuts;
    for (int64_t at = 0; at < places; at += size)
      cuts.push_back(at);
    cuts.push_back(places);
    return cuts;
  };
}

FoldSchedule::Cuts fovea::cutNowhere() {
  return [](int64_t places) { return std::vector<int64_t>{0, places}; };
}

FoldSchedule::Cuts fovea::cutAtRandom(uint64_t seed) {
  return [seed](int64_t places) {
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<int64_t> anywhere(0, places);
    std::vector<int64_t> cuts = {0, places};
    const int64_t inner = 1 + static_cast<int64_t>(random() % 5);
    for (int64_t i = 0; i < inner; ++i)
      cuts.push_back(anywhere(random));
    // The same cut twice: an empty block.
    cuts.push_back(cuts.back());
    std::ranges::sort(cuts);
    return cuts;
  };
}
