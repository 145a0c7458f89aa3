//===- StoragePlan.h - which values to store --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_STORAGEPLAN_H
#define FOVEA_BACKENDS_REFERENCE_STORAGEPLAN_H

#include "ir/Dialect.h"

namespace fovea::reference {

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

#endif // FOVEA_BACKENDS_REFERENCE_STORAGEPLAN_H
