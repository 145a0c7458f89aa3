//===- Normal.cpp - sums and products in normal form ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Expr.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"

#include <cmath>
#include <limits>

using namespace fovea::derive;

static constexpr double infinity = std::numeric_limits<double>::infinity();

/// make(.. where(c, a, value) ..) = where(c, make(.. a ..), value): what is
/// excluded stays excluded. If one argument is, the others' conditions are not
/// needed: those that may fail are asked last, and the same is asked once.
Expr Algebra::outwards(llvm::ArrayRef<Expr> args, double value,
                       llvm::function_ref<Expr(llvm::ArrayRef<Expr>)> make) {
  Exprs inner(args);
  auto at = llvm::find_if(inner, [&](Expr e) {
    return excludes(e, value) && !e->args[0]->mayFail;
  });
  if (at == inner.end())
    at = llvm::find_if(inner, [&](Expr e) { return excludes(e, value); });
  const Expr condition = (*at)->args[0];
  for (Expr &e : inner)
    if (excludes(e, value) && e->args[0] == condition)
      e = e->args[1];
  return where(condition, make(inner), constant(value), /*hard=*/true);
}

/// A constant that was made of `from`. What leaves the range of doubles on the
/// way is not the number that the formula has.
double Algebra::folded(double value, bool areOrdinary) {
  if (areOrdinary && !std::isfinite(value))
    hasOverflowed = true;
  return value;
}

/// The same of a product, which may vanish as well.
double Algebra::scaled(double value, bool areOrdinary) {
  if (areOrdinary && !std::isnormal(value))
    hasOverflowed = true;
  return value;
}

/// The same without hard numbers of one kind: a product with a hard -inf is an
/// ordinary number, be it with 1, and so is what a hard 0 has divided.
Expr Algebra::softened(Expr e, double number) {
  // Choices share their parts: each is softened once.
  std::map<Expr, Expr> known;
  auto walk = [&](auto &&self, Expr e) -> Expr {
    const bool isHard = number == 0 ? e->form == Form::Where : e->mayBeHard;
    if (!isHard || (e->form != Form::Add && e->form != Form::Where))
      return e;
    if (auto found = known.find(e); found != known.end())
      return found->second;
    Exprs args;
    for (Expr arg : e->args)
      args.push_back(self(self, arg));
    return known[e] = e->form == Form::Add
                          ? add(args)
                          : where(args[0], args[1], args[2],
                                  e->hard && !excludes(e, number));
  };
  return walk(walk, e);
}

/// The same without any.
Expr Algebra::plain(Expr e) { return softened(softened(e, -infinity), 0); }

static bool isOrdinary(double number) {
  return std::isfinite(number) && number != 0;
}

static void sortById(Exprs &list) {
  llvm::sort(list, [](Expr a, Expr b) { return a->id < b->id; });
}

Expr Algebra::add(llvm::ArrayRef<Expr> terms) {
  if (llvm::any_of(terms, [](Expr e) { return excludes(e, -infinity); }))
    return outwards(terms, -infinity,
                    [&](llvm::ArrayRef<Expr> inner) { return add(inner); });
  double rest = 0;
  size_t count = 0;
  llvm::SmallVector<std::pair<Expr, double>> sum;
  auto put = [&](auto &&self, Expr e, double scale) -> void {
    count += e->form != Form::Add;
    if (e->form == Form::Constant) {
      rest = folded(rest + scale * e->number,
                    std::isfinite(rest) && std::isfinite(e->number));
      return;
    }
    if (e->form == Form::Multiply && e->args[0]->form == Form::Constant &&
        e->args[0]->number != 0) {
      scale =
          scaled(scale * e->args[0]->number, std::isfinite(e->args[0]->number));
      // One factor is in normal form.
      e = e->args.size() == 2 ? softened(e->args[1], -infinity)
                              : mul(llvm::ArrayRef<Expr>(e->args).drop_front());
    }
    if (e->form == Form::Add) {
      for (Expr arg : e->args)
        self(self, arg, scale);
      return;
    }
    for (auto &[known, factor] : sum)
      if (known == e) {
        factor = folded(factor + scale, /*areOrdinary=*/true);
        return;
      }
    // A choice has its sign inside.
    if (excludes(e, 0)) {
      const Expr opposite = negate(e);
      for (auto &[known, factor] : sum)
        if (known == opposite) {
          factor = folded(factor - scale, /*areOrdinary=*/true);
          return;
        }
    }
    sum.push_back({e, scale});
  };
  for (Expr term : terms)
    put(put, term, 1);

  Exprs out;
  for (auto [e, scale] : sum)
    if (scale != 0 || e->hasData || keepsCancelled)
      out.push_back(scale == 1 ? e : mul(constant(scale), e));
  sortById(out);
  if (rest != 0)
    out.push_back(constant(rest));
  if (out.empty())
    return zeroExpr;
  if (out.size() == 1) {
    const Expr only = out.front();
    // A sum the user wrote excludes nothing, whatever its terms do.
    return keepsCancelled && count > 1 && excludes(only, 0)
               ? where(only->args[0], only->args[1], zeroExpr, /*hard=*/false)
               : only;
  }
  Node node{Form::Add};
  node.args = out;
  return intern(std::move(node));
}

