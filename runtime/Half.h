//===- Half.h - f16 and bf16 as bits ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Exact conversions in integers, so that they do not depend on the compiler,
// the machine or the rounding mode. Narrowing rounds to nearest, ties to even,
// once: from a double directly, never by way of a float (which would round
// twice). Overflow gives infinity, subnormals are kept, a NaN stays a NaN with
// its sign and the leading bits of its payload, made quiet.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_HALF_H
#define FOVEA_RUNTIME_HALF_H

#include <bit>
#include <cstdint>

namespace fovea {

namespace half_detail {

/// `value` as a 16-bit float with `Mantissa` stored mantissa bits.
template <int Mantissa> constexpr uint16_t narrow(double value) {
  constexpr int bias = (1 << (14 - Mantissa)) - 1;
  constexpr int minExponent = 1 - bias;
  constexpr uint16_t infinity = 0x7fff >> Mantissa << Mantissa;

  const uint64_t bits = std::bit_cast<uint64_t>(value);
  const uint64_t fraction = bits & ((uint64_t(1) << 52) - 1);
  const int biased = static_cast<int>(bits >> 52 & 0x7ff);
  const uint16_t sign = static_cast<uint16_t>(bits >> 63 << 15);
  if (biased == 0x7ff && fraction != 0)
    return static_cast<uint16_t>(sign | infinity | 1 << (Mantissa - 1) |
                                 fraction >> (52 - Mantissa));
  const int exponent = biased - 1023;
  if (exponent > bias)
    return sign | infinity;

  const bool subnormal = exponent < minExponent;
  const int shift = 52 - Mantissa + (subnormal ? minExponent - exponent : 0);
  // Below half of the smallest subnormal; the doubles' subnormals are, too.
  if (shift > 53)
    return sign;
  const uint64_t significand = fraction | uint64_t(1) << 52;
  const uint64_t half = uint64_t(1) << (shift - 1);
  const uint64_t rest = significand & (2 * half - 1);
  uint64_t rounded = significand >> shift;
  rounded += rest > half || (rest == half && (rounded & 1));
  // The leading bit of a normal significand adds one to the exponent, and so
  // does a carry out of the rounding, up to infinity.
  const uint64_t base = subnormal ? 0 : uint64_t(exponent - minExponent);
  return static_cast<uint16_t>(sign | ((base << Mantissa) + rounded));
}

/// The 16-bit float `bits` with `Mantissa` stored mantissa bits as a double.
template <int Mantissa> constexpr double widen(uint16_t bits) {
  constexpr int bias = (1 << (14 - Mantissa)) - 1;
  const uint64_t sign = uint64_t(bits >> 15) << 63;
  const int biased = (bits & 0x7fff) >> Mantissa;
  const uint64_t fraction = bits & ((1 << Mantissa) - 1);
  if (biased == 2 * bias + 1) {
    const uint64_t quiet = fraction ? uint64_t(1) << 51 : 0;
    return std::bit_cast<double>(sign | uint64_t(0x7ff) << 52 | quiet |
                                 fraction << (52 - Mantissa));
  }
  if (biased != 0)
    return std::bit_cast<double>(sign | uint64_t(biased - bias + 1023) << 52 |
                                 fraction << (52 - Mantissa));
  // Subnormal or zero: a whole number of the smallest steps.
  const double step =
      std::bit_cast<double>(uint64_t(1 - bias - Mantissa + 1023) << 52);
  const double magnitude = static_cast<double>(fraction) * step;
  return std::bit_cast<double>(sign | std::bit_cast<uint64_t>(magnitude));
}

} // namespace half_detail

/// The bits of the IEEE binary16 nearest to `value`.
constexpr uint16_t f16FromDouble(double value) {
  return half_detail::narrow<10>(value);
}
constexpr uint16_t f16FromFloat(float value) {
  return half_detail::narrow<10>(value);
}
/// The value of a binary16; exact.
constexpr double f16ToDouble(uint16_t bits) {
  return half_detail::widen<10>(bits);
}
constexpr float f16ToFloat(uint16_t bits) {
  return static_cast<float>(half_detail::widen<10>(bits));
}

/// The bits of the bfloat16 nearest to `value`.
constexpr uint16_t bf16FromDouble(double value) {
  return half_detail::narrow<7>(value);
}
constexpr uint16_t bf16FromFloat(float value) {
  return half_detail::narrow<7>(value);
}
/// The value of a bfloat16; exact.
constexpr double bf16ToDouble(uint16_t bits) {
  return half_detail::widen<7>(bits);
}
constexpr float bf16ToFloat(uint16_t bits) {
  return static_cast<float>(half_detail::widen<7>(bits));
}

} // namespace fovea

#endif // FOVEA_RUNTIME_HALF_H
