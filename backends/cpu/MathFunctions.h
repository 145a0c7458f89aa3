//===- MathFunctions.h - functions of floats as code ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The functions of the C library for f32 and f64, scalars and vectors alike, as
// code without calls where that is accurate: within 2 units in the last place,
// sinh, tanh and sigmoid 3. NaN, infinities, signed zeros and subnormal numbers
// are those of the C library. What has no such code is one call a lane.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_MATHFUNCTIONS_H
#define FOVEA_BACKENDS_CPU_MATHFUNCTIONS_H

#include "backends/cpu/Formula.h"

namespace fovea::cpu {

// MathExp.cpp
Num emitExp(Num x);
Num emitExp2(Num x);
Num emitExpm1(Num x);
Num emitSinh(Num x);
Num emitCosh(Num x);
Num emitTanh(Num x);
Num emitSigmoid(Num x);

// MathLog.cpp
Num emitLog(Num x);
Num emitLog1p(Num x);

// MathErf.cpp
Num emitErf(Num x);

// MathTrig.cpp
Num emitSin(Num x);
Num emitCos(Num x);

// MathPower.cpp
Num emitPow(Num x, Num y);
Num emitFloorDivision(Num x, Num y);
Num emitModulo(Num x, Num y);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_MATHFUNCTIONS_H
