//===- Accumulation.cpp - states of accumulators as code ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Accumulation.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

ReductionState Accumulation::neutral(CodeBuilder &b) const {
  if (isNarrow)
    return {b.constant(element, 0)};
  return emitNeutral(b, kind, element);
}

ReductionState Accumulation::join(CodeBuilder &b, ValueRange state,
                                  Value element, Value position) const {
  if (isNarrow)
    return {arith::AddFOp::create(b, state[0], element)};
  return emitJoin(b, kind, state, element, position);
}

/// Of two elements the better one, of equal ones the first; NaN is best.
static ReductionState combineArguments(CodeBuilder &b, bool isMax,
                                       ValueRange lhs, ValueRange rhs) {
  Value beats, ties;
  if (isFloat(lhs[0])) {
    Value isNaN = b.isNaN(rhs[0]), wasNaN = b.isNaN(lhs[0]);
    beats = b.either(b.compare(isMax ? CmpFPredicate::OGT : CmpFPredicate::OLT,
                               rhs[0], lhs[0]),
                     b.both(isNaN, b.negated(wasNaN)));
    ties = b.either(b.compare(CmpFPredicate::OEQ, rhs[0], lhs[0]),
                    b.both(isNaN, wasNaN));
  } else {
    beats = b.compare(isMax ? CmpIPredicate::sgt : CmpIPredicate::slt, rhs[0],
                      lhs[0]);
    ties = b.compare(CmpIPredicate::eq, rhs[0], lhs[0]);
  }
  Value none = b.integer(lhs[1].getType(), 0);
  Value isFirst = b.compare(CmpIPredicate::slt, rhs[1], lhs[1]);
  Value isBetter = b.either(beats, b.both(ties, isFirst));
  Value takes =
      b.both(b.compare(CmpIPredicate::sge, rhs[1], none),
             b.either(b.compare(CmpIPredicate::slt, lhs[1], none), isBetter));
  return {b.select(takes, rhs[0], lhs[0]), b.select(takes, rhs[1], lhs[1])};
}

ReductionState Accumulation::combine(CodeBuilder &b, ValueRange lhs,
                                     ValueRange rhs) const {
  if (ir::isArg(kind))
    return combineArguments(b, kind == ir::ReduceKind::ArgMax, lhs, rhs);
  if (isNarrow)
    return {arith::AddFOp::create(b, lhs[0], rhs[0])};
  if (lhs.size() == 2) {
    ReductionState sum = emitJoin(b, kind, lhs, rhs[0], nullptr);
    sum[1] = arith::AddFOp::create(b, sum[1], rhs[1]);
    return sum;
  }
  if (kind == ir::ReduceKind::Sum && isFloat(lhs[0]))
    return {arith::AddFOp::create(b, lhs[0], rhs[0])};
  if (kind == ir::ReduceKind::Prod && isFloat(lhs[0]))
    return {arith::MulFOp::create(b, lhs[0], rhs[0])};
  return emitJoin(b, kind, lhs, rhs[0], nullptr);
}

ReductionState Accumulation::acrossLanes(CodeBuilder &b,
                                         ValueRange state) const {
  ReductionState parts(state);
  for (int64_t lanes = lanesOf(state[0]); lanes > 1; lanes /= 2) {
    ReductionState low, high;
    for (Value part : parts) {
      low.push_back(b.slice(part, 0, lanes / 2));
      high.push_back(b.slice(part, lanes / 2, lanes / 2));
    }
    parts = withLanes(lanes / 2).combine(b, low, high);
  }
  return parts;
}

Value Accumulation::finish(CodeBuilder &b, ValueRange state) const {
  if (isNarrow)
    return state[0];
  return emitFinish(b, kind, state, element);
}

ReductionState Accumulation::from(CodeBuilder &b, Value number) const {
  ReductionState state = neutral(b);
  if (state[0].getType() != number.getType())
    number = arith::ExtFOp::create(b, state[0].getType(), number);
  state[0] = number;
  return state;
}

Accumulation Accumulation::withLanes(int64_t lanes) const {
  return {kind, CodeBuilder::vectorOf(getElementTypeOrSelf(element), lanes),
          isNarrow};
}
