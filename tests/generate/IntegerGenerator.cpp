//===- IntegerGenerator.cpp - random expressions: integers and bools ------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/ExprGenerator.h"

#include <algorithm>

using namespace fovea::generate;

/// `a // b` or `a % b`, whose divisor is mostly a number but 0.
static ExprPtr divided(ExprGenerator &gen, ExprPtr a, ExprPtr b, Type type) {
  std::string op = gen.dice.chance(50) ? "//" : "%";
  if (gen.dice.chance(75))
    b = gen.dice.chance(80) ? number(gen.dice.between(1, 5), type)
                            : number(-gen.dice.between(1, 4), type);
  else if (gen.dice.chance(85))
    b = infix("+", call("abs", {b}, type), number(1, type), type);
  return infix(op, a, b, type);
}

ExprPtr ExprGenerator::integer(int depth) {
  if (depth <= 0)
    return leafOf(Type::I64);
  auto operand = [&] { return integer(depth - 1 - dice.below(2)); };
  switch (dice.weighted({24, 12, 10, 24, 8, 8, 5, 3, 12})) {
  case 0: {
    static const std::vector<std::string> ops = {"+", "-", "*", "+", "-"};
    return infix(dice.pick(ops), operand(), operand(), Type::I64);
  }
  case 1:
    return divided(*this, operand(), operand(), Type::I64);
  case 2: {
    static const std::vector<std::string> functions = {"abs", "sign", "-"};
    const std::string &function = dice.pick(functions);
    ExprPtr a = operand();
    return function == "-" ? prefix("-", a) : call(function, {a}, Type::I64);
  }
  case 3:
    return reduction(Type::I64, depth);
  case 4:
    return where(condition(depth - 1), operand(),
                 dice.chance(40) ? number(0) : operand());
  case 5:
    if (dice.chance(40))
      return call("clamp", {operand(), number(-3), number(20)}, Type::I64);
    return call(dice.chance(50) ? "min" : "max", {operand(), operand()},
                Type::I64);
  case 6: {
    ExprPtr source = dice.chance(60)   ? strong(real(depth - 1))
                     : dice.chance(50) ? narrow(depth - 1)
                                       : condition(depth - 1);
    return call("i64", {source}, Type::I64);
  }
  case 7:
    return infix("^", operand(), number(dice.between(0, 3)), Type::I64);
  default:
    return leafOf(Type::I64);
  }
}

ExprPtr ExprGenerator::narrow(int depth) {
  if (depth <= 0) {
    for (const Array &array : arrays)
      if (array.type == Type::I32)
        return leafOf(Type::I32);
    return call("i32", {integer(0)}, Type::I32);
  }
  ExprPtr a = narrow(depth - 1);
  auto other = [&] {
    return dice.chance(40) ? number(dice.between(0, 9), Type::I32)
                           : narrow(depth - 1);
  };
  switch (dice.weighted({30, 12, 10, 20, 10, 10})) {
  case 0: {
    static const std::vector<std::string> ops = {"+", "-", "*"};
    return infix(dice.pick(ops), a, other(), Type::I32);
  }
  case 1:
    return divided(*this, a, other(), Type::I32);
  case 2:
    return dice.chance(50) ? call("abs", {a}, Type::I32) : prefix("-", a);
  case 3:
    return call(
        "i32", {dice.chance(50) ? integer(depth - 1) : strong(real(depth - 1))},
        Type::I32);
  case 4:
    return where(condition(depth - 1), a, other());
  default:
    return call(dice.chance(50) ? "min" : "max", {a, other()}, Type::I32);
  }
}

ExprPtr ExprGenerator::comparison(int depth) {
  static const std::vector<std::string> ops = {"<",  "<=", ">",
                                               ">=", "==", "!="};
  Type type = dice.chance(55) ? Type::I64 : Type::Float;
  ExprPtr a = any(type, depth - 1);
  ExprPtr b = dice.chance(35) ? literal(type) : any(type, depth - 1);
  if (dice.chance(10)) {
    ExprPtr c = any(type, 0);
    std::string op = dice.chance(50) ? "<" : "<=";
    Expr chain = *infix(op, a, b, Type::Bool);
    chain.kids.push_back(c);
    return std::make_shared<const Expr>(std::move(chain));
  }
  return infix(dice.pick(ops), a, b, Type::Bool);
}

ExprPtr ExprGenerator::condition(int depth) {
  if (depth <= 0) {
    for (const Array &array : arrays)
      if (array.type == Type::Bool && dice.chance(50))
        return leafOf(Type::Bool);
    if (indices.size() > 1 && dice.chance(60))
      return infix("<=", leaf(indices[0].name), leaf(indices.back().name),
                   Type::Bool);
    return infix(dice.chance(50) ? "<" : ">", leafOf(Type::I64),
                 literal(Type::I64), Type::Bool);
  }
  switch (dice.weighted({45, 12, 12, 8, 9, 3, 11})) {
  case 0:
    return comparison(depth);
  case 1:
    return infix("and", condition(depth - 1), condition(depth - 1), Type::Bool);
  case 2:
    return infix("or", condition(depth - 1), condition(depth - 1), Type::Bool);
  case 3:
    return prefix("not ", condition(depth - 1));
  case 4:
    return reduction(Type::Bool, depth);
  case 5:
    return call("bool", {integer(depth - 1)}, Type::Bool);
  default:
    return leafOf(Type::Bool);
  }
}
