//===- ExprGenerator.cpp - random expressions: floats ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/ExprGenerator.h"

#include <algorithm>

using namespace fovea::generate;

/// Reductions in reductions; more only take time.
static constexpr int mostNested = 3;

ExprGenerator::Bind::Bind(ExprGenerator &gen, std::vector<Binder> binders)
    : gen(gen), outer(gen.indices) {
  for (Binder &binder : binders) {
    std::erase_if(gen.indices,
                  [&](const Binder &b) { return b.name == binder.name; });
    gen.indices.push_back(std::move(binder));
  }
}

std::string ExprGenerator::freshIndex(bool shadow) {
  static const std::vector<std::string> names = {"i", "j", "k", "l", "m",
                                                 "n", "p", "q", "r", "u"};
  for (;;) {
    const std::string &name = dice.pick(names);
    bool taken = std::any_of(indices.begin(), indices.end(),
                             [&](const Binder &b) { return b.name == name; });
    if (!taken || (shadow && dice.chance(10)))
      return name;
  }
}

std::optional<std::string> ExprGenerator::indexOf(const Dim &dim) {
  std::vector<std::string> found;
  for (const Binder &binder : indices)
    if (binder.dim == dim)
      found.push_back(binder.name);
  if (found.empty())
    return std::nullopt;
  // The innermost first: a reduction that does not use its index is dull.
  return dice.chance(60) ? found.back() : dice.pick(found);
}

ExprPtr ExprGenerator::indexInto(const Dim &dim, int depth) {
  std::vector<const Array *> tables;
  for (const Array &array : arrays)
    if (array.type == Type::I64 && array.target == dim.text())
      tables.push_back(&array);
  ExprPtr extent = size(dim);
  ExprPtr last = infix("-", extent, number(1), Type::I64);
  std::optional<std::string> index = indexOf(dim);
  if (!tables.empty() && dice.chance(50)) {
    const Array *table = dice.pick(tables);
    if (ExprPtr at = readAt(*table)) {
      if (table->slack == 0 || dice.chance(15))
        return at;
      return call("clamp", {at, number(0), last}, Type::I64);
    }
  }
  if (index && dice.chance(60)) {
    ExprPtr i = leaf(*index);
    switch (dice.below(4)) {
    case 0:
      return infix("-", last, i, Type::I64);
    case 1:
      return infix("%", infix("+", i, number(dice.between(1, 5)), Type::I64),
                   extent, Type::I64);
    case 2:
      return call("min", {infix("+", i, number(1), Type::I64), last},
                  Type::I64);
    default:
      return call("max", {infix("-", i, number(1), Type::I64), number(0)},
                  Type::I64);
    }
  }
  if (depth <= 0 || dice.chance(10))
    return dice.chance(50) ? number(0) : last;
  ExprPtr anything = integer(std::min(depth, 2) - 1);
  if (dice.chance(50))
    return infix("%", anything, extent, Type::I64);
  return call("clamp", {anything, number(0), last}, Type::I64);
}

ExprPtr ExprGenerator::readAt(const Array &array) {
  std::vector<ExprPtr> at;
  for (const Dim &dim : array.shape) {
    std::optional<std::string> index = indexOf(dim);
    if (!index)
      return nullptr;
    at.push_back(leaf(*index));
  }
  ExprPtr value = read(array.name, at, array.type, array.weak);
  if (!array.foreign)
    return value;
  Expr cast = *toMain(value);
  cast.rounding = Rounding::Factor;
  return std::make_shared<const Expr>(std::move(cast));
}

ExprPtr ExprGenerator::literal(Type type) {
  static const std::vector<std::string> reals = {
      "0.5", "2", "1.5", "0.25", "1", "3", "0.1", "0.0", "-1.25", "10"};
  if (type == Type::Bool)
    return scalar(dice.chance(50) ? "true" : "false", type, false);
  if (type == Type::Float)
    return leaf(dice.pick(reals), type);
  ExprPtr value =
      number(dice.chance(80) ? dice.between(0, 5) : dice.between(-9, 40));
  return type == Type::I32 ? call("i32", {value}, type) : value;
}

ExprPtr ExprGenerator::leafOf(Type type) {
  std::vector<const Array *> fits;
  for (const Array &array : arrays)
    if (array.type == type)
      fits.push_back(&array);
  for (int tries = 0; tries < 6 && !fits.empty(); ++tries)
    if (ExprPtr value = readAt(*dice.pick(fits)))
      return value;
  // An axis without an index is read at some place.
  if (!fits.empty() && dice.chance(35)) {
    const Array &array = *dice.pick(fits);
    std::vector<ExprPtr> at;
    for (const Dim &dim : array.shape) {
      std::optional<std::string> index = indexOf(dim);
      at.push_back(
          index && dice.chance(80)
              ? leaf(*index)
              : indexInto(dim, type == Type::Float ? dice.below(2) : 0));
    }
    ExprPtr value = read(array.name, at, type, array.weak);
    return array.foreign ? toMain(value) : value;
  }
  if (type == Type::I64 && !indices.empty() && dice.chance(70))
    return leaf(dice.pick(indices).name);
  if (type == Type::I64 && !dims.empty() && dice.chance(50))
    return size(dice.pick(dims));
  if (type == Type::Float && !indices.empty() && dice.chance(40))
    return toMain(leaf(dice.pick(indices).name));
  return literal(type);
}

