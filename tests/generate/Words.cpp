//===- Words.cpp - building expressions -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Words.h"

#include <algorithm>

using namespace fovea::generate;

using Kind = Expr::Kind;

static ExprPtr make(Expr expr) {
  return std::make_shared<const Expr>(std::move(expr));
}

/// Weak if every kid of the highest class among them is.
static bool allWeak(const std::vector<ExprPtr> &kids) {
  auto isFloat = [](const ExprPtr &kid) { return kid->type == Type::Float; };
  bool floats = std::any_of(kids.begin(), kids.end(), isFloat);
  return std::all_of(kids.begin(), kids.end(), [&](const ExprPtr &kid) {
    return kid->weak || (floats && !isFloat(kid));
  });
}

ExprPtr fovea::generate::leaf(std::string text, Type type) {
  return make({Kind::Leaf, type, std::move(text), {}, {}, true});
}

ExprPtr fovea::generate::scalar(std::string name, Type type, bool weak) {
  return make({Kind::Leaf, type, std::move(name), {}, {}, weak});
}

ExprPtr fovea::generate::number(int64_t value, Type type) {
  return leaf(std::to_string(value), type);
}

ExprPtr fovea::generate::size(const Dim &dim) { return leaf(dim.text()); }

ExprPtr fovea::generate::infix(std::string op, ExprPtr a, ExprPtr b, Type type,
                               Rounding rounding) {
  std::vector<ExprPtr> kids = {std::move(a), std::move(b)};
  bool weak = allWeak(kids) || (op == "/" && kids[0]->type != Type::Float &&
                                kids[1]->type != Type::Float);
  return make({Kind::Infix,
               type,
               std::move(op),
               kids,
               {},
               type != Type::Bool && weak,
               rounding});
}

ExprPtr fovea::generate::prefix(std::string op, ExprPtr a) {
  return make({Kind::Prefix, a->type, std::move(op), {a}, {}, a->weak});
}

ExprPtr fovea::generate::call(std::string function,
                              std::vector<ExprPtr> arguments, Type type,
                              Rounding rounding) {
  static const std::set<std::string> strongOnes = {
      "bool", "i32", "i64", "f16", "bf16", "uniform", "normal"};
  bool weak = type != Type::Bool && !strongOnes.contains(function) &&
              allWeak(arguments);
  return make({Kind::Call,
               type,
               std::move(function),
               std::move(arguments),
               {},
               weak,
               rounding});
}

ExprPtr fovea::generate::where(ExprPtr condition, ExprPtr a, ExprPtr b) {
  Type type = a->type;
  bool weak = allWeak({a, b});
  return make({Kind::Call,
               type,
               "where",
               {std::move(condition), std::move(a), std::move(b)},
               {},
               weak});
}

ExprPtr fovea::generate::toMain(ExprPtr a) {
  return make({Kind::Call, Type::Float, "main", {std::move(a)}, {}, false});
}

ExprPtr fovea::generate::strong(ExprPtr a) {
  return a->weak || a->type != Type::Float ? toMain(std::move(a)) : a;
}

ExprPtr fovea::generate::read(std::string array, std::vector<ExprPtr> indices,
                              Type type, bool weak) {
  if (indices.empty())
    return scalar(std::move(array), type, weak);
  return make(
      {Kind::Read, type, std::move(array), std::move(indices), {}, weak});
}

ExprPtr fovea::generate::reduce(std::string op, std::vector<Binder> binders,
                                ExprPtr body, ExprPtr guard) {
  Type type = body->type;
  bool weak = body->weak;
  if (op == "any" || op == "all")
    type = Type::Bool;
  else if (op == "mean")
    type = Type::Float, weak = weak || body->type != Type::Float;
  else if (op == "argmax" || op == "argmin")
    type = Type::I64, weak = false;
  else if (type == Type::Bool || op == "sum" || op == "prod")
    type = type == Type::Float ? type : Type::I64;
  bool adds = type == Type::Float && (op == "sum" || op == "mean");
  Rounding rounding = adds || (type == Type::Float && op == "prod")
                          ? Rounding::Factor
                          : Rounding::None;
  // The terms of a sum are rounded too, whatever they are.
  if (adds && body->type == Type::Float && body->rounding == Rounding::None) {
    Expr term = *body;
    term.rounding = Rounding::Factor;
    body = make(std::move(term));
  }
  std::vector<ExprPtr> kids = {std::move(body)};
  if (guard)
    kids.push_back(std::move(guard));
  return make({Kind::Reduce, type, std::move(op), std::move(kids),
               std::move(binders), weak, rounding});
}

ExprPtr fovea::generate::bound(std::string function,
                               std::vector<Binder> binders,
                               std::vector<ExprPtr> arguments) {
  for (ExprPtr &argument : arguments)
    argument = strong(argument);
  return make({Kind::Bound, Type::Float, std::move(function),
               std::move(arguments), std::move(binders), false,
               Rounding::Factor});
}
