//===- Chain.cpp - reductions over the same axes --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Chain.h"

#include "llvm/ADT/STLExtras.h"

#include <limits>

using namespace fovea;
using namespace fovea::derive;
using ir::ReduceKind;

/// How many reductions of one pass may each depend on the one before: every one
/// may be a gauge of all later ones.
static constexpr unsigned maxDepth = 6;
/// What a fold keeps in registers and moves at every step stays small; the
/// fourth moment needs five.
static constexpr size_t maxAccumulators = 6;

std::optional<double> derive::neutralOf(ReduceKind kind) {
  switch (kind) {
  case ReduceKind::Sum:
    return 0;
  case ReduceKind::Max:
    return -std::numeric_limits<double>::infinity();
  case ReduceKind::Min:
    return std::numeric_limits<double>::infinity();
  case ReduceKind::Prod:
    return 1;
  default:
    return std::nullopt;
  }
}

std::pair<Exprs, Expr> derive::peel(ReduceKind kind, Expr element) {
  Exprs conditions;
  const std::optional<double> neutral = neutralOf(kind);
  while (neutral && element->form == Form::Where &&
         isConstant(element->args[2], *neutral) && !element->args[0]->moves()) {
    if (!llvm::is_contained(conditions, element->args[0]))
      conditions.push_back(element->args[0]);
    element = element->args[1];
  }
  return {conditions, element};
}

Accumulator Reduction::accumulator(Expr accumulated) const {
  return {kind, domain, accumulated};
}

Chain::Chain() {
  Reduction places{ReduceKind::Sum, {}, algebra.one(), nullptr};
  places.value = {{algebra.one(), algebra.one()}};
  places.repair[algebra.one()] = places.value;
  list.push_back(std::move(places));
  algebra.facts.positive.insert(count);
  algebra.facts.mild.insert(count);
}

/// Fills in value and repair at once; false if it is refused.
bool Chain::derive(Reduction &reduction, Laws &laws) {
  Algebra &a = algebra;
  const Expr element = reduction.element;
  auto refuse = [&](Refusal::Reason reason, Expr part) {
    laws.refusal = Refusal{reason, part};
    return false;
  };
  reduction.value.clear();
  reduction.repair.clear();
  for (Expr condition : reduction.domain)
    if (condition->moves())
      return refuse(Refusal::Reason::Condition, condition);
  if (element->fresh.empty()) {
    reduction.value = {{element, a.one()}};
    reduction.repair[element] = reduction.value;
    return true;
  }
  if (reduction.argument) {
    const Expr u = reduction.argument->accumulated;
    reduction.value = {{u, a.one()}, {a.one(), element}};
    reduction.repair[u] = {{u, a.one()}};
    return true;
  }
  const bool isSum = reduction.kind == ReduceKind::Sum;
  auto value = laws.expand(element, /*isLinear=*/isSum);
  if (!value)
    return false;
  reduction.value = *value;
  // d - d is not 0 where d is infinite.
  if (value->empty())
    return refuse(Refusal::Reason::Cancels, element);
  if (isSum) {
    std::vector<Expr> todo;
    for (auto [function, factor] : *value)
      todo.push_back(function);
    while (!todo.empty()) {
      const Expr function = todo.back();
      todo.pop_back();
      if (reduction.repair.count(function))
        continue;
      auto moved = laws.expand(a.atNew(function), /*isLinear=*/true);
      if (!moved)
        return false;
      if (moved->empty())
        return refuse(Refusal::Reason::Cancels, element);
      for (auto [other, factor] : *moved)
        todo.push_back(other);
      reduction.repair[function] = std::move(*moved);
      if (reduction.repair.size() > maxAccumulators)
        return refuse(Refusal::Reason::TooMany, element);
    }
    return true;
  }
  // What moves an extremum must move it as numbers round: nothing else finds
  // its place among the elements.
  return refuse(laws.hasScaledExponential(element)
                    ? Refusal::Reason::Overflows
                    : Refusal::Reason::NotIncreasing,
                element);
}

