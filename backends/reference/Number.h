//===- Number.h - arithmetic of the language --------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// For T = double, int64_t and int32_t, without hardness. Integers wrap.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_NUMBER_H
#define FOVEA_BACKENDS_REFERENCE_NUMBER_H

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace fovea::reference {

/// The low bits of what is computed without overflow in 64 unsigned bits.
template <std::integral T> T wrap(uint64_t value) {
  return static_cast<T>(value);
}

template <class T> T add(T a, T b) {
  if constexpr (std::is_same_v<T, double>)
    return a + b;
  else
    return wrap<T>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

template <class T> T subtract(T a, T b) {
  if constexpr (std::is_same_v<T, double>)
    return a - b;
  else
    return wrap<T>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}

template <class T> T multiply(T a, T b) {
  if constexpr (std::is_same_v<T, double>)
    return a * b;
  else
    return wrap<T>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

template <class T> T negate(T a) {
  if constexpr (std::is_same_v<T, double>)
    return -a;
  else
    return subtract<T>(0, a);
}

template <class T> T absolute(T a) {
  if constexpr (std::is_same_v<T, double>)
    return std::fabs(a);
  else
    return a < 0 ? negate(a) : a;
}

/// -1, 0 or 1; of NaN, NaN.
template <class T> T sign(T a) {
  if (a != a)
    return a;
  return static_cast<T>((a > 0) - (a < 0));
}

/// floor(a / b) as in Python (and, for the numbers that Python refuses, NumPy).
/// An integer `b` is not 0.
template <class T> T floorDivide(T a, T b);
/// What floorDivide leaves, with the sign of b.
template <class T> T modulo(T a, T b);
/// a^b. Not 0 to a negative power for integers.
template <class T> T power(T a, T b);

/// The larger (smaller) of two; NaN wins, and 0 is larger than -0.
template <class T> T larger(T a, T b) {
  if constexpr (std::is_same_v<T, double>) {
    if (a != a || b != b)
      return a != a ? a : b;
    if (a == b)
      return std::signbit(a) ? b : a;
  }
  return a < b ? b : a;
}
template <class T> T smaller(T a, T b) {
  if constexpr (std::is_same_v<T, double>) {
    if (a != a || b != b)
      return a != a ? a : b;
    if (a == b)
      return std::signbit(a) ? a : b;
  }
  return b < a ? b : a;
}

/// 1 / (1 + e^-a) without overflow.
double sigmoid(double a);

/// Truncated towards zero and saturated; NaN gives 0.
template <std::signed_integral T> T truncated(double a) {
  if (a != a)
    return 0;
  // The least integer is a power of two, so both bounds are exact.
  constexpr double least = static_cast<double>(std::numeric_limits<T>::min());
  if (a < least)
    return std::numeric_limits<T>::min();
  if (a >= -least)
    return std::numeric_limits<T>::max();
  return static_cast<T>(a);
}

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_NUMBER_H
