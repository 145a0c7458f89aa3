//===- Statements.cpp - random definitions --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Statements.h"

#include "tests/generate/Library.h"

#include <algorithm>
#include <utility>

using namespace fovea::generate;

using Bind = ExprGenerator::Bind;

std::string Statements::freshName() { return prefix + std::to_string(names++); }

void Statements::finish(Definition d) {
  for (const std::string &name : d.names)
    gen.arrays.push_back({name, d.type, d.shape, d.weak});
  function.definitions.push_back(std::move(d));
}

void Statements::define(std::string name, std::vector<Binder> binders,
                        ExprPtr value) {
  std::vector<Dim> shape;
  for (const Binder &binder : binders)
    shape.push_back(binder.dim);
  Type type = value->type;
  bool weak = value->weak;
  finish({{std::move(name)},
          std::move(binders),
          std::move(value),
          type,
          std::move(shape),
          weak});
}

std::vector<Binder> Statements::randomBinders(int most) {
  std::vector<Binder> binders;
  for (int i = dice.below(most + 1); i > 0; --i) {
    std::string name;
    do
      name = gen.freshIndex(false);
    while (std::any_of(binders.begin(), binders.end(),
                       [&](const Binder &b) { return b.name == name; }));
    binders.push_back({name, dice.pick(gen.dims), dice.chance(25)});
  }
  return binders;
}

std::optional<Array> Statements::someArray(Type type, size_t leastRank,
                                           bool strongOnly) {
  std::vector<const Array *> fits;
  for (const Array &array : gen.arrays)
    if (array.type == type && array.shape.size() >= leastRank &&
        !(strongOnly && (array.weak || array.foreign)))
      fits.push_back(&array);
  if (fits.empty())
    return std::nullopt;
  return *dice.pick(fits);
}

/// New binders for all axes of the array but the last, and the reads.
std::vector<ExprPtr> Statements::row(const Array &array,
                                     std::vector<Binder> &binders) {
  std::vector<ExprPtr> at;
  for (size_t i = 0; i + 1 < array.shape.size(); ++i) {
    binders.push_back({std::string(1, "bcde"[i]), array.shape[i], false});
    at.push_back(leaf(binders.back().name));
  }
  return at;
}

void Statements::elementwise() {
  static const std::vector<Type> types = {Type::Float, Type::Bool, Type::I64,
                                          Type::I32};
  std::vector<Binder> binders = randomBinders(3);
  Bind bind(gen, binders);
  Type type = types[dice.weighted({70, 14, 12, 4})];
  define(freshName(), binders, gen.any(type, 2 + dice.below(4)));
}

