//===- Reader.h - a formula as an algebra sees it ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_READER_H
#define FOVEA_PASSES_DERIVE_READER_H

#include "ir/Dialect.h"
#include "passes/derive/Chain.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

namespace fovea::derive {

/// Translates elements of the reductions over one set of axes. What does not
/// lead to another reduction of the chain through elementwise operations is a
/// leaf as far as no law knows it.
class Reader {
public:
  Reader(Chain &chain, llvm::ArrayRef<ir::AxisAttr> axes);

  /// An element, the conditions under which it is visited, and what of it must
  /// be finished beforehand.
  struct Formula {
    Expr element;
    Exprs guards;
    /// The same element, not taken apart.
    Expr whole;
    /// Reductions of the chain that it needs other than at its own place: read
    /// at another index, or inside a recomputed reduction.
    Names finished;
    /// Of an extremum that moves, if there is one.
    std::optional<Argument> argument;

    /// Reductions of the chain that it needs at its own place.
    Names unfinished() const;
  };
  Formula read(ir::ReduceOp reduce);

  /// From now on the result of `reduce` is reduction `number` of the chain.
  void define(ir::ReduceOp reduce, unsigned number);

  /// A value of the formula that was read last, if `part` is the algebra's view
  /// of one; else null.
  mlir::Value valueOf(Expr part);
  /// The results that `value` is made from and that need a reduction that
  /// `isUnfinished`, not by way of another fold: those with a name, or else the
  /// reductions themselves. `isAround`: others it needs by way of another fold.
  struct Awaited {
    llvm::SetVector<mlir::Value> values;
    bool isAround = false;
  };
  Awaited awaitedIn(mlir::Value value,
                    llvm::function_ref<bool(unsigned)> isUnfinished);

private:
  Expr expr(mlir::Value value);
  Expr compute(mlir::Value value);
  Expr elementwise(mlir::Operation *op);
  Expr byLaw(mlir::Operation *op, ir::Law law, Expr x, Expr y);
  Expr select(mlir::Operation *op);
  Expr exp2(Expr e);
  Expr leaf(mlir::Value value);
  Expr array(mlir::Value value);
  Expr cast(ir::CastOp op);
  std::optional<Argument> argumentOf(mlir::Value element);
  void split(mlir::Value guard, Exprs &into);
  bool varies(mlir::Value value) const;
  bool leads(mlir::Value value);
  const Names &behind(mlir::Value value);

  Chain &chain;
  Algebra &a;
  llvm::SmallVector<ir::AxisAttr> axes;
  /// How many places there are.
  ir::SizeAttr extent;
  llvm::DenseMap<mlir::Value, unsigned> numbers;
  llvm::DenseMap<mlir::Value, Expr> known;
  llvm::DenseMap<mlir::Value, bool> leading;
  llvm::DenseMap<mlir::Value, Names> reached;
  Names *finished = nullptr;
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_READER_H
