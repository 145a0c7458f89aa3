//===- Stored.h - values whose elements are kept ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_STORED_H
#define FOVEA_BACKENDS_REFERENCE_STORED_H

#include "backends/reference/NodeBuilder.h"

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

/// Decides which values to store.
class StoragePlan {
public:
  /// Whether to store the elements of the result of `op`: some are needed more
  /// than once, and evaluating one again is more than a few steps. To be asked
  /// once for each operation, in order.
  bool store(mlir::Operation *op);

private:
  /// Steps to evaluate one element, once its stored parts are known.
  llvm::DenseMap<mlir::Value, int64_t> costs;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_STORED_H
