//===- MathLog.cpp - logarithms as code -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The method of FreeBSD's e_log.c: x = 2^k (1 + f) with 1 + f between sqrt(1/2)
// and sqrt(2), s = f / (2 + f), and log(1 + f) = 2 atanh(s). The polynomials
// are made as in MathExp.cpp; relative error 2^-34 for f32 and 2^-58 for f64.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/MathFunctions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

struct LogTable {
  double minNormal;
  /// Subnormal numbers are made normal by 2^lift.
  int lift;
  /// ln 2 in two parts; a k times the first is exact.
  double ln2High, ln2Low;
  /// 2 atanh(s) = 2 s + s^3 (c[0] + c[1] s^2 + ...).
  ArrayRef<double> atanh;
};

static constexpr double atanh32[] = {0x1.555554p-1, 0x1.999c26p-2,
                                     0x1.23d3e4p-2, 0x1.f13aa8p-3};
static constexpr double atanh64[] = {0x1.5555555555593p-1, 0x1.999999997faadp-2,
                                     0x1.2492494218e43p-2, 0x1.c71c51ea9e180p-3,
                                     0x1.746645091b515p-3, 0x1.39a11f032c63cp-3,
                                     0x1.2f0b7b0d4a418p-3};

static constexpr LogTable table32 = {.minNormal = 0x1p-126,
                                     .lift = 25,
                                     .ln2High = 0x1.62e3p-1,
                                     .ln2Low = 0x1.2fefa2p-17,
                                     .atanh = atanh32};
static constexpr LogTable table64 = {.minNormal = 0x1p-1022,
                                     .lift = 54,
                                     .ln2High = 0x1.62e42feep-1,
                                     .ln2Low = 0x1.a39ef35793c76p-33,
                                     .atanh = atanh64};
static const LogTable &tableOf(Num x) {
  return x.isDouble() ? table64 : table32;
}

/// x = 2^k (1 + f); k is an integer. Of normal numbers above 0.
struct Decomposed {
  Num k;
  Num f;
};
static Decomposed decomposed(Num x) {
  Num least = x.same(0x1.6a09e667f3bcdp-1).bits();
  Num above = x.bits() - least;
  const int mantissa = x.mantissaBits();
  Num fraction = above & ((int64_t(1) << mantissa) - 1);
  return {above >> mantissa, (fraction + least).asFloat() - 1};
}

static Num logOf(const Decomposed &x) {
  const LogTable &table = tableOf(x.f);
  Num f = x.f;
  Num s = f / (f + 2);
  Num z = s * s;
  Num halfSquare = 0.5 * f * f;
  Num k = x.k.toFloat();
  Num rest =
      fma(s, fma(z, polynomial(z, table.atanh), halfSquare), k * table.ln2Low);
  return fma(k, table.ln2High, f - (halfSquare - rest));
}

/// `log`, where the argument is x - `shift`, with the values at x <= 0 and
/// infinity.
static Num withLimits(Num x, Num log, double zero) {
  const double infinity = std::numeric_limits<double>::infinity();
  Num result = select(x < infinity, log, x);
  result = select(x == zero, x.same(-infinity), result);
  return select(x < zero, x.same(std::numeric_limits<double>::quiet_NaN()),
                result);
}

Num cpu::emitLog(Num x) {
  const LogTable &table = tableOf(x);
  Num isSmall = x < table.minNormal;
  Num lifted = select(isSmall, x * std::ldexp(1.0, table.lift), x);
  Decomposed parts = decomposed(lifted);
  Num zero = parts.k.same(0);
  parts.k = parts.k - select(isSmall, parts.k.same(table.lift), zero);
  return withLimits(x, logOf(parts), 0);
}

Num cpu::emitLog1p(Num x) {
  // 1 + x = sum + lost, exactly.
  Num sum = 1 + x;
  Num addend = sum - 1;
  Num lost = (1 - (sum - addend)) + (x - addend);
  Decomposed parts = decomposed(sum);
  // 2^-k, of a normal number; for the largest sums nothing depends on it.
  Num down = -1 * parts.k;
  down = select(down < -126, down.same(-126), down);
  parts.f = fma(lost, powerOfTwo(down), parts.f);
  return withLimits(x, select(x == 0, x, logOf(parts)), -1);
}
