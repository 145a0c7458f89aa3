//===- EmitFloat.cpp - arithmetic of floats -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/MathFunctions.h"
#include "backends/cpu/Scalar.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;

static Value emitSign(CodeBuilder &b, Value x) {
  Type type = x.getType();
  Value zero = b.constant(type, 0);
  Value negative = b.select(b.compare(CmpFPredicate::OLT, x, zero),
                            b.constant(type, -1), zero);
  Value sign = b.select(b.compare(CmpFPredicate::OGT, x, zero),
                        b.constant(type, 1), negative);
  return b.select(b.isNaN(x), x, sign);
}

static CmpFPredicate predicateOf(ir::Predicate predicate) {
  switch (predicate) {
  case ir::Predicate::Lt:
    return CmpFPredicate::OLT;
  case ir::Predicate::Le:
    return CmpFPredicate::OLE;
  case ir::Predicate::Gt:
    return CmpFPredicate::OGT;
  case ir::Predicate::Ge:
    return CmpFPredicate::OGE;
  case ir::Predicate::Eq:
    return CmpFPredicate::OEQ;
  case ir::Predicate::Ne:
    return CmpFPredicate::UNE;
  }
  llvm_unreachable("no such predicate");
}

/// The function of one number behind `op`, or null.
static Num (*functionOf(Operation *op))(Num) {
  using Function = Num (*)(Num);
  return llvm::TypeSwitch<Operation *, Function>(op)
      .Case([](ir::ExpOp) { return emitExp; })
      .Case([](ir::Exp2Op) { return emitExp2; })
      .Case([](ir::Expm1Op) { return emitExpm1; })
      .Case([](ir::LogOp) { return emitLog; })
      .Case([](ir::Log1pOp) { return emitLog1p; })
      .Case([](ir::TanhOp) { return emitTanh; })
      .Case([](ir::SigmoidOp) { return emitSigmoid; })
      .Case([](ir::SinhOp) { return emitSinh; })
      .Case([](ir::CoshOp) { return emitCosh; })
      .Case([](ir::ErfOp) { return emitErf; })
      .Case([](ir::SinOp) { return emitSin; })
      .Case([](ir::CosOp) { return emitCos; })
      .Default([](Operation *) { return nullptr; });
}

/// The same of two numbers.
static Num (*functionOfTwo(Operation *op))(Num, Num) {
  using Function = Num (*)(Num, Num);
  return llvm::TypeSwitch<Operation *, Function>(op)
      .Case([](ir::PowOp) { return emitPow; })
      .Case([](ir::FloorDivOp) { return emitFloorDivision; })
      .Case([](ir::ModOp) { return emitModulo; })
      .Default([](Operation *) { return nullptr; });
}

Value cpu::emitMaximum(CodeBuilder &b, Value lhs, Value rhs) {
  if (isFloat(lhs))
    return arith::MaximumFOp::create(b, lhs, rhs);
  return arith::MaxSIOp::create(b, lhs, rhs);
}

Value cpu::emitMinimum(CodeBuilder &b, Value lhs, Value rhs) {
  if (isFloat(lhs))
    return arith::MinimumFOp::create(b, lhs, rhs);
  return arith::MinSIOp::create(b, lhs, rhs);
}

Value cpu::emitFloat(CodeBuilder &b, Operation *op, ValueRange x) {
  if (Num(*function)(Num) = functionOf(op))
    return function(Num(b, x[0]));
  if (Num(*function)(Num, Num) = functionOfTwo(op))
    return function(Num(b, x[0]), Num(b, x[1]));
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case([&](ir::AbsOp) { return LLVM::FAbsOp::create(b, x[0]); })
      .Case([&](ir::NegOp) { return arith::NegFOp::create(b, x[0]); })
      .Case([&](ir::SignOp) { return emitSign(b, x[0]); })
      .Case([&](ir::SqrtOp) { return LLVM::SqrtOp::create(b, x[0]); })
      .Case([&](ir::RsqrtOp) {
        return arith::DivFOp::create(b, b.constant(x[0].getType(), 1),
                                     LLVM::SqrtOp::create(b, x[0]));
      })
      .Case([&](ir::FloorOp) { return LLVM::FFloorOp::create(b, x[0]); })
      .Case([&](ir::AddOp) { return arith::AddFOp::create(b, x[0], x[1]); })
      .Case([&](ir::SubOp) { return arith::SubFOp::create(b, x[0], x[1]); })
      .Case([&](ir::MulOp) { return arith::MulFOp::create(b, x[0], x[1]); })
      .Case([&](ir::DivOp) { return arith::DivFOp::create(b, x[0], x[1]); })
      .Case([&](ir::MaxOp) { return emitMaximum(b, x[0], x[1]); })
      .Case([&](ir::MinOp) { return emitMinimum(b, x[0], x[1]); })
      .Case([&](ir::CompareOp compare) {
        return b.compare(predicateOf(compare.getPredicate()), x[0], x[1]);
      })
      .Default([](Operation *) { return Value(); });
}
