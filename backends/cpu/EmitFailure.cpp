//===- EmitFailure.cpp - whether an element could be had ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "passes/Demand.h"
#include "passes/kernels/Reads.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpIPredicate;

/// `first` with the failure of `second` if it has none itself.
Element Emitter::firstFailure(Element first, const Element &second) {
  if (!second.failure)
    return first;
  if (!first.failure) {
    first.failure = second.failure;
    first.culprit = second.culprit;
    return first;
  }
  Value failed = b.compare(CmpIPredicate::ne, first.failure, b.i64(0));
  first.failure = b.select(failed, first.failure, second.failure);
  first.culprit = b.select(failed, first.culprit, second.culprit);
  return first;
}

/// The failure of `element` where `condition` holds.
static Element onlyWhere(CodeBuilder &b, Value condition, Element element) {
  if (!element.failure)
    return element;
  element.failure = b.select(condition, element.failure, b.i64(0));
  return element;
}

/// Whether operand `i` can be had and is a hard number that makes the other one
/// unneeded; null if it never is.
static Value absorbing(CodeBuilder &b, Operation *op,
                       ArrayRef<Element> operands, unsigned i) {
  const ir::HardKind kind = absorbingKind(op, i);
  if (kind == ir::HardKind::None || !operands[1 - i].failure)
    return nullptr;
  Value hard = kind == ir::HardKind::Zero ? operands[i].hardZero
                                          : operands[i].hardNegInf;
  if (!hard || !operands[i].failure)
    return hard;
  return b.both(hard,
                b.compare(CmpIPredicate::eq, operands[i].failure, b.i64(0)));
}

/// Lazy operations take the failures of what they need.
Element Emitter::combineFailures(Operation *op, Element result,
                                 ArrayRef<Element> operands) {
  if (operands.size() == 2 && !isa<ir::AndOp, ir::OrOp>(op)) {
    for (unsigned i : {0, 1}) {
      Element needed = operands[i];
      if (Value absorbs = absorbing(b, op, operands, 1 - i))
        needed = onlyWhere(b, b.negated(absorbs), needed);
      result = firstFailure(result, needed);
    }
    return result;
  }
  result = firstFailure(result, operands[0]);
  if (isa<ir::SelectOp>(op)) {
    Value condition = operands[0].value;
    result = firstFailure(result, onlyWhere(b, condition, operands[1]));
    if (!operands[2].failure)
      return result;
    return firstFailure(result,
                        onlyWhere(b, b.negated(condition), operands[2]));
  }
  for (const Element &operand : operands.drop_front()) {
    if (!operand.failure)
      continue;
    Element needed = operand;
    if (isa<ir::AndOp>(op))
      needed = onlyWhere(b, operands[0].value, operand);
    else if (isa<ir::OrOp>(op))
      needed = onlyWhere(b, b.negated(operands[0].value), operand);
    result = firstFailure(result, needed);
  }
  return result;
}

/// What FailureWords says: the check and the position.
Value Emitter::failureWord(unsigned check, const Request &request) {
  auto type = typeOf(request.value);
  Value position =
      positionIn(type.getAxes(), byAxis(request.value, request.coords));
  const int64_t mask = (int64_t(1) << positionBits) - 1;
  Value low = b.both(position, b.i64(mask));
  return b.either(low, b.i64(static_cast<int64_t>(check + 1) << positionBits));
}

/// Integer divisions by zero, and zero to a negative power.
Element Emitter::checkDivision(const Request &request, Element result,
                               ArrayRef<Element> operands) {
  Operation *op = request.value.getDefiningOp();
  if (facts.isSafeDivision(op))
    return result;
  auto isZero = [&](Value x) {
    return b.compare(CmpIPredicate::eq, x, b.integer(x.getType(), 0));
  };
  Value failed;
  if (isa<ir::PowOp>(op)) {
    Value exponent = operands[1].value;
    Value negative = b.compare(CmpIPredicate::slt, exponent,
                               b.integer(exponent.getType(), 0));
    failed = b.both(isZero(operands[0].value), negative);
  } else {
    failed = isZero(operands[1].value);
  }
  const unsigned check =
      tables.check(StatusCode::DivisionByZero, request.value);
  Element own;
  own.failure = b.select(failed, failureWord(check, request), b.i64(0));
  own.culprit = b.i64(0);
  return firstFailure(result, own);
}
