//===- Writer.h - a fold from what was derived ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_WRITER_H
#define FOVEA_PASSES_DERIVE_WRITER_H

#include "passes/derive/Chain.h"
#include "passes/derive/Placement.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/IRMapping.h"

namespace fovea::derive {

/// Makes one `fovea.fold` of some reductions of a chain that run in one pass.
class FoldWriter {
public:
  /// `members` are numbers of reductions, ascending; what they need of the
  /// chain in the same pass is among them. The fold gives the results of
  /// `wanted`.
  FoldWriter(mlir::OpBuilder &builder, Chain &chain,
             llvm::ArrayRef<ir::AxisAttr> axes, const Placement &placement,
             llvm::ArrayRef<unsigned> members, llvm::ArrayRef<unsigned> wanted);

  ir::FoldOp write();

private:
  using Axes = llvm::SmallVector<ir::AxisAttr>;
  /// One accumulator of the fold. Without a reduction it says whether any place
  /// of a domain was visited.
  struct State {
    Accumulator accumulator;
    const Reduction *reduction;
    mlir::Type element;
    Axes axes;
    /// Accumulators with the same number see the same gauges.
    unsigned group;
    /// Gauges that its reduction divides by, and others do not.
    Names guarded;
  };
  /// Where reductions' numbers are found while a region is written.
  using Numbers = std::map<unsigned, mlir::Value>;
  struct Region {
    llvm::SmallVector<mlir::Value> accumulators;
    Numbers fresh, old;
    std::map<std::pair<Expr, mlir::Type>, mlir::Value,
             bool (*)(const std::pair<Expr, mlir::Type> &,
                      const std::pair<Expr, mlir::Type> &)>
        known;
    mlir::IRMapping cloned;
    Region();
  };

  void plan();
  void findDivisors();
  unsigned stateOf(unsigned member, Expr element, unsigned group);
  void watch(const Exprs &domain, unsigned group);
  Exprs branchOf(const Reduction &reduction, Expr part, Expr factor);
  void solveAxes();
  Axes axesOf(Expr e) const;
  mlir::Type elementOf(unsigned number) const;
  ir::ArrayType gaugeType(unsigned number) const;

  /// Where it stands in the program; `whole`, if only the algebra needs it.
  mlir::Location placeOf(const Reduction *reduction) const;
  mlir::Block &open(mlir::Region &region);
  mlir::Block &openState(mlir::Region &into, Region &region);
  void writeElement(ir::FoldOp fold);
  void writeGauge(ir::FoldOp fold);
  void writeRepair(ir::FoldOp fold);
  void writeFinish(ir::FoldOp fold);
  /// What an expansion of `reduction` gives for the sums at hand, without what
  /// is said of empty ones. `untouched` is where all of them are neutral.
  mlir::Value apply(Region &region, const Reduction &reduction, unsigned number,
                    const Expansion &expansion, mlir::Value &untouched,
                    bool isFinal = false);
  mlir::Value atExtremum(Region &region, const Argument &argument,
                         mlir::Value state, mlir::Type element);
  mlir::Value taken(Region &region, const Exprs &branch, mlir::Value value);
  mlir::Value divided(Region &region, Expr factor, mlir::Value state,
                      mlir::Type element);
  mlir::Value scaled(Region &region, Expr factor, mlir::Value state,
                     mlir::Type element);
  /// The same, but the neutral element where `untouched`: sums that are empty,
  /// or were made of nothing but exp(-inf), do not move.
  mlir::Value moved(Region &region, const Reduction &reduction, unsigned number,
                    const Expansion &expansion);
  /// The value, but the neutral element where nothing was visited: where places
  /// were, but all with -inf, the formula has its NaN.
  mlir::Value finished(Region &region, const Reduction &reduction,
                       unsigned number);
  mlir::Value finite(mlir::Value value, bool divides);
  Expr withGuards(const Names &guarded, Expr e, bool isUnfinished);

  mlir::Value emit(Region &region, Expr e, mlir::Type element);
  mlir::Value compute(Region &region, Expr e, mlir::Type element);
  mlir::Value writtenAs(Expr e) const;
  bool areNear(Expr x, Expr y);
  Expr inUnitsOf(double unit, Expr e);
  std::optional<std::pair<Expr, double>> takeScaled(Exprs &terms);
  std::optional<std::pair<Expr, bool>> takeWritten(Exprs &terms);
  Expr writtenPart(Expr product);
  mlir::Value sum(Region &region, Expr e, mlir::Type element);
  mlir::Value product(Region &region, Expr e, mlir::Type element);
  mlir::Value power(mlir::Value x, double exponent);
  mlir::Value exponential(Region &region, Expr exponent, mlir::Type element);
  mlir::Value other(Region &region, Expr e);
  mlir::Value choice(Region &region, Expr e, mlir::Type element);
  mlir::Value number(mlir::Type element, double value);
  mlir::Value converted(mlir::Value value, mlir::Type element);
  mlir::Value clone(Region &region, mlir::Value value);
  mlir::Value all(Region &region, const Exprs &conditions);

  mlir::OpBuilder &b;
  Chain &chain;
  Axes axes;
  const Placement &placement;
  std::vector<unsigned> members, wanted;
  /// What is being written comes from there.
  mlir::Location loc;
  /// All reductions' places: the fold's.
  mlir::Location whole;

  mlir::Type widest;
  std::vector<State> states;
  /// For each member the number of its accumulators' first state, by element.
  std::map<std::pair<unsigned, Expr>, unsigned> stateNumbers;
  std::map<unsigned, Axes> gaugeAxes;
  /// For each domain with conditions the accumulator that says whether it was
  /// visited.
  std::map<Exprs, unsigned> visited;
  /// Members that are gauges, and after how many accumulators each is made.
  std::vector<unsigned> gauges;
  std::vector<int32_t> after;
  /// Members that all who use them divide by, or take the logarithm of.
  Names divisors;
  /// For each member those that it divides by, and others do not.
  std::map<unsigned, Names> guarded;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_WRITER_H
