//===- Chain.h - reductions over the same axes ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Reductions over one set of axes, d_i = (+) over x of F_i(x; d_1 .. d_{i-1}),
// and how each can run in the same pass as those that it depends on. For each
// one F is expanded at a new gauge (Laws.h), then every function that appears,
// until no new one does. If that closes, those functions are the accumulators;
// if an operation has no law, the reduction waits for a later pass, in which
// the unfinished ones are given.
//
// The number of places is itself a reduction, the sum of 1: so a mean in
// mid-stream is the mean of what was seen (Welford 1962, Chan et al. 1979).
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_CHAIN_H
#define FOVEA_PASSES_DERIVE_CHAIN_H

#include "ir/Dialect.h"
#include "passes/derive/Laws.h"

namespace fovea::derive {

/// A function that is accumulated.
struct Accumulator {
  ir::ReduceKind kind;
  /// Conditions under which a place is visited.
  Exprs domain;
  Expr element;

  bool operator==(const Accumulator &) const = default;
};

/// The array of which an extremum's element is a map that rises or falls, step
/// by step as numbers round: max f(u) is f(max u), or f(min u), to the last
/// bit.
struct Argument {
  mlir::Value element, value;
  bool falls = false;
  /// What is accumulated: `value`, or, if the map falls, its opposite.
  Expr accumulated = nullptr;
};

struct Reduction {
  ir::ReduceKind kind;
  Exprs domain;
  Expr element;
  /// The operation whose result this is; null for the number of places and for
  /// maxima of exponents, which only the algebra needs.
  ir::ReduceOp op;
  /// In which pass it runs, from 1.
  unsigned pass = 1;
  /// How many reductions of that pass it waits for, one after the other.
  unsigned depth = 0;
  /// Its value: coefficients of accumulators' elements; of an extremum with an
  /// argument that, and its element under Algebra::one.
  Expansion value{};
  /// How each accumulator's element looks at a new gauge.
  std::map<Expr, Expansion, ById> repair{};
  /// For an extremum that moves: its value is its element as it is written, at
  /// the extremum of this.
  std::optional<Argument> argument{};
  /// Why it is not in the pass of what it depends on.
  std::optional<Refusal> refusal{};

  /// Whether its value is just what was accumulated.
  bool isPlain(Expr one) const {
    return value.size() == 1 && value.begin()->second == one;
  }
  /// The domain and kind with which an element is accumulated.
  Accumulator accumulator(Expr element) const;
};

class Chain {
public:
  Chain();

  Algebra algebra;

  /// Number 0: how many places there are.
  static constexpr unsigned count = 0;

  /// Adds a reduction and returns its number. `written` is the element as the
  /// algebra sees it, `whole` the same not taken apart, which is accumulated if
  /// nothing in it moves in the end; `argument`, if there is one, is that of an
  /// extremum; `earliest` is the first pass in which
  /// everything that is given to it is finished. `given` names the finished
  /// result of a reduction. `holds` tries what was derived for the last
  /// reduction.
  unsigned enter(ir::ReduceKind kind, llvm::ArrayRef<Expr> guards, Expr written,
                 Expr whole, std::optional<Argument> argument, ir::ReduceOp op,
                 unsigned earliest, llvm::function_ref<Expr(unsigned)> given,
                 llvm::function_ref<bool(unsigned)> holds);

  const std::vector<Reduction> &reductions() const { return list; }
  const Reduction &operator[](unsigned number) const { return list[number]; }

  /// Reductions that must be known while `number` is accumulated or moved, and
  /// those that its value needs besides.
  Names gaugesOf(unsigned number) const;
  Names usesOf(unsigned number) const;

private:
  bool derive(Reduction &reduction, Laws &laws);
  bool isTaken(Reduction &reduction, unsigned pass, Laws &laws,
               llvm::function_ref<bool(unsigned)> holds);
  void enterPeak(Expr exponent, Expr element, const Exprs &domain,
                 unsigned pass);
  void learn(unsigned number, Expr bound);
  bool hasConditions(Expr bound, const Exprs &conditions);
  Expr worn(ir::ReduceKind kind, llvm::ArrayRef<Expr> conditions, Expr element);
  std::map<Expr, Expr, ById> unsafeExponents(Expr element);

  std::vector<Reduction> list;
  /// Those that are maxima of exponents.
  std::vector<unsigned> peaks;
};

/// What a place with no influence on a reduction of numbers has; none for those
/// that have no such number.
std::optional<double> neutralOf(ir::ReduceKind kind);

/// Splits what is visited from what is accumulated: a `where` that ends in the
/// neutral element is a condition.
std::pair<Exprs, Expr> peel(ir::ReduceKind kind, Expr element);

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_CHAIN_H
