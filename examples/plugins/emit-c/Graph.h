//===- Graph.h - what a function of the C text computes ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// An op of the cluster is an array; a node is one element of it: an op together
// with its coordinates, which are nodes themselves. Equal elements are one
// node.
//
// A node is computed in the scope where all its users can see it, and outside
// of the loops that it does not vary along. So it may be computed although it
// is not needed, which does no harm: whether it failed is kept beside its
// number, as a number of its own, until somebody needs it.
//
//===----------------------------------------------------------------------===//

#ifndef EMIT_C_GRAPH_H
#define EMIT_C_GRAPH_H

#include "Formula.h"

#include <deque>
#include <map>
#include <tuple>

namespace emitc {

/// Number of a node. Operands have smaller numbers; so what stands in one scope
/// can be printed in the order of the numbers.
using Id = uint32_t;
using Ids = std::vector<Id>;

/// A pair of braces in the C text.
struct Scope {
  Scope *parent;
  bool isLoop;
  unsigned depth;
  Ids nodes;
};

enum class Kind : uint8_t {
  // Elements.
  Op,     ///< computed from its operands
  Read,   ///< of an input, a literal or a stored array
  State,  ///< accumulator `what` of the phase, which is finished
  Var,    ///< a loop's variable
  Check,  ///< index number `what` of a gather, if it is in range
  Reduce, ///< loops that join
  // Statements, which stand where they are put.
  Nest,  ///< loops around the statements of its innermost scope
  If,    ///< operand 0 is the condition
  Init,  ///< accumulator `what` is made empty
  Join,  ///< operand 0 is joined to accumulator `what`
  Guard, ///< a condition that could not be had spoils accumulator `what`
  Store  ///< operand 0 becomes an element of stored array or output `what`
};

struct Edge {
  Id node;
  /// Where it is needed: null is where the user stands.
  Scope *in = nullptr;
};

struct Loop {
  Id variable;
  Scope *body;
  uint32_t size;       ///< number of the size that it runs to
  Id low = FOVEA_NONE; ///< tighter bounds, if there are any
  Id high = FOVEA_NONE;
};

struct Node {
  explicit Node(Kind kind) : kind(kind) {}

  Kind kind;
  CType type = CType::Wide;
  bool zero = false, negInf = false; ///< may be hard
  bool fails = false;                ///< may fail
  bool isOutput = false;             ///< Store: of an output
  uint32_t op = FOVEA_NONE;
  uint32_t what = 0;
  std::vector<Edge> operands;
  Ids coords; ///< one for each axis of what is read, stored or can fail
  std::vector<Loop> loops;
  Scope *branches[2] = {nullptr, nullptr};
  std::vector<Scope *> binders; ///< the scopes that bind what it varies along
  Joined joined;                ///< Reduce
};

/// For each axis of the cluster its coordinate, or FOVEA_NONE.
using Env = Ids;

/// What the C text keeps in memory between its functions.
struct Stored {
  uint32_t op;
  Numbers axes;
  CType type;
  bool isHard, fails;
  uint32_t first; ///< its numbers; behind them hardness, then failures
};

/// Accumulators that the function being written has as variables.
struct PhaseState {
  struct Part {
    Numbers axes;  ///< of the accumulator
    Numbers extra; ///< those of them that it is an array along
    Joined joined;
    bool fails = false;
    uint32_t first = 0; ///< its arrays in scratch memory, if there are any
  };
  uint32_t fold = FOVEA_NONE; ///< or a reduction, which is `parts[0]`
  std::vector<Part> parts;
  Env rows; ///< coordinates of what is not extra
  Scope *scope = nullptr;
};

/// Whether an op checks its own divisor.
bool mayDivideByZero(const fovea_op &op);

class Graph {
public:
  Graph(const Formula &formula, const std::vector<Stored> &stored);

  /// The element of an op at coordinates.
  Id element(uint32_t op, const Env &env);
  /// The same, computed although there is a stored array of it.
  Id compute(uint32_t op, const Env &env);
  /// The element of accumulator `part` of the phase.
  Id state(uint32_t part, const Env &env);

  Scope *scope(Scope *parent, bool isLoop = false);
  /// Loops over axes; their variables go into `env`.
  std::vector<Loop> loops(const Numbers &axes, Scope *parent, Env &env);
  /// The loop over the items of the phase: one scope, which binds a variable
  /// for each axis.
  std::vector<Loop> enterRows(const Numbers &axes);
  /// A statement. What it needs has to be there already.
  void add(Scope *scope, Node node);
  /// Puts every node that is needed into a scope.
  void place();

  const Stored *storedOf(uint32_t op) const;
  Env emptyEnv() const { return Env(f.axes.size(), FOVEA_NONE); }

  const Formula &f;
  Scope *root;
  std::deque<Node> nodes;
  PhaseState phase;

private:
  using Key = std::tuple<Kind, uint32_t, uint32_t, Ids>;

  Ids coordsOf(const Numbers &axes, const Env &env) const;
  Id make(Node node);
  Id once(uint32_t what, Node node);
  Id read(uint32_t op, const Numbers &axes, const Env &env);
  Id at(uint32_t op, const Env &env);
  Id check(uint32_t op, uint32_t number, Id index, const Env &env);
  Id reduce(uint32_t op, const Joined &joined, const Numbers &axes,
            const Env &env);
  Id elementwise(uint32_t op, const Env &env);
  void settle(Node &node, Scope *at);

  const std::vector<Stored> &stored;
  std::deque<Scope> scopes;
  std::map<Key, Id> known;
};

} // namespace emitc

#endif // EMIT_C_GRAPH_H
