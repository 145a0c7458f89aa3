//===- Definitions.h - the formula as a graph -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_EXPLAIN_DEFINITIONS_H
#define FOVEA_TOOLS_EXPLAIN_DEFINITIONS_H

#include "tools/explain/Arrays.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

namespace fovea::explaining {

/// The inputs, definitions and reductions of a function without folds.
class Definitions {
public:
  Definitions(ir::FuncOp written, Sizes &sizes);

  /// Reductions at `places` belong to kernel `number`, with what they are made
  /// from and no other kernel has.
  void assign(llvm::ArrayRef<mlir::Location> places, unsigned number);
  /// So does what output `output` is made from.
  void assignOutput(unsigned output, unsigned number);
  /// To be called when all are assigned.
  std::vector<ExplainedDefinition> take();

  MemoryTraffic traffic() const;

private:
  void claim(mlir::Value root, unsigned number);

  ir::FuncOp written;
  std::vector<ExplainedDefinition> list;
  llvm::DenseMap<mlir::Value, unsigned> numbers;
  /// Reductions whose results are kept, by kernel, and outputs.
  std::vector<std::pair<mlir::Value, unsigned>> roots;
  llvm::DenseSet<mlir::Value> kept;
};

} // namespace fovea::explaining

#endif // FOVEA_TOOLS_EXPLAIN_DEFINITIONS_H