ExprPtr ExprGenerator::any(Type type, int depth) {
  switch (type) {
  case Type::Bool:
    return condition(depth);
  case Type::I32:
    return narrow(depth);
  case Type::I64:
    return integer(depth);
  case Type::Float:
    return real(depth);
  }
  return nullptr;
}

ExprPtr ExprGenerator::real(int depth) {
  if (depth <= 0)
    return leafOf(Type::Float);
  switch (dice.weighted({28, 18, 14, 12, 5, 6, 3, 2, 2, 12})) {
  case 0:
    return realOperator(depth);
  case 1:
    return realFunction(depth);
  case 2:
    return masked(depth);
  case 3:
    return reduction(Type::Float, depth);
  case 4:
    return guardedRead(depth);
  case 5:
    return callBound(depth);
  case 6:
    return toMain(dice.chance(70) ? integer(depth - 1) : condition(depth - 1));
  case 7:
    return draw();
  case 8: {
    std::string half = dice.chance(50) ? "f16" : "bf16";
    return toMain(call(half, {real(depth - 1)}, Type::Float));
  }
  default:
    return leafOf(Type::Float);
  }
}

ExprPtr ExprGenerator::realOperator(int depth) {
  ExprPtr a = real(depth - 1);
  ExprPtr b = dice.chance(25)  ? literal(Type::Float)
              : dice.chance(8) ? integer(depth - 2)
                               : real(depth - 1 - dice.below(2));
  if (dice.chance(15))
    std::swap(a, b);
  switch (dice.weighted({25, 22, 28, 14, 8, 2, 2})) {
  case 0:
    if (a->type != Type::Float && b->type != Type::Float)
      a = toMain(a);
    return infix("+", a, b, Type::Float, Rounding::Sum);
  case 1:
    if (a->type != Type::Float && b->type != Type::Float)
      a = toMain(a);
    return infix("-", a, b, Type::Float, Rounding::Sum);
  case 2:
    if (a->type != Type::Float && b->type != Type::Float)
      a = toMain(a);
    return infix("*", a, b, Type::Float, Rounding::Factor);
  case 3:
    return infix("/", a, b, Type::Float, Rounding::Factor);
  case 4: {
    static const std::vector<std::string> powers = {"2", "3", "0.5", "-1",
                                                    "1.5"};
    ExprPtr power = dice.chance(80) ? leaf(dice.pick(powers), Type::Float) : b;
    return infix("^", strong(a), power, Type::Float, Rounding::Factor);
  }
  case 5:
    return infix("%", strong(a), b, Type::Float, Rounding::Factor);
  default:
    return infix("//", strong(a), b, Type::Float, Rounding::Factor);
  }
}

ExprPtr ExprGenerator::realFunction(int depth) {
  static const std::vector<std::string> rounded = {
      "exp",  "exp",     "exp2", "log",  "log1p", "expm1",
      "sqrt", "rsqrt",   "tanh", "tanh", "sinh",  "cosh",
      "sin",  "sigmoid", "erf",  "cos",  "sqrt"};
  static const std::vector<std::string> exact = {"abs", "sign", "floor", "-",
                                                 "-"};
  ExprPtr a = real(depth - 1);
  switch (dice.weighted({55, 20, 25})) {
  case 0: {
    // Most functions have a domain; keep to it most of the time.
    const std::string &function = dice.pick(rounded);
    bool positive = function == "log" || function == "log1p" ||
                    function == "sqrt" || function == "rsqrt";
    if (positive && dice.chance(70))
      a = call("abs", {a}, Type::Float);
    return call(function, {a}, Type::Float, Rounding::Factor);
  }
  case 1: {
    const std::string &function = dice.pick(exact);
    if (function == "-")
      return prefix("-", a);
    return call(function, {a}, Type::Float);
  }
  default:
    if (dice.chance(35))
      return call("clamp", {a, leaf("-2", Type::Float), leaf("2", Type::Float)},
                  Type::Float);
    return call(dice.chance(50) ? "min" : "max",
                {a, dice.chance(30) ? literal(Type::Float) : real(depth - 1)},
                Type::Float);
  }
}

/// `where` in all its forms.
ExprPtr ExprGenerator::masked(int depth) {
  ExprPtr mask = condition(depth - 1);
  ExprPtr value = strong(real(depth - 1));
  switch (dice.weighted({30, 20, 22, 8, 20})) {
  case 0:
    return where(mask, value, leaf("0", Type::Float));
  case 1:
    return where(mask, leaf("0", Type::Float), value);
  case 2:
    return where(mask, value, leaf("-inf", Type::Float));
  case 3:
    return where(mask, leaf("-inf", Type::Float), value);
  default:
    return where(mask, value, real(depth - 1));
  }
}

