//===- Trial.h - a fold tried before it is taken ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A law holds for real numbers. Whether it holds for numbers of so many digits
// as well depends on all of a formula: an accumulator may overflow where no
// element does, a gauge that is far off in mid-stream may take the digits of
// what is added to it. So a fold is run on some thousand numbers of all sizes,
// in the digits that it will have, and compared with the formula as it is
// written. What rounding does to the formula is sampled (stochastic arithmetic,
// Vignes 1993): a fold may err some times as much.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_TRIAL_H
#define FOVEA_PASSES_DERIVE_TRIAL_H

#include "passes/derive/Formulas.h"

namespace fovea::derive {

/// Tries folds over some axes. What reductions are, on the numbers tried, is
/// kept: a chain of them is computed once.
class Trial {
public:
  /// `isMember` holds for the reductions over the axes; others may be any
  /// numbers.
  Trial(llvm::ArrayRef<ir::AxisAttr> axes,
        std::function<bool(ir::ReduceOp)> isMember);

  /// Those of the first results of `fold` that are not what is `written`,
  /// reductions or what is made of some, for all numbers tried: also if too few
  /// of these say anything. All are tried in one run over the numbers.
  llvm::SmallVector<unsigned> wrongOf(ir::FoldOp fold,
                                      mlir::ValueRange written);

private:
  /// How a reduction is computed: without rounding, with random rounding, and
  /// as its type rounds.
  static constexpr unsigned samples = 4;
  static Rounding roundingOf(unsigned sample);
  /// What a reduction is on one set of numbers.
  struct Reduced {
    bool isKnown = false, isOnEdge = false;
    Real samples[Trial::samples];
    /// The sum of the sizes of what is added, and how many elements count.
    Real size = 0;
    unsigned visited = 0;
  };
  /// A reduction of the chain: what its guard and its element need.
  struct Member {
    Nodes guard, element;
    std::vector<Reduced> sets;
  };

  struct Wanted;
  Wanted enter(mlir::Value written);
  bool compute(Wanted &wanted, unsigned set, size_t places);
  void setReductions(const Wanted &wanted, unsigned set, unsigned sample);
  void fill(unsigned set, size_t places);
  const Reduced &reduced(unsigned node, unsigned set, size_t places);
  void reduce(unsigned node, unsigned set, unsigned sample, size_t places,
              Reduced &into);

  size_t axisCount;
  Formulas formulas;
  std::map<unsigned, Member> members;
  Values values;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_TRIAL_H
