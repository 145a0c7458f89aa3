//===- Prelude.h - what every C text begins with ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef EMIT_C_PRELUDE_H
#define EMIT_C_PRELUDE_H

#include <cstdint>

namespace emitc {

// The C text has these as well; see `prelude`.
struct CPort {
  void *data;
  const int64_t *strides;
};
struct CFail {
  int64_t op; ///< 0, or 1 + 256 * op + number of the index
  int64_t value;
  int64_t place; ///< row-major along the op's axes
};
struct CEnv {
  const int64_t *sizes;
  const CPort *inputs, *outputs;
  char *stored;
  const int64_t *storedAt, *scratchAt;
  int (*stop)(void *);
  void *context;
};
/// Computes items first .. last - 1. 0, or a CPhaseResult.
using CPhase = int (*)(const CEnv *env, int64_t first, int64_t last,
                       char *scratch, CFail *failed);
enum CPhaseResult { CPhaseFailed = 1, CPhaseStopped = 2 };

/// Name of the array of functions in the library.
constexpr const char *phasesName = "emitc_phases";

inline constexpr const char *prelude = R"(
#include <math.h>
#include <stdint.h>
#include <string.h>

typedef struct { void *data; const int64_t *strides; } port_t;
typedef struct { int64_t op, value, place; } fail_t;
typedef struct {
  const int64_t *sizes;
  const port_t *inputs, *outputs;
  char *stored;
  const int64_t *stored_at, *scratch_at;
  int (*stop)(void *);
  void *context;
} env_t;
typedef int (*phase_t)(const env_t *, int64_t, int64_t, char *, fail_t *);

static const fail_t ok = {0, 0, 0};
static inline fail_t fail(int64_t op, int64_t value, int64_t place) {
  fail_t f; f.op = op; f.value = value; f.place = place; return f;
}
static inline fail_t first(fail_t a, fail_t b) { return a.op ? a : b; }

/* Integers wrap: they are added as unsigned ones. */
static inline int64_t add(int64_t a, int64_t b) { return (int64_t)((uint64_t)a + (uint64_t)b); }
static inline int64_t sub(int64_t a, int64_t b) { return (int64_t)((uint64_t)a - (uint64_t)b); }
static inline int64_t mul(int64_t a, int64_t b) { return (int64_t)((uint64_t)a * (uint64_t)b); }
static inline int64_t iabs(int64_t a) { return a < 0 ? sub(0, a) : a; }
static inline int64_t isign(int64_t a) { return (a > 0) - (a < 0); }
static inline int64_t imin(int64_t a, int64_t b) { return b < a ? b : a; }
static inline int64_t imax(int64_t a, int64_t b) { return a < b ? b : a; }
/* A divisor of 0 is told elsewhere, if anybody needs the quotient. */
static inline int64_t ifloordiv(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return b ? sub(0, a) : 0;
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0));
}
static inline int64_t imod(int64_t a, int64_t b) {
  if (b == 0 || b == -1) return 0;
  return a % b + ((a % b != 0 && (a % b < 0) != (b < 0)) ? b : 0);
}
static inline int64_t ipow(int64_t a, int64_t b) {
  int64_t r = 1;
  if (b < 0) return a == -1 ? (b % 2 ? -1 : 1) : a == 1;
  for (; b; b >>= 1, a = mul(a, a)) if (b & 1) r = mul(r, a);
  return r;
}

static inline double fsign(double a) { return a != a ? a : (double)((a > 0) - (a < 0)); }
static inline double fmaximum(double a, double b) {
  if (a != a) return a;
  return b != b || b > a || (b == a && signbit(a)) ? b : a;
}
static inline double fminimum(double a, double b) {
  if (a != a) return a;
  return b != b || b < a || (b == a && signbit(b)) ? b : a;
}
static inline double sigmoid(double a) {
  double e;
  if (a >= 0) return 1 / (1 + exp(-a));
  e = exp(a);
  return e / (1 + e);
}
static inline double fmodulo(double a, double b) {
  double rest = fmod(a, b);
  if (rest == 0) return copysign(0.0, b);
  return (b < 0) != (rest < 0) ? rest + b : rest;
}
static inline double ffloordiv(double a, double b) {
  double rest, quotient, down;
  if (b == 0) return a / b;
  rest = fmod(a, b);
  quotient = (a - rest) / b;
  if (rest != 0 && (b < 0) != (rest < 0)) quotient -= 1;
  if (quotient == 0) return copysign(0.0, a / b);
  down = floor(quotient);
  return quotient - down > 0.5 ? down + 1 : down;
}
static inline int64_t to_i64(double a) {
  if (a != a) return 0;
  if (a < -0x1p63) return INT64_MIN;
  return a >= 0x1p63 ? INT64_MAX : (int64_t)a;
}
static inline int32_t to_i32(double a) {
  if (a != a) return 0;
  if (a < -0x1p31) return INT32_MIN;
  return a >= 0x1p31 ? INT32_MAX : (int32_t)a;
}
static inline int32_t narrow(int64_t a) {
  return a < INT32_MIN ? INT32_MIN : a > INT32_MAX ? INT32_MAX : (int32_t)a;
}
/* Rounds an integer to odd where a double cannot hold it, so that rounding it
   again to a few bits is as if it had been rounded once. */
