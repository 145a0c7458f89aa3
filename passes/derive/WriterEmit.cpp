//===- WriterEmit.cpp - formulas as operations ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Writer.h"

#include "ir/TypeOf.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <algorithm>
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

/// What the formula itself makes `e` of, if that is known; null where it has
/// axes that the normal form lost: where(q <= j, x, x) is x.
Value FoldWriter::writtenAs(Expr e) const {
  auto found = chain.algebra.written.find(e);
  if (found == chain.algebra.written.end())
    return nullptr;
  const Axes known = axesOf(e);
  for (ir::AxisAttr axis : typeOf(found->second).getAxes())
    if (!llvm::is_contained(axes, axis) && !llvm::is_contained(known, axis))
      return nullptr;
  return found->second;
}

Value FoldWriter::compute(Region &region, Expr e, Type element) {
  if (Value value = writtenAs(e))
    return converted(clone(region, value), element);
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
    return power(emit(region, e->args[0], element), e->number);
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
    return converted(other(region, e), element);
  }
  llvm_unreachable("all forms are listed");
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

/// The constant that a term is a multiple of.
static double scaleOf(Expr term) {
  const Expr first = factorsOf(term)[0];
  return first->form == Form::Constant ? first->number : 1;
}

/// A term without its negative sign, and whether it had one.
static std::pair<Expr, bool> signOf(Algebra &a, Expr term) {
  return scaleOf(term) < 0 ? std::make_pair(a.negate(term), true)
                           : std::make_pair(term, false);
}

/// Whether two terms lie near each other, so that their difference comes first:
/// a gauge and the same gauge as it was, a maximum and what it is a maximum of,
/// two maxima of multiples of the same.
bool FoldWriter::areNear(Expr x, Expr y) {
  Algebra &a = chain.algebra;
  // What a multiple of a maximum is the maximum of, or the term itself.
  auto boundOf = [&](Expr term) {
    Exprs factors;
    for (Expr factor : factorsOf(term)) {
      const Expr leaf = factor->form == Form::Safe ? factor->args[0] : factor;
      auto found = leaf->form == Form::New || leaf->form == Form::Old
                       ? a.facts.bound.find(leaf->reduction)
                       : a.facts.bound.end();
      if (found == a.facts.bound.end()) {
        factors.push_back(factor);
        continue;
      }
      Expr bound = found->second;
      while (bound->form == Form::Where)
        bound = bound->args[1];
      factors.push_back(bound);
    }
    return a.asRead(a.add(a.mul(factors), a.zero()));
  };
  return (x->moves() && a.atNew(x) == a.atNew(y)) ||
         ((x->moves() || y->moves()) && boundOf(x) == boundOf(y));
}

/// A term in units of `unit`, if it is a multiple of that by a short number:
/// others were none of the user's. Else null.
static Expr inUnitsOf(Algebra &a, double unit, Expr term) {
  const llvm::ArrayRef<Expr> factors = factorsOf(term);
  if (isConstant(factors[0], 0)) // 0 x
    return term;
  const double scale = scaleOf(term) / unit;
  const double rounded = std::round(scale * 4096) / 4096;
  if (rounded == 0 || std::abs(scale - rounded) > 1e-15 * std::abs(scale))
    return nullptr;
  return a.mul(a.constant(rounded), factors[0]->form == Form::Constant
                                        ? a.mul(factors.drop_front())
                                        : term);
}

Expr FoldWriter::inUnitsOf(double unit, Expr e) {
  Exprs terms;
  for (Expr term : termsOf(e)) {
    terms.push_back(::inUnitsOf(chain.algebra, unit, term));
    if (!terms.back())
      return nullptr;
  }
  return chain.algebra.add(terms);
}

/// Takes a sum of multiples by the same number out of `terms`: c x - c m, which
/// is computed as c (x - m), so that no digits are lost.
std::optional<std::pair<Expr, double>> FoldWriter::takeScaled(Exprs &terms) {
  Algebra &a = chain.algebra;
  for (Expr first : terms) {
    const double unit = std::abs(scaleOf(first));
    if (unit == 1 || unit == 0 || first->form == Form::Constant)
      continue;
    Exprs group;
    for (Expr term : terms)
      if (Expr inner = ::inUnitsOf(a, unit, term);
          inner && (term->form == Form::Constant ||
                    std::abs(scaleOf(inner)) == 1 || scaleOf(inner) == 0))
        group.push_back(term);
    if (group.size() < 2)
      continue;
    for (Expr term : group)
      llvm::erase(terms, term);
    return std::make_pair(a.add(group), unit);
  }
  return std::nullopt;
}

