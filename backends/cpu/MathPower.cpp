//===- MathPower.cpp - powers and floored division as code ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/MathFunctions.h"

#include "mlir/IR/Matchers.h"

#include <cmath>
#include <limits>
#include <optional>

using namespace mlir;
using namespace fovea::cpu;

static constexpr double infinity = std::numeric_limits<double>::infinity();

static std::optional<double> constantOf(Num x) {
  APFloat number(0.0);
  if (!matchPattern(Value(x), m_ConstantFloat(&number)))
    return std::nullopt;
  bool lost = false;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &lost);
  return number.convertToDouble();
}

/// The square root where pow(x, 0.5) and sqrt differ: at -0 and -infinity.
static Num rootPower(Num x) { return select(x == -infinity, -x, sqrt(x + 0)); }

/// x^y for a y for which this is right within 2 units in the last place.
static std::optional<Num> constantPower(Num x, double y) {
  if (y == 0)
    return x.same(1);
  if (y == 1)
    return x;
  if (y == 2)
    return x * x;
  if (y == 3)
    return x * x * x;
  if (y == 4)
    return (x * x) * (x * x);
  if (y == 0.5)
    return rootPower(x);
  // Not through the positive power, which may overflow before this underflows.
  if (y == -1)
    return 1 / x;
  if (y == -2)
    return (1 / x) * (1 / x);
  if (y == -0.5)
    return 1 / rootPower(x);
  return std::nullopt;
}

Num fovea::cpu::emitPow(Num x, Num y) {
  if (std::optional<double> exponent = constantOf(y))
    if (std::optional<Num> power = constantPower(x, *exponent))
      return *power;
  CodeBuilder &b = x.code();
  return Num(b, b.callTyped("pow", {x, y}));
}

/// x / y, its floor and what that leaves, as long as the quotient has fewer
/// digits than a float: all is exact then but the quotient.
struct Division {
  Num quotient;
  Num floor;
  Num rest;
};
static Division divided(Num x, Num y, Num quotient) {
  Num whole = floor(quotient);
  Num rest = fma(-whole, y, x);
  // The quotient may have been rounded up to the next integer.
  Num isTooFar = select(y > 0, rest<0, rest> 0);
  return {quotient, select(isTooFar, whole - 1, whole),
          select(isTooFar, rest + y, rest)};
}

/// `result` of a division; or a call where it may not be exact.
static Num emitDivision(Num x, Num y, const char *name,
                        Num (*result)(Num y, const Division &)) {
  CodeBuilder &b = x.code();
  auto call = [&] { return Num(b, b.callTyped(name, {x, y})); };
  if (!b.features().fma)
    return call();
  Num quotient = x / y;
  const double most = std::ldexp(1.0, x.mantissaBits() - 1);
  Num isExact = (abs(quotient) < most) & (abs(y) < infinity);
  return corrected(result(y, divided(x, y, quotient)), !isExact, call);
}

Num fovea::cpu::emitFloorDivision(Num x, Num y) {
  return emitDivision(x, y, "floordiv", [](Num y, const Division &division) {
    Num floor = division.floor;
    return select(floor == 0, copySign(floor, division.quotient), floor);
  });
}

Num fovea::cpu::emitModulo(Num x, Num y) {
  return emitDivision(x, y, "mod", [](Num y, const Division &division) {
    Num rest = division.rest;
    return select(rest == 0, copySign(rest, y), rest);
  });
}