/// Exponents that an unfinished reduction may make large, though the finished
/// one does not; each with what its maximum is taken of: the neutral element
/// where no element is made of it.
std::map<Expr, Expr, ById> Chain::unsafeExponents(Expr element) {
  std::map<Expr, Expr, ById> found;
  using Wrap = llvm::function_ref<Expr(Expr)>;
  const Expr none = algebra.constant(*neutralOf(ReduceKind::Max));
  // Choices of choices have more paths than any fold would follow.
  constexpr size_t mostPaths = 4000;
  std::set<std::pair<Expr, Expr>> seen;
  auto walk = [&](auto &&self, Expr e, Wrap wrap) -> void {
    if (!contains(e, Form::Exp) || e->fresh.empty() ||
        seen.size() > mostPaths ||
        !seen.insert({e, wrap(algebra.one())}).second)
      return;
    if (e->form == Form::Exp && !e->fresh.empty() && e->hasData &&
        !algebra.isNonPositive(e->args[0])) {
      Exprs data;
      for (Expr term : termsOf(e->args[0]))
        if (term->hasData || !term->moves())
          data.push_back(term);
      const Expr u = algebra.add(data);
      if (!u->moves() && !algebra.facts.peak.count(u)) {
        auto [other, isNew] = found.try_emplace(u, wrap(u));
        if (!isNew && other->second != wrap(u))
          other->second = u;
      }
    }
    if (e->form != Form::Where || e->args[0]->moves()) {
      for (Expr arg : e->args)
        self(self, arg, wrap);
      return;
    }
    self(self, e->args[1], [&](Expr u) {
      return wrap(algebra.where(e->args[0], u, none, /*hard=*/true));
    });
    self(self, e->args[2], [&](Expr u) {
      return wrap(algebra.where(e->args[0], none, u, /*hard=*/false));
    });
  };
  walk(walk, element, [](Expr u) { return u; });
  return found;
}

/// Whether a place that is visited for the bound of a maximum meets all these
/// conditions.
bool Chain::hasConditions(Expr bound, const Exprs &conditions) {
  const Exprs own = peel(ReduceKind::Max, bound).first;
  return llvm::all_of(conditions, [&](Expr condition) {
    return llvm::is_contained(own, algebra.asRead(condition));
  });
}

/// What later reductions may rely on. `bound` is the element as written with
/// all its conditions, to be held against the domains of others.
void Chain::learn(unsigned number, Expr bound) {
  Facts &facts = algebra.facts;
  const Reduction &reduction = list[number];
  const auto [conditions, inner] = peel(reduction.kind, bound);
  facts.domain = conditions;
  if (reduction.kind == ReduceKind::Max)
    facts.bound[number] = bound;
  if (reduction.kind == ReduceKind::Max || reduction.kind == ReduceKind::Min)
    facts.extremum[number] = inner;
  if (Laws(algebra).strays(inner))
    facts.wild.insert(number);
  if (reduction.kind == ReduceKind::Sum) {
    facts.sums.insert(number);
    // Of a sum over less than the maximum is of, nothing may be left.
    const std::optional<unsigned> top =
        inner->form == Form::Exp ? algebra.maximumTaken(inner->args[0])
                                 : std::nullopt;
    const bool isMild = top && hasConditions(facts.bound.at(*top), conditions);
    if (isMild)
      facts.mild.insert(number);
    if (isMild || (conditions.empty() && algebra.isPositive(inner)))
      facts.positive.insert(number);
  }
  facts.domain.clear();
}

Expr Chain::worn(ReduceKind kind, llvm::ArrayRef<Expr> conditions,
                 Expr element) {
  for (Expr condition : llvm::reverse(conditions))
    if (std::optional<double> neutral = neutralOf(kind))
      element = algebra.where(condition, element, algebra.constant(*neutral),
                              /*hard=*/true);
  return element;
}

