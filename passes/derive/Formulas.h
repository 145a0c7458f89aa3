//===- Formulas.h - formulas evaluated in few or many digits ----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Operations on arrays as operations on numbers: along the folded axes there
// are a few places, along all others one. Equal operations are one, in
// whichever region they stand, and what is no elementwise operation (an input,
// a read, a product of matrices) is a leaf: any numbers will do for it.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_DERIVE_FORMULAS_H
#define FOVEA_PASSES_DERIVE_FORMULAS_H

#include "ir/Dialect.h"

#include <map>
#include <random>
#include <vector>

namespace fovea::derive {

/// More digits than any number of a formula has.
using Real = long double;
using Reals = std::vector<Real>;
/// Numbers of nodes, each after those that it is made from.
using Nodes = std::vector<unsigned>;

/// What a reduction of nothing is, and how two of its parts join; not for the
/// positions of argmax and argmin.
Real neutralNumber(ir::ReduceKind kind);
Real joined(ir::ReduceKind kind, Real a, Real b);

class Formulas {
public:
  /// Reductions over `axes` for which `isMember` holds are computed; others are
  /// leaves.
  Formulas(llvm::ArrayRef<ir::AxisAttr> axes,
           llvm::function_ref<bool(ir::ReduceOp)> isMember);

  /// The node of a value. Arguments of regions are nodes that others set.
  unsigned node(mlir::Value value);

  /// What has to be computed at a place for these nodes. Reductions and
  /// arguments are known before.
  Nodes needs(llvm::ArrayRef<unsigned> roots) const;

  /// How results are rounded.
  enum class Rounding {
    None,
    Nearest, ///< to what their type holds
    Random   ///< to a number near that: several samples show what rounding does
  };
  Real rounded(mlir::Type element, Real number, Rounding rounding);

  /// Computes `nodes` at a place into `values`, which has a number a node.
  void compute(const Nodes &nodes, size_t place, Rounding rounding,
               Reals &values);

  /// Computes what does not vary along the axes, and the reductions that it is
  /// made from, as it is written. `size` is the sum of the sizes of the last
  /// reduction's elements.
  Real written(unsigned node, size_t places, Rounding rounding, Reals &values,
               Real &size);

  /// Numbers that were not made from others, with their types.
  struct Leaf {
    unsigned node;
    mlir::Type element;
    /// Whether it is an array along the folded axes.
    bool varies;
    /// The position along them; a size; the number of places.
    bool isIndex, isSize, isExtent;
    Reals numbers;
  };
  std::vector<Leaf> leaves;

  /// Whether some number was nearly infinite, or infinite and made of finite
  /// ones, or so near to 0 that it has few digits.
  bool isOnEdge = false;

  size_t size() const { return nodes.size(); }

private:
  using Rule = Real (*)(const Real *);
  struct Node {
    /// Null for what is known before.
    Rule rule = nullptr;
    Nodes args;
    mlir::Type element;
    /// A number in `leaves`, or -1.
    int leaf = -1;
    /// A reduction of the chain: its element, and the guard if there is one.
    ir::ReduceOp reduce;
    /// It often is so small that it counts for nothing: a weight.
    bool vanishes = false;
    bool isConstant = false;
    Real constant = 0;
  };
  /// What makes operations equal: kind, attributes, type, operands.
  using Key = std::tuple<const void *, const void *, const void *, Nodes>;

  unsigned make(mlir::Value value);
  static Rule ruleOf(mlir::Operation *op);

  llvm::SmallVector<ir::AxisAttr> axes;
  ir::SizeAttr extent;
  llvm::function_ref<bool(ir::ReduceOp)> isMember;
  std::vector<Node> nodes;
  llvm::DenseMap<mlir::Value, unsigned> known;
  std::map<Key, unsigned> numbers;
  std::mt19937 random{1};
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_FORMULAS_H
