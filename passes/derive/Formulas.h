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

#include <functional>
#include <map>
#include <optional>
#include <vector>

namespace fovea::derive {

/// Numbers with more digits than those of a formula.
using Real = long double;
using Reals = std::vector<Real>;
/// Numbers of nodes, each after those that it is made from.
using Nodes = std::vector<unsigned>;

/// What a reduction of nothing is, and how two of its parts join; not for the
/// positions of argmax and argmin.
Real neutralNumber(ir::ReduceKind kind);
Real joined(ir::ReduceKind kind, Real a, Real b);

/// Any numbers, the same on every machine (SplitMix64, Steele et al. 2014).
class Random {
public:
  explicit Random(uint64_t seed) : state(seed) {}
  uint64_t next();
  unsigned below(unsigned n) { return next() % n; }
  /// From 0 up to 1.
  Real uniform() { return static_cast<Real>(next() >> 11) * 0x1p-53L; }

private:
  uint64_t state;
};

/// What a type rounds to. f16 and bf16 are widened where they are read.
enum class Precision { Exact, Single, Double };
Precision precisionOf(mlir::Type element);

/// How results are rounded.
enum class Rounding {
  None,
  Nearest, ///< to what their type holds
  Random   ///< near that, the given numbers as well: what rounding may do
};

/// A number for each node, and whether it is on an edge: nearly infinite, or
/// infinite and made of finite ones, or so near to 0 that it has few digits, or
/// made from such a number.
struct Values {
  Reals numbers;
  std::vector<char> isOnEdge;
  void resize(size_t size) { numbers.resize(size), isOnEdge.resize(size); }
};

class Formulas {
public:
  /// Reductions for which `isMember` holds are known before; others are leaves.
  Formulas(llvm::ArrayRef<ir::AxisAttr> axes,
           std::function<bool(ir::ReduceOp)> isMember);

  /// The node of a value. Arguments of regions are nodes that others set.
  unsigned node(mlir::Value value);

  /// What has to be computed at a place for these nodes. Reductions and
  /// arguments are known before.
  Nodes needs(llvm::ArrayRef<unsigned> roots) const;
  /// The reductions behind a node, itself included.
  Nodes reductionsBehind(unsigned node) const;

  Real rounded(Precision precision, Real number, Rounding rounding,
               bool &isOnEdge);

  /// Computes `nodes` at a place.
  void compute(const Nodes &nodes, size_t place, Rounding rounding,
               Values &values);

  /// Numbers that were not made from others, with their types.
  struct Leaf {
    mlir::Type element;
    /// Whether it is an array along the folded axes.
    bool varies;
    /// The position along one of them, by number, or -1.
    int axis;
    /// A size; the number of places.
    bool isSize, isExtent;
    Reals numbers;
    /// How many of `integers` were known when it was first tried, if it was.
    std::optional<size_t> integers;
  };
  std::vector<Leaf> leaves;
  /// Begins a sample: what Rounding::Random makes of given numbers, and then of
  /// results, depends on its number alone.
  void begin(uint64_t sample);
  /// The integers that are written in formulas.
  Reals integers;

  struct Node {
    /// Null for what is known before.
    Real (*rule)(const Real *) = nullptr;
    Nodes args;
    Precision precision = Precision::Exact;
    /// A number in `leaves`, or -1.
    int leaf = -1;
    /// A reduction: its element, and the guard if there is one.
    ir::ReduceOp reduce;
    /// It often is so small that it counts for nothing: a weight.
    bool vanishes = false;
    bool isChoice = false, isConstant = false;
    Real constant = 0;
  };
  const Node &operator[](unsigned node) const { return nodes[node]; }
  size_t size() const { return nodes.size(); }
  /// Forgets what was added since, operations that are gone.
  struct Mark {
    size_t nodes, values, integers;
  };
  Mark mark() const { return {nodes.size(), order.size(), integers.size()}; }
  void forget(Mark since);

private:
  /// What makes operations equal: kind, attributes, type, operands.
  using Key = std::tuple<const void *, const void *, const void *, Nodes>;

  unsigned make(mlir::Value value);

  llvm::SmallVector<ir::AxisAttr> axes;
  ir::SizeAttr extent;
  std::function<bool(ir::ReduceOp)> isMember;
  std::vector<Node> nodes;
  llvm::DenseMap<mlir::Value, unsigned> known;
  /// Its keys, in the order in which they came.
  std::vector<mlir::Value> order;
  std::map<Key, unsigned> numbers;
  uint64_t sample = 0;
  Random random{0};
};

} // namespace fovea::derive

#endif // FOVEA_PASSES_DERIVE_FORMULAS_H
