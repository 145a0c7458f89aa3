//===- Cone.h - what an element is made from --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_CONE_H
#define FOVEA_PASSES_KERNELS_CONE_H

#include "passes/kernels/Facts.h"

namespace fovea::kernels {

/// What lies in memory beside inputs and literals.
class Memory {
public:
  virtual ~Memory() = default;
  virtual bool isStored(mlir::Value value) const = 0;
  /// The axis along which the elements of a stored value lie side by side; null
  /// for a scalar.
  virtual mlir::StringAttr innerAxis(mlir::Value value) const = 0;
};

/// The values from which elements of some values are computed in one stage,
/// down to what is stored, which is included.
class Cone {
public:
  Cone(const Memory &memory, llvm::ArrayRef<mlir::Value> roots);

  bool contains(mlir::Value value) const { return values.contains(value); }
  /// Each value once, operands before users.
  llvm::ArrayRef<mlir::Value> inOrder() const { return order; }

private:
  llvm::DenseSet<mlir::Value> values;
  llvm::SmallVector<mlir::Value> order;
};

/// Whether elements of `value` are read from memory, perhaps under other names
/// or through indices.
bool isLoaded(const Memory &memory, mlir::Value value);

/// The axis along which a loaded value's elements lie side by side, or null.
mlir::StringAttr contiguousAxis(const Memory &memory, mlir::Value value);

/// Whether the elements of a value of `cone` lie side by side along `axis`.
bool readsAlong(const Memory &memory, const Cone &cone, mlir::StringAttr axis);

/// Whether elements of all values of a cone may be computed in lanes: nothing
/// may fail.
bool fitsLanes(const Facts &facts, const Cone &cone);

/// Roughly how many operations it takes to compute an element from those of its
/// operands.
unsigned ownCost(mlir::Operation *op);
/// Of so many, computing an element again costs more than keeping and reading
/// it.
inline constexpr unsigned expensive = 8;

/// How many places a vector has: two registers of f32, so of f64 there are
/// four.
int64_t lanesFor(int64_t vectorBytes);

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_CONE_H
