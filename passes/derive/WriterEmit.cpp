//===- WriterEmit.cpp - formulas as operations ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Writer.h"

#include "ir/TypeOf.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>
#include <limits>
#include <numbers>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

Value FoldWriter::number(Type element, double value) {
  TypedAttr attribute =
      isa<FloatType>(element)
          ? TypedAttr(b.getFloatAttr(element, value))
          : TypedAttr(b.getIntegerAttr(element, static_cast<int64_t>(value)));
  return ir::ConstantOp::create(
      b, loc, ir::ArrayType::get(element, ArrayRef<ir::AxisAttr>()), attribute);
}

Value FoldWriter::converted(Value value, Type element) {
  const ir::ArrayType type = typeOf(value);
  if (type.getElementType() == element)
    return value;
  return ir::CastOp::create(b, loc, type.withElement(element), value);
}

Value FoldWriter::emit(Region &region, Expr e, Type element) {
  if (auto found = region.known.find({e, element}); found != region.known.end())
    return found->second;
  Value made = compute(region, e, element);
  region.known[{e, element}] = made;
  return made;
}

Value FoldWriter::compute(Region &region, Expr e, Type element) {
  auto unary = [&](auto op) -> Value {
    return decltype(op)::create(b, loc, emit(region, e->args[0], element));
  };
  switch (e->form) {
  case Form::Constant:
    return number(element, e->number);
  case Form::Data:
    return converted(clone(region, e->value), element);
  case Form::Given:
    return converted(e->value, element);
  case Form::New:
    return converted(region.fresh.at(e->reduction), element);
  case Form::Old:
    return converted(region.old.at(e->reduction), element);
  case Form::Add:
    return sum(region, e, element);
  case Form::Multiply:
    return product(region, e, element);
  case Form::Power:
    if (e->number == -1)
      return ir::DivOp::create(b, loc, number(element, 1),
                               emit(region, e->args[0], element));
    return power(region, e->args[0], e->number, element);
  case Form::Exp:
    return exponential(region, e->args[0], element);
  case Form::Log:
    return unary(ir::LogOp());
  case Form::Abs:
    return unary(ir::AbsOp());
  case Form::Sin:
    return unary(ir::SinOp());
  case Form::Cos:
    return unary(ir::CosOp());
  case Form::Max:
    return ir::MaxOp::create(b, loc, emit(region, e->args[0], element),
                             emit(region, e->args[1], element));
  case Form::Safe:
    return finite(emit(region, e->args[0], element), /*divides=*/true);
  case Form::Where:
    return choice(region, e, element);
  case Form::Other:
    return other(region, e);
  }
  llvm_unreachable("all forms are listed");
}

/// The operation of `op`'s kind on other operands.
static Value like(OpBuilder &b, Operation *op, ArrayRef<Value> operands) {
  IRMapping map;
  for (auto [from, to] : llvm::zip_equal(op->getOperands(), operands))
    map.map(from, to);
  Operation *made = b.clone(*op, map);
  SmallVector<ir::ArrayType> types;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    made->setOperand(i, operand);
    types.push_back(typeOf(operand));
  }
  const Type element = typeOf(op->getResult(0)).getElementType();
  made->getResult(0).setType(
      ir::ArrayType::get(element, *ir::unionAxes(types)));
  return made->getResult(0);
}

Value FoldWriter::other(Region &region, Expr e) {
  SmallVector<Value> operands;
  for (auto [i, arg] : llvm::enumerate(e->args))
    operands.push_back(
        emit(region, arg, typeOf(e->like->getOperand(i)).getElementType()));
  return like(b, e->like, operands);
}

Value FoldWriter::choice(Region &region, Expr e, Type element) {
  ir::HardKind hard = ir::HardKind::None;
  if (e->hard && isConstant(e->args[2], 0))
    hard = ir::HardKind::Zero;
  if (e->hard &&
      isConstant(e->args[2], -std::numeric_limits<double>::infinity()))
    hard = ir::HardKind::NegInf;
  return ir::SelectOp::create(b, loc, emit(region, e->args[0], b.getI1Type()),
                              emit(region, e->args[1], element),
                              emit(region, e->args[2], element), hard);
}

/// A term without its negative sign, and whether it had one.
static std::pair<Expr, bool> signOf(Algebra &a, Expr term) {
  const double scale =
      term->form == Form::Constant ? term->number
      : term->form == Form::Multiply && term->args[0]->form == Form::Constant
          ? term->args[0]->number
          : 1;
  return scale < 0 ? std::make_pair(a.negate(term), true)
                   : std::make_pair(term, false);
}

