//===- Reads.h - where reads take their coordinates from --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_KERNELS_READS_H
#define FOVEA_PASSES_KERNELS_READS_H

#include "ir/TypeOf.h"

namespace fovea::kernels {

/// Where the coordinate along one axis of a read's source comes from: a
/// computed index, or an axis of the read's result.
struct Origin {
  /// Which index; -1 for an axis.
  int index;
  mlir::StringAttr axis;
};

/// The origins of all axes of the source of a `rename` or `at`, in order.
llvm::SmallVector<Origin> originsOf(mlir::Operation *read);

/// The coordinates that `part` sees of `coords`, which go with the axes of
/// `whole`; `part` has no other axes.
template <class Coords>
Coords project(const Coords &coords, ir::ArrayType whole, ir::ArrayType part) {
  Coords out;
  for (size_t i = 0; i < coords.size(); ++i)
    if (part.hasAxis(whole.getAxes()[i].getName()))
      out.push_back(coords[i]);
  return out;
}

using ir::typeOf;

} // namespace fovea::kernels

#endif // FOVEA_PASSES_KERNELS_READS_H
