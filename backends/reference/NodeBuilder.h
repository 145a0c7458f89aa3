//===- NodeBuilder.h - from operations to nodes -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_NODEBUILDER_H
#define FOVEA_BACKENDS_REFERENCE_NODEBUILDER_H

#include "backends/reference/Node.h"
#include "ir/Dialect.h"

#include <memory>
#include <vector>

namespace fovea::reference {

using AxisIds = std::vector<AxisId>;

/// What the families below ask about the function while it is translated.
class NodeBuilder {
public:
  explicit NodeBuilder(ir::FuncOp func) : func(func) {}

  /// The node of a value whose operation is translated already.
  const Node &operator[](mlir::Value value) const {
    return *values.find(value)->second;
  }
  void set(mlir::Value value, const Node &node) { values[value] = &node; }

  AxisId axis(ir::AxisAttr axis);
  /// In the order of the type (by name), or of the list.
  AxisIds axes(ir::ArrayType type);
  AxisIds axes(mlir::ArrayAttr list);
  SizeExpr size(ir::SizeAttr size);
  /// Where the operation, which makes one value, may fail.
  Place place(mlir::Operation *op);
  /// Number of an input.
  size_t input(ir::InputOp op);

  /// The axes seen so far, by number.
  std::vector<Axis> takeAxes() { return std::move(allAxes); }

private:
  ir::FuncOp func;
  std::vector<Axis> allAxes;
  llvm::DenseMap<mlir::StringAttr, AxisId> axisIds;
  llvm::DenseMap<mlir::Value, const Node *> values;
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

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_NODEBUILDER_H
