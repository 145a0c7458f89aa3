//===- Stored.h - values whose elements are kept ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_STORED_H
#define FOVEA_BACKENDS_REFERENCE_STORED_H

#include "backends/reference/Node.h"

namespace fovea::reference {

/// Evaluates each element of a value once in a run. Changes speed, never
/// results.
class StoredNode : public Node {
public:
  /// `table` is a number of its own; `axes` are the value's.
  StoredNode(const Node &value, size_t table, AxisIds axes)
      : value(value), table(table), axes(std::move(axes)) {}
  Element eval(Run &run) const override;

private:
  const Node &value;
  size_t table;
  AxisIds axes;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_STORED_H