/// A reduction, another over the same axis that uses its result, and more.
void Statements::chain() {
  std::vector<Binder> outer = randomBinders(2);
  Binder over = {gen.freshIndex(false), dice.pick(gen.dims), false};
  if (std::any_of(outer.begin(), outer.end(),
                  [&](const Binder &b) { return b.name == over.name; }))
    return elementwise();
  std::vector<Binder> inner = outer;
  inner.push_back(over);
  std::vector<ExprPtr> outerAt, innerAt;
  for (const Binder &binder : inner) {
    innerAt.push_back(leaf(binder.name));
    if (binder.name != over.name)
      outerAt.push_back(innerAt.back());
  }
  std::string score = freshName();
  {
    Bind bind(gen, inner);
    ExprPtr s = strong(gen.real(2));
    if (dice.chance(40))
      s = where(gen.condition(1), s, leaf("-inf", Type::Float));
    define(score, inner, s);
  }
  ExprPtr s = read(score, innerAt, Type::Float);
  int links = 2 + dice.below(3);
  ExprPtr gauge;
  for (int link = 0; link < links; ++link) {
    static const std::vector<std::string> ops = {"sum", "max", "sum", "mean",
                                                 "min"};
    std::string op = link == 0 && dice.chance(70) ? "max" : dice.pick(ops);
    Bind bind(gen, inner);
    ExprPtr term = s;
    if (gauge)
      term = infix(dice.chance(75) ? "-" : "*", s, gauge, Type::Float,
                   Rounding::Sum);
    if (gauge && term->head == "*")
      term = infix("*", s, gauge, Type::Float, Rounding::Factor);
    if (link > 0 && dice.chance(60))
      term = call(dice.chance(70) ? "exp" : "exp2", {term}, Type::Float,
                  Rounding::Factor);
    else if (link > 0 && dice.chance(40))
      term = infix("^", term, leaf("2", Type::Float), Type::Float,
                   Rounding::Factor);
    if (dice.chance(50))
      term =
          infix("*", term, strong(gen.real(1)), Type::Float, Rounding::Factor);
    ExprPtr guard = dice.chance(20) ? gen.condition(1) : nullptr;
    ExprPtr value = reduce(op, {over}, term, guard);
    if (gauge && dice.chance(30))
      value = infix("/", value, gauge, Type::Float, Rounding::Factor);
    std::string name = freshName();
    define(name, outer, value);
    gauge = read(name, outerAt, Type::Float);
  }
  if (dice.chance(50))
    define(freshName(), inner,
           infix("/",
                 call("exp", {infix("-", s, gauge, Type::Float, Rounding::Sum)},
                      Type::Float, Rounding::Factor),
                 gauge, Type::Float, Rounding::Factor));
}

/// A sum of products over an axis that two arrays share, as a score is.
void Statements::contraction() {
  std::optional<Array> a = someArray(Type::Float, 1, false);
  if (!a)
    return elementwise();
  std::vector<const Array *> others;
  for (const Array &array : gen.arrays)
    if (array.type == Type::Float && !array.shape.empty() &&
        array.shape.back() == a->shape.back() &&
        array.shape.size() + a->shape.size() <= 5)
      others.push_back(&array);
  if (others.empty())
    return elementwise();
  const Array b = *dice.pick(others);
  std::vector<Binder> binders;
  auto factor = [&](const Array &array, const char *names) {
    std::vector<ExprPtr> at;
    for (size_t i = 0; i + 1 < array.shape.size(); ++i) {
      binders.push_back({std::string(1, names[i]), array.shape[i], false});
      at.push_back(leaf(binders.back().name));
    }
    at.push_back(leaf("x"));
    ExprPtr value = read(array.name, at, Type::Float, array.weak);
    return array.foreign ? toMain(value) : value;
  };
  ExprPtr left = factor(*a, "ijkl"), right = factor(b, "mnpq");
  ExprPtr term = infix("*", left, right, Type::Float, Rounding::Factor);
  if (dice.chance(25))
    term = call("tanh", {infix("+", left, right, Type::Float, Rounding::Sum)},
                Type::Float, Rounding::Factor);
  Binder over = {"x", a->shape.back(), false};
  define(freshName(), binders, reduce("sum", {over}, term));
}

static ExprPtr arithmetic(const std::string &op, ExprPtr a, ExprPtr b) {
  bool adds = op == "+" || op == "-";
  return infix(op, std::move(a), std::move(b), Type::Float,
               adds ? Rounding::Sum : Rounding::Factor);
}

void Statements::wholeArrays() {
  std::optional<Array> a = someArray(Type::Float, 0);
  if (!a)
    return elementwise();
  std::vector<const Array *> same;
  for (const Array &array : gen.arrays)
    if (array.type == Type::Float && !array.foreign &&
        (array.shape == a->shape || array.shape.empty()))
      same.push_back(&array);
  std::vector<Dim> shape = a->shape;
  ExprPtr value = scalar(a->name, Type::Float, false);
  for (int i = dice.below(3); i >= 0; --i) {
    ExprPtr other = gen.literal(Type::Float);
    if (dice.chance(70)) {
      const Array *b = dice.pick(same);
      other = scalar(b->name, Type::Float, b->weak);
    }
    static const std::vector<std::string> ops = {"+", "-", "*", "/"};
    if (dice.chance(75))
      value = arithmetic(dice.pick(ops), value, other);
    else if (dice.chance(50))
      value = call("tanh", {value}, Type::Float, Rounding::Factor);
    else
      value = call("max", {value, other}, Type::Float);
  }
  Definition d = {{freshName()}, {}, value, Type::Float, shape};
  d.whole = true;
  finish(std::move(d));
}