/// The maximum of an exponent that is not bounded in mid-stream, over the
/// `element` that holds it where it is needed.
void Chain::enterPeak(Expr exponent, Expr element, const Exprs &domain,
                      unsigned pass) {
  const Expr bound = algebra.asRead(worn(ReduceKind::Max, domain, element));
  for (auto [number, known] : algebra.facts.bound)
    if (known == bound && list[number].pass == pass) {
      algebra.facts.peak[exponent] = number;
      return;
    }
  Reduction peak{ReduceKind::Max, domain, element, nullptr};
  peak.pass = pass;
  peak.value = {{element, algebra.one()}};
  peak.repair[element] = peak.value;
  const unsigned number = list.size();
  list.push_back(std::move(peak));
  algebra.facts.peak[exponent] = number;
  if (element == exponent)
    peaks.push_back(number);
  algebra.facts.bound[number] = bound;
}

/// Derives how a reduction runs in the pass of what it depends on; false if
/// that is refused.
bool Chain::isTaken(Reduction &reduction, unsigned pass, Laws &laws,
                    llvm::function_ref<bool(unsigned)> holds) {
  auto refuse = [&](Refusal::Reason reason) {
    laws.refusal = Refusal{reason, reduction.element};
    return false;
  };
  reduction.pass = pass;
  if (!reduction.element->fresh.empty() && reduction.element->hidesMask)
    return refuse(Refusal::Reason::Hidden);
  bool isDerived = false;
  auto first = reduction.repair;
  for (Laws::Factors factors : {Laws::Factors::Leave, Laws::Factors::Stay}) {
    laws.factors = factors;
    algebra.hasOverflowed = false;
    if (!derive(reduction, laws) || (isDerived && reduction.repair == first))
      continue;
    if (algebra.hasOverflowed) {
      laws.refusal = Refusal{Refusal::Reason::Overflows, reduction.element};
      continue;
    }
    if (reduction.depth > maxDepth)
      return refuse(Refusal::Reason::TooMany);
    if (reduction.element->fresh.empty())
      return true;
    // As it will be written: what holds in this domain only was used by now.
    Exprs domain;
    std::swap(domain, algebra.facts.domain);
    list.push_back(reduction);
    const bool isRight = holds(list.size() - 1);
    list.pop_back();
    std::swap(domain, algebra.facts.domain);
    if (isRight)
      return true;
    isDerived = true;
    first = reduction.repair;
  }
  return isDerived ? refuse(Refusal::Reason::Digits) : false;
}

