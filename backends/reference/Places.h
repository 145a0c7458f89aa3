//===- Places.h - walking over the places of some axes ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_PLACES_H
#define FOVEA_BACKENDS_REFERENCE_PLACES_H

#include "backends/reference/Run.h"

namespace fovea::reference {

/// How many places the axes have.
inline int64_t countPlaces(const Run &run, std::span<const AxisId> axes) {
  int64_t count = 1;
  for (AxisId axis : axes)
    count *= run.extents[axis];
  return count;
}

/// Coordinates that run over places of some axes, row-major.
class Places {
public:
  /// Those with the positions `first` to `last` - 1.
  Places(Run &run, std::span<const AxisId> axes, int64_t first, int64_t last)
      : run(run), axes(axes), here(first), last(last) {
    for (size_t i = axes.size(); valid() && i-- > 0;) {
      run.coords[axes[i]] = first % run.extents[axes[i]];
      first /= run.extents[axes[i]];
    }
  }
  /// All.
  Places(Run &run, std::span<const AxisId> axes)
      : Places(run, axes, 0, countPlaces(run, axes)) {}

  bool valid() const { return here < last; }
  int64_t position() const { return here; }
  void next() {
    run.stopIfCancelled();
    ++here;
    for (size_t i = axes.size(); i-- > 0;) {
      if (++run.coords[axes[i]] < run.extents[axes[i]])
        return;
      run.coords[axes[i]] = 0;
    }
  }

private:
  Run &run;
  std::span<const AxisId> axes;
  int64_t here, last;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_PLACES_H
