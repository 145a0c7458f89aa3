//===- NodeBuilder.h - from operations to nodes -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_NODEBUILDER_H
#define FOVEA_BACKENDS_REFERENCE_NODEBUILDER_H

#include "backends/reference/Fold.h"
#include "backends/reference/Node.h"
#include "backends/reference/StoragePlan.h"
#include "ir/Dialect.h"

#include <memory>
#include <vector>

namespace fovea::reference {

/// A function as nodes.
struct Nodes {
  /// In the order of the operations: a node needs earlier ones only, but for
  /// those of a fold, which need each other at earlier states.
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<Axis> axes;
  std::vector<Fold> folds;
  /// How many values are stored.
  size_t tables = 0;
};

/// Translates operations to nodes; what the families below ask about the
/// function meanwhile.
class NodeBuilder {
public:
  NodeBuilder(ir::FuncOp func, bool compensated)
      : func(func), compensated(compensated) {}

  /// Translates the operations that give values. Error (Unsupported): one that
  /// is not known.
  Status translate(mlir::Block &block);
  Nodes take() { return std::move(made); }

  /// The node of a value whose operation is translated already.
  const Node &operator[](mlir::Value value) const {
    return *values.find(value)->second;
  }
  /// `states` are the states of folds that the value depends on.
  void set(mlir::Value value, const Node &node, AxisIds states = {}) {
    values[value] = &node;
    if (!states.empty())
      stateAxes[value] = std::move(states);
  }
  /// Keeps a node as long as the function.
  template <class T> T &own(std::unique_ptr<T> node) {
    T &kept = *node;
    made.nodes.push_back(std::move(node));
    return kept;
  }
  /// `node` with its elements kept, a value over `axes`.
  const Node &stored(const Node &node, AxisIds axes);
  size_t newTable() { return made.tables++; }

  AxisId axis(ir::AxisAttr axis);
  /// In the order of the type (by name), or of the list.
  AxisIds axes(ir::ArrayType type);
  AxisIds axes(mlir::ArrayAttr list);
  SizeExpr size(ir::SizeAttr size);
  /// Where the operation, which makes one value, may fail.
  Place place(mlir::Operation *op);
  /// Whether sums of floats are compensated.
  bool compensates() const { return compensated; }
  /// Number of an input.
  size_t input(ir::InputOp op);

  /// A new fold over `axes`. Until it is closed what is translated is inside.
  Fold openFold(AxisIds axes);
  void closeFold();
  /// The states of all folds that are open.
  AxisIds openStates() const { return open; }

private:
  Status translate(mlir::Operation &op);
  AxisIds statesOf(mlir::Operation &op) const;

  ir::FuncOp func;
  const bool compensated;
  Nodes made;
  StoragePlan plan;
  AxisIds open;
  llvm::DenseMap<mlir::StringAttr, AxisId> axisIds;
  llvm::DenseMap<mlir::Value, const Node *> values;
  llvm::DenseMap<mlir::Value, AxisIds> stateAxes;
};

/// How the element type is computed.
Domain domainOf(ir::ArrayType type);

/// One per family; null for an operation that is not of the family.
std::unique_ptr<Node> makeUnary(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeBinary(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeLogic(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeCast(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeReduce(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeIndex(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeRandom(mlir::Operation *op, NodeBuilder &build);
std::unique_ptr<Node> makeLeaf(mlir::Operation *op, NodeBuilder &build);

/// The results of a fold, whose regions are translated on the way.
Status makeFold(ir::FoldOp fold, NodeBuilder &build);

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_NODEBUILDER_H
