//===- RoundingBound.cpp - how far roundings may carry a result -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/RoundingBound.h"

#include "ir/TypeOf.h"
#include "passes/Demand.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace fovea;

namespace {
class RoundingBound {
public:
  explicit RoundingBound(ir::FuncOp func) : func(func), b(func.getContext()) {}
  void replace();

private:
  Value magnitudeOf(Operation *op);
  Value ofSum(Operation *op);
  Value ofReduce(ir::ReduceOp op);
  Value ofSelect(ir::SelectOp op);
  /// The op with that in place of its first operand.
  Value moved(Operation *op, Value source);

  /// A number in f64.
  Value wide(Value value) {
    const ir::ArrayType type = ir::typeOf(value);
    if (type.getElementType().isF64())
      return value;
    return ir::CastOp::create(b, at, type.withElement(b.getF64Type()), value);
  }
  /// As a product, of which a hard 0 stays one: what it stands beside may fail.
  Value size(Value value) {
    Value number = wide(value);
    return times(number, ir::SignOp::create(b, at, number));
  }
  Value plus(Value lhs, Value rhs) {
    return ir::AddOp::create(b, at, lhs, rhs);
  }
  Value times(Value lhs, Value rhs) {
    return ir::MulOp::create(b, at, lhs, rhs);
  }
  Value over(Value lhs, Value rhs) {
    return ir::DivOp::create(b, at, lhs, rhs);
  }
  Value number(double value) {
    const Type element = b.getF64Type();
    return ir::ConstantOp::create(
        b, at, ir::ArrayType::get(element, llvm::ArrayRef<ir::AxisAttr>()),
        b.getFloatAttr(element, value));
  }
  Value magnitude(Value value) { return known.at(value); }

  ir::FuncOp func;
  OpBuilder b;
  /// Of the present op.
  Location at = func.getLoc();
  /// Of each float value.
  llvm::DenseMap<Value, Value> known;
};
} // namespace

Value RoundingBound::moved(Operation *op, Value source) {
  IRMapping mapping;
  mapping.map(op->getOperand(0), source);
  Operation *copy = b.clone(*op, mapping);
  Value result = copy->getResult(0);
  result.setType(ir::typeOf(result).withElement(b.getF64Type()));
  return result;
}

Value RoundingBound::ofReduce(ir::ReduceOp op) {
  // Numbers that differ by so much have maxima that differ by no more.
  ir::ReduceKind kind = op.getKind();
  if (kind == ir::ReduceKind::Min)
    kind = ir::ReduceKind::Max;
  if (kind != ir::ReduceKind::Sum && kind != ir::ReduceKind::Max)
    return size(op);
  return ir::ReduceOp::create(b, at, op.getType().withElement(b.getF64Type()),
                              kind, magnitude(op.getOperand()), op.getGuard(),
                              op.getAxes());
}

Value RoundingBound::ofSum(Operation *op) {
  Value sum = plus(magnitude(op->getOperand(0)), magnitude(op->getOperand(1)));
  Value result = op->getResult(0);
  if (!mayBeHard(result))
    return sum;
  // Beside a hard -inf the other term is not needed.
  const Type element = ir::typeOf(result).getElementType();
  Value excluded = ir::ConstantOp::create(
      b, at, ir::ArrayType::get(element, llvm::ArrayRef<ir::AxisAttr>()),
      b.getFloatAttr(element, -std::numeric_limits<double>::infinity()));
  Value isExcluded =
      ir::CompareOp::create(b, at, ir::Predicate::Eq, result, excluded);
  return ir::SelectOp::create(b, at, isExcluded, number(0), sum,
                              ir::HardKind::None);
}

Value RoundingBound::ofSelect(ir::SelectOp op) {
  // A hard 0 stays one, so that what it is multiplied by does not matter.
  const bool isZero = op.getHard() == ir::HardKind::Zero;
  Value otherwise = isZero ? wide(op.getOnFalse()) : magnitude(op.getOnFalse());
  return ir::SelectOp::create(b, at, op.getCondition(),
                              magnitude(op.getOnTrue()), otherwise,
                              isZero ? ir::HardKind::Zero : ir::HardKind::None);
}

Value RoundingBound::magnitudeOf(Operation *op) {
  Value result = op->getResult(0);
  auto first = [&] { return magnitude(op->getOperand(0)); };
  auto second = [&] { return magnitude(op->getOperand(1)); };
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<ir::AddOp, ir::SubOp>([&](auto) { return ofSum(op); })
      .Case<ir::MulOp>([&](auto) { return times(first(), second()); })
      .Case<ir::DivOp>([&](auto) {
        Value divisor = size(op->getOperand(1));
        return times(over(first(), divisor), over(second(), divisor));
      })
      .Case<ir::MinOp, ir::MaxOp>([&](auto) -> Value {
        return ir::MaxOp::create(b, at, first(), second());
      })
      .Case<ir::NegOp, ir::AbsOp>([&](auto) { return first(); })
      .Case<ir::ReduceOp>([&](auto reduce) { return ofReduce(reduce); })
      .Case<ir::SelectOp>([&](auto select) { return ofSelect(select); })
      .Case<ir::RenameOp, ir::AtOp>([&](auto) { return moved(op, first()); })
      .Case<ir::CastOp>([&](auto cast) {
        return ir::typeOf(cast.getOperand()).isFloat() ? first() : size(cast);
      })
      .Case<ir::ExpOp, ir::Exp2Op>([&](auto) {
        // A product, see `size`.
        return times(size(result), plus(number(1), first()));
      })
      .Case<ir::LogOp>([&](auto) {
        return plus(size(result), over(first(), size(op->getOperand(0))));
      })
      // Three quarters of that are enough: |a| is M(a) at most. A quotient, of
      // which a hard 0 stays one.
      .Case<ir::SqrtOp>(
          [&](auto) { return over(times(number(2), first()), size(result)); })
      // Their slopes are at most 1 (that of erf 1.13).
      .Case<ir::TanhOp, ir::SigmoidOp, ir::SinOp, ir::CosOp, ir::ErfOp>(
          [&](auto) { return plus(size(result), first()); })
      .Case<ir::ConstantOp>([&](auto constant) {
        auto value = cast<FloatAttr>(constant.getValue());
        // An infinity is no term that is rounded.
        return value.getValue().isInfinity() ? number(0) : size(result);
      })
      // What is exact, and the others, of which nothing better is said.
      .Default([&](auto) { return size(result); });
}

void RoundingBound::replace() {
  std::vector<Operation *> all;
  for (Operation &op : func.getBody().front())
    all.push_back(&op);
  for (Operation *op : all) {
    if (auto output = dyn_cast<ir::OutputOp>(op)) {
      if (ir::typeOf(output.getValue()).isFloat())
        output.getValueMutable().assign(magnitude(output.getValue()));
      continue;
    }
    if (op->getNumResults() != 1 || !ir::typeOf(op->getResult(0)).isFloat())
      continue;
    at = op->getLoc();
    b.setInsertionPointAfter(op);
    known[op->getResult(0)] = magnitudeOf(op);
  }
  for (Operation &op :
       llvm::make_early_inc_range(llvm::reverse(func.getBody().front())))
    if (isOpTriviallyDead(&op))
      op.erase();
}

void certificate::replaceByRoundingBounds(ir::FuncOp func) {
  RoundingBound(func).replace();
}