/// Whether a choice in a product may be a hard 0 where no condition in front of
/// the product says so: that 0 takes what the other factors are, its inverse
/// does not.
static bool hidesZero(Expr product) {
  llvm::SetVector<Expr> work;
  work.insert_range(product->args);
  for (size_t i = 0; i < work.size(); ++i) {
    if (excludes(work[i], 0))
      return true;
    if (work[i]->form == Form::Where)
      work.insert_range(llvm::ArrayRef<Expr>(work[i]->args).drop_front());
  }
  return false;
}

static bool isWhole(double number) { return number == std::trunc(number); }

/// (base^n)^outer = base^(n outer): for a positive base, or whole numbers. The
/// root of a negative number is none, and neither is its square.
bool Algebra::powersJoin(Expr power, double outer) const {
  return isPositive(power->args[0]) ||
         (isWhole(power->number) && isWhole(outer));
}

/// exp(a) exp(b) = exp(a + b). But t - max t is small where t need not be: the
/// exponent of a weight stays apart from other data (values e^y), which would
/// lose its digits beside t.
std::vector<Exprs> Algebra::joinedExponents(const Exprs &exponents) {
  if (exponents.size() <= 1)
    return std::vector<Exprs>(exponents.size(), exponents);
  Exprs others;
  std::vector<Exprs> groups;
  // Multiples of one difference are joined.
  std::map<std::pair<Names, Names>, size_t> known;
  for (Expr exponent : exponents) {
    Names fresh, old;
    for (Expr centre : centresOf(exponent)) {
      fresh.insert(centre->fresh.begin(), centre->fresh.end());
      old.insert(centre->old.begin(), centre->old.end());
    }
    if (fresh.empty() && old.empty()) {
      others.push_back(exponent);
      continue;
    }
    const auto [found, isNew] = known.try_emplace({fresh, old}, groups.size());
    if (isNew)
      groups.emplace_back();
    groups[found->second].push_back(exponent);
  }
  if (others.empty())
    return groups;
  if (groups.size() == 1 &&
      llvm::none_of(others, [](Expr exponent) { return exponent->hasData; }))
    groups.front().append(others);
  else
    groups.push_back(others);
  return groups;
}

Expr Algebra::mul(llvm::ArrayRef<Expr> factors) {
  if (llvm::any_of(factors, [](Expr e) { return excludes(e, 0); }))
    return outwards(factors, 0,
                    [&](llvm::ArrayRef<Expr> inner) { return mul(inner); });
  double scale = 1;
  llvm::SmallVector<std::pair<Expr, llvm::SmallVector<double, 2>>> powers;
  Exprs exponents;
  auto put = [&](auto &&self, Expr e, double n) -> void {
    // (a b)^2 stays: a^2 alone might overflow.
    if (e->form == Form::Multiply && (n == 1 || (n == -1 && !hidesZero(e)))) {
      for (Expr arg : e->args)
        self(self, arg, n);
    } else if (e->form == Form::Constant) {
      scale = scaled(scale * std::pow(e->number, n),
                     isOrdinary(scale) && isOrdinary(e->number));
    } else if (e->form == Form::Power && powersJoin(e, n)) {
      const Expr base = e->args[0];
      self(self, e->number < 0 && n < 0 ? softened(base, 0) : base,
           n * e->number);
    } else if (e->form == Form::Exp && !e->args[0]->mayBeHard) {
      const Expr exponent = e->args[0];
      exponents.push_back(n == 1 ? exponent
                                 : add({mul(constant(n), exponent)}));
    } else {
      for (auto &[base, list] : powers)
        if (base == e) {
          list.push_back(n);
          return;
        }
      powers.push_back({e, {n}});
    }
  };
  for (Expr factor : factors)
    put(put, factor, 1);
  // 0 * NaN is NaN, and so is 0 * inf.
  if (scale == 0 && powers.empty() && exponents.empty())
    return zeroExpr;

  Exprs out;
  for (auto &[base, list] : powers) {
    const bool sameSign = llvm::all_of(list, [&](double n) {
      return isWhole(n) && (n > 0) == (list.front() > 0);
    });
    // x / x keeps its NaN.
    if (isPositive(base) || sameSign) {
      double sum = 0;
      for (double n : list)
        sum += n;
      list = {sum};
    }
    for (double n : list) {
      if (n == 0)
        continue;
      if (n == 1) {
        out.push_back(base);
        continue;
      }
      Node node{Form::Power};
      node.number = n;
      node.args = {base};
      out.push_back(intern(std::move(node)));
    }
  }
  for (const Exprs &joined : joinedExponents(exponents)) {
    const Expr sum = joined.size() == 1 ? joined.front() : add(joined);
    if (sum == zeroExpr)
      continue;
    Node node{Form::Exp};
    node.args = {sum};
    out.push_back(intern(std::move(node)));
  }
  sortById(out);
  if (scale != 1 || out.empty())
    out.insert(out.begin(), constant(scale));
  if (out.size() == 1)
    return factors.size() > 1 ? softened(out.front(), -infinity) : out.front();
  Node node{Form::Multiply};
  node.args = out;
  return intern(std::move(node));
}

