//===- Ast.cpp - programs as the generator makes them ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Ast.h"

#include <algorithm>

using namespace fovea::generate;

std::string Dim::text() const {
  std::string out = factor == 1 ? "" : std::to_string(factor) + " * ";
  out += b.empty() ? a : a + " * " + b;
  if (offset > 0)
    out += " + " + std::to_string(offset);
  if (offset < 0)
    out += " - " + std::to_string(-offset);
  return out;
}

int64_t Dim::eval(const Sizes &sizes) const {
  int64_t value = factor * sizes.at(a);
  return (b.empty() ? value : value * sizes.at(b)) + offset;
}

static bool hides(const Expr &expr, const std::string &name) {
  return std::any_of(expr.binders.begin(), expr.binders.end(),
                     [&](const Binder &b) { return b.name == name; });
}

bool fovea::generate::hasBareUse(const Expr &expr, const std::string &index) {
  if (hides(expr, index) || expr.kind == Expr::Kind::Lambda)
    return false;
  for (const ExprPtr &kid : expr.kids) {
    if (expr.kind == Expr::Kind::Read && kid->kind == Expr::Kind::Leaf &&
        kid->head == index)
      return true;
    if (hasBareUse(*kid, index))
      return true;
  }
  return false;
}

bool fovea::generate::mentions(const Expr &expr, const std::string &name) {
  if (expr.head == name)
    return true;
  return std::any_of(expr.kids.begin(), expr.kids.end(),
                     [&](const ExprPtr &kid) { return mentions(*kid, name); });
}

bool fovea::generate::callBinds(const Expr &expr, const std::string &name) {
  if (expr.kind == Expr::Kind::Bound && hides(expr, name))
    return true;
  return std::any_of(expr.kids.begin(), expr.kids.end(),
                     [&](const ExprPtr &kid) { return callBinds(*kid, name); });
}
