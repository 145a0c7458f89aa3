//===- Formula.cpp - code written as formulas -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Formula.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

template <class FloatOp, class IntegerOp> static Num binary(Num x, Num y) {
  CodeBuilder &b = x.code();
  if (isFloat(x))
    return Num(b, FloatOp::create(b, x, y));
  return Num(b, IntegerOp::create(b, x, y));
}

Num Num::same(double constant) const {
  return Num(*builder, builder->constant(type(), constant));
}

Num Num::bits() const {
  CodeBuilder &b = *builder;
  Type type = b.typeLike(b.getIntegerType(widthOf(value)), value);
  return Num(b, arith::BitcastOp::create(b, type, value));
}

static Type floatType(Num x) {
  CodeBuilder &b = x.code();
  return b.typeLike(x.isDouble() ? Type(b.getF64Type()) : b.getF32Type(), x);
}

Num Num::asFloat() const {
  return Num(*builder,
             arith::BitcastOp::create(*builder, floatType(*this), value));
}

Num Num::toFloat() const {
  return Num(*builder,
             arith::SIToFPOp::create(*builder, floatType(*this), value));
}

Num cpu::operator+(Num x, Num y) {
  return binary<arith::AddFOp, arith::AddIOp>(x, y);
}
Num cpu::operator-(Num x, Num y) {
  return binary<arith::SubFOp, arith::SubIOp>(x, y);
}
Num cpu::operator*(Num x, Num y) {
  return binary<arith::MulFOp, arith::MulIOp>(x, y);
}
Num cpu::operator/(Num x, Num y) {
  return Num(x.code(), arith::DivFOp::create(x.code(), x, y));
}
Num cpu::operator-(Num x) {
  return Num(x.code(), arith::NegFOp::create(x.code(), x));
}

Num cpu::operator<<(Num x, int bits) {
  return Num(x.code(), arith::ShLIOp::create(x.code(), x, x.same(bits)));
}
Num cpu::operator>>(Num x, int bits) {
  return Num(x.code(), arith::ShRSIOp::create(x.code(), x, x.same(bits)));
}
Num cpu::operator&(Num x, int64_t mask) {
  CodeBuilder &b = x.code();
  return Num(b, arith::AndIOp::create(b, x, b.integer(x.type(), mask)));
}

Num cpu::operator<(Num x, Num y) {
  CodeBuilder &b = x.code();
  return Num(b, isFloat(x) ? b.compare(CmpFPredicate::OLT, x, y)
                           : b.compare(CmpIPredicate::slt, x, y));
}
Num cpu::operator==(Num x, Num y) {
  CodeBuilder &b = x.code();
  return Num(b, isFloat(x) ? b.compare(CmpFPredicate::OEQ, x, y)
                           : b.compare(CmpIPredicate::eq, x, y));
}

Num cpu::operator&(Num x, Num y) { return Num(x.code(), x.code().both(x, y)); }
Num cpu::operator|(Num x, Num y) {
  return Num(x.code(), x.code().either(x, y));
}
Num cpu::operator!(Num x) { return Num(x.code(), x.code().negated(x)); }

Num cpu::select(Num condition, Num onTrue, Num onFalse) {
  CodeBuilder &b = condition.code();
  return Num(b, b.select(condition, onTrue, onFalse));
}

Num cpu::clamped(Num x, double least, double most) {
  x = select(x > most, x.same(most), x);
  return select(x < least, x.same(least), x);
}

Num cpu::fma(Num x, Num y, Num z) {
  CodeBuilder &b = x.code();
  if (!b.features().fma)
    return x * y + z;
  return Num(b, LLVM::FMAOp::create(b, x, y, z));
}

Num cpu::polynomial(Num x, ArrayRef<double> c) {
  Num result = x.same(c.back());
  for (double coefficient : llvm::reverse(c.drop_back()))
    result = fma(result, x, coefficient);
  return result;
}

Num cpu::abs(Num x) { return Num(x.code(), LLVM::FAbsOp::create(x.code(), x)); }
Num cpu::sqrt(Num x) {
  return Num(x.code(), LLVM::SqrtOp::create(x.code(), x));
}
Num cpu::floor(Num x) {
  return Num(x.code(), LLVM::FFloorOp::create(x.code(), x));
}
Num cpu::copySign(Num magnitude, Num sign) {
  return Num(sign.code(),
             LLVM::CopySignOp::create(sign.code(), magnitude, sign));
}

Num cpu::powerOfTwo(Num n) {
  const int bias = n.isDouble() ? 1023 : 127;
  return ((n + bias) << n.mantissaBits()).asFloat();
}

Num cpu::corrected(Num value, Num isWrong, llvm::function_ref<Num()> right) {
  CodeBuilder &b = value.code();
  Value any = isWrong;
  if (lanesOf(isWrong.type()) > 1)
    any = LLVM::vector_reduce_or::create(b, b.getI1Type(), isWrong);
  auto branch = scf::IfOp::create(b, TypeRange{value.type()}, any,
                                  /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToEnd(branch.thenBlock());
  scf::YieldOp::create(b, ValueRange{select(isWrong, right(), value)});
  b.setInsertionPointToEnd(branch.elseBlock());
  scf::YieldOp::create(b, ValueRange{value});
  return Num(b, branch.getResult(0));
}
