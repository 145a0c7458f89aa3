//===- ElaborateSize.cpp - dimensions and requirements --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "ir/Size.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

SizeAttr Elaborator::sizeName(const ast::Expr &expr, const std::string &name,
                              Scope *scope, bool report) {
  const Named *named = lookup(name, scope);
  if (!named) {
    if (report)
      reportUnknown(name, expr.range, scope);
    return {};
  }
  if (auto *dimension = std::get_if<Dimension>(&named->entity))
    return dimension->size;
  // A name for a formula of dimensions: `half = D // 2`.
  if (auto *defined = std::get_if<Defined>(&named->entity)) {
    const ast::Definition &syntax = *defined->definition->syntax;
    bool whole = syntax.targets.size() == 1 && !syntax.targets.front().indexed;
    if (whole &&
        defined->definition->progress != DefinitionState::Progress::Running)
      if (SizeAttr found =
              size(*syntax.value, defined->definition->scope, false))
        return found;
  }
  // An array's number that is known now: `n = 3` handed to a function.
  if (auto *array = std::get_if<Array>(&named->entity)) {
    if (auto known = array->value.getDefiningOp<SizeOp>();
        known && !array->rank())
      return known.getSize();
    std::optional<Number> number = constantOf(*array);
    if (number && array->isInt())
      return sizeConstant(emit.context, *number->integer);
  }
  if (report)
    error(expr.range, "`" + name + "` is no dimension")
        .at(named->range, "defined here")
        .fix("a size is made of dimensions and whole numbers, known before "
             "the numbers are");
  return {};
}

SizeAttr Elaborator::size(const ast::Expr &expr, Scope *scope, bool report) {
  if (auto *number = expr.as<ast::Number>(); number && number->isInteger)
    return sizeConstant(emit.context, number->integer);
  if (auto *id = expr.as<ast::Name>())
    return sizeName(expr, id->name, scope, report);
  if (auto *unary = expr.as<ast::Unary>();
      unary && unary->op == ast::UnaryOp::Neg) {
    SizeAttr operand = size(*unary->operand, scope, report);
    return operand ? sizeSub(sizeConstant(emit.context, 0), operand)
                   : SizeAttr();
  }
  auto *binary = expr.as<ast::Binary>();
  if (!binary) {
    if (report)
      error(expr.range, "a size is made of dimensions, whole numbers and "
                        "`+ - * // %`");
    return {};
  }
  SizeAttr a = size(*binary->lhs, scope, report);
  SizeAttr b = a ? size(*binary->rhs, scope, report) : SizeAttr();
  if (!a || !b)
    return {};
  bool divides =
      binary->op == ast::BinaryOp::FloorDiv || binary->op == ast::BinaryOp::Mod;
  if (divides && b.getConstant() == 0) {
    if (report)
      error(binary->rhs->range, "division by zero");
    return {};
  }
  switch (binary->op) {
  case ast::BinaryOp::Add:
    return sizeAdd(a, b);
  case ast::BinaryOp::Sub:
    return sizeSub(a, b);
  case ast::BinaryOp::Mul:
    return sizeMul(a, b);
  case ast::BinaryOp::FloorDiv:
    return sizeFloorDiv(a, b);
  case ast::BinaryOp::Mod:
    return sizeMod(a, b);
  default:
    break;
  }
  if (report) {
    fovea::Diagnostic &diagnostic =
        error(binary->opRange, "a size is made of dimensions, whole numbers "
                               "and `+ - * // %`");
    if (binary->op == ast::BinaryOp::Div)
      diagnostic.fix("`/` is real division: write `//`");
  }
  return {};
}

static Relation relationOf(ast::Comparison op) {
  switch (op) {
  case ast::Comparison::Lt:
    return Relation::Lt;
  case ast::Comparison::Le:
    return Relation::Le;
  case ast::Comparison::Gt:
    return Relation::Gt;
  case ast::Comparison::Ge:
    return Relation::Ge;
  case ast::Comparison::Ne:
    return Relation::Ne;
  default:
    return Relation::Eq;
  }
}

static bool holds(Relation relation, int64_t a, int64_t b) {
  switch (relation) {
  case Relation::Eq:
    return a == b;
  case Relation::Ne:
    return a != b;
  case Relation::Lt:
    return a < b;
  case Relation::Le:
    return a <= b;
  case Relation::Gt:
    return a > b;
  case Relation::Ge:
    return a >= b;
  }
  llvm_unreachable("all relations are handled");
}

bool Elaborator::require(const ast::Expr &condition, Scope *scope,
                         SourceRange whole) {
  if (auto *both = condition.as<ast::Binary>();
      both && both->op == ast::BinaryOp::And)
    return require(*both->lhs, scope, both->lhs->range) &
           require(*both->rhs, scope, both->rhs->range);
  auto *compare = condition.as<ast::Compare>();
  if (!compare || llvm::is_contained(compare->ops, ast::Comparison::Approx)) {
    error(condition.range, "`require` needs a comparison of dimensions")
        .fix("for example `require H % G == 0`");
    return false;
  }
  std::vector<SizeAttr> sizes;
  for (const ast::ExprPtr &operand : compare->operands) {
    SizeAttr known = size(*operand, scope);
    if (!known)
      return false;
    sizes.push_back(known);
  }
  auto text = StringAttr::get(emit.context, whole.text());
  for (auto [i, op] : llvm::enumerate(compare->ops)) {
    SizeAttr difference = sizeSub(sizes[i], sizes[i + 1]);
    std::optional<int64_t> known = difference.getConstant();
    if (!known) {
      requirements.push_back(RequireAttr::get(
          emit.context, sizes[i], relationOf(op), sizes[i + 1], text));
      continue;
    }
    if (holds(relationOf(op), *known, 0))
      continue;
    error(condition.range,
          "requirement `" + std::string(whole.text()) + "` cannot hold")
        .fix("its left side is " + sizeText(sizes[i]) +
             " here, its right side " + sizeText(sizes[i + 1]));
    return false;
  }
  return true;
}

bool Elaborator::knownMultiple(SizeAttr size, SizeAttr of) const {
  SizeAttr rest = sizeMod(size, of);
  if (rest.getConstant() == 0)
    return true;
  SizeAttr zero = sizeConstant(emit.context, 0);
  return llvm::any_of(requirements, [&](RequireAttr known) {
    return known.getRelation() == Relation::Eq && known.getLhs() == rest &&
           known.getRhs() == zero;
  });
}