/// Whether two terms lie near each other, so that their difference comes first:
/// a gauge and the same gauge as it was, a maximum and what it is a maximum of.
bool FoldWriter::areNear(Expr x, Expr y) {
  Algebra &a = chain.algebra;
  auto isMaximumOf = [&](Expr gauge, Expr element) {
    if (gauge->form != Form::New && gauge->form != Form::Old)
      return false;
    auto found = a.facts.bound.find(gauge->reduction);
    if (found == a.facts.bound.end())
      return false;
    Expr bound = found->second;
    while (bound->form == Form::Where)
      bound = bound->args[1];
    return bound == element;
  };
  return (x->moves() && a.atNew(x) == a.atNew(y)) || isMaximumOf(x, y) ||
         isMaximumOf(y, x);
}

Value FoldWriter::sum(Region &region, Expr e, Type element) {
  Algebra &a = chain.algebra;
  Exprs plus, minus;
  for (Expr term : e->args) {
    auto [size, isNegative] = signOf(a, term);
    (isNegative ? minus : plus).push_back(size);
  }
  Value total;
  auto put = [&](Value next) {
    total = total ? Value(ir::AddOp::create(b, loc, total, next)) : next;
  };
  for (Expr term : plus) {
    Value next = emit(region, term, element);
    auto near =
        llvm::find_if(minus, [&](Expr other) { return areNear(term, other); });
    if (near != minus.end()) {
      next = ir::SubOp::create(b, loc, next, emit(region, *near, element));
      minus.erase(near);
    }
    put(next);
  }
  for (Expr term : minus) {
    Value next = emit(region, term, element);
    total = total ? Value(ir::SubOp::create(b, loc, total, next))
                  : Value(ir::NegOp::create(b, loc, next));
  }
  return total;
}

Value FoldWriter::power(Region &region, Expr base, double exponent,
                        Type element) {
  Value x = emit(region, base, element);
  if (exponent == 0.5)
    return ir::SqrtOp::create(b, loc, x);
  if (exponent == -0.5)
    return ir::RsqrtOp::create(b, loc, x);
  if (exponent == 1)
    return x;
  if (exponent == 2 || exponent == 3 || exponent == 4) {
    Value square = ir::MulOp::create(b, loc, x, x);
    if (exponent == 2)
      return square;
    return ir::MulOp::create(b, loc, square, exponent == 3 ? x : square);
  }
  return ir::PowOp::create(b, loc, x, number(element, exponent));
}

/// Negative powers become divisors.
Value FoldWriter::product(Region &region, Expr e, Type element) {
  Value over, under;
  auto put = [&](Value &into, Value next) {
    into = into ? Value(ir::MulOp::create(b, loc, into, next)) : next;
  };
  bool negative = false;
  for (Expr factor : e->args) {
    if (isConstant(factor, -1))
      negative = true;
    else if (factor->form == Form::Power && factor->number < 0)
      put(under, power(region, factor->args[0], -factor->number, element));
    else
      put(over, emit(region, factor, element));
  }
  if (!over)
    over = number(element, negative ? -1 : 1);
  else if (negative)
    over = ir::NegOp::create(b, loc, over);
  return under ? Value(ir::DivOp::create(b, loc, over, under)) : over;
}

/// e^x, or 2^x where the user wrote that: a multiple of log 2 that is a short
/// number was none of the user's.
Value FoldWriter::exponential(Region &region, Expr exponent, Type element) {
  Algebra &a = chain.algebra;
  Exprs binary;
  for (Expr term : termsOf(exponent)) {
    const llvm::ArrayRef<Expr> factors = factorsOf(term);
    const double scale = factors[0]->form == Form::Constant
                             ? factors[0]->number / std::numbers::ln2
                             : 0;
    const double rounded = std::round(scale * 4096) / 4096;
    if (rounded == 0 || std::abs(scale - rounded) > 1e-15 * std::abs(scale)) {
      binary.clear();
      break;
    }
    binary.push_back(a.mul(a.constant(rounded), a.mul(factors.drop_front())));
  }
  if (binary.empty())
    return ir::ExpOp::create(b, loc, emit(region, exponent, element));
  return ir::Exp2Op::create(b, loc, emit(region, a.add(binary), element));
}

/// What varies along the folded axes is computed inside, from what is kept.
Value FoldWriter::clone(Region &region, Value value) {
  auto isOutside = [&](Value v) {
    if (v.getDefiningOp<ir::LiteralOp>())
      return true;
    if (!v.getDefiningOp<ir::RenameOp>() && placement.isSource(v))
      return true;
    return llvm::none_of(axes, [&](ir::AxisAttr axis) {
      return typeOf(v).hasAxis(axis.getName());
    });
  };
  llvm::SetVector<Operation *> inside;
  SmallVector<Value> work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (region.cloned.contains(next) || isOutside(next) ||
        !inside.insert(next.getDefiningOp()))
      continue;
    llvm::append_range(work, next.getDefiningOp()->getOperands());
  }
  SmallVector<Operation *> order = inside.takeVector();
  llvm::sort(order,
             [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  for (Operation *op : order)
    b.clone(*op, region.cloned);
  return region.cloned.lookupOrDefault(value);
}
