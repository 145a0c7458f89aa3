//===- Magnitudes.cpp - how far off unfinished numbers may be -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What laws would move correctly, but not in numbers of so many digits: in
// mid-stream a gauge, or what is made of it, may be far from where it ends.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Laws.h"

#include "llvm/ADT/STLExtras.h"

using namespace fovea::derive;

/// Whether what is divided by it may be a mean: a count, a sum of weights.
bool Laws::isCount(Expr divisor) {
  return llvm::all_of(divisor->fresh, [&](unsigned name) {
    return a.facts.sums.count(name) != 0 || a.facts.positive.count(name) != 0;
  });
}

/// Whether a number may lie anywhere, and not among the data as a mean or a
/// maximum does: an exponential of half a sum, a sum that is not divided.
bool Laws::isFar(Expr term) {
  return known.far.of(term, [&](Expr e) { return findFar(e); });
}

bool Laws::findFar(Expr term) {
  if (contains(term, Form::Exp))
    return true;
  bool hasSum = false, isDivided = false;
  for (Expr factor : factorsOf(term)) {
    if (factor->form == Form::New && a.facts.wild.count(factor->reduction))
      return true;
    const bool isSum =
        factor->form == Form::New && a.facts.sums.count(factor->reduction) != 0;
    hasSum = hasSum || isSum ||
             (factor->form == Form::Power && factor->number > 0 &&
              isFar(factor->args[0]));
    // What is divided by a maximum is no mean.
    isDivided =
        isDivided || (factor->form == Form::Power && factor->number < 0 &&
                      factor->moves() && isCount(factor->args[0]));
  }
  return hasSum && !isDivided;
}

Exprs Algebra::underExtremum(Expr term) {
  Exprs scale;
  Expr element = nullptr;
  for (Expr factor : factorsOf(term)) {
    auto found =
        (factor->form == Form::New || factor->form == Form::Old) && !element
            ? facts.extremum.find(factor->reduction)
            : facts.extremum.end();
    if (found != facts.extremum.end())
      element = found->second;
    else
      scale.push_back(factor);
  }
  Exprs under;
  if (element)
    for (Expr part : termsOf(element))
      if (part->hasData) {
        Exprs factors = scale;
        factors.push_back(part);
        under.push_back(mul(factors));
      }
  return under;
}

Exprs Algebra::centresOf(Expr sum) {
  Exprs centres;
  if (!sum->hasData || sum->form != Form::Add)
    return centres;
  sum = asRead(sum);
  for (Expr term : termsOf(sum)) {
    if (term->hasData || !term->moves())
      continue;
    const Exprs under = underExtremum(term);
    if (!under.empty() && llvm::all_of(under, [&](Expr part) {
          return llvm::is_contained(termsOf(sum), negate(part));
        }))
      centres.push_back(term);
  }
  return centres;
}

/// Whether `term` is a multiple of an extremum of something else than what is
/// in `data`, which it is taken off: that lies anywhere while little was seen.
bool Laws::isOfOthers(Expr term, Expr data) {
  const Expr read = a.asRead(data);
  return llvm::any_of(a.underExtremum(a.asRead(term)), [&](Expr part) {
    return !llvm::is_contained(termsOf(read), a.negate(part));
  });
}

/// Whether a term may be what data lie around: a reduction as it is, perhaps by
/// a number, or a mean, a quotient of sums. Others, such as a logarithm or the
/// inverse of a maximum, are anywhere at a provisional gauge, or no number, and
/// what was once added to a sum is never taken off again.
bool Laws::isCentre(Expr term) {
  unsigned reductions = 0;
  for (Expr factor : factorsOf(term)) {
    if (factor->fresh.empty())
      continue;
    const bool divides = factor->form == Form::Power && factor->number == -1;
    if (divides && isCount(factor->args[0]))
      continue;
    if (factor->form != Form::New || ++reductions > 1)
      return false;
  }
  return reductions == 1;
}

/// Whether a factor may be far larger at first than in the end: the least of
/// exponentials, or what is divided by the largest of them.
bool Laws::isWildAtFirst(Expr factor) {
  const bool divides = factor->form == Form::Power && factor->number < 0;
  const Expr base = factor->form == Form::Power ? factor->args[0] : factor;
  if (base->form != Form::New)
    return false;
  auto extremum = a.facts.extremum.find(base->reduction);
  const bool isMaximum = a.facts.bound.count(base->reduction) != 0;
  return extremum != a.facts.extremum.end() &&
         contains(extremum->second, Form::Exp) && isMaximum == divides;
}

/// Whether a factor made of unfinished reductions may be 0. What is also made
/// of their former states is a displacement, and adds to what is there.
bool Laws::mayVanish(Expr factor) {
  return known.vanishing.of(factor, [&](Expr e) { return findVanishing(e); });
}

bool Laws::findVanishing(Expr factor) {
  auto vanishes = [&](Expr arg) { return mayVanish(arg); };
  if (factor->form == Form::Multiply)
    return llvm::any_of(factor->args, vanishes);
  if (factor->fresh.empty() || !factor->old.empty())
    return false;
  switch (factor->form) {
  case Form::New:
    return a.facts.mild.count(factor->reduction) == 0;
  case Form::Exp:
  case Form::Safe:
    return false;
  case Form::Power:
    return factor->number > 0 && vanishes(factor->args[0]);
  case Form::Add:
    return !a.isPositive(factor) || llvm::none_of(factor->args, [](Expr arg) {
      return arg->form == Form::Constant;
    });
  default:
    return true;
  }
}

