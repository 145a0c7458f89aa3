//===- Reduction.cpp - states of reductions as code -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Reduction.h"

#include "backends/cpu/Scalar.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;
using arith::CmpIPredicate;
using ir::ReduceKind;

static Value emitInfinity(CodeBuilder &b, Type type, bool negative) {
  if (isFloat(type)) {
    const double infinity = std::numeric_limits<double>::infinity();
    return b.constant(type, negative ? -infinity : infinity);
  }
  const bool isWide = widthOf(type) == 64;
  if (negative)
    return b.integer(type, isWide ? std::numeric_limits<int64_t>::min()
                                  : std::numeric_limits<int32_t>::min());
  return b.integer(type, isWide ? std::numeric_limits<int64_t>::max()
                                : std::numeric_limits<int32_t>::max());
}

/// The type in which sums and products are accumulated.
static Type wideType(CodeBuilder &b, Type element) {
  return isFloat(element) ? b.vectorOf(b.getF64Type(), lanesOf(element))
                          : element;
}

static bool isCompensated(ReduceKind kind, Type element) {
  return kind == ReduceKind::Sum && getElementTypeOrSelf(element).isF64();
}

ReductionState cpu::emitNeutral(CodeBuilder &b, ReduceKind kind, Type element) {
  switch (kind) {
  case ReduceKind::Sum: {
    Value zero = b.constant(wideType(b, element), 0);
    if (isCompensated(kind, element))
      return {zero, zero};
    return {zero};
  }
  case ReduceKind::Prod:
    return {b.constant(wideType(b, element), 1)};
  case ReduceKind::Max:
    return {emitInfinity(b, element, /*negative=*/true)};
  case ReduceKind::Min:
    return {emitInfinity(b, element, /*negative=*/false)};
  case ReduceKind::Any:
    return {b.integer(element, 0)};
  case ReduceKind::All:
    return {b.integer(element, 1)};
  case ReduceKind::ArgMax:
  case ReduceKind::ArgMin:
    return {b.constant(element, 0),
            b.integer(b.vectorOf(b.getI64Type(), lanesOf(element)), -1)};
  }
  llvm_unreachable("no such reduction");
}

static Value widen(CodeBuilder &b, Value element) {
  Type wide = wideType(b, element.getType());
  if (element.getType() == wide)
    return element;
  return arith::ExtFOp::create(b, wide, element);
}

/// Neumaier: the second number gathers what the first one's roundings lost.
static ReductionState joinCompensated(CodeBuilder &b, ValueRange state,
                                      Value element) {
  Value sum = arith::AddFOp::create(b, state[0], element);
  Value larger =
      b.compare(CmpFPredicate::OGE, Value(LLVM::FAbsOp::create(b, state[0])),
                Value(LLVM::FAbsOp::create(b, element)));
  Value big = b.select(larger, state[0], element);
  Value small = b.select(larger, element, state[0]);
  Value lost =
      arith::AddFOp::create(b, arith::SubFOp::create(b, big, sum), small);
  return {sum, arith::AddFOp::create(b, state[1], lost)};
}

/// The first element, a better one, or the first NaN takes the place.
static ReductionState joinArgument(CodeBuilder &b, ReduceKind kind,
                                   ValueRange state, Value element,
                                   Value position) {
  const bool isMax = kind == ReduceKind::ArgMax;
  Value isFirst =
      b.compare(CmpIPredicate::slt, state[1], b.integer(state[1].getType(), 0));
  Value isBetter;
  if (isFloat(element)) {
    Value beats = b.compare(isMax ? CmpFPredicate::OGT : CmpFPredicate::OLT,
                            element, state[0]);
    Value newNaN = b.both(b.isNaN(element), b.negated(b.isNaN(state[0])));
    isBetter = b.either(beats, newNaN);
  } else {
    isBetter = b.compare(isMax ? CmpIPredicate::sgt : CmpIPredicate::slt,
                         element, state[0]);
  }
  Value takes = b.either(isFirst, isBetter);
  return {b.select(takes, element, state[0]),
          b.select(takes, position, state[1])};
}

ReductionState cpu::emitJoin(CodeBuilder &b, ReduceKind kind, ValueRange state,
                             Value element, Value position) {
  const bool floating = isFloat(element);
  switch (kind) {
  case ReduceKind::Sum:
    if (isCompensated(kind, element.getType()))
      return joinCompensated(b, state, element);
    if (floating)
      return {arith::AddFOp::create(b, state[0], widen(b, element))};
    return {arith::AddIOp::create(b, state[0], element)};
  case ReduceKind::Prod:
    if (floating)
      return {arith::MulFOp::create(b, state[0], widen(b, element))};
    return {arith::MulIOp::create(b, state[0], element)};
  case ReduceKind::Max:
    return {emitMaximum(b, state[0], element)};
  case ReduceKind::Min:
    return {emitMinimum(b, state[0], element)};
  case ReduceKind::Any:
    return {b.either(state[0], element)};
  case ReduceKind::All:
    return {b.both(state[0], element)};
  case ReduceKind::ArgMax:
  case ReduceKind::ArgMin:
    return joinArgument(b, kind, state, element, position);
  }
  llvm_unreachable("no such reduction");
}

Value cpu::emitFinish(CodeBuilder &b, ReduceKind kind, ValueRange state,
                      Type element) {
  if (kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin)
    return state[1];
  if (isCompensated(kind, element)) {
    // Beyond the finite numbers nothing was lost, but inf - inf was gathered.
    Value isFinite =
        b.compare(CmpFPredicate::OLT, Value(LLVM::FAbsOp::create(b, state[0])),
                  emitInfinity(b, element, /*negative=*/false));
    return b.select(isFinite, arith::AddFOp::create(b, state[0], state[1]),
                    state[0]);
  }
  if (isFloat(element) && widthOf(state[0]) > widthOf(element))
    return arith::TruncFOp::create(b, element, state[0]);
  return state[0];
}
