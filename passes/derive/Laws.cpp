//===- Laws.cpp - a formula at another gauge ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Laws.h"

#include "llvm/ADT/STLExtras.h"

#include <cmath>

using namespace fovea::derive;

using MaybeExpansion = std::optional<Expansion>;

MaybeExpansion Laws::refuse(Refusal::Reason reason, Expr part) {
  refusal = Refusal{reason, part};
  return std::nullopt;
}

/// No fold keeps so many functions.
static constexpr size_t mostTerms = 32;

MaybeExpansion Laws::expand(Expr e, bool isLinear) {
  known = {};
  return expandPart(e, isLinear);
}

MaybeExpansion Laws::expandPart(Expr e, bool isLinear) {
  Moved moved = known.moved[isLinear].of(e, [&](Expr part) -> Moved {
    MaybeExpansion made = expandNow(part, isLinear);
    if (made && made->size() > mostTerms)
      made = refuse(Refusal::Reason::TooMany, part);
    return {std::move(made), refusal};
  });
  if (!moved.expansion)
    refusal = moved.refusal;
  return std::move(moved.expansion);
}

MaybeExpansion Laws::expandNow(Expr e, bool isLinear) {
  if (e->fresh.empty() && e->hasData)
    return Expansion{{e, a.one()}};
  if (!e->hasData)
    return Expansion{{a.one(), e}};
  switch (e->form) {
  case Form::Add:
    return expandAdd(e, isLinear);
  case Form::Multiply:
    return expandMultiply(e, isLinear);
  case Form::Max:
    return expandMax(e);
  case Form::Where:
    return expandWhere(e, isLinear);
  case Form::Power:
  case Form::Exp:
  case Form::Log:
  case Form::Abs:
  case Form::Sin:
  case Form::Cos:
    if (MaybeExpansion inner = expandPart(e->args[0]))
      return expandFunction(e, *inner);
    return std::nullopt;
  default:
    return refuse(Refusal::Reason::NoLaw, e);
  }
}

/// A function of one number, of which `inner` is the expansion.
MaybeExpansion Laws::expandFunction(Expr e, const Expansion &inner) {
  switch (e->form) {
  case Form::Power:
    return expandPower(e, inner);
  case Form::Exp:
    return expandExp(e, inner);
  case Form::Log:
    return expandLog(e, inner);
  case Form::Abs:
    return expandAbs(e, inner);
  default:
    return expandCircular(e, inner);
  }
}

Expansion Laws::merge(llvm::ArrayRef<Expansion> parts) {
  Expansion out;
  for (const Expansion &part : parts)
    for (auto [function, factor] : part) {
      auto [found, isNew] = out.try_emplace(function, factor);
      if (!isNew)
        found->second = a.add(found->second, factor);
    }
  std::erase_if(out,
                [&](const auto &entry) { return entry.second == a.zero(); });
  return out;
}

Expansion Laws::product(const Expansion &p, const Expansion &q) {
  std::vector<Expansion> parts;
  for (auto [b, c] : p)
    for (auto [d, e] : q)
      parts.push_back({{a.mul(b, d), a.mul(c, e)}});
  return merge(parts);
}

std::optional<std::pair<Expr, Expr>> Laws::shiftOf(const Expansion &x) {
  Exprs terms;
  Expr shift = a.zero();
  for (auto [function, factor] : x) {
    if (function == a.one()) {
      shift = factor;
      continue;
    }
    if (factor != a.one())
      return std::nullopt;
    terms.push_back(function);
  }
  return std::make_pair(a.add(terms), shift);
}

std::optional<std::pair<Expr, Expr>> Laws::scaleOf(const Expansion &x) {
  if (x.size() != 1 || x.begin()->first == a.one())
    return std::nullopt;
  return *x.begin();
}