/// Takes the longest sum that is written like that out of `terms`, be it with
/// the opposite sign.
std::optional<std::pair<Expr, bool>> FoldWriter::takeWritten(Exprs &terms) {
  Algebra &a = chain.algebra;
  Expr longest = nullptr;
  bool isNegative = false;
  for (const auto &[sum, value] : a.written) {
    if (sum->form != Form::Add ||
        (longest && sum->args.size() <= longest->args.size()))
      continue;
    for (bool negative : {false, true})
      if (llvm::all_of(sum->args,
                       [&](Expr term) {
                         return llvm::is_contained(
                             terms, negative ? a.negate(term) : term);
                       }) &&
          writtenAs(sum)) {
        longest = sum;
        isNegative = negative;
      }
  }
  if (!longest)
    return std::nullopt;
  for (Expr term : longest->args)
    llvm::erase(terms, isNegative ? a.negate(term) : term);
  return std::make_pair(longest, isNegative);
}

Value FoldWriter::sum(Region &region, Expr e, Type element) {
  Algebra &a = chain.algebra;
  Exprs plus, minus, terms = e->args;
  Value total;
  auto put = [&](Value next) {
    total = total ? Value(ir::AddOp::create(b, loc, total, next)) : next;
  };
  // Extrema of the same data in other units cancel before anything joins them.
  for (Expr term : e->args) {
    auto [size, isNegative] = signOf(a, term);
    if (isNegative || !llvm::is_contained(terms, term))
      continue;
    for (Expr other : terms) {
      auto [taken, isTaken] = signOf(a, other);
      if (!isTaken || scaleOf(taken) == scaleOf(size) || term->hasData ||
          other->hasData || !areNear(size, taken))
        continue;
      Value from = emit(region, size, element);
      put(ir::SubOp::create(b, loc, from, emit(region, taken, element)));
      llvm::erase(terms, term);
      llvm::erase(terms, other);
      break;
    }
  }
  while (auto scaled = takeScaled(terms)) {
    const auto [multiple, unit] = *scaled;
    if (multiple == e)
      return ir::MulOp::create(b, loc,
                               emit(region, inUnitsOf(unit, e), element),
                               number(element, unit));
    plus.push_back(multiple);
  }
  while (auto taken = takeWritten(terms))
    (taken->second ? minus : plus).push_back(taken->first);
  for (Expr term : terms) {
    auto [size, isNegative] = signOf(a, term);
    (isNegative ? minus : plus).push_back(size);
  }
  // a - 1 - m, not a - m - 1: m may be the largest a - 1, in its digits.
  std::stable_partition(minus.begin(), minus.end(),
                        [](Expr term) { return !term->moves(); });
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

/// A power that is computed by products.
static bool isShort(double exponent) {
  return exponent == 2 || exponent == 3 || exponent == 4;
}

Value FoldWriter::power(Value x, double exponent) {
  if (exponent == 0.5)
    return ir::SqrtOp::create(b, loc, x);
  if (exponent == -0.5)
    return ir::RsqrtOp::create(b, loc, x);
  if (exponent == 1)
    return x;
  if (isShort(exponent)) {
    Value square = ir::MulOp::create(b, loc, x, x);
    if (exponent == 2)
      return square;
    return ir::MulOp::create(b, loc, square, exponent == 3 ? x : square);
  }
  return ir::PowOp::create(b, loc, x,
                           number(typeOf(x).getElementType(), exponent));
}

/// The factors of `part` taken out of `factors`, each once; false if one is not
/// among them.
static bool takeOut(Expr part, Exprs &factors) {
  for (Expr factor : part->args) {
    auto found = llvm::find(factors, factor);
    if (found == factors.end())
      return false;
    factors.erase(found);
  }
  return true;
}

/// The longest part of a product with unfinished reductions that is a product
/// as it is written: p / z * v may be finite where v / z is not. Null if there
/// is none.
Expr FoldWriter::writtenPart(Expr product) {
  Algebra &a = chain.algebra;
  Expr longest = nullptr;
  for (const auto &[known, value] : a.writtenMoving) {
    if (known->form != Form::Multiply ||
        known->args.size() >= product->args.size() ||
        (longest && known->args.size() <= longest->args.size()))
      continue;
    // Factors at a gauge are perhaps guarded (Laws::settle).
    Exprs settled;
    for (Expr factor : known->args)
      settled.push_back(factor->hasData ? a.atOld(factor)
                                        : a.safe(a.atOld(factor)));
    for (Expr part : {known, a.atOld(known), a.mul(settled)})
      if (Exprs factors = product->args;
          part->form == Form::Multiply && takeOut(part, factors))
        longest = part;
  }
  return longest;
}

/// Negative powers become divisors; a whole power's own factors come one by
/// one, after all others: a t t may be finite where t t is not.
Value FoldWriter::product(Region &region, Expr e, Type element) {
  Value over, under, exponentials;
  auto put = [&](Value &into, Value next) {
    into = into ? Value(ir::MulOp::create(b, loc, into, next)) : next;
  };
  bool negative = false;
  Exprs again, factors = e->args;
  if (const Expr part = writtenPart(e)) {
    over = emit(region, part, element);
    takeOut(part, factors);
  }
  const Exprs list = factors;
  const bool divides = llvm::any_of(list, [](Expr factor) {
    return factor->form == Form::Power && factor->number < 0;
  });
  // The ratio of two states of a gauge, not that of their products with others.
  auto baseOf = [](Expr factor) {
    return factor->form == Form::Power ? factor->args[0] : factor;
  };
  auto exponentOf = [](Expr factor) {
    return factor->form == Form::Power ? factor->number : 1;
  };
  for (Expr below : list) {
    const double exponent = -exponentOf(below);
    if (exponent != 1 && !isShort(exponent))
      continue;
    auto above = llvm::find_if(factors, [&](Expr factor) {
      return exponentOf(factor) == exponent &&
             (baseOf(factor) == baseOf(below) ||
              areNear(baseOf(factor), baseOf(below)));
    });
    if (above == factors.end())
      continue;
    Value ratio =
        ir::DivOp::create(b, loc, emit(region, baseOf(*above), element),
                          emit(region, baseOf(below), element));
    put(over, power(ratio, exponent));
    factors.erase(above);
    // One of them: x / x / x has two.
    factors.erase(llvm::find(factors, below));
  }
  for (Expr factor : factors) {
    const bool isPower = factor->form == Form::Power;
    if (isConstant(factor, -1))
      negative = true;
    else if (isPower && factor->number < 0)
      put(under,
          power(emit(region, factor->args[0], element), -factor->number));
    else if (factor->form == Form::Exp && divides)
      put(exponentials, emit(region, factor, element));
    else if (isPower && isShort(factor->number)) {
      put(over, emit(region, factor->args[0], element));
      again.append(static_cast<size_t>(factor->number) - 1, factor->args[0]);
    } else
      put(over, emit(region, factor, element));
  }
  for (Expr factor : again)
    put(over, emit(region, factor, element));
  // The ratio of two gauges is near 1: an exponential that is large, but not
  // too large, must not meet one of them alone.
  if (!over)
    std::swap(over, exponentials);
  if (!over)
    over = number(element, negative ? -1 : 1);
  else if (negative)
    over = ir::NegOp::create(b, loc, over);
  if (under)
    over = ir::DivOp::create(b, loc, over, under);
  return exponentials ? Value(ir::MulOp::create(b, loc, over, exponentials))
                      : over;
}

/// e^x, or 2^x where the user wrote that.
Value FoldWriter::exponential(Region &region, Expr exponent, Type element) {
  if (Expr binary = inUnitsOf(std::numbers::ln2, exponent))
    return ir::Exp2Op::create(b, loc, emit(region, binary, element));
  return ir::ExpOp::create(b, loc, emit(region, exponent, element));
}