/// How many factors a part has that are not proven to be at most 1. One array
/// is as large as it is; products of several may overflow or vanish.
double Laws::sizeOf(Expr part) {
  return known.size.of(part, [&](Expr e) { return findSize(e); });
}

double Laws::findSize(Expr part) {
  double size = 0;
  switch (part->form) {
  case Form::Constant:
    return 0;
  case Form::Exp:
    return a.isNonPositive(part->args[0]) ? 0 : 1;
  case Form::Power:
    return std::max(part->number, 0.) * sizeOf(part->args[0]);
  case Form::Multiply:
    for (Expr factor : part->args)
      size += sizeOf(factor);
    return size;
  case Form::Where:
    return std::max(sizeOf(part->args[1]), sizeOf(part->args[2]));
  case Form::Add:
  case Form::Max:
  case Form::Abs:
    for (Expr arg : part->args)
      size = std::max(size, sizeOf(arg));
    return size;
  default:
    return 1;
  }
}

/// Where a factor is 0 no gauge is near it, and `part` is accumulated without
/// it: that must be finite where the product is, since inf * 0 is not 0.
bool Laws::isSafeWithout(Expr part, Expr factor) {
  // One of them does not count: it is the one that is 0.
  unsigned vanishing = 0;
  for (Expr each : factorsOf(factor))
    vanishing += mayVanish(each);
  return vanishing == 0 || sizeOf(part) + vanishing - 1 <= 1;
}

/// Whether such a term is in a sum with data: products of it and others lose
/// digits, about whichever place they are taken.
bool Laws::isCentredAtOthers(Expr sum) {
  return known.atOthers.of(sum, [&](Expr e) { return findAtOthers(e); });
}

bool Laws::findAtOthers(Expr sum) {
  if (sum->form == Form::Where)
    return isCentredAtOthers(sum->args[1]) || isCentredAtOthers(sum->args[2]);
  Exprs own;
  for (Expr term : termsOf(sum))
    if (!term->hasData && !term->fresh.empty())
      own.push_back(term);
  const Expr data = a.sub(sum, a.add(own));
  return data->hasData &&
         llvm::any_of(own, [&](Expr term) { return isOfOthers(term, data); });
}

/// Whether a number that may lie anywhere is in a sum with data, which powers
/// and products of several such sums would cancel about.
bool Laws::isCentredFarOff(Expr sum) {
  return known.farOff.of(sum, [&](Expr e) { return findFarOff(e); });
}

bool Laws::findFarOff(Expr sum) {
  if (sum->form == Form::Where)
    return isCentredFarOff(sum->args[1]) || isCentredFarOff(sum->args[2]);
  return sum->hasData && llvm::any_of(termsOf(sum), [&](Expr term) {
           return !term->hasData && !term->fresh.empty() && isFar(term);
         });
}

bool Laws::hasLargeWeight(Expr e) {
  std::set<Expr> seen;
  auto walk = [&](auto &&self, Expr e) -> bool {
    if (!contains(e, Form::Exp) || !e->moves() || !seen.insert(e).second)
      return false;
    return (e->form == Form::Exp && !a.isNonPositive(e->args[0])) ||
           llvm::any_of(e->args, [&](Expr arg) { return self(self, arg); });
  };
  return walk(walk, e);
}

bool Laws::hasScaledExponential(Expr element) {
  auto scales = [&](Expr e) {
    return e->form != Form::Exp && (e->hasData || !e->moves()) &&
           (e->hasData || !a.isPositive(e));
  };
  auto mayBeLarge = [&](Expr e) {
    return e->hasData && e->moves() && e->form == Form::Exp &&
           !a.isNonPositive(e->args[0]);
  };
  std::set<Expr> seen;
  auto walk = [&](auto &&self, Expr e) -> bool {
    if (!contains(e, Form::Exp) || !seen.insert(e).second)
      return false;
    if (e->form == Form::Where)
      return self(self, e->args[1]) || self(self, e->args[2]);
    const llvm::ArrayRef<Expr> factors = factorsOf(e);
    return llvm::any_of(factors, scales) && llvm::any_of(factors, mayBeLarge);
  };
  return walk(walk, element);
}

bool Laws::strays(Expr element) {
  known = {};
  std::set<Expr> seen;
  // What weights that are at most 1 make of data lies among the data.
  auto walk = [&](auto &&self, Expr e) -> bool {
    if (!seen.insert(e).second)
      return false;
    bool varies = false, isOfExponentials = true;
    for (Expr factor : factorsOf(e))
      if (factor->hasData) {
        varies = true;
        isOfExponentials &= contains(factor, Form::Exp);
      }
    if ((varies && isOfExponentials) || hasLargeWeight(e))
      return true;
    return llvm::any_of(termsOf(e), [&](Expr term) {
      Exprs own;
      for (Expr factor : factorsOf(term)) {
        if (!factor->moves())
          continue;
        if (!factor->hasData)
          own.push_back(factor);
        else if ((factor->form == Form::Add || factor->form == Form::Power) &&
                 self(self,
                      factor->form == Form::Power ? factor->args[0] : factor))
          return true;
      }
      return !own.empty() && isFar(a.mul(own));
    });
  };
  return walk(walk, element);
}