/// u(x) + w(d') = (u + w(d)) + (w(d') - w(d)): centred at the old gauge, so
/// that no digits are lost.
MaybeExpansion Laws::expandAdd(Expr e, bool isLinear) {
  Exprs plain, mixed;
  for (Expr term : e->args)
    (term->hasData && !term->fresh.empty() ? mixed : plain).push_back(term);
  Exprs own;
  for (Expr term : plain)
    if (!term->hasData)
      own.push_back(term);
  const Expr w = a.add(own);
  if (mixed.empty()) {
    // A mean lies among the data; an exponential of half a sum may be anywhere.
    const Expr data = a.sub(e, w);
    Exprs terms;
    for (Expr term : own)
      if (isFar(term) ||
          (isLinear && (isOfOthers(term, data) || !isCentre(term))))
        terms.push_back(term);
    const Expr far = a.add(terms);
    return merge({Expansion{{a.atOld(a.sub(e, far)), a.one()}},
                  Expansion{{a.one(), a.sub(w, a.atOld(a.sub(w, far)))}}});
  }

  std::vector<Expansion> parts;
  for (Expr term : mixed) {
    MaybeExpansion part = expandPart(term, isLinear);
    if (!part)
      return std::nullopt;
    parts.push_back(std::move(*part));
  }
  // c u(x) + w moves as a whole: taking c out would cancel digits.
  std::optional<Expr> common;
  bool isCommon = true;
  for (const Expansion &part : parts) {
    auto scale = scaleOf(part);
    isCommon = isCommon && scale && (!common || *common == scale->second);
    if (scale)
      common = scale->second;
  }
  if (isCommon && a.isPositive(*common) &&
      llvm::none_of(own, [&](Expr term) { return isFar(term); }) &&
      llvm::none_of(plain, [](Expr term) { return term->hasData; }) &&
      (*common)->old.empty()) {
    const Expr ratio = a.div(*common, a.atOld(*common));
    return merge({Expansion{{a.atOld(e), ratio}},
                  Expansion{{a.one(), a.sub(w, a.mul(ratio, a.atOld(w)))}}});
  }
  const bool differ = llvm::any_of(parts, [&](const Expansion &part) {
    return llvm::any_of(part, [&](const auto &entry) {
      return entry.first != a.one() && entry.second != a.one();
    });
  });
  if (differ && !isLinear &&
      !llvm::all_of(e->args, [&](Expr term) { return a.isPositive(term); }))
    return refuse(Refusal::Reason::Cancels, e);
  if (!plain.empty()) {
    MaybeExpansion part = expandPart(a.add(plain));
    if (!part)
      return std::nullopt;
    parts.push_back(std::move(*part));
  }
  return merge(parts);
}

/// A factor of d' alone leaves the reduction, applied once at the end, if it is
/// mild or what is left is one array; else, or if that overflows, it stays
/// inside, moved by ratio: so a norm made safe by dividing by its largest
/// element stays safe. What no gauge moves stays inside.
void Laws::settle(Expr part, Expr factor, Expansion &into) {
  auto put = [&](Expr function, Expr coefficient) {
    into = merge({into, Expansion{{function, coefficient}}});
  };
  if (part == a.one())
    return put(part, factor);
  Exprs inside = {part}, outside;
  const bool leaves = factors == Factors::Leave && sizeOf(part) <= 1;
  for (Expr each : factorsOf(factor)) {
    if (!each->moves()) {
      inside.push_back(each);
      continue;
    }
    outside.push_back(each);
    const bool isMild = llvm::all_of(each->fresh, [&](unsigned name) {
      return a.facts.mild.count(name) != 0;
    });
    if (!each->fresh.empty() && each->old.empty() && each->form != Form::Exp &&
        !isMild && !leaves) {
      const Expr gauge = a.safe(a.atOld(each));
      inside.push_back(gauge);
      outside.push_back(a.power(gauge, -1));
    }
  }
  put(a.mul(inside), a.mul(outside));
}

MaybeExpansion Laws::expandMultiply(Expr e, bool isLinear) {
  // What no gauge moves stays together: 0 times an infinite number is NaN.
  Exprs still, moving;
  for (Expr factor : e->args)
    (factor->moves() ? moving : still).push_back(factor);
  MaybeExpansion all = expandPart(a.mul(still));
  if (!all)
    return std::nullopt;
  const bool mayBeInfinite =
      llvm::any_of(still, [](Expr factor) { return factor->mayBeHard; });
  for (Expr factor : moving) {
    if (isWildAtFirst(factor))
      return refuse(Refusal::Reason::Overflows, factor);
    // A masked -inf times a sum that is 0 is NaN, though it is a hard 0 times
    // each of the terms.
    if (mayBeInfinite && factor->form == Form::Add)
      return refuse(Refusal::Reason::Cancels, factor);
  }
  const bool isProduct =
      llvm::count_if(moving, [](Expr factor) { return factor->hasData; }) > 1;
  unsigned farOff = 0;
  for (Expr factor : moving) {
    farOff += isCentredFarOff(factor);
    if (isProduct && (isCentredAtOthers(factor) || farOff > 1))
      return refuse(Refusal::Reason::Cancels, factor);
    MaybeExpansion part = expandPart(factor, isLinear && !isProduct);
    if (!part && isLinear && refusal->reason == Refusal::Reason::Cancels) {
      // The product is linear in one such factor only.
      part = expandPart(factor, /*isLinear=*/true);
      isLinear = false;
    }
    if (!part)
      return std::nullopt;
    all = product(*all, *part);
    if (all->size() > mostTerms)
      return refuse(Refusal::Reason::TooMany, e);
  }
  Expansion out;
  for (auto [function, factor] : *all) {
    if (!isSafeWithout(function, factor))
      return refuse(Refusal::Reason::Vanishes, e);
    settle(function, factor, out);
  }
  return out;
}

