//===- Fold.h - the coordinates of a fold -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_FOLD_H
#define FOVEA_BACKENDS_REFERENCE_FOLD_H

#include "backends/reference/Run.h"

namespace fovea::reference {

/// The states of a fold are numbered, and which one is looked at is a
/// coordinate like any other: so an accumulator is a value over its axes and
/// the states, evaluated element by element on demand as every value is.
struct Fold {
  /// Its own number in the function.
  size_t number;
  /// What it folds.
  AxisIds axes;
  /// The state that is looked at, and the one that `repair` moves there.
  AxisId state, old;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_FOLD_H
