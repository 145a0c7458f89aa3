//===- Overlap.h - whether arrays share memory ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_OVERLAP_H
#define FOVEA_BACKENDS_OVERLAP_H

#include "runtime/Tensor.h"

namespace fovea {

/// Whether two elements of `tensor` may lie in one place. Exact for slices,
/// transposes and steps of dense arrays; else it may be true without need.
bool mayOverlapItself(const Tensor &tensor);

/// Whether `a` and `b` may share a byte. Exact for arrays in different memory
/// and for slices of one dense array (two halves of the columns do not
/// overlap); else it may be true without need.
bool mayOverlap(const Tensor &a, const Tensor &b);

} // namespace fovea

#endif // FOVEA_BACKENDS_OVERLAP_H