/// (r y)^n = r^n y^n; (y + t)^n by the binomial theorem.
MaybeExpansion Laws::expandPower(Expr e, const Expansion &base) {
  const double n = e->number;
  const bool isWhole = n == std::trunc(n);
  auto scale = scaleOf(base);
  if (scale && n > 1 && mayVanish(scale->second))
    return refuse(Refusal::Reason::Vanishes, e);
  if (scale && (a.isPositive(scale->second) || isWhole))
    return Expansion{{a.power(scale->first, n), a.power(scale->second, n)}};
  if (!isWhole || n <= 1 || n > 4)
    return refuse(Refusal::Reason::NoLaw, e);
  // About what lies far from the data, moments cancel.
  const Expr inner = e->args[0];
  if (isCentredAtOthers(inner) || isCentredFarOff(inner))
    return refuse(Refusal::Reason::Cancels, e);
  Expansion out = base;
  for (int i = 1; i < static_cast<int>(n); ++i) {
    out = product(out, base);
    if (out.size() > mostTerms)
      return refuse(Refusal::Reason::TooMany, e);
  }
  return out;
}

/// Whether a choice between numbers is made of other reductions than an
/// extremum of `u`, which alone cancels to the bit against that.
bool Laws::hasOtherChoice(Expr e, Expr u) const {
  auto isOther = [&](unsigned name) {
    auto found = a.facts.extremum.find(name);
    return found == a.facts.extremum.end() || found->second != u;
  };
  std::set<Expr> seen;
  auto walk = [&](auto &&self, Expr e) -> bool {
    if (!contains(e, Form::Where) || !seen.insert(e).second)
      return false;
    if (e->form != Form::Where)
      return llvm::any_of(e->args, [&](Expr arg) { return self(self, arg); });
    return llvm::any_of(e->fresh, isOther) || llvm::any_of(e->old, isOther);
  };
  return walk(walk, e);
}

/// Whether only a part of the data `u` of an exponent is taken off its
/// extremum, as y + t is for exp(y + (t - max t)): beside the extremum of all
/// of u, y may have no digits. Where y + t is written it has no more of them.
bool Laws::isAbsorbed(Expr exponent, Expr u) {
  if (a.written.count(u))
    return false;
  const Expr read = a.asRead(u);
  return llvm::any_of(a.centresOf(exponent), [&](Expr centre) {
    return llvm::any_of(termsOf(read), [&](Expr part) {
      return part->hasData &&
             !llvm::is_contained(a.underExtremum(centre), a.negate(part));
    });
  });
}

/// exp(y + t) = exp(t) exp(y).
MaybeExpansion Laws::expandExp(Expr e, const Expansion &inner) {
  auto shift = shiftOf(inner);
  if (!shift)
    return refuse(Refusal::Reason::NoLaw, e);
  auto [y, t] = *shift;
  Exprs data, rest;
  for (Expr term : termsOf(y))
    (term->hasData || !term->moves() ? data : rest).push_back(term);
  // The unfinished y may be huge: exp(u + w') = exp(u - max u) exp(max u + w').
  const Expr u = a.add(data);
  if (auto peak = a.facts.peak.find(u);
      peak != a.facts.peak.end() && !a.isNonPositive(y)) {
    const Expr top = a.old(peak->second);
    rest.push_back(t);
    const Expr own = a.add(rest);
    if (termsOf(own).size() > 1 && hasOtherChoice(own, u))
      return refuse(Refusal::Reason::Cancels, e);
    if (isAbsorbed(e->args[0], u))
      return refuse(Refusal::Reason::Absorbs, e);
    return Expansion{{a.exp(a.sub(u, top)), a.exp(a.add(top, own))}};
  }
  // What is not centred at a far gauge may be huge, while the difference is
  // not.
  if (!a.isNonPositive(y) && a.isNonPositive(e->args[0])) {
    Exprs own;
    bool isMixed = false;
    for (Expr term : termsOf(e->args[0])) {
      isMixed = isMixed || (term->hasData && !term->fresh.empty());
      if (!term->hasData)
        own.push_back(term);
    }
    const Expr w = a.add(own);
    if (!isMixed)
      return Expansion{
          {a.exp(a.atOld(e->args[0])), a.exp(a.sub(w, a.atOld(w)))}};
  }
  return Expansion{{a.exp(y), a.exp(t)}};
}