/// A read at another place, behind a condition that keeps it in range.
ExprPtr ExprGenerator::guardedRead(int depth) {
  std::vector<const Array *> fits;
  for (const Array &array : arrays)
    if (array.type == Type::Float && !array.shape.empty())
      fits.push_back(&array);
  if (fits.empty())
    return leafOf(Type::Float);
  const Array &array = *dice.pick(fits);
  size_t moved = static_cast<size_t>(dice.below(int(array.shape.size())));
  std::vector<ExprPtr> at;
  for (const Dim &dim : array.shape) {
    std::optional<std::string> index = indexOf(dim);
    at.push_back(index ? leaf(*index) : indexInto(dim, 0));
  }
  const Dim &dim = array.shape[moved];
  std::optional<std::string> index = indexOf(dim);
  ExprPtr guard;
  if (index && dice.chance(60)) {
    int64_t by = dice.between(1, 3);
    bool back = dice.chance(50);
    at[moved] = infix(back ? "-" : "+", leaf(*index), number(by), Type::I64);
    guard = back ? infix(">=", leaf(*index), number(by), Type::Bool)
                 : infix("<", at[moved], size(dim), Type::Bool);
  } else {
    at[moved] = integer(1);
    // An index alone would be a bare use, and not of its own range.
    if (at[moved]->kind == Expr::Kind::Leaf)
      at[moved] = infix("+", at[moved], number(1), Type::I64);
    guard = infix("and", infix("<=", number(0), at[moved], Type::Bool),
                  infix("<", at[moved], size(dim), Type::Bool), Type::Bool);
  }
  ExprPtr value = read(array.name, at, Type::Float, array.weak);
  value = array.foreign ? toMain(value) : strong(value);
  ExprPtr other =
      dice.chance(60) ? leaf("0", Type::Float) : real(std::min(depth - 1, 1));
  return where(guard, value, other);
}

ExprPtr ExprGenerator::reduction(Type type, int depth) {
  if (nesting >= mostNested || dims.empty())
    return leafOf(type);
  std::vector<Binder> binders;
  int count = dice.chance(25) ? 2 : 1;
  for (int i = 0; i < count; ++i) {
    std::string name;
    do
      name = freshIndex();
    while (i > 0 && binders[0].name == name);
    binders.push_back({name, dice.pick(dims), dice.chance(15)});
  }
  Bind bind(*this, binders);
  ++nesting;
  std::string op;
  ExprPtr body, guard;
  if (dice.chance(35))
    guard = condition(std::min(depth - 1, 2));
  if (type == Type::Float) {
    static const std::vector<std::string> ops = {
        "sum", "sum", "sum", "sum", "mean", "max", "max", "min", "prod"};
    op = dice.pick(ops);
    body = strong(real(depth - 1));
    // A product may pass through infinity in one order and not in another.
    if (op == "prod" && !tame)
      body =
          call("clamp", {body, leaf("-2", Type::Float), leaf("2", Type::Float)},
               Type::Float);
  } else if (type == Type::Bool) {
    op = dice.chance(50) ? "any" : "all";
    body = condition(depth - 1);
  } else if (dice.chance(35) && binders.size() == 1) {
    op = dice.chance(50) ? "argmax" : "argmin";
    body = dice.chance(75) ? strong(real(depth - 1)) : integer(depth - 1);
  } else {
    static const std::vector<std::string> ops = {"sum", "sum", "max", "min",
                                                 "prod"};
    op = dice.pick(ops);
    body = op == "sum" && dice.chance(60) ? condition(depth - 1)
                                          : integer(depth - 1);
  }
  --nesting;
  return reduce(op, binders, body, guard);
}

ExprPtr ExprGenerator::callBound(int depth) {
  if (callables.empty() || dims.empty() || nesting >= mostNested)
    return leafOf(Type::Float);
  const Callable &callable = dice.pick(callables);
  if (callable.arrays == 0)
    return call(callable.name, {strong(real(depth - 1))}, Type::Float,
                Rounding::Factor);
  // A result with the axis is read at the index outside, of the same name.
  if (callable.keepsAxis && indices.empty())
    return leafOf(Type::Float);
  Binder binder = callable.keepsAxis
                      ? dice.pick(indices)
                      : Binder{freshIndex(), dice.pick(dims), false};
  binder.declared = dice.chance(20);
  Bind bind(*this, {binder});
  ++nesting;
  std::vector<ExprPtr> arguments;
  for (int i = 0; i < callable.arrays; ++i)
    arguments.push_back(real(std::min(depth - 1, 2)));
  --nesting;
  return bound(callable.name, {binder}, arguments);
}

ExprPtr ExprGenerator::draw() {
  if (seed.empty())
    return leafOf(Type::Float);
  std::vector<ExprPtr> arguments = {scalar(seed, Type::I64, false)};
  for (const Binder &index : indices)
    arguments.push_back(leaf(index.name));
  if (indices.empty())
    arguments.push_back(number(dice.between(0, 9)));
  bool uniform = dice.chance(60);
  ExprPtr value = call(uniform ? "uniform" : "normal", arguments, Type::Float,
                       uniform ? Rounding::None : Rounding::Factor);
  return toMain(value);
}
