//===- Signs.cpp - what is proven of the sign of a formula ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/TypeOf.h"
#include "passes/derive/Expr.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/SetVector.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;

static constexpr double infinity = std::numeric_limits<double>::infinity();

static bool isPositiveConstant(ir::ConstantOp constant) {
  if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
    return number.getValueAsDouble() > 0;
  auto number = dyn_cast<IntegerAttr>(constant.getValue());
  return number && !number.getType().isInteger(1) && number.getInt() > 0;
}

/// Of a number that is given: positive constants, sizes, exponentials, and what
/// keeps the sign. A size of 0 leaves nothing to visit, or makes what is
/// divided by it infinite in the formula as well.
static bool isPositiveArray(Value array) {
  // What keeps the sign does if all that it is made from is positive.
  llvm::SetVector<Value> all;
  all.insert(array);
  for (size_t i = 0; i < all.size(); ++i) {
    const Value value = all[i];
    Operation *op = value.getDefiningOp();
    auto constant = dyn_cast_or_null<ir::ConstantOp>(op);
    if (isa_and_present<ir::SizeOp, ir::ExpOp, ir::Exp2Op, ir::CoshOp>(op) ||
        (constant && isPositiveConstant(constant)))
      continue;
    const bool isOfFloats =
        isa_and_present<ir::CastOp, ir::AddOp, ir::MulOp, ir::DivOp>(op) &&
        ir::typeOf(value).isFloat();
    if (!isOfFloats &&
        !isa_and_present<ir::SqrtOp, ir::RsqrtOp, ir::RenameOp>(op))
      return false;
    all.insert(op->operand_begin(), op->operand_end());
  }
  return true;
}

bool Algebra::isPositive(Expr e) const {
  if (positiveReductions != facts.positive.size()) {
    positive.clear();
    positiveReductions = facts.positive.size();
  }
  return positive.of(e, [&](Expr part) { return provePositive(part); });
}

bool Algebra::provePositive(Expr e) const {
  auto all = [&] {
    return llvm::all_of(e->args, [&](Expr arg) { return isPositive(arg); });
  };
  switch (e->form) {
  case Form::Constant:
    return e->number > 0;
  case Form::New:
  case Form::Old:
    return facts.positive.count(e->reduction) != 0;
  case Form::Data:
  case Form::Given:
    return isPositiveArray(e->value);
  case Form::Power:
  case Form::Safe:
    return isPositive(e->args[0]);
  case Form::Exp:
    return true;
  case Form::Where:
    return isPositive(e->args[1]) && isPositive(e->args[2]);
  case Form::Add:
  case Form::Multiply:
  case Form::Max:
    return all();
  default:
    return false;
  }
}

std::optional<unsigned> Algebra::maximumTaken(Expr e) {
  if (e->form == Form::Multiply) {
    Exprs rest;
    for (Expr factor : e->args)
      if (!isPositive(factor))
        rest.push_back(factor);
    if (rest.size() == 1 && rest.front() != e)
      if (const std::optional<unsigned> top = maximumTaken(rest.front()))
        return top;
  }
  if (e->form != Form::Add)
    return std::nullopt;
  e = asRead(e);
  Exprs domain;
  for (Expr condition : facts.domain)
    domain.push_back(asRead(condition));
  for (Expr term : termsOf(e)) {
    // A term k * max u, k < 0, of which e must be the rest.
    const llvm::ArrayRef<Expr> factors = factorsOf(term);
    Exprs scale;
    Expr top = nullptr;
    for (Expr factor : factors)
      if (!top && (factor->form == Form::New || factor->form == Form::Old) &&
          facts.bound.count(factor->reduction))
        top = factor;
      else
        scale.push_back(factor);
    if (!top)
      continue;
    const Expr factor = negate(mul(scale));
    if (!isPositive(factor))
      continue;
    Expr element = facts.bound.at(top->reduction);
    while (excludes(element, -infinity) &&
           llvm::is_contained(domain, element->args[0]))
      element = element->args[1];
    if (add(mul(factor, element), negate(mul(factor, top))) == e)
      return top->reduction;
    // The multiple may be distributed over the terms.
    Exprs terms;
    for (Expr part : termsOf(element))
      terms.push_back(mul(factor, part));
    terms.push_back(negate(mul(factor, top)));
    if (add(terms) == e)
      return top->reduction;
  }
  return std::nullopt;
}