/// log(r y) = log r + log y, r > 0.
MaybeExpansion Laws::expandLog(Expr e, const Expansion &inner) {
  auto scale = scaleOf(inner);
  if (!scale || !a.isPositive(scale->second))
    return refuse(Refusal::Reason::NoLaw, e);
  return merge({Expansion{{a.log(scale->first), a.one()}},
                Expansion{{a.one(), a.log(scale->second)}}});
}

/// |r y| = |r| |y|.
MaybeExpansion Laws::expandAbs(Expr e, const Expansion &inner) {
  auto scale = scaleOf(inner);
  if (!scale)
    return refuse(Refusal::Reason::NoLaw, e);
  return Expansion{{a.absolute(scale->first), a.absolute(scale->second)}};
}

/// max(r y, r z) = r max(y, z), r > 0, where z may be 0;
/// max(y + t, z + t) = max(y, z) + t.
MaybeExpansion Laws::expandMax(Expr e) {
  MaybeExpansion p = expandPart(e->args[0]), q = expandPart(e->args[1]);
  if (!p || !q)
    return std::nullopt;
  auto s = scaleOf(*p), t = scaleOf(*q);
  if (!s && e->args[0] == a.zero() && t)
    s = std::make_pair(a.zero(), t->second);
  if (!t && e->args[1] == a.zero() && s)
    t = std::make_pair(a.zero(), s->second);
  if (s && t && s->second == t->second && a.isPositive(s->second))
    return Expansion{{a.maximum(s->first, t->first), s->second}};
  const auto left = shiftOf(*p), right = shiftOf(*q);
  if (left && right && left->second == right->second)
    return merge({Expansion{{a.maximum(left->first, right->first), a.one()}},
                  Expansion{{a.one(), left->second}}});
  return refuse(Refusal::Reason::NoLaw, e);
}

/// cos(y + t) = cos t cos y - sin t sin y: a law of rank 2.
MaybeExpansion Laws::expandCircular(Expr e, const Expansion &inner) {
  auto shift = shiftOf(inner);
  if (!shift)
    return refuse(Refusal::Reason::NoLaw, e);
  auto [y, t] = *shift;
  auto cos = [&](Expr x) { return a.apply(Form::Cos, nullptr, {x}); };
  auto sin = [&](Expr x) { return a.apply(Form::Sin, nullptr, {x}); };
  if (e->form == Form::Cos)
    return merge(
        {Expansion{{cos(y), cos(t)}}, Expansion{{sin(y), a.negate(sin(t))}}});
  return merge({Expansion{{sin(y), cos(t)}}, Expansion{{cos(y), sin(t)}}});
}

MaybeExpansion Laws::expandWhere(Expr e, bool isLinear) {
  if (e->args[0]->moves())
    return refuse(Refusal::Reason::Condition, e);
  // A plain 0 excludes nothing: times NaN it is NaN.
  if (!e->hard && e->args[2] == a.zero())
    return refuse(Refusal::Reason::NoLaw, e);
  MaybeExpansion onTrue = expandPart(e->args[1], isLinear);
  MaybeExpansion onFalse = expandPart(e->args[2], isLinear);
  if (!onTrue || !onFalse)
    return std::nullopt;
  // Each part is 0 where the other is chosen. A constant that is not finite is
  // part of what is accumulated: 0 times it would be NaN.
  std::vector<Expansion> parts;
  auto put = [&](const Expansion &branch, bool isTrue) {
    for (auto [function, factor] : branch) {
      Expr chosen = function, scale = factor;
      if (scale->form == Form::Constant) {
        chosen = a.mul(function, factor);
        scale = a.one();
      }
      if (chosen == a.zero())
        continue;
      const Expr part =
          isTrue ? a.where(e->args[0], chosen, a.zero(), /*hard=*/true)
                 : a.where(e->args[0], a.zero(), chosen, /*hard=*/false);
      parts.push_back({{part, scale}});
    }
  };
  put(*onTrue, true);
  put(*onFalse, false);
  return merge(parts);
}
