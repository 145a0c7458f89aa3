//===- Overlap.cpp - whether arrays share memory --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Overlap.h"

#include <algorithm>
#include <cstdlib>

using namespace fovea;

namespace {
/// An axis that moves: more than one element.
struct Step {
  int64_t bytes; // distance of neighbours, not negative
  int64_t count; // extent - 1
};

/// Where the elements of a tensor lie: all sums of `first` and of up to `count`
/// times each step, and from there `width` bytes.
struct Footprint {
  uintptr_t first;
  int64_t width;
  std::vector<Step> steps; // largest first

  explicit Footprint(const Tensor &tensor)
      : first(reinterpret_cast<uintptr_t>(tensor.data())),
        width(static_cast<int64_t>(sizeOf(tensor.dtype()))) {
    for (size_t axis = 0; axis < tensor.rank(); ++axis) {
      int64_t count = tensor.dim(axis) - 1;
      if (count == 0)
        continue;
      int64_t bytes = tensor.strides()[axis] * width;
      // A negative stride is the same set of places, counted from its end.
      if (bytes < 0)
        first -= static_cast<uintptr_t>(count * -bytes);
      steps.push_back({std::abs(bytes), count});
    }
    std::sort(steps.begin(), steps.end(),
              [](Step a, Step b) { return a.bytes > b.bytes; });
  }

  /// Bytes from the first place to the end of the last one, with the largest
  /// `without` steps left out.
  int64_t extent(size_t without = 0) const {
    int64_t bytes = width;
    for (size_t i = without; i < steps.size(); ++i)
      bytes += steps[i].bytes * steps[i].count;
    return bytes;
  }
};
} // namespace

bool fovea::mayOverlapItself(const Tensor &tensor) {
  if (tensor.numElements() == 0)
    return false;
  Footprint footprint(tensor);
  for (size_t i = 0; i < footprint.steps.size(); ++i)
    if (footprint.steps[i].bytes < footprint.extent(i + 1))
      return true;
  return false;
}

bool fovea::mayOverlap(const Tensor &a, const Tensor &b) {
  if (a.numElements() == 0 || b.numElements() == 0)
    return false;
  Footprint first(a), second(b);
  if (first.first > second.first)
    std::swap(first, second);
  uintptr_t distance = second.first - first.first;
  if (distance >= static_cast<uintptr_t>(first.extent()))
    return false;
  // Both repeat with one period, and lie apart in it.
  if (first.steps.empty() || second.steps.empty() ||
      first.steps[0].bytes != second.steps[0].bytes ||
      first.steps[0].bytes == 0)
    return true;
  int64_t period = first.steps[0].bytes;
  int64_t gap = static_cast<int64_t>(distance % static_cast<uintptr_t>(period));
  return gap < first.extent(1) || gap + second.extent(1) > period;
}
