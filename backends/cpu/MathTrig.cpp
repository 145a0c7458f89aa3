//===- MathTrig.cpp - sine and cosine as code -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// f32 with fma, up to 2^16: x = n pi/2 + r, where pi/2 is taken in three parts
// of 24 bits (Cody and Waite), so that r is right next to its zeros too. Larger
// numbers go to the C library, as do f64 and processors without fma. The
// polynomials are made as in MathExp.cpp; relative error 2^-27.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/MathFunctions.h"

#include <numbers>

using namespace mlir;
using namespace fovea::cpu;

static constexpr double largest = 65536;
static constexpr double halfPi[] = {0x1.921fb6p+0, -0x1.777a5cp-25,
                                    -0x1.ee59dap-50};
/// sin r = r + r^3 (c[0] + c[1] r^2 + ...).
static constexpr double sine[] = {-0x1.555556p-3, 0x1.111174p-7,
                                  -0x1.a0591ep-13, 0x1.7c1102p-19};
/// cos r = 1 - r^2 / 2 + r^4 (c[0] + c[1] r^2 + ...).
static constexpr double cosine[] = {0x1.55554ap-5, -0x1.6c0c20p-10,
                                    0x1.99e42cp-16};

/// The sine of x + `quarters` pi/2.
static Num sineOfQuarters(Num x, int quarters) {
  // The nearest integer in the last bits, as in MathExp.cpp.
  const double magic = 0x1.8p23;
  Num shifted = fma(x, 2 / std::numbers::pi, magic);
  Num n = shifted - magic;
  Num r = x;
  for (double part : halfPi)
    r = fma(n, -part, r);
  Num square = r * r;
  Num sin = fma(square * r, polynomial(square, sine), r);
  Num cos =
      fma(square * square, polynomial(square, cosine), fma(square, -0.5, 1));
  Num quarter = shifted.bits() + quarters;
  Num value = select((quarter & 1) == 0, sin, cos);
  // Two quarters turn the sign.
  return select((quarter & 2) == 0, value, -value);
}

static Num emitWave(Num x, const char *name, int quarters) {
  CodeBuilder &b = x.code();
  auto call = [&] { return Num(b, b.callTyped(name, Value(x))); };
  if (x.isDouble() || !b.features().fma)
    return call();
  return corrected(sineOfQuarters(x, quarters), abs(x) > largest, call);
}

Num fovea::cpu::emitSin(Num x) {
  Num sin = emitWave(x, "sin", 0);
  return select(x == 0, x, sin);
}
Num fovea::cpu::emitCos(Num x) { return emitWave(x, "cos", 1); }
