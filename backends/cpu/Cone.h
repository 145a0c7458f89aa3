//===- Cone.h - what an element is made from --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CONE_H
#define FOVEA_BACKENDS_CPU_CONE_H

#include "backends/cpu/Plan.h"

namespace fovea::cpu {

/// The values from which elements of some values are computed in one stage,
/// down to what is stored, which is included.
class Cone {
public:
  Cone(const Plan &plan, llvm::ArrayRef<mlir::Value> roots);

  bool contains(mlir::Value value) const { return values.contains(value); }
  /// Each value once, operands before users.
  llvm::ArrayRef<mlir::Value> inOrder() const { return order; }

private:
  llvm::DenseSet<mlir::Value> values;
  llvm::SmallVector<mlir::Value> order;
};

/// Whether elements of `value` are read from memory, perhaps under other names
/// or through indices.
bool isLoaded(const Plan &plan, mlir::Value value);

/// The axis along which a loaded value's elements lie side by side, or null.
mlir::StringAttr contiguousAxis(const Plan &plan, mlir::Value value);

/// Whether the elements of one of them lie side by side along `axis`.
bool readsAlong(const Plan &plan, const Cone &cone, mlir::StringAttr axis);

/// Whether elements of all values of a cone may be computed in lanes: nothing
/// may fail.
bool fitsLanes(const Facts &facts, const Cone &cone);

/// How many lanes vectors of this machine have for the values of a cone.
int64_t lanesFor(const Cone &cone, int64_t vectorBytes);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CONE_H