unsigned Chain::enter(ReduceKind kind, llvm::ArrayRef<Expr> guards,
                      Expr written, Expr whole,
                      std::optional<Argument> argument, ir::ReduceOp op,
                      unsigned earliest,
                      llvm::function_ref<Expr(unsigned)> given,
                      llvm::function_ref<bool(unsigned)> holds) {
  Facts &facts = algebra.facts;
  auto [domain, element] = peel(kind, written);
  const bool isPeeled = !domain.empty();
  domain.insert(domain.begin(), guards.begin(), guards.end());
  facts.domain = domain;
  auto passOf = [&](unsigned other) {
    return other == count ? 1u : list[other].pass;
  };
  unsigned pass = earliest;
  for (unsigned use : element->fresh)
    pass = std::max(pass, passOf(use));
  for (Expr condition : domain)
    for (unsigned use : condition->fresh)
      pass = std::max(pass, passOf(use));
  Reduction reduction{kind, domain, element, op};
  if (argument) {
    auto [conditions, inner] = peel(kind, argument->accumulated);
    argument->accumulated = inner;
    if (!inner->mayBeHard && llvm::all_of(conditions, [&](Expr condition) {
          return llvm::is_contained(domain, condition);
        }))
      reduction.argument = argument;
  }
  // Reductions of earlier passes are given. The number of places always is
  // known, but better taken as it stands: a sum divided by it is a mean. If
  // that sum is finished, or there is none, so is the number.
  auto finish = [&](Expr e, auto &&isFinished) {
    return algebra.mapped(e, [&](Expr leaf) {
      if (leaf->form != Form::New || !isFinished(leaf->reduction))
        return leaf;
      const Expr result = given(leaf->reduction);
      facts.finished[result->value] = leaf->reduction;
      return result;
    });
  };
  auto finishAll = [&](auto &&isFinished) {
    for (auto [moving, value] : algebra.writtenMoving)
      if (llvm::all_of(moving->fresh, isFinished))
        algebra.written.try_emplace(finish(moving, isFinished), value);
    reduction.element = finish(element, isFinished);
    // As it is written: (m - x) + 1 is not (m + 1) - x, nor what another
    // reduction writes for the same real number.
    if (!isPeeled && !reduction.element->moves()) {
      auto own = algebra.written.find(reduction.element);
      if (own == algebra.written.end() || own->second != whole->value)
        reduction.element = whole;
    }
    reduction.domain.clear();
    for (Expr condition : domain)
      reduction.domain.push_back(finish(condition, isFinished));
  };
  auto isBefore = [&](unsigned other) {
    return other != count && passOf(other) < pass;
  };
  const bool isNoMean = llvm::any_of(element->fresh, isBefore) ||
                        llvm::all_of(element->fresh, [](unsigned other) {
                          return other == count;
                        });
  auto isEarlier = [&](unsigned other) {
    return isBefore(other) || (other == count && isNoMean);
  };
  finishAll(isEarlier);
  // A maximum serves who visits the same places in the same pass.
  facts.peak.clear();
  for (unsigned peak : peaks)
    if (list[peak].pass == pass && list[peak].domain == reduction.domain)
      facts.peak[list[peak].element] = peak;
  // Only sums are divided by an exponential.
  const bool isKnown =
      kind == ReduceKind::Sum &&
      llvm::none_of(reduction.domain, [](Expr e) { return e->moves(); });
  auto enterPeaks = [&] {
    if (isKnown)
      for (auto [exponent, element] : unsafeExponents(reduction.element))
        enterPeak(exponent, element, reduction.domain, pass);
  };
  enterPeaks();
  Laws laws(algebra);
  for (unsigned use : reduction.element->fresh)
    reduction.depth = std::max(reduction.depth, list[use].depth + 1);
  bool ok = isTaken(reduction, pass, laws, holds);
  if (!ok && laws.refusal->reason != Refusal::Reason::TooMany &&
      element->fresh.count(count)) {
    // The number of places as it will be in the end.
    const std::optional<Refusal> first = laws.refusal;
    finishAll(
        [&](unsigned other) { return other == count || isEarlier(other); });
    enterPeaks();
    ok = isTaken(reduction, pass, laws, holds);
    if (!ok)
      laws.refusal = first;
  }
  if (!ok) {
    reduction.refusal = laws.refusal;
    ++pass;
    reduction.depth = 0;
    finishAll([](unsigned) { return true; });
    [[maybe_unused]] bool always = derive(reduction, laws);
    assert(always && "nothing moves");
  }
  reduction.pass = pass;
  const unsigned number = list.size();
  list.push_back(std::move(reduction));
  learn(number, worn(kind, guards, written));
  return number;
}

Names Chain::gaugesOf(unsigned number) const {
  Names names;
  auto add = [&](const Names &more) { names.insert(more.begin(), more.end()); };
  for (const auto &[function, moved] : list[number].repair) {
    add(function->old);
    for (auto [other, factor] : moved) {
      add(factor->old);
      add(factor->fresh);
    }
  }
  for (auto [function, factor] : list[number].value)
    add(factor->old);
  return names;
}

Names Chain::usesOf(unsigned number) const {
  Names names = gaugesOf(number);
  for (auto [function, factor] : list[number].value)
    names.insert(factor->fresh.begin(), factor->fresh.end());
  return names;
}
