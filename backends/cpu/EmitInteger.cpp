//===- EmitInteger.cpp - arithmetic of integers and bools -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Scalar.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpIPredicate;

static Value emitNegation(CodeBuilder &b, Value x) {
  return arith::SubIOp::create(b, b.integer(x.getType(), 0), x);
}

/// The processor's division traps for a divisor of 0, and for the least integer
/// by -1; 1 divides in their place.
static Value safeDivisor(CodeBuilder &b, Value divisor) {
  Type type = divisor.getType();
  // 0 and -1 are the two numbers for which divisor + 1 is below 2, unsigned.
  Value next = arith::AddIOp::create(b, divisor, b.integer(type, 1));
  Value unsafe = b.compare(CmpIPredicate::ult, next, b.integer(type, 2));
  return b.select(unsafe, b.integer(type, 1), divisor);
}

static Value isMinusOne(CodeBuilder &b, Value x) {
  return b.compare(CmpIPredicate::eq, x, b.integer(x.getType(), -1));
}

/// Whether the rest of a truncated division has to be moved to the sign of the
/// divisor.
static Value isUneven(CodeBuilder &b, Value rest, Value divisor) {
  Value zero = b.integer(rest.getType(), 0);
  Value signs = arith::XOrIOp::create(b, rest, divisor);
  return b.both(b.compare(CmpIPredicate::ne, rest, zero),
                b.compare(CmpIPredicate::slt, signs, zero));
}

static Value emitFloorDivision(CodeBuilder &b, Value x, Value y) {
  Value divisor = safeDivisor(b, y);
  Value quotient = arith::DivSIOp::create(b, x, divisor);
  Value rest = arith::RemSIOp::create(b, x, divisor);
  Value below = arith::SubIOp::create(b, quotient, b.integer(x.getType(), 1));
  Value floor = b.select(isUneven(b, rest, divisor), below, quotient);
  return b.select(isMinusOne(b, y), emitNegation(b, x), floor);
}

static Value emitModulo(CodeBuilder &b, Value x, Value y) {
  Value divisor = safeDivisor(b, y);
  Value rest = arith::RemSIOp::create(b, x, divisor);
  Value moved = arith::AddIOp::create(b, rest, divisor);
  // By -1 nothing is left, and by the 1 in its place neither.
  return b.select(isUneven(b, rest, divisor), moved, rest);
}

static Value emitAbs(CodeBuilder &b, Value x) {
  Value negative = b.compare(CmpIPredicate::slt, x, b.integer(x.getType(), 0));
  return b.select(negative, emitNegation(b, x), x);
}

static Value emitSign(CodeBuilder &b, Value x) {
  Type type = x.getType();
  Value zero = b.integer(type, 0);
  Value negative = b.select(b.compare(CmpIPredicate::slt, x, zero),
                            b.integer(type, -1), zero);
  return b.select(b.compare(CmpIPredicate::sgt, x, zero), b.integer(type, 1),
                  negative);
}

/// Bools are compared without a sign: false is less than true.
static CmpIPredicate predicateOf(ir::Predicate predicate, bool isBool) {
  switch (predicate) {
  case ir::Predicate::Lt:
    return isBool ? CmpIPredicate::ult : CmpIPredicate::slt;
  case ir::Predicate::Le:
    return isBool ? CmpIPredicate::ule : CmpIPredicate::sle;
  case ir::Predicate::Gt:
    return isBool ? CmpIPredicate::ugt : CmpIPredicate::sgt;
  case ir::Predicate::Ge:
    return isBool ? CmpIPredicate::uge : CmpIPredicate::sge;
  case ir::Predicate::Eq:
    return CmpIPredicate::eq;
  case ir::Predicate::Ne:
    return CmpIPredicate::ne;
  }
  llvm_unreachable("no such predicate");
}

Value cpu::emitInteger(CodeBuilder &b, Operation *op, ValueRange x) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](ir::AbsOp) { return emitAbs(b, x[0]); })
      .Case([&](ir::NegOp) { return emitNegation(b, x[0]); })
      .Case([&](ir::SignOp) { return emitSign(b, x[0]); })
      .Case([&](ir::NotOp) { return b.negated(x[0]); })
      .Case([&](ir::AddOp) { return arith::AddIOp::create(b, x[0], x[1]); })
      .Case([&](ir::SubOp) { return arith::SubIOp::create(b, x[0], x[1]); })
      .Case([&](ir::MulOp) { return arith::MulIOp::create(b, x[0], x[1]); })
      .Case([&](ir::FloorDivOp) { return emitFloorDivision(b, x[0], x[1]); })
      .Case([&](ir::ModOp) { return emitModulo(b, x[0], x[1]); })
      .Case([&](ir::PowOp) { return b.callTyped("pow", x); })
      .Case([&](ir::MaxOp) { return emitMaximum(b, x[0], x[1]); })
      .Case([&](ir::MinOp) { return emitMinimum(b, x[0], x[1]); })
      .Case([&](ir::AndOp) { return b.both(x[0], x[1]); })
      .Case([&](ir::OrOp) { return b.either(x[0], x[1]); })
      .Case([&](ir::CompareOp compare) {
        const bool isBool = widthOf(x[0]) == 1;
        return b.compare(predicateOf(compare.getPredicate(), isBool), x[0],
                         x[1]);
      })
      .Default([](Operation *) { return Value(); });
}

Value cpu::emitScalar(CodeBuilder &b, Operation *op, ValueRange operands) {
  if (isa<ir::SelectOp>(op))
    return b.select(operands[0], operands[1], operands[2]);
  if (isFloat(operands[0]))
    return emitFloat(b, op, operands);
  return emitInteger(b, op, operands);
}