/// `o[b] = f(x[b])`, where f takes and gives an array of one axis.
void Statements::lifted() {
  std::vector<Callable> fits;
  for (const Callable &callable : gen.callables)
    if (callable.arrays == 1)
      fits.push_back(callable);
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a || fits.empty())
    return elementwise();
  const Callable &callable = dice.pick(fits);
  std::vector<Binder> binders;
  std::vector<ExprPtr> at = row(*a, binders);
  ExprPtr argument = read(a->name, at, Type::Float);
  ExprPtr value = call(callable.name, {argument}, Type::Float);
  Definition d = {{freshName()}, binders, value, Type::Float, {}};
  for (const Binder &binder : binders)
    d.shape.push_back(binder.dim);
  if (callable.keepsAxis)
    d.shape.push_back(a->shape.back());
  finish(std::move(d));
}

/// An array with a place more than another, or a few.
void Statements::extended() {
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a)
    return elementwise();
  std::vector<Binder> binders;
  std::vector<ExprPtr> at = row(*a, binders);
  Dim dim = a->shape.back(), longer = dim;
  if (!dim.isSymbol())
    return elementwise();
  longer.offset = dice.between(1, 2);
  binders.push_back({"j", longer, true});
  at.push_back(leaf("j"));
  ExprPtr inside = infix("<", leaf("j"), size(dim), Type::Bool);
  Bind bind(gen, binders);
  define(freshName(), binders,
         where(inside, read(a->name, at, Type::Float), gen.real(1)));
}

/// `d[t: N - 1] = x[t + 1] - x[t]`. Sizes of N are at least 1 then.
void Statements::differences() {
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a || !a->shape.back().isSymbol())
    return elementwise();
  std::vector<Binder> binders;
  std::vector<ExprPtr> at = row(*a, binders);
  Dim shorter = a->shape.back();
  shorter.offset = -1;
  binders.push_back({"t", shorter, true});
  std::vector<ExprPtr> next = at;
  at.push_back(leaf("t"));
  next.push_back(infix("+", leaf("t"), number(1), Type::I64));
  define(freshName(), binders,
         infix("-", read(a->name, next, Type::Float),
               read(a->name, at, Type::Float), Type::Float, Rounding::Sum));
}

/// Reads through `//` and `%` of an axis that is a product, as heads are.
void Statements::folded() {
  std::vector<std::string> symbols;
  for (const Dim &dim : gen.dims)
    if (dim.isSymbol())
      symbols.push_back(dim.a);
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a || !a->shape.back().isSymbol() || symbols.empty())
    return elementwise();
  std::vector<Binder> binders;
  std::vector<ExprPtr> at = row(*a, binders);
  Dim product = {a->shape.back().a, dice.pick(symbols)};
  if (dice.chance(40))
    product = {a->shape.back().a, "", 2};
  ExprPtr by = product.b.empty() ? number(2) : leaf(product.b);
  binders.push_back({"h", product, true});
  at.push_back(infix("//", leaf("h"), by, Type::I64));
  Bind bind(gen, binders);
  ExprPtr value = read(a->name, at, Type::Float);
  if (dice.chance(50))
    value = infix("*", value, toMain(infix("%", leaf("h"), by, Type::I64)),
                  Type::Float, Rounding::Factor);
  define(freshName(), binders, value);
}

