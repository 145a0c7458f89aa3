//===- Numbers.h - arithmetic of the device ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A float is a double inside of the machine. An f32 is rounded after each op,
// which for + - * / and sqrt is what f32 arithmetic gives. To keep the double
// ("or better") would be seen: an `==` in the same cluster compares it.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_NUMBERS_H
#define STATIC_DEVICE_NUMBERS_H

#include "Program.h"

#include <cstddef>
#include <cstring>

namespace device {

/// Signed overflow is undefined in C++, and wraps in Fovea.
inline int64_t wrapped(uint64_t bits) {
  int64_t i;
  std::memcpy(&i, &bits, sizeof i);
  return i;
}

/// `b` is not 0.
inline int64_t floorDiv(int64_t a, int64_t b) {
  if (b == -1) // the least integer has no negative
    return wrapped(0 - uint64_t(a));
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
inline int64_t floorMod(int64_t a, int64_t b) {
  return wrapped(uint64_t(a) - uint64_t(b) * uint64_t(floorDiv(a, b)));
}
/// Wraps; of a negative power the truncated quotient, where a is not 0.
int64_t integerPower(int64_t a, int64_t b);

/// `a` modulo `b` with the sign of `b`.
double floatMod(double a, double b);
/// floor(a / b) of the quotient before it is rounded: 1 // 0.1 is 9.
double floatFloorDiv(double a, double b);

/// NaN wins.
inline double greater(double a, double b) { return a != a || a >= b ? a : b; }
inline double less(double a, double b) { return a != a || a <= b ? a : b; }

/// `value` as a number of a float type, to nearest even.
double rounded(long double value, fovea_dtype type);
/// Cut off and saturated; NaN gives 0.
int64_t toInteger(double value, fovea_dtype type);
int64_t leastOf(fovea_dtype type);
int64_t greatestOf(fovea_dtype type);

/// An element in memory.
Lane fromMemory(const std::byte *address, fovea_dtype type);
/// Rounds.
void toMemory(std::byte *address, fovea_dtype type, Lane value);

/// Key with an index folded in, and random numbers, as the language has them.
int64_t foldKey(int64_t key, int64_t index);
double uniformAt(int64_t key, int64_t counter);
double normalAt(int64_t key, int64_t counter);

} // namespace device

#endif // STATIC_DEVICE_NUMBERS_H
