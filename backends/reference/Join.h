//===- Join.h - what reductions have seen so far ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// `visit` takes the next number and its row-major position; `result` is the
// reduction of what was visited.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_JOIN_H
#define FOVEA_BACKENDS_REFERENCE_JOIN_H

#include "backends/reference/NodeBuilder.h"
#include "backends/reference/Number.h"

namespace fovea::reference {

template <class T> struct PlainSum {
  using Number = T;
  T total = 0;
  void visit(T value, int64_t) { total = add(total, value); }
  T result() const { return total; }
};

template <class T> struct Sum : PlainSum<T> {};

/// Neumaier's sum: what each addition rounds away is added up beside it, so
/// that the oracle is better than what it judges.
template <> struct Sum<double> {
  using Number = double;
  double total = 0, lost = 0;
  void visit(double value, int64_t) {
    double next = total + value;
    double shift = next - total;
    lost += (total - (next - shift)) + (value - shift);
    total = next;
  }
  double result() const {
    // After an infinity or NaN what was lost means nothing.
    double corrected = total + lost;
    return std::isfinite(total) && std::isfinite(lost) ? corrected : total;
  }
};

template <class T> struct Prod {
  using Number = T;
  T total = 1;
  void visit(T value, int64_t) { total = multiply(total, value); }
  T result() const { return total; }
};

/// The neutral element of max is -inf, of an integer the least one.
template <class T> constexpr T least() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? -Limits::infinity() : Limits::min();
}
template <class T> constexpr T greatest() {
  using Limits = std::numeric_limits<T>;
  return Limits::has_infinity ? Limits::infinity() : Limits::max();
}

template <class T> struct Max {
  using Number = T;
  T best = least<T>();
  void visit(T value, int64_t) { best = larger(best, value); }
  T result() const { return best; }
};

template <class T> struct Min {
  using Number = T;
  T best = greatest<T>();
  void visit(T value, int64_t) { best = smaller(best, value); }
  T result() const { return best; }
};

/// Position of the first largest (smallest) number, or of the first NaN.
template <class T, bool largest> struct Arg {
  using Number = T;
  T best = 0;
  int64_t where = -1;
  void visit(T value, int64_t position) {
    if (where >= 0 && !beats(value))
      return;
    best = value;
    where = position;
  }
  bool beats(T value) const {
    if (best != best)
      return false;
    return value != value || (largest ? value > best : value < best);
  }
  int64_t result() const { return where; }
};
template <class T> struct ArgMax : Arg<T, true> {};
template <class T> struct ArgMin : Arg<T, false> {};

// No short cuts: only a guard makes an element unneeded.
struct Any {
  using Number = bool;
  bool found = false;
  void visit(bool value, int64_t) { found |= value; }
  bool result() const { return found; }
};
struct All {
  using Number = bool;
  bool held = true;
  void visit(bool value, int64_t) { held &= value; }
  bool result() const { return held; }
};

/// make(std::type_identity<Join>()) with the one of the above that joins
/// `element`s of that kind; sums are compensated if wanted.
template <class Make>
auto withJoin(ir::ReduceKind kind, ir::ArrayType element, bool compensated,
              Make make) {
  auto numbers = [&]<template <class> class Join>() {
    switch (domainOf(element)) {
    case Domain::Float:
      return make(std::type_identity<Join<double>>());
    case Domain::I64:
      return make(std::type_identity<Join<int64_t>>());
    case Domain::I32:
      return make(std::type_identity<Join<int32_t>>());
    case Domain::Bool:
      break;
    }
    llvm_unreachable("the verifier takes numbers only");
  };
  switch (kind) {
  case ir::ReduceKind::Sum:
    if (!compensated)
      return numbers.template operator()<PlainSum>();
    return numbers.template operator()<Sum>();
  case ir::ReduceKind::Prod:
    return numbers.template operator()<Prod>();
  case ir::ReduceKind::Max:
    return numbers.template operator()<Max>();
  case ir::ReduceKind::Min:
    return numbers.template operator()<Min>();
  case ir::ReduceKind::Any:
    return make(std::type_identity<Any>());
  case ir::ReduceKind::All:
    return make(std::type_identity<All>());
  case ir::ReduceKind::ArgMax:
    return numbers.template operator()<ArgMax>();
  case ir::ReduceKind::ArgMin:
    return numbers.template operator()<ArgMin>();
  }
  llvm_unreachable("all kinds are listed");
}

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_JOIN_H
