//===- Fill.h - random arrays -----------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_FILL_H
#define FOVEA_TOOLS_FOVEA_FILL_H

#include "runtime/Random.h"
#include "runtime/Tensor.h"

namespace fovea::driver {

/// Element j of the dense `tensor` is normal(key, j) of the language. The
/// dtype is a float.
void fillNormal(const Tensor &tensor, PhiloxKey key);

/// Element j of the dense `tensor` is lo + (hi - lo) * uniform(key, j), rounded
/// down for integers and bool.
void fillUniform(const Tensor &tensor, PhiloxKey key, double lo, double hi);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_FILL_H
