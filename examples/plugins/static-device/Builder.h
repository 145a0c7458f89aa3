//===- Builder.h - a program while it is made -------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A program is built as a tree of blocks, one for each loop, and laid out flat
// in the end. An op's instruction goes into the outermost block in which the
// coordinates that it varies along are known, and only once: so a row's state
// lies in front of the loops that use it. Blocks are attached to their parents
// when they are complete; until then the parent may still grow in front of
// them.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_BUILDER_H
#define STATIC_DEVICE_BUILDER_H

#include "Model.h"
#include "Program.h"

#include <map>
#include <memory>

namespace device {

struct Block;

/// An instruction, or a loop with what is inside.
struct Node {
  Instruction instruction;
  std::unique_ptr<Block> loop;
};

struct Block {
  unsigned depth = 0;
  std::vector<Node> nodes;
};

/// Where a coordinate comes from: a lane, a loop or an index that was computed.
struct Binding {
  uint32_t reg;
  Block *block;
};

/// For each axis the number of its binding, or FOVEA_NONE.
using Environment = std::vector<uint32_t>;

/// A loop that is under construction.
struct OpenLoop {
  std::unique_ptr<Block> block;
  uint32_t counter;
  int64_t extent;
};

/// State of accumulators that are joined in one visit: an array for each.
using VisitState = std::map<uint32_t, uint32_t>;

class Builder {
public:
  Builder(const Model &model, const Extents &extents)
      : model(model), extents(extents) {}

  Program compile(const fovea_port &port);

private:
  using Key = std::vector<uint32_t>;

  Block *blockOf(Axes axes, const Environment &env);
  Key keyOf(uint32_t number, Axes axes, const Environment &env) const;
  uint32_t newRegister(bool uniform);
  uint32_t bind(uint32_t reg, Block *block);
  uint32_t append(Block *block, Instruction instruction);
  bool isDirty(uint32_t reg) const { return reg != FOVEA_NONE && dirty[reg]; }
  void addTerms(Instruction &i, Axes axes, const Environment &env,
                bool coordinatesOnly = false);

  std::vector<OpenLoop> openLoops(Block *block, Axes axes, Environment &env);
  void closeLoops(Block *block, std::vector<OpenLoop> loops);

  uint32_t emit(uint32_t number, const Environment &env);
  uint32_t make(uint32_t number, const Environment &env, Block *block);
  uint32_t makeLoad(uint32_t number, const Environment &env, Block *block);
  uint32_t makeAt(uint32_t number, const Environment &env, Block *block);
  uint32_t makeReduce(uint32_t number, const Environment &env, Block *block);
  uint32_t makeElementwise(uint32_t number, const Environment &env,
                           Block *block);

  uint32_t newState(Block *block, uint64_t elements, fovea_join join,
                    fovea_dtype type);
  void join(Block *block, uint32_t state, fovea_join join, fovea_dtype type,
            uint32_t element, uint32_t guard, Axes along, Axes stateAxes,
            const Environment &env);
  uint32_t loadState(Block *block, uint32_t state, const fovea_op &op,
                     Axes stateAxes, const Environment &env);
  uint32_t stateOf(const fovea_fold &fold, uint32_t accumulator,
                   const Environment &env);
  void visit(const fovea_fold &fold, const std::vector<uint32_t> &members,
             VisitState &state, Axes home, Block *block,
             const Environment &env);
  std::vector<uint32_t> beyond(Axes axes, Axes home) const;

  void layOut(Block &block);

  const Model &model;
  const Extents &extents;
  Program program;
  Block root;
  std::vector<Binding> bindings;
  std::vector<char> dirty;      ///< per register
  std::vector<char> dirtyState; ///< per state array
  std::map<Key, uint32_t> known;
  std::map<Key, VisitState> visits;
  std::map<uint32_t, int64_t> bounds; ///< of registers that count: 0 .. n - 1
};

inline Axes all(const std::vector<uint32_t> &axes) {
  return {axes.data(), axes.data() + axes.size()};
}

} // namespace device

#endif // STATIC_DEVICE_BUILDER_H
