//===- Print.h - tensors as text --------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_PRINT_H
#define FOVEA_RUNTIME_PRINT_H

#include "runtime/DType.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <span>
#include <string>

namespace fovea {

/// `[2, 3]`; `[]` for a scalar.
std::string shapeText(std::span<const int64_t> shape);

/// `f32[2, 3]`; `f32` for a scalar.
std::string typeText(DType dtype, std::span<const int64_t> shape);

/// How much of a tensor to print.
struct PrintOptions {
  /// A tensor of at most this many elements is printed whole.
  int64_t wholeUpTo = 24;
  /// Of a larger one, an axis longer than twice this shows so many elements at
  /// each end and `...` between.
  int64_t edge = 3;
  /// Significant digits of floats; 0: as many as the number needs.
  int digits = 4;
};

/// One element: a bool, an integer, or a float of so many significant digits
/// (0: as few as tell it from its neighbours in its dtype). `offset` is in
/// elements.
std::string elementText(const Tensor &tensor, int64_t offset, int digits = 0);

/// The elements as nested brackets with aligned columns, without the type:
///
///   [[ 1,   2.5],
///    [-3, 1e+10]]
std::string toText(const Tensor &tensor, const PrintOptions &options = {});

} // namespace fovea

#endif // FOVEA_RUNTIME_PRINT_H
