//===- Node.h - how one value is evaluated ----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_NODE_H
#define FOVEA_BACKENDS_REFERENCE_NODE_H

#include "backends/reference/Element.h"
#include "backends/reference/Run.h"

namespace fovea::reference {

/// One value of the formula. Immutable and shared by all runs.
class Node {
public:
  virtual ~Node() = default;

  /// The element at the coordinates of `run`; only those of the value's own
  /// axes matter. All coordinates are the same again when it returns. Throws
  /// Failure if the element cannot be had.
  virtual Element eval(Run &run) const = 0;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_NODE_H
