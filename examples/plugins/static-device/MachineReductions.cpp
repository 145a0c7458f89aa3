//===- MachineReductions.cpp - states and what is joined to them ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "Model.h"
#include "Numbers.h"

#include <algorithm>
#include <cmath>

using namespace device;

/// The number that joins to nothing.
static Lane neutralOf(fovea_join join, fovea_dtype type) {
  const bool maximum = join == FOVEA_MAX || join == FOVEA_ARGMAX;
  Lane lane;
  if (join == FOVEA_MAX || join == FOVEA_MIN || join >= FOVEA_ARGMAX) {
    if (isFloat(type))
      lane.f = maximum ? -HUGE_VAL : HUGE_VAL;
    else
      lane.i = maximum ? leastOf(type) : greatestOf(type);
  } else if (isFloat(type)) {
    lane.f = join == FOVEA_PROD;
  } else {
    lane.i = join == FOVEA_PROD || join == FOVEA_ALL;
  }
  return lane;
}

void Machine::init(const Instruction &i) {
  const uint64_t elements = program.states[i.buffer].elements * laneCount;
  const StateView &state = stateViews[i.buffer];
  std::fill_n(state.values, elements, neutralOf(i.selector, i.type));
  std::memset(state.flags, 0, elements);
  if (state.positions)
    std::fill_n(state.positions, elements, -1);
}

/// One element more.
static void joinOne(fovea_join join, fovea_dtype type, Lane &all, Lane more,
                    int64_t *position, int64_t place) {
  const bool floats = isFloat(type);
  const bool maximum = join == FOVEA_ARGMAX;
  switch (join) {
  case FOVEA_SUM:
    if (floats)
      all.f += more.f;
    else
      all.i = wrapped(uint64_t(all.i) + uint64_t(more.i));
    break;
  case FOVEA_PROD:
    if (floats)
      all.f *= more.f;
    else
      all.i = wrapped(uint64_t(all.i) * uint64_t(more.i));
    break;
  case FOVEA_MAX:
    if (floats)
      all.f = greater(all.f, more.f);
    else
      all.i = std::max(all.i, more.i);
    break;
  case FOVEA_MIN:
    if (floats)
      all.f = less(all.f, more.f);
    else
      all.i = std::min(all.i, more.i);
    break;
  case FOVEA_ANY:
    all.i |= more.i;
    break;
  case FOVEA_ALL:
    all.i &= more.i;
    break;
  default: { // argmax, argmin: the first NaN, or the first of the best
    const bool better = floats ? (all.f == all.f &&
                                  (more.f != more.f ||
                                   (maximum ? more.f > all.f : more.f < all.f)))
                               : (maximum ? more.i > all.i : more.i < all.i);
    if (*position < 0 || better) {
      all = more;
      *position = place;
    }
    break;
  }
  }
  if (type == FOVEA_I32)
    all.i = int32_t(uint32_t(uint64_t(all.i)));
}

void Machine::join(const Instruction &i) {
  int64_t at[laneCount];
  // Loops alone count along a state's own axes: all lanes are at one place.
  addresses(i, at);
  const StateView &view = stateViews[i.buffer];
  const uint64_t from = uint64_t(at[0]) * laneCount;
  Lane *all = view.values + from;
  uint8_t *flag = view.flags + from;
  const Lane *more = lanes(i.a);
  const Lane *guard = i.b == FOVEA_NONE ? nullptr : lanes(i.b);
  if (!i.dirty && i.selector == FOVEA_SUM && isFloat(i.type)) {
    for (uint32_t lane = 0; lane < count && !guard; ++lane)
      all[lane].f += more[lane].f;
    for (uint32_t lane = 0; lane < count && guard; ++lane)
      all[lane].f = guard[lane].i ? all[lane].f + more[lane].f : all[lane].f;
    return;
  }
  for (uint32_t lane = 0; lane < count; ++lane) {
    if (flag[lane] & Poison)
      continue;
    if (guard && states(i.b)[lane] & Poison) {
      flag[lane] = Poison;
      all[lane] = guard[lane];
    } else if (guard && !guard[lane].i) {
      continue;
    } else if (states(i.a)[lane] & Poison) {
      flag[lane] = Poison;
      all[lane] = more[lane];
    } else {
      joinOne(i.selector, i.type, all[lane], more[lane],
              view.positions ? view.positions + from + lane : nullptr,
              i.c == FOVEA_NONE ? 0 : lanes(i.c)[lane].i);
    }
  }
}

void Machine::loadState(const Instruction &i) {
  int64_t at[laneCount];
  const bool uniform = addresses(i, at);
  const StateView &view = stateViews[i.buffer];
  for (uint32_t lane = 0; lane < count; ++lane) {
    const uint64_t from = uint64_t(at[uniform ? 0 : lane]) * laneCount + lane;
    lanes(i.dst)[lane] = view.values[from];
    if (i.type == FOVEA_F32 && !(view.flags[from] & Poison))
      lanes(i.dst)[lane].f = float(lanes(i.dst)[lane].f);
    if (view.positions && !(view.flags[from] & Poison))
      lanes(i.dst)[lane].i = view.positions[from];
    if (i.dirty)
      states(i.dst)[lane] = view.flags[from];
  }
}
