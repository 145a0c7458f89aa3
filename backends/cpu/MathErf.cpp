//===- MathErf.cpp - the error function as code ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// f32: near 0 an odd polynomial, else 1 - e^(-t q(t)) with t = |x|. The
// polynomials are made as in MathExp.cpp; relative error of erf 2^-30.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/MathFunctions.h"

using namespace fovea::cpu;

/// erf(x) = x + x (c[0] + c[1] x^2 + ...) up to `nearZero`.
static constexpr double odd[] = {
    0x1.06eba8p-3, -0x1.812740p-2,  0x1.ce2d64p-4, -0x1.b80114p-6,
    0x1.544972p-8, -0x1.a5ff5cp-11, 0x1.4f3072p-14};
static constexpr double nearZero = 0.92;
/// q, up to where erf rounds to 1.
static constexpr double decay[] = {
    0x1.20ef14p+0, 0x1.4532cap-1,   0x1.b3225cp-4, -0x1.8546dap-6,
    0x1.dd45bep-9, -0x1.523118p-12, 0x1.77f334p-17};
static constexpr double saturated = 3.95;

Num fovea::cpu::emitErf(Num x) {
  if (x.isDouble())
    return Num(x.code(), x.code().callTyped("erf", mlir::Value(x)));
  Num t = abs(x);
  Num small = fma(polynomial(x * x, odd), x, x);
  Num inside = select(t > saturated, t.same(saturated), t);
  Num large = 1 - emitExp(-inside * polynomial(inside, decay));
  return select(t < nearZero, small, copySign(large, x));
}
