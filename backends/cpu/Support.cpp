//===- Support.cpp - functions that compiled code calls -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Support.h"

#include "runtime/Half.h"
#include "runtime/Random.h"

#include <bit>
#include <cmath>
#include <concepts>
#include <cstring>
#include <type_traits>

using namespace fovea;

/// floor(a / b) as Python and NumPy have it: from the exact rest, so that it
/// agrees with the modulo.
template <std::floating_point T> static T floorDivide(T a, T b) {
  if (b == 0)
    return a / b;
  const T rest = std::fmod(a, b);
  T quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0))
    quotient -= 1;
  if (quotient == 0)
    return std::copysign(T(0), a / b);
  const T down = std::floor(quotient);
  return quotient - down > T(0.5) ? down + 1 : down;
}

template <std::floating_point T> static T modulo(T a, T b) {
  const T rest = std::fmod(a, b);
  if (rest == 0)
    return std::copysign(T(0), b);
  return (b < 0) != (rest < 0) ? rest + b : rest;
}

/// By squaring; wraps. A negative exponent gives the truncated quotient.
template <std::signed_integral T> static T power(T a, T b) {
  if (b < 0) {
    if (a == -1)
      return b % 2 == 0 ? 1 : -1;
    return a == 1;
  }
  using Bits = std::make_unsigned_t<T>;
  Bits result = 1;
  for (Bits square = static_cast<Bits>(a); b != 0; b >>= 1, square *= square)
    if (b & 1)
      result *= square;
  return static_cast<T>(result);
}

static int64_t foldKey(int64_t key, int64_t index) {
  return static_cast<int64_t>(
      seedFromKey(fold(keyFromSeed(static_cast<uint64_t>(key)), index)));
}
static double uniformNumber(int64_t key, int64_t counter) {
  return uniform(keyFromSeed(static_cast<uint64_t>(key)), counter);
}
static double normalNumber(int64_t key, int64_t counter) {
  return normal(keyFromSeed(static_cast<uint64_t>(key)), counter);
}

/// Returns the f16 where a function of compiled code looks for it: in the lower
/// half of the register of an f32.
static float truncateToHalf(double value) {
  return std::bit_cast<float>(uint32_t{f16FromDouble(value)});
}

template <class Result, class... Args>
static void *address(Result (*function)(Args...)) {
  return reinterpret_cast<void *>(function);
}

/// Both versions of a function of the C library.
#define FOVEA_BOTH(NAME)                                                       \
  {"fovea_" #NAME "_f32", address(static_cast<float (*)(float)>(&std::NAME))}, \
  {                                                                            \
    "fovea_" #NAME "_f64",                                                     \
        address(static_cast<double (*)(double)>(&std::NAME))                   \
  }

std::span<const cpu::SupportFunction> cpu::supportFunctions() {
  static const SupportFunction functions[] = {
      FOVEA_BOTH(exp),
      FOVEA_BOTH(exp2),
      FOVEA_BOTH(expm1),
      FOVEA_BOTH(log),
      FOVEA_BOTH(log1p),
      FOVEA_BOTH(tanh),
      FOVEA_BOTH(sinh),
      FOVEA_BOTH(cosh),
      FOVEA_BOTH(erf),
      FOVEA_BOTH(sin),
      FOVEA_BOTH(cos),
      {"fovea_pow_f32", address<float>(&::powf)},
      {"fovea_pow_f64", address<double>(&::pow)},
      {"fovea_pow_i32", address(&power<int32_t>)},
      {"fovea_pow_i64", address(&power<int64_t>)},
      {"fovea_floordiv_f32", address(&floorDivide<float>)},
      {"fovea_floordiv_f64", address(&floorDivide<double>)},
      {"fovea_mod_f32", address(&modulo<float>)},
      {"fovea_mod_f64", address(&modulo<double>)},
      {"fovea_fold_key", address(&foldKey)},
      {"fovea_uniform", address(&uniformNumber)},
      {"fovea_normal", address(&normalNumber)},
      // What the code generator calls by itself: on machines without SSE4.1,
      // for the sign of an f64 that an f16 gets, and for blocks of memory.
      {"floor", address(static_cast<double (*)(double)>(&::floor))},
      {"floorf", address(static_cast<float (*)(float)>(&::floorf))},
      {"__truncdfhf2", address(&truncateToHalf)},
      {"memcpy", address(&std::memcpy)},
      {"memmove", address(&std::memmove)},
      {"memset", address(&std::memset)},
  };
  return functions;
}
