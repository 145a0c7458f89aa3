//===- Laws.h - a formula at another gauge ----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// While a fold runs, reductions are known only for the places seen so far. What
// was accumulated under an old number (the gauge d) must be moved to a new one
// (d'). For that an element is written at the new gauge in terms of functions
// at the old one,
//
//   F(x; d') = sum over k of c_k(d', d) * B_k(x; d),
//
// by the laws of its operations. The B_k are what has to be accumulated, the
// c_k say how it is moved.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_LAWS_H
#define FOVEA_PASSES_DERIVE_LAWS_H

#include "passes/derive/Expr.h"

#include <optional>

namespace fovea::derive {

/// Functions at the old gauge, and the coefficient of each. The coefficient of
/// 1 (Algebra::one) is what does not depend on the place.
using Expansion = std::map<Expr, Expr, ById>;

/// Why a formula cannot be moved.
struct Refusal {
  enum class Reason {
    NoLaw,     ///< an operation with neither an addition nor a scaling law
    Cancels,   ///< its parts move by different factors: digits would be lost
    Condition, ///< a condition depends on an unfinished reduction
    NotIncreasing, ///< an extremum of no map that rises or falls step by step
    Overflows,     ///< an unfinished exponential may be infinite, or 0
    Vanishes,      ///< without an unfinished factor that is 0 it may overflow
    Absorbs, ///< an exponent would lose its digits beside what it is taken off
    Hidden,  ///< where it is left out is not seen from the formula
    TooMany, ///< more accumulators than are worth it
    Digits   ///< tried on numbers, it was wrong (Trial.h)
  };
  Reason reason;
  /// The part of the formula that is meant.
  Expr part;
};

class Laws {
public:
  explicit Laws(Algebra &algebra) : a(algebra) {}

  /// `e` at the new gauge; none if it is refused, see `refusal`. A difference
  /// whose parts move by different factors is taken apart only where the sum is
  /// linear in it: there the parts' rounding errors count as they do in the
  /// formula as written, but not in a square of it.
  std::optional<Expansion> expand(Expr e, bool isLinear = false);

  /// Whether what is made of an unfinished `element` may lie anywhere, and not
  /// among the data.
  bool strays(Expr element);

  /// Whether the largest element need not be where an exponential in it is,
  /// which an unfinished reduction may make large.
  bool hasScaledExponential(Expr element);

  std::optional<Refusal> refusal;

  /// How a factor that an unfinished reduction moves goes with a part that is
  /// one array, perhaps with weights.
  enum class Factors {
    Leave, ///< it is applied at the end: the sum may be larger than the result
    Stay   ///< moved by ratio: it may be far from where it ends
  } factors = Factors::Leave;

private:
  std::optional<Expansion> expandPart(Expr e, bool isLinear = false);
  std::optional<Expansion> expandNow(Expr e, bool isLinear);
  std::optional<Expansion> refuse(Refusal::Reason reason, Expr part);
  std::optional<Expansion> expandAdd(Expr e, bool isLinear);
  std::optional<Expansion> expandMultiply(Expr e, bool isLinear);
  std::optional<Expansion> expandFunction(Expr e, const Expansion &inner);
  std::optional<Expansion> expandPower(Expr e, const Expansion &base);
  std::optional<Expansion> expandExp(Expr e, const Expansion &inner);
  std::optional<Expansion> expandLog(Expr e, const Expansion &inner);
  std::optional<Expansion> expandAbs(Expr e, const Expansion &inner);
  std::optional<Expansion> expandMax(Expr e);
  std::optional<Expansion> expandCircular(Expr e, const Expansion &inner);
  std::optional<Expansion> expandWhere(Expr e, bool isLinear);

  bool isFar(Expr term);
  bool findFar(Expr term);
  bool isCount(Expr divisor);
  bool isCentre(Expr term);
  bool isOfOthers(Expr term, Expr data);
  bool isCentredAtOthers(Expr sum);
  bool findAtOthers(Expr sum);
  bool isCentredFarOff(Expr sum);
  bool findFarOff(Expr sum);
  bool isWildAtFirst(Expr factor);
  bool mayVanish(Expr factor);
  bool findVanishing(Expr factor);
  double sizeOf(Expr part);
  double findSize(Expr part);
  bool isSafeWithout(Expr part, Expr factor);
  /// Whether an exponential of an unfinished reduction in it may be large.
  bool hasLargeWeight(Expr e);
  bool hasOtherChoice(Expr e, Expr u) const;
  bool isAbsorbed(Expr exponent, Expr u);
  Expansion merge(llvm::ArrayRef<Expansion> parts);
  Expansion product(const Expansion &p, const Expansion &q);
  void settle(Expr part, Expr factor, Expansion &into);
  /// (y, t) if the expansion says y + t; (y, r) if it says r * y.
  std::optional<std::pair<Expr, Expr>> shiftOf(const Expansion &x);
  std::optional<std::pair<Expr, Expr>> scaleOf(const Expansion &x);

  Algebra &a;
  /// An expansion, or why there is none.
  struct Moved {
    std::optional<Expansion> expansion;
    std::optional<Refusal> refusal;
  };
  /// What one question found out about the parts of its formula: facts change
  /// between questions.
  struct Known {
    Answers<Moved> moved[2]; ///< by whether the sum is linear in it
    Answers<bool> far, vanishing, atOthers, farOff;
    Answers<double> size;
  } known;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_LAWS_H
