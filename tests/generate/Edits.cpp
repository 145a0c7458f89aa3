//===- Edits.cpp - smaller programs ---------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Edits.h"

#include "tests/generate/Words.h"

#include <algorithm>

using namespace fovea::generate;

using Kind = Expr::Kind;

static ExprPtr simplest(Type type) {
  switch (type) {
  case Type::Bool:
    return scalar("true", type, false);
  case Type::I32:
    return call("i32", {number(1)}, type);
  case Type::I64:
    return number(1);
  case Type::Float:
    return leaf("1.5", type);
  }
  return nullptr;
}

/// Whether some part could stand where `expr` stands.
static bool escapes(const Expr &expr, const Expr &kid) {
  return std::any_of(
      expr.binders.begin(), expr.binders.end(),
      [&](const Binder &binder) { return mentions(kid, binder.name); });
}

std::vector<ExprPtr> fovea::generate::edits(const ExprPtr &expr) {
  std::vector<ExprPtr> out;
  if (expr->kind == Kind::Leaf)
    return out;
  bool closed = expr->kind != Kind::Lambda && expr->kind != Kind::Named;
  if (closed && (expr->kind != Kind::Call || expr->head != "i32"))
    out.push_back(simplest(expr->type));
  for (const ExprPtr &kid : expr->kids)
    if (closed && kid->type == expr->type && !escapes(*expr, *kid) &&
        kid->kind != Kind::Lambda && kid->kind != Kind::Named)
      out.push_back(kid);
  if (expr->kind == Kind::Reduce && expr->kids.size() == 2) {
    Expr bare = *expr;
    bare.kids.pop_back();
    out.push_back(std::make_shared<const Expr>(std::move(bare)));
  }
  for (size_t i = 0; i < expr->kids.size(); ++i)
    for (ExprPtr &edit : edits(expr->kids[i])) {
      Expr copy = *expr;
      copy.kids[i] = std::move(edit);
      out.push_back(std::make_shared<const Expr>(std::move(copy)));
    }
  return out;
}

/// Whether any definition calls or names `name`.
static bool isUsed(const Function &function, const std::string &name) {
  return std::any_of(
      function.definitions.begin(), function.definitions.end(),
      [&](const Definition &d) { return mentions(*d.value, name); });
}

static bool removeDefinitions(Function &function) {
  size_t before = function.definitions.size();
  for (size_t i = before; i-- > 0;) {
    const Definition &d = function.definitions[i];
    bool needed = false;
    for (const std::string &name : d.names) {
      for (const Result &result : function.results)
        needed |= result.value == name;
      needed |= isUsed(function, name);
    }
    if (!needed)
      function.definitions.erase(function.definitions.begin() +
                                 static_cast<long>(i));
  }
  return function.definitions.size() != before;
}

bool fovea::generate::removeUncalled(Case &program) {
  size_t helpers = std::erase_if(program.helpers, [&](const Function &helper) {
    return !isUsed(program.entry, helper.name);
  });
  size_t texts = std::erase_if(program.library, [&](const std::string &text) {
    std::string name = text.substr(3, text.find('(') - 3);
    return !isUsed(program.entry, name);
  });
  return helpers + texts != 0;
}

bool fovea::generate::removeUnused(Case &program) {
  bool any = removeDefinitions(program.entry);
  return removeUncalled(program) || any;
}
