//===- Flattener.h - operations as one cluster ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_FLATTENER_H
#define FOVEA_BACKENDS_PLUGIN_FLATTENER_H

#include "backends/plugin/Cluster.h"
#include "ir/Dialect.h"
#include "passes/kernels/Facts.h"
#include "runtime/Signature.h"

#include <optional>

namespace fovea::plugin {

/// Writes one cluster, operation by operation.
class Flattener {
public:
  Flattener(ir::FuncOp func, const kernels::Facts &facts);

  /// An array that goes in, with axes in that order; `value` is then known. If
  /// there is a rename, `value` is only read by it and its like: then the array
  /// has the new names at once. `place` is where this cluster reads it: others
  /// may have read it before.
  void addInput(mlir::Value value, llvm::StringRef name,
                llvm::ArrayRef<ir::AxisAttr> axes, ir::RenameOp rename,
                mlir::Location place);
  /// A known value that comes out.
  void addOutput(mlir::Value value, llvm::StringRef name,
                 llvm::ArrayRef<ir::AxisAttr> axes);
  /// An operation of known values: one that makes one value, a fold, or a
  /// kernel. Error (Unsupported): it has no opcode.
  Status add(mlir::Operation *op);
  bool knows(mlir::Value value) const { return numbers.contains(value); }
  Cluster take() { return made.take(); }

private:
  uint32_t numberOf(mlir::Value value) const;
  void set(mlir::Value value, const fovea_op &op);

  uint32_t size(const SizeExpr &size);
  uint32_t size(ir::SizeAttr size);
  uint32_t axis(ir::AxisAttr axis);
  fovea_list axisList(llvm::ArrayRef<ir::AxisAttr> list);
  fovea_list axisList(mlir::ArrayAttr list);
  /// The axes of a type, ascending.
  fovea_list axisSet(ir::ArrayType type);
  fovea_list operandList(mlir::ValueRange values);
  uint32_t place(mlir::Location location);

  /// What every op that gives `value` says. It comes from `at`, if that is
  /// given, and not from where the value is made.
  fovea_op opOf(fovea_opcode opcode, mlir::Value value,
                std::optional<mlir::Location> at = {});
  Status addBlock(mlir::Block &block);
  /// A kernel or phase: its results are what its body yields.
  Status addBody(mlir::Operation *op);
  Status addPlain(mlir::Operation *op);
  /// A read at plain coordinates: a rename without an opcode of its own.
  void addRename(ir::RenameOp rename);
  uint32_t index(ir::AxisAttr along, mlir::Location location);
  void addLiteral(ir::LiteralOp literal, fovea_op &op);
  /// The part of a state that a region's argument is.
  void addState(mlir::Value argument, fovea_opcode opcode, uint32_t fold,
                unsigned number);
  Status addFold(ir::FoldOp fold);
  /// Once the elements are known: what is made from accumulators comes later.
  void writeAccumulators(ir::FoldOp fold, uint32_t number);
  void writeRest(ir::FoldOp fold, uint32_t number);
  /// What the opcode says beyond operands and type.
  void describe(mlir::Operation *op, fovea_op &flat);

  ir::FuncOp func;
  const kernels::Facts &facts;
  ClusterBuilder made;
  llvm::DenseMap<mlir::Value, uint32_t> numbers;
  /// What inputs are known as; see addInput.
  llvm::DenseMap<mlir::Value, ir::RenameOp> renamed;
  llvm::DenseMap<mlir::StringAttr, uint32_t> axes;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_FLATTENER_H
