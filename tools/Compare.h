//===- Compare.h - when results count as equal ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The error model. An element y agrees with the reference r if
//
//   |y - r| <= absolute + relative * |r| + rounding * M,
//
// where M says what was summed, if it is known: the result as if nothing in its
// sums cancelled (tools/certificate/RoundingBound.h), else 0. A sum of n terms
// in any order errs by less than n u M, u being 2^-24 in f32 and 2^-53 in f64.
// `rounding` is 256 u: as many roundings of each term, all in one direction,
// which a sum of 4096 terms in 16 lanes has. Roundings that do not conspire add
// up to four times the square root of their number at most: so it does for
// 65536 terms in 16 lanes, and for more where blocks are summed first. Only
// --verify knows M.
//
// NaN is equal to NaN and an infinity to itself only. bool and integers agree
// exactly. The first two numbers per type:
//
//   f64   1e-10, 1e-9     f32   1e-5, 1e-4     (sums of some thousand terms in
//   f16   1e-3,  2e-3     bf16  1e-3, 1.6e-2    another order; one rounding of
//                                               the result for f16 and bf16)
//
// `~=` in a test block compares with a number that a person typed, of seven or
// eight digits: f64 is judged as 1e-7, 1e-7 there.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_COMPARE_H
#define FOVEA_TOOLS_COMPARE_H

#include "runtime/Status.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fovea {

struct Tolerance {
  double absolute;
  double relative;
  double rounding = 0;
};

/// What a result of type `dtype` may differ by from the reference.
Tolerance toleranceOf(DType dtype);

/// The same for `~=` in test blocks.
Tolerance typedTolerance(DType dtype);

/// Two arrays that do not agree.
struct Difference {
  /// How many elements differ by more than the tolerance, of how many.
  int64_t count;
  int64_t total;
  /// Where the worst of them lies: the one that misses by the most tolerances.
  std::vector<int64_t> position;
  /// The two values there, as text.
  std::string got;
  std::string wanted;
  /// What was allowed there; nothing where one of them is NaN or infinite: no
  /// difference can be told.
  std::optional<double> allowed;
};

/// Compares two arrays of one dtype and shape; nothing if they agree. Of floats
/// `magnitudes` may say M: f64, dense, of the same shape. Errors: DType and
/// Shape if these differ.
Expected<std::optional<Difference>> compare(const Tensor &got,
                                            const Tensor &wanted,
                                            Tolerance tolerance,
                                            const Tensor *magnitudes = nullptr);

} // namespace fovea

#endif // FOVEA_TOOLS_COMPARE_H
