//===- Formula.h - code written as formulas ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_FORMULA_H
#define FOVEA_BACKENDS_CPU_FORMULA_H

#include "backends/cpu/CodeBuilder.h"

namespace fovea::cpu {

/// A number of generated code: a float, a signed integer or a flag, scalar or
/// vector. Operators make code; a constant takes the type of its partner.
class Num {
public:
  Num(CodeBuilder &builder, mlir::Value value)
      : builder(&builder), value(value) {}
  operator mlir::Value() const { return value; }

  CodeBuilder &code() const { return *builder; }
  mlir::Type type() const { return value.getType(); }
  bool isDouble() const { return widthOf(type()) == 64; }
  /// Of a float of this width: the bits of its fraction.
  int mantissaBits() const { return isDouble() ? 52 : 23; }
  /// A constant of this type.
  Num same(double constant) const;

  /// The same bits as an integer, as a float; the value as a float.
  Num bits() const;
  Num asFloat() const;
  Num toFloat() const;

private:
  CodeBuilder *builder;
  mlir::Value value;
};

Num operator+(Num x, Num y);
Num operator-(Num x, Num y);
Num operator*(Num x, Num y);
Num operator/(Num x, Num y);
Num operator-(Num x);
inline Num operator+(Num x, double y) { return x + x.same(y); }
inline Num operator-(Num x, double y) { return x - x.same(y); }
inline Num operator*(Num x, double y) { return x * x.same(y); }
inline Num operator/(Num x, double y) { return x / x.same(y); }
inline Num operator+(double x, Num y) { return y.same(x) + y; }
inline Num operator-(double x, Num y) { return y.same(x) - y; }
inline Num operator*(double x, Num y) { return y.same(x) * y; }
inline Num operator/(double x, Num y) { return y.same(x) / y; }

/// Of integers; a right shift keeps the sign.
Num operator<<(Num x, int bits);
Num operator>>(Num x, int bits);
Num operator&(Num x, int64_t mask);

/// Of numbers; false where there is a NaN.
Num operator<(Num x, Num y);
Num operator==(Num x, Num y);
inline Num operator>(Num x, Num y) { return y < x; }
inline Num operator<(Num x, double y) { return x < x.same(y); }
inline Num operator>(Num x, double y) { return x > x.same(y); }
inline Num operator==(Num x, double y) { return x == x.same(y); }

/// Of flags.
Num operator&(Num x, Num y);
Num operator|(Num x, Num y);
Num operator!(Num x);

Num select(Num condition, Num onTrue, Num onFalse);
/// The nearest number from `least` to `most`; NaN stays.
Num clamped(Num x, double least, double most);

/// x * y + z, rounded once where the processor can.
Num fma(Num x, Num y, Num z);
inline Num fma(Num x, double y, Num z) { return fma(x, x.same(y), z); }
inline Num fma(Num x, Num y, double z) { return fma(x, y, x.same(z)); }
inline Num fma(Num x, double y, double z) {
  return fma(x, x.same(y), x.same(z));
}
/// c[0] + c[1] x + c[2] x^2 + ..., by Horner's rule.
Num polynomial(Num x, llvm::ArrayRef<double> c);

Num abs(Num x);
Num sqrt(Num x);
Num floor(Num x);
Num copySign(Num magnitude, Num sign);

/// 2^n for an integer n that is the exponent of a normal float.
Num powerOfTwo(Num n);

/// `value` with the lanes of `isWrong` taken from `right`, whose code runs only
/// if there are such lanes. No lane depends on what is in the others.
Num corrected(Num value, Num isWrong, llvm::function_ref<Num()> right);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_FORMULA_H
