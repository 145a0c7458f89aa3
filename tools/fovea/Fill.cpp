//===- Fill.cpp - random arrays -------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Fill.h"

#include <algorithm>
#include <cmath>
#include <numbers>

using namespace fovea;

/// Words 4b to 4b + 3 of the stream `key`.
static PhiloxWords block(PhiloxKey key, int64_t b) {
  const uint64_t bits = static_cast<uint64_t>(b);
  return philox({uint32_t(bits), uint32_t(bits >> 32), 0, 0}, key);
}

void driver::fillNormal(const Tensor &tensor, PhiloxKey key) {
  // normal(key, j) for four j at a time: one block, two pairs.
  const int64_t count = tensor.numElements();
  for (int64_t first = 0; first < count; first += 4) {
    const PhiloxWords words = block(key, first / 4);
    for (int pair = 0; pair < 4; pair += 2) {
      const double u1 = ((words[pair] >> 8) + 1) * 0x1p-24;
      const double u2 = (words[pair + 1] >> 8) * 0x1p-24;
      const double radius = std::sqrt(-2.0 * std::log(u1));
      const double angle = 2.0 * std::numbers::pi * u2;
      if (first + pair < count)
        tensor.store(first + pair, radius * std::cos(angle));
      if (first + pair + 1 < count)
        tensor.store(first + pair + 1, radius * std::sin(angle));
    }
  }
}

void driver::fillUniform(const Tensor &tensor, PhiloxKey key, double lo,
                         double hi) {
  const bool whole = !isFloat(tensor.dtype());
  const int64_t count = tensor.numElements();
  // Between neighbouring doubles a sum may round up to the end.
  const double last = std::nextafter(hi, lo);
  for (int64_t first = 0; first < count; first += 4) {
    const PhiloxWords words = block(key, first / 4);
    for (int64_t j = first; j < std::min(first + 4, count); ++j) {
      const double x =
          std::min(lo + (hi - lo) * ((words[j & 3] >> 8) * 0x1p-24), last);
      if (whole)
        tensor.store(j, static_cast<int64_t>(std::floor(x)));
      else
        tensor.store(j, x);
    }
  }
}
