//===- Number.cpp - arithmetic of the language ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Number.h"

namespace fovea::reference {

/// CPython's float_divmod, which is NumPy's too.
template <> double floorDivide(double a, double b) {
  if (b == 0)
    return a / b;
  double rest = std::fmod(a, b);
  double quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0))
    quotient -= 1;
  if (quotient == 0)
    return std::copysign(0.0, a / b);
  double down = std::floor(quotient);
  return quotient - down > 0.5 ? down + 1 : down;
}

template <> double modulo(double a, double b) {
  double rest = std::fmod(a, b);
  if (rest == 0)
    return std::copysign(0.0, b);
  return (b < 0) != (rest < 0) ? rest + b : rest;
}

template <> double power(double a, double b) { return std::pow(a, b); }

template <std::integral T> static T floorDivideIntegers(T a, T b) {
  // -1 apart: the least integer has no positive counterpart.
  if (b == -1)
    return negate(a);
  T quotient = a / b;
  return a % b != 0 && (a % b < 0) != (b < 0) ? quotient - 1 : quotient;
}

template <std::integral T> static T moduloIntegers(T a, T b) {
  if (b == -1)
    return 0;
  T rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <std::integral T> static T powerOfIntegers(T a, T b) {
  if (b < 0) {
    if (a == -1)
      return b % 2 == 0 ? 1 : -1;
    return a == 1;
  }
  T result = 1;
  for (T square = a; b != 0; b >>= 1, square = multiply(square, square))
    if (b & 1)
      result = multiply(result, square);
  return result;
}

template <> int64_t floorDivide(int64_t a, int64_t b) {
  return floorDivideIntegers(a, b);
}
template <> int32_t floorDivide(int32_t a, int32_t b) {
  return floorDivideIntegers(a, b);
}
template <> int64_t modulo(int64_t a, int64_t b) {
  return moduloIntegers(a, b);
}
template <> int32_t modulo(int32_t a, int32_t b) {
  return moduloIntegers(a, b);
}
template <> int64_t power(int64_t a, int64_t b) {
  return powerOfIntegers(a, b);
}
template <> int32_t power(int32_t a, int32_t b) {
  return powerOfIntegers(a, b);
}

double sigmoid(double a) {
  if (a >= 0)
    return 1 / (1 + std::exp(-a));
  double e = std::exp(a);
  return e / (1 + e);
}

} // namespace fovea::reference
