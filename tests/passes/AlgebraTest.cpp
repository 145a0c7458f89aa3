//===- AlgebraTest.cpp - random formulas and their normal forms -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A normal form is the formula that it was made from, at every number: random
// formulas are computed as they are written, step by step, and from what the
// algebra makes of them, by the language's rules for hard numbers.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Expr.h"
#include "tests/ParsedFunction.h"
#include "tests/generate/Random.h"

#include <array>
#include <cmath>
#include <limits>
#include <string>

using namespace fovea;
using namespace fovea::derive;
using namespace fovea::test;

namespace {
using Real = long double;
constexpr Real infinity = std::numeric_limits<Real>::infinity();

/// A number, and what more is known of it.
struct Number {
  Real value = 0;
  ir::HardKind hard = ir::HardKind::None;
  /// It is rounded; by more than the last digits, or 0 of either sign, so that
  /// what is made of it says nothing.
  bool isRounded = false, isVague = false;
  /// A 0 of which the sign depends on the way to it.
  bool hasNoSign = false;
};

/// Numbers of which a few digits or none are left, and those that may have
/// left a type's range on another way to them, say nothing.
Number checked(Number x) {
  const Real size = std::abs(x.value);
  x.isVague |=
      size != 0 && std::isfinite(x.value) && (size > 1e30L || size < 1e-30L);
  return x;
}

Number plain(Real value, std::initializer_list<const Number *> from,
             bool isExact = false) {
  Number x{value, ir::HardKind::None, !isExact, false};
  for (const Number *other : from) {
    x.isRounded |= other->isRounded;
    x.isVague |= other->isVague;
    x.hasNoSign |= other->hasNoSign;
  }
  x.hasNoSign = x.hasNoSign && value == 0;
  return checked(x);
}

Number hardNumber(ir::HardKind kind) {
  return {kind == ir::HardKind::Zero ? 0 : -infinity, kind};
}

Number add(const Number &x, const Number &y) {
  if (x.hard == ir::HardKind::NegInf || y.hard == ir::HardKind::NegInf)
    return hardNumber(ir::HardKind::NegInf);
  Number sum = plain(x.value + y.value, {&x, &y}, /*isExact=*/true);
  const Real size = std::max(std::abs(x.value), std::abs(y.value));
  // Exact numbers have few digits: so has their sum.
  sum.isVague |= sum.isRounded && std::isfinite(size) && size != 0 &&
                 std::abs(sum.value) < 1e-6L * size;
  sum.hasNoSign = sum.value == 0;
  // Of x - x / 2 nothing is left if it is infinite, of 0.5 x it is x.
  sum.isVague |= std::isnan(sum.value) && std::isinf(x.value);
  return sum;
}

Number mul(const Number &x, const Number &y) {
  if (x.hard == ir::HardKind::Zero || y.hard == ir::HardKind::Zero)
    return hardNumber(ir::HardKind::Zero);
  Number product = plain(x.value * y.value, {&x, &y}, /*isExact=*/true);
  product.hasNoSign = product.value == 0;
  return product;
}

Number power(const Number &x, double n) {
  if (x.hard == ir::HardKind::Zero && n > 0)
    return x;
  Number result =
      plain(n == 0.5 ? std::sqrt(x.value) : std::pow(x.value, Real(n)), {&x},
            n == 2 || n == 3);
  result.isVague |= n < 0 && x.hasNoSign;
  return result;
}

Number exp(const Number &x) {
  return x.hard == ir::HardKind::NegInf ? hardNumber(ir::HardKind::Zero)
                                        : plain(std::exp(x.value), {&x});
}
Number log(const Number &x) {
  Number result = plain(std::log(x.value), {&x});
  result.isVague |= x.isRounded && std::abs(x.value - 1) < 1e-6L;
  return result;
}
Number absolute(const Number &x) {
  return plain(std::abs(x.value), {&x}, /*isExact=*/true);
}
Number maximum(const Number &x, const Number &y) {
  const bool isNaN = std::isnan(x.value) || std::isnan(y.value);
  return plain(isNaN ? std::numeric_limits<Real>::quiet_NaN()
                     : std::max(x.value, y.value),
               {&x, &y}, /*isExact=*/true);
}
Number where(bool condition, const Number &x, const Number &y, bool isHard) {
  return condition ? x
         : isHard  ? hardNumber(y.value == 0 ? ir::HardKind::Zero
                                             : ir::HardKind::NegInf)
                   : y;
}

constexpr unsigned floats = 4, conditions = 2, points = 25;

/// A formula as it is written and in normal form.
struct Formula {
  Expr expr;
  std::string text;
  std::array<Number, points> numbers;
};

class Pairs {
public:
  explicit Pairs(mlir::MLIRContext &context)
      : function(context, R"(
fovea.func @f dims ["N"] {
  %a = fovea.input "a" [#fovea.axis<i: N>] : <f64, i: N>
  %b = fovea.input "b" [#fovea.axis<i: N>] : <f64, i: N>
  %c = fovea.input "c" [] : <f64>
  %d = fovea.input "d" [] : <f64>
  %p = fovea.input "p" [#fovea.axis<i: N>] : <i1, i: N>
  %q = fovea.input "q" [] : <i1>
  fovea.output "a" %a [#fovea.axis<i: N>] : <f64, i: N>
})") {
    for (auto input : (*function).getBody().getOps<ir::InputOp>())
      inputs.push_back(input);
  }

  /// A formula of some depth. Numbers are of few digits, so that sums and
  /// products are exact.
  Formula formula(generate::Dice &dice, int depth) {
    if (depth == 0 || dice.chance(10))
      return leaf(dice);
    auto part = [&] { return formula(dice, depth - 1); };
    switch (dice.below(15)) {
    case 0:
    case 1:
      return binary("+", part(), part(), &Algebra::add, add);
    case 2: {
      Formula x = part(), y = part();
      return {algebra.sub(x.expr, y.expr), "(" + x.text + " - " + y.text + ")",
              each([&](unsigned i) {
                return add(x.numbers[i], mul({-1}, y.numbers[i]));
              })};
    }
    case 3:
    case 4:
    case 5:
      return binary("*", part(), part(), &Algebra::mul, mul);
    case 6: {
      Formula x = part(), y = part();
      return {algebra.div(x.expr, y.expr), "(" + x.text + " / " + y.text + ")",
              each([&](unsigned i) {
                return mul(x.numbers[i], power(y.numbers[i], -1));
              })};
    }
    case 7:
      return unary("exp", part(), &Algebra::exp, exp);
    case 8:
      return unary("log", part(), &Algebra::log, log);
    case 9:
      return unary("abs", part(), &Algebra::absolute, absolute);
    case 10:
      return binary(" max ", part(), part(), &Algebra::maximum, maximum);
    case 11: {
      Formula x = part();
      return {algebra.negate(x.expr), "-" + x.text,
              each([&](unsigned i) { return mul({-1}, x.numbers[i]); })};
    }
    case 12: {
      const double n = dice.pick<double>({2, 3, -1, -2, 0.5, -0.5, 1.5});
      Formula x = part();
      return {algebra.power(x.expr, n), x.text + "^" + std::to_string(n),
              each([&](unsigned i) { return power(x.numbers[i], n); })};
    }
    default: {
      const unsigned which = dice.below(conditions);
      const bool isHard = dice.chance(60);
      Formula x = part(), y = part();
      if (isHard)
        y = constant(dice.chance(50) ? 0 : -infinity);
      return {algebra.where(leafOf(floats + which), x.expr, y.expr, isHard),
              "where(" + std::string(which ? "q, " : "p, ") + x.text + ", " +
                  y.text + (isHard ? " hard)" : ")"),
              each([&](unsigned i) {
                return where(given(floats + which, i) != 0, x.numbers[i],
                             y.numbers[i], isHard);
              })};
    }
    }
  }

  /// A normal form at a point.
  Number evaluated(Expr e, unsigned point) {
    std::map<Expr, Number> known;
    auto walk = [&](auto &&self, Expr e) -> Number {
      if (auto found = known.find(e); found != known.end())
        return found->second;
      auto arg = [&](unsigned k) { return self(self, e->args[k]); };
      Number x;
      switch (e->form) {
      case Form::Constant:
        x = {e->number, ir::HardKind::None,
             e->number != std::round(e->number * 4) / 4};
        break;
      case Form::Data:
      case Form::Given:
        x = {given(llvm::find(inputs, e->value) - inputs.begin(), point)};
        break;
      case Form::Add:
      case Form::Multiply:
        x = arg(0);
        for (unsigned k = 1; k < e->args.size(); ++k)
          x = e->form == Form::Add ? add(x, arg(k)) : mul(x, arg(k));
        break;
      case Form::Power:
        x = power(arg(0), e->number);
        break;
      case Form::Exp:
        x = exp(arg(0));
        break;
      case Form::Log:
        x = log(arg(0));
        break;
      case Form::Abs:
        x = absolute(arg(0));
        break;
      case Form::Max:
        x = maximum(arg(0), arg(1));
        break;
      case Form::Where: {
        const bool condition = arg(0).value != 0;
        x = where(condition, condition ? arg(1) : Number(), arg(2), e->hard);
        break;
      }
      default:
        FAIL("no such form was made");
      }
      return known[e] = x;
    };
    return walk(walk, e);
  }

  Algebra algebra;

private:
  /// Integers and quarters, 0 and pairs of equal ones among them.
  static Real given(unsigned input, unsigned point) {
    generate::Dice dice(point * 8 + input);
    if (input >= floats)
      return dice.below(2);
    if (point % 5 == 4 && input % 2)
      return given(input - 1, point);
    return dice.below(4) ? Real(dice.between(-12, 12)) / 4 : 0;
  }

  Expr leafOf(unsigned input) {
    return input < 2 || input == floats ? algebra.data(inputs[input])
                                        : algebra.given(inputs[input]);
  }

  template <typename Make> static std::array<Number, points> each(Make make) {
    std::array<Number, points> numbers;
    for (unsigned i = 0; i < points; ++i)
      numbers[i] = make(i);
    return numbers;
  }
  Formula constant(double number) {
    return {algebra.constant(number), std::to_string(number),
            each([&](unsigned) { return Number{number}; })};
  }
  Formula leaf(generate::Dice &dice) {
    if (dice.chance(20))
      return constant(dice.pick<double>({0, 1, 2, -1, 0.5, -3}));
    const unsigned input = dice.below(floats);
    return {leafOf(input), std::string(1, "abcd"[input]),
            each([&](unsigned i) { return Number{given(input, i)}; })};
  }
  Formula unary(const char *name, const Formula &x, Expr (Algebra::*make)(Expr),
                Number (*compute)(const Number &)) {
    return {(algebra.*make)(x.expr), name + ("(" + x.text) + ")",
            each([&](unsigned i) { return compute(x.numbers[i]); })};
  }
  Formula binary(const char *name, const Formula &x, const Formula &y,
                 Expr (Algebra::*make)(Expr, Expr),
                 Number (*compute)(const Number &, const Number &)) {
    return {
        (algebra.*make)(x.expr, y.expr),
        "(" + x.text + " " + name + " " + y.text + ")",
        each([&](unsigned i) { return compute(x.numbers[i], y.numbers[i]); })};
  }

  ParsedFunction function;
  llvm::SmallVector<mlir::Value> inputs;
};
} // namespace

static bool areClose(Real x, Real y) {
  if (std::isnan(x) || std::isnan(y))
    return std::isnan(x) && std::isnan(y);
  return x == y ||
         std::abs(x - y) <= 1e-9L * std::max(std::abs(x), std::abs(y));
}

TEST_CASE("algebra: normal forms are what they are made from") {
  mlir::MLIRContext context;
  Pairs pairs(context);
  pairs.algebra.keepsCancelled = true;
  generate::Dice dice(7);
  unsigned telling = 0;
  for (unsigned n = 0; n < 6000; ++n) {
    pairs.algebra.hasOverflowed = false;
    const Formula formula = pairs.formula(dice, 1 + n % 5);
    if (pairs.algebra.hasOverflowed)
      continue;
    for (unsigned i = 0; i < points; ++i) {
      const Number &written = formula.numbers[i];
      if (written.isVague)
        continue;
      const Number made = pairs.evaluated(formula.expr, i);
      if (made.isVague)
        continue;
      ++telling;
      INFO(formula.text << " at point " << i << " of formula " << n);
      if (!areClose(made.value, written.value)) {
        CHECK(made.value == written.value);
        break;
      }
    }
  }
  CHECK(telling > 30000);
}