static inline double odd_real(int64_t a) {
  uint64_t u = a < 0 ? 0 - (uint64_t)a : (uint64_t)a;
  if (u >> 53) u = (u & ~(uint64_t)4095) | (u & 4095 ? 2048 : 0);
  return a < 0 ? -(double)u : (double)u;
}

/* Floats of 16 bits: `fraction` bits behind the point, exponents from `least`. */
static inline uint16_t to_half(double a, int fraction, int least) {
  uint16_t sign = signbit(a) ? 0x8000 : 0;
  uint16_t infinity = (uint16_t)((2 - 2 * least + 1) << fraction);
  int exponent;
  double steps;
  a = fabs(a);
  if (a != a) return sign | infinity | (uint16_t)(1u << (fraction - 1));
  if (a == INFINITY) return sign | infinity;
  exponent = a == 0 || ilogb(a) < least ? least : ilogb(a);
  if (exponent > 1 - least) return sign | infinity;
  /* Adding 2^52 rounds to a whole number of the last digit's steps. */
  steps = ldexp(a, fraction - exponent) + 0x1p52 - 0x1p52;
  return sign | (uint16_t)(((uint32_t)(exponent - least) << fraction) + (uint32_t)steps);
}
static inline uint16_t to_f16(double a) { return to_half(a, 10, -14); }
static inline uint16_t to_bf16(double a) { return to_half(a, 7, -126); }
static inline double from_bf16(uint16_t bits) {
  uint32_t wide = (uint32_t)bits << 16;
  float a;
  memcpy(&a, &wide, sizeof a);
  return a;
}
static inline double from_f16(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  double a = bits & 1023;
  if (exponent == 31) a = a ? NAN : INFINITY;
  else a = exponent ? ldexp(a + 1024, exponent - 25) : a * 0x1p-24;
  return bits & 0x8000 ? -a : a;
}

/* Philox 4x32-10. */
static inline void philox(uint32_t c[4], uint64_t key) {
  uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  for (int round = 0; round < 10; ++round) {
    uint64_t p0 = (uint64_t)0xD2511F53 * c[0], p1 = (uint64_t)0xCD9E8D57 * c[2];
    c[0] = (uint32_t)(p1 >> 32) ^ c[1] ^ k0;
    c[1] = (uint32_t)p1;
    c[2] = (uint32_t)(p0 >> 32) ^ c[3] ^ k1;
    c[3] = (uint32_t)p0;
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
}
static inline int64_t fold_key(int64_t key, int64_t index) {
  uint32_t c[4] = {(uint32_t)index, (uint32_t)((uint64_t)index >> 32), 0, 1};
  philox(c, (uint64_t)key);
  return (int64_t)((uint64_t)c[1] << 32 | c[0]);
}
static inline uint32_t random_word(int64_t key, int64_t j) {
  uint64_t block = (uint64_t)(j >> 2);
  uint32_t c[4] = {(uint32_t)block, (uint32_t)(block >> 32), 0, 0};
  philox(c, (uint64_t)key);
  return c[j & 3];
}
static inline double uniform(int64_t key, int64_t j) { return (random_word(key, j) >> 8) * 0x1p-24; }
static inline double normal(int64_t key, int64_t j) {
  double a = ((random_word(key, j & ~(int64_t)1) >> 8) + 1) * 0x1p-24;
  double b = (random_word(key, j | 1) >> 8) * 0x1p-24 * 6.283185307179586476925;
  return sqrt(-2 * log(a)) * (j & 1 ? sin(b) : cos(b));
}
)";

} // namespace emitc

#endif // EMIT_C_PRELUDE_H
