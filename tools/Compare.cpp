//===- Compare.cpp - when results count as equal --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/Compare.h"

#include "runtime/Print.h"

#include <cassert>
#include <cmath>
#include <cstdio>
#include <limits>

using namespace fovea;

/// So many roundings of each term of a sum.
static constexpr double roundings = 256;

Tolerance fovea::toleranceOf(DType dtype) {
  // Sums of narrower floats are accumulated in f32.
  const double inSingle = roundings * std::exp2(-24);
  switch (dtype) {
  case DType::Bool:
  case DType::I32:
  case DType::I64:
    return {0, 0};
  case DType::F16:
    return {1e-3, 2e-3, inSingle};
  case DType::BF16:
    return {1e-3, 1.6e-2, inSingle};
  case DType::F32:
    return {1e-5, 1e-4, inSingle};
  case DType::F64:
    return {1e-10, 1e-9, roundings * std::exp2(-53)};
  }
  return {0, 0};
}

Tolerance fovea::typedTolerance(DType dtype) {
  return dtype == DType::F64 ? Tolerance{1e-7, 1e-7} : toleranceOf(dtype);
}

/// What an element may differ by.
static double allowedAt(double wanted, double magnitude, Tolerance tolerance) {
  // Where it is no number nothing is known.
  return tolerance.absolute + tolerance.relative * std::fabs(wanted) +
         (std::isfinite(magnitude) ? tolerance.rounding * std::fabs(magnitude)
                                   : 0);
}

/// How many times what is allowed lies between the two elements.
static double distance(double got, double wanted, double allowed) {
  if (std::isnan(got) && std::isnan(wanted))
    return 0;
  if (got == wanted)
    return 0;
  if (!std::isfinite(got) || !std::isfinite(wanted))
    return std::numeric_limits<double>::infinity();
  return std::fabs(got - wanted) / allowed;
}

Expected<std::optional<Difference>> fovea::compare(const Tensor &got,
                                                   const Tensor &wanted,
                                                   Tolerance tolerance,
                                                   const Tensor *magnitudes) {
  if (got.dtype() != wanted.dtype())
    return Status::error(StatusCode::DType,
                         std::string(name(got.dtype())) + " is compared with " +
                             std::string(name(wanted.dtype())));
  if (got.shape() != wanted.shape())
    return Status::error(StatusCode::Shape, "shape " + shapeText(got.shape()) +
                                                " is compared with " +
                                                shapeText(wanted.shape()));
  const bool exact = !isFloat(got.dtype());
  assert((!magnitudes || exact ||
          (magnitudes->dtype() == DType::F64 && magnitudes->isContiguous() &&
           magnitudes->shape() == got.shape())) &&
         "the magnitudes are of something else");
  Difference worst{0, got.numElements(), {}, {}, {}, {}};
  int64_t worstOrdinal = -1;
  double worstDistance = 0;
  std::vector<int64_t> wantedOffsets;
  wantedOffsets.reserve(wanted.numElements());
  forEachOffset(wanted,
                [&](int64_t offset) { wantedOffsets.push_back(offset); });
  int64_t ordinal = -1;
  forEachOffset(got, [&](int64_t offset) {
    const int64_t other = wantedOffsets[++ordinal];
    const double allowed =
        exact ? 0
              : allowedAt(wanted.loadAsDouble(other),
                          magnitudes ? magnitudes->loadAsDouble(ordinal) : 0,
                          tolerance);
    const double miss =
        exact ? (got.loadAsInt(offset) == wanted.loadAsInt(other) ? 0 : 2)
              : distance(got.loadAsDouble(offset), wanted.loadAsDouble(other),
                         allowed);
    if (!(miss > 1))
      return;
    ++worst.count;
    if (miss <= worstDistance)
      return;
    worstDistance = miss;
    worstOrdinal = ordinal;
    worst.got = elementText(got, offset);
    worst.wanted = elementText(wanted, other);
    worst.allowed.reset();
    if (std::isfinite(got.loadAsDouble(offset)) &&
        std::isfinite(wanted.loadAsDouble(other)))
      worst.allowed = allowed;
  });
  if (worst.count == 0)
    return std::optional<Difference>();
  for (size_t axis = got.rank(); axis-- > 0;) {
    worst.position.insert(worst.position.begin(),
                          worstOrdinal % got.shape()[axis]);
    worstOrdinal /= got.shape()[axis];
  }
  return std::optional<Difference>(std::move(worst));
}