void Statements::twoResults() {
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a)
    return elementwise();
  library.insert(limitsText);
  std::vector<Binder> binders;
  std::vector<ExprPtr> at = row(*a, binders);
  std::vector<Dim> shape;
  for (const Binder &binder : binders)
    shape.push_back(binder.dim);
  // Several targets take whole arrays: the lifting is in two rows.
  if (!binders.empty())
    return lifted();
  ExprPtr value = call("limits", {read(a->name, at, Type::Float)}, Type::Float);
  finish({{freshName(), freshName()}, {}, value, Type::Float, shape});
}

void Statements::option() {
  std::optional<Array> a = someArray(Type::Float, 0);
  if (!a)
    return elementwise();
  library.insert(reducedText);
  static const std::vector<std::string> choices = {"none", "total", "average"};
  std::string how = dice.pick(choices);
  std::vector<ExprPtr> arguments = {scalar(a->name, Type::Float, false)};
  if (dice.chance(40))
    arguments.push_back(arguments[0]);
  if (how != "average" || dice.chance(30)) {
    Expr named = *call("", {leaf(how)}, Type::Bool);
    named.kind = Expr::Kind::Named;
    named.head = "how";
    arguments.push_back(std::make_shared<const Expr>(named));
  }
  std::vector<Dim> shape;
  if (how == "none")
    shape = a->shape;
  finish({{freshName()},
          {},
          call("reduced", arguments, Type::Float),
          Type::Float,
          shape});
}

void Statements::lambda() {
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a)
    return elementwise();
  library.insert(applyText);
  std::vector<Binder> binders;
  std::vector<ExprPtr> at = row(*a, binders);
  std::vector<ExprPtr> arguments = {read(a->name, at, Type::Float)};
  if (dice.chance(85)) {
    Bind bind(gen, binders);
    std::vector<Array> outer = gen.arrays;
    gen.arrays.push_back({"a", Type::Float, {}});
    gen.arrays.push_back({"g", Type::I64, {}, true});
    // Numbers drawn here would be the same at every place.
    std::string seed = std::exchange(gen.seed, "");
    ExprPtr body = infix("+", scalar("a", Type::Float, false), gen.real(2),
                         Type::Float, Rounding::Sum);
    gen.arrays = outer;
    gen.seed = seed;
    Expr lambda = *strong(body);
    lambda.kind = Expr::Kind::Lambda;
    lambda.head = "";
    lambda.kids = {body};
    lambda.rounding = Rounding::None;
    lambda.binders = {{"a", {}}, {"g", {}}};
    arguments.push_back(std::make_shared<const Expr>(lambda));
  }
  Definition d = {{freshName()},
                  binders,
                  call("apply", arguments, Type::Float),
                  Type::Float,
                  {}};
  d.shape = a->shape;
  finish(std::move(d));
}

void Statements::overloaded() {
  std::optional<Array> a = someArray(Type::Float, 1);
  if (!a || a->shape.size() > 2)
    return elementwise();
  library.insert(overloadedText);
  std::vector<Dim> shape(a->shape.begin() + 1, a->shape.end());
  finish({{freshName()},
          {},
          call("over", {scalar(a->name, Type::Float, false)}, Type::Float),
          Type::Float,
          shape});
}

void Statements::addPlain() {
  switch (dice.weighted({60, 40})) {
  case 0:
    return elementwise();
  default:
    return chain();
  }
}

void Statements::add() {
  switch (dice.weighted({48, 18, 7, 6, 4, 3, 4, 2, 3, 5, 2, 10})) {
  case 0:
    return elementwise();
  case 1:
    return chain();
  case 2:
    return wholeArrays();
  case 3:
    return lifted();
  case 4:
    return extended();
  case 5:
    return differences();
  case 6:
    return folded();
  case 7:
    return twoResults();
  case 8:
    return option();
  case 9:
    return lambda();
  case 10:
    return overloaded();
  default:
    return contraction();
  }
}