/// make(where(c, a, 0)) = where(c, make(a), 0) of a map that keeps 0: what does
/// not count stays out of it.
static bool isZeroElsewhere(Expr e) {
  return e->form == Form::Where && isConstant(e->args[2], 0);
}

Expr Algebra::power(Expr e, double n) {
  if (n == 1)
    return e;
  if (isZeroElsewhere(e) && n > 0)
    return where(e->args[0], power(e->args[1], n), zeroExpr, e->hard);
  if (e->form == Form::Constant)
    return constant(scaled(std::pow(e->number, n), isOrdinary(e->number)));
  if (e->form == Form::Exp && !e->args[0]->mayBeHard)
    return exp(mul(constant(n), e->args[0]));
  if (e->form == Form::Multiply && n == -1 && !hidesZero(e)) {
    Exprs inverse;
    for (Expr arg : e->args)
      inverse.push_back(power(arg, n));
    return mul(inverse);
  }
  if (e->form == Form::Multiply && e->args[0]->form == Form::Constant &&
      isWhole(n))
    return mul(power(e->args[0], n),
               power(mul(llvm::ArrayRef<Expr>(e->args).drop_front()), n));
  if (e->form == Form::Power && powersJoin(e, n)) {
    const Expr base = softened(e->args[0], -infinity);
    return power(e->number < 0 && n < 0 ? softened(base, 0) : base,
                 n * e->number);
  }
  Node node{Form::Power};
  node.number = n;
  node.args = {e};
  return intern(std::move(node));
}

Expr Algebra::exp(Expr e) {
  // A multiple of a sum as a sum of multiples, as all sums have it.
  e = add(llvm::ArrayRef<Expr>(e));
  if (excludes(e, -infinity))
    return where(e->args[0], exp(e->args[1]), zeroExpr, /*hard=*/true);
  if (e->form == Form::Log && isPositive(e->args[0]))
    return e->args[0];
  if (e->form == Form::Constant)
    return constant(scaled(std::exp(e->number), std::isfinite(e->number)));
  Node node{Form::Exp};
  node.args = {e};
  return intern(std::move(node));
}

Expr Algebra::log(Expr e) {
  if (e->form == Form::Exp)
    return plain(e->args[0]);
  if (e->form == Form::Multiply &&
      llvm::all_of(e->args, [&](Expr arg) { return isPositive(arg); })) {
    Exprs logs;
    for (Expr arg : e->args)
      logs.push_back(log(arg));
    return add(logs);
  }
  if (e->form == Form::Power && isPositive(e->args[0]))
    return mul(constant(e->number), log(e->args[0]));
  if (e->form == Form::Constant && e->number > 0)
    return constant(std::log(e->number));
  Node node{Form::Log};
  node.args = {e};
  return intern(std::move(node));
}

Expr Algebra::absolute(Expr e) {
  if (isZeroElsewhere(e))
    return where(e->args[0], absolute(e->args[1]), zeroExpr, /*hard=*/false);
  if (isPositive(e))
    return e;
  if (isNonPositive(e))
    return negate(plain(e));
  Node node{Form::Abs};
  node.args = {e};
  return intern(std::move(node));
}

Expr Algebra::maximum(Expr a, Expr b) {
  if (a == b)
    return plain(a);
  Node node{Form::Max};
  node.args = {a, b};
  sortById(node.args);
  return intern(std::move(node));
}

Expr Algebra::safe(Expr e) {
  const bool isPower = e->form == Form::Power;
  const Expr base = isPower ? e->args[0] : e;
  const bool isGauge = base->form == Form::New || base->form == Form::Old;
  // The root of a gauge that is negative in mid-stream is no number.
  const bool isReal = !isPower || isWhole(e->number) || isPositive(base);
  return e->form == Form::Safe || (isGauge && isReal) ? e : guarded(e);
}

Expr Algebra::guarded(Expr gauge) {
  Node node{Form::Safe};
  node.args = {gauge};
  return intern(std::move(node));
}

Expr Algebra::where(Expr condition, Expr onTrue, Expr onFalse, bool hard) {
  // A condition over data may fail (a read out of range): it is evaluated.
  if (onTrue == onFalse && !hard && !condition->hasData)
    return onTrue;
  Node node{Form::Where};
  node.args = {condition, onTrue, onFalse};
  node.hard = hard;
  return intern(std::move(node));
}
