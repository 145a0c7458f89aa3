//===- FoldRunner.h - a fold run on numbers ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_FOLDRUNNER_H
#define FOVEA_PASSES_DERIVE_FOLDRUNNER_H

#include "passes/derive/Formulas.h"

namespace fovea::derive {

/// What is accumulated, and the gauges; for a position the element there.
struct FoldState {
  Reals accumulators, gauges, elements;
};

/// Runs a fold in the digits that it has (fovea.fold says what steps and joins
/// are). Numbers of reductions that are given are in `values`.
class FoldRunner {
public:
  FoldRunner(Formulas &formulas, ir::FoldOp fold, Values &values);
  /// Once all formulas have nodes.
  void order();

  /// Of no places; of some more, in one block; of two parts together.
  FoldState empty();
  FoldState step(const FoldState &state, llvm::ArrayRef<size_t> places);
  FoldState combined(const FoldState &x, const FoldState &y);
  /// The results.
  Reals finished(const FoldState &state);

private:
  using Begin = llvm::function_ref<void(unsigned, FoldState &)>;
  FoldState advance(Begin begin);
  Real repaired(unsigned k, const FoldState &from, const FoldState &to);
  Real value(unsigned root, const Nodes &order, size_t place);
  void join(unsigned k, FoldState &state, Real other, Real element);

  Nodes argumentsOf(mlir::Region &region);
  Nodes rootsOf(mlir::Region &region);
  void set(llvm::ArrayRef<unsigned> nodes, const Reals &to);

  Formulas &formulas;
  Values &values;
  const llvm::ArrayRef<int32_t> after;
  const unsigned count, gauges;
  Nodes elementArgs, gaugeArgs, repairArgs, finishArgs;
  /// What the regions give; guards that are not there are -1.
  Nodes elements, gaugeRoots, repairs, results;
  std::vector<int> guards;
  std::vector<ir::ReduceKind> kinds;
  std::vector<Precision> precisions;
  std::vector<Nodes> guardOrder, elementOrder, gaugeOrder, repairOrder;
  Nodes finishOrder;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_FOLDRUNNER_H
