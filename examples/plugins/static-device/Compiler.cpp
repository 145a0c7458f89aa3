//===- Compiler.cpp - from formulas to programs ---------------------------===//
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

#include "Compiler.h"
#include "Lanes.h"
#include "Numbers.h"

#include <algorithm>
#include <map>
#include <memory>

using namespace device;

namespace {

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

/// State of a fold: one array for each accumulator, filled group after group.
struct FoldState {
  std::vector<uint32_t> arrays;
};

class Compiler {
public:
  Compiler(const Model &model, const Extents &extents)
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
  FoldState &stateOf(uint32_t fold, const Environment &env);
  void makeGroup(const fovea_fold &fold, uint32_t gauges, FoldState &state,
                 Axes home, Block *block, const Environment &env);
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
  std::map<Key, FoldState> foldStates;
};

} // namespace

static Axes all(const std::vector<uint32_t> &axes) {
  return {axes.data(), axes.data() + axes.size()};
}

Block *Compiler::blockOf(Axes axes, const Environment &env) {
  Block *block = &root;
  for (uint32_t axis : axes) {
    Block *other = bindings[env[axis]].block;
    if (other->depth > block->depth)
      block = other;
  }
  return block;
}

Compiler::Key Compiler::keyOf(uint32_t number, Axes axes,
                              const Environment &env) const {
  Key key{number};
  for (uint32_t axis : axes)
    key.push_back(env[axis]);
  return key;
}

uint32_t Compiler::newRegister(bool uniform) {
  program.uniform.push_back(uniform);
  dirty.push_back(false);
  return uint32_t(dirty.size() - 1);
}

uint32_t Compiler::bind(uint32_t reg, Block *block) {
  bindings.push_back({reg, block});
  return uint32_t(bindings.size() - 1);
}

/// Gives it a register, if it has a result. All its operands have to be the
/// same in all lanes for the result to be.
uint32_t Compiler::append(Block *block, Instruction i) {
  if (i.code == Code::Init || i.code == Code::Join || i.code == Code::Store) {
    block->nodes.push_back({i, nullptr});
    return FOVEA_NONE;
  }
  bool uniform = i.code != Code::LoadState;
  for (uint32_t operand : {i.a, i.b, i.c})
    uniform = uniform && (operand == FOVEA_NONE || program.uniform[operand]);
  for (uint32_t k = 0; k < i.termCount; ++k)
    uniform = uniform && program.uniform[program.terms[i.firstTerm + k].reg];
  i.dst = newRegister(uniform);
  dirty[i.dst] = i.dirty;
  block->nodes.push_back({i, nullptr});
  return i.dst;
}

/// Address of an element of an array over `axes`, dense and row-major; or just
/// the coordinates.
void Compiler::addTerms(Instruction &i, Axes axes, const Environment &env,
                        bool coordinatesOnly) {
  i.firstTerm = uint32_t(program.terms.size());
  i.termCount = uint32_t(axes.size());
  for (uint32_t axis : axes)
    program.terms.push_back({bindings[env[axis]].reg, 1});
  int64_t stride = 1;
  for (size_t k = axes.size(); k-- > 0 && !coordinatesOnly;) {
    program.terms[i.firstTerm + k].stride = stride;
    stride *= extents.axis[axes[k]];
  }
}

std::vector<OpenLoop> Compiler::openLoops(Block *block, Axes axes,
                                          Environment &env) {
  std::vector<OpenLoop> loops;
  for (uint32_t axis : axes) {
    auto inner = std::make_unique<Block>();
    inner->depth = block->depth + 1;
    block = inner.get();
    const uint32_t counter = newRegister(true);
    env[axis] = bind(counter, block);
    loops.push_back({std::move(inner), counter, extents.axis[axis]});
  }
  return loops;
}

void Compiler::closeLoops(Block *block, std::vector<OpenLoop> loops) {
  while (!loops.empty()) {
    OpenLoop loop = std::move(loops.back());
    loops.pop_back();
    Instruction i{Code::Loop};
    i.dst = loop.counter;
    i.integer = loop.extent;
    Block *parent = loops.empty() ? block : loops.back().block.get();
    parent->nodes.push_back({i, std::move(loop.block)});
  }
}

uint32_t Compiler::emit(uint32_t number, const Environment &env) {
  const Axes axes = model.list(model.ops[number].axes);
  Key key = keyOf(number, axes, env);
  if (auto it = known.find(key); it != known.end())
    return it->second;
  const uint32_t reg = make(number, env, blockOf(axes, env));
  known.emplace(std::move(key), reg);
  return reg;
}

uint32_t Compiler::make(uint32_t number, const Environment &env, Block *block) {
  const fovea_op &op = model.ops[number];
  switch (op.opcode) {
  case FOVEA_OP_INPUT:
  case FOVEA_OP_LITERAL:
    return makeLoad(number, env, block);
  case FOVEA_OP_CONSTANT:
  case FOVEA_OP_SIZE: {
    Instruction i{Code::Constant};
    i.integer =
        op.opcode == FOVEA_OP_SIZE ? extents.size[op.selector] : op.integer;
    if (op.opcode == FOVEA_OP_CONSTANT && isFloat(op.dtype)) {
      const double number = rounded(op.number, op.dtype);
      std::memcpy(&i.integer, &number, sizeof i.integer);
    }
    return append(block, i);
  }
  case FOVEA_OP_INDEX:
    return bindings[env[model.list(op.over)[0]]].reg;
  case FOVEA_OP_ACCUMULATOR: {
    const fovea_fold &fold = model.folds[op.selector];
    const auto &a =
        model.accumulators[fold.accumulators.first + uint32_t(op.integer)];
    const uint32_t state = stateOf(op.selector, env).arrays[size_t(op.integer)];
    const auto home = homeOf(model, fold);
    return loadState(block, state, op,
                     all(beyond(model.list(a.axes), all(home))), env);
  }
  case FOVEA_OP_GAUGE: {
    const fovea_fold &fold = model.folds[op.selector];
    return emit(model.gauges[fold.gauges.first + uint32_t(op.integer)].value,
                env);
  }
  case FOVEA_OP_FOLD:
    return emit(
        model.list(model.folds[op.selector].results)[size_t(op.integer)], env);
  case FOVEA_OP_AT:
    return makeAt(number, env, block);
  case FOVEA_OP_REDUCE:
    return makeReduce(number, env, block);
  default:
    return makeElementwise(number, env, block);
  }
}

uint32_t Compiler::makeLoad(uint32_t number, const Environment &env,
                            Block *block) {
  const fovea_op &op = model.ops[number];
  const bool literal = op.opcode == FOVEA_OP_LITERAL;
  const Axes axes =
      model.list(literal ? op.over : model.inputs[op.selector].axes);
  // Lanes read what they may not need; of nothing there is nothing to read.
  if (elementsAlong(extents, axes) == 0)
    return append(block, Instruction{Code::Constant});
  Instruction i{Code::Load};
  i.type = op.dtype;
  i.buffer = literal ? uint32_t(model.inputs.size()) : op.selector;
  i.integer = literal ? op.integer : 0;
  addTerms(i, axes, env);
  return append(block, i);
}

uint32_t Compiler::makeAt(uint32_t number, const Environment &env,
                          Block *block) {
  const fovea_op &op = model.ops[number];
  const Axes over = model.list(op.over);
  const Axes operands = model.list(op.operands);
  Environment inside = env;
  std::vector<uint32_t> indices;
  for (size_t k = 0; k < over.size(); ++k) {
    const uint32_t index = operands[k + 1];
    indices.push_back(emit(index, env));
    // Lanes read on with an index that fits; `Bound` drops what they find.
    Block *at = blockOf(model.list(model.ops[index].axes), env);
    Instruction clamp{Code::Clamp};
    clamp.a = indices.back();
    clamp.integer = extents.axis[over[k]];
    inside[over[k]] = bind(append(at, clamp), at);
  }
  uint32_t reg = emit(operands[0], inside);
  for (size_t k = 0; k < over.size(); ++k) {
    Instruction bound{Code::Bound};
    bound.a = reg;
    bound.b = indices[k];
    bound.integer = extents.axis[over[k]];
    bound.source = number;
    bound.dirty = true;
    addTerms(bound, model.list(op.axes), env, true);
    reg = append(block, bound);
  }
  return reg;
}

uint32_t Compiler::makeReduce(uint32_t number, const Environment &env,
                              Block *block) {
  const fovea_op &op = model.ops[number];
  const Axes operands = model.list(op.operands);
  const Axes over = model.list(op.over);
  const uint32_t guard = operands.size() > 1 ? operands[1] : FOVEA_NONE;
  const fovea_dtype type = model.ops[operands[0]].dtype;
  const uint32_t state = newState(block, 1, op.selector, type);
  Environment inside = env;
  std::vector<OpenLoop> loops = openLoops(block, over, inside);
  join(loops.empty() ? block : loops.back().block.get(), state, op.selector,
       type, operands[0], guard, over, {nullptr, nullptr}, inside);
  closeLoops(block, std::move(loops));
  return loadState(block, state, op, {nullptr, nullptr}, env);
}

uint32_t Compiler::makeElementwise(uint32_t number, const Environment &env,
                                   Block *block) {
  const fovea_op &op = model.ops[number];
  const Axes operands = model.list(op.operands);
  Instruction i{Code::Binary};
  i.type = op.dtype;
  i.from = model.ops[operands[0]].dtype;
  i.selector = op.opcode;
  i.source = number;
  uint32_t *const place[] = {&i.a, &i.b, &i.c};
  for (size_t k = 0; k < operands.size(); ++k) {
    *place[k] = emit(operands[k], env);
    i.dirty = i.dirty || isDirty(*place[k]);
  }
  switch (op.opcode) {
  case FOVEA_OP_COMPARE:
    i.code = Code::Compare;
    i.selector = op.selector;
    break;
  case FOVEA_OP_SELECT:
    i.code = Code::Select;
    i.selector = op.selector;
    i.dirty = i.dirty || op.selector != FOVEA_SOFT;
    break;
  case FOVEA_OP_CAST:
    i.code = Code::Cast;
    break;
  case FOVEA_OP_FOLD_KEY:
    i.code = Code::FoldKey;
    break;
  case FOVEA_OP_RANDOM:
    i.code = Code::Random;
    i.selector = op.selector;
    break;
  case FOVEA_OP_FLOORDIV:
  case FOVEA_OP_MOD:
  case FOVEA_OP_POW:
    if (!isFloat(op.dtype)) {
      i.dirty = true;
      addTerms(i, model.list(op.axes), env, true);
    }
    break;
  default:
    if (operands.size() == 1)
      i.code = Code::Unary;
    break;
  }
  return append(block, i);
}

uint32_t Compiler::newState(Block *block, uint64_t elements, fovea_join join,
                            fovea_dtype type) {
  program.states.push_back({elements, join >= FOVEA_ARGMAX});
  dirtyState.push_back(false);
  Instruction i{Code::Init};
  i.type = type;
  i.selector = join;
  i.buffer = uint32_t(program.states.size() - 1);
  append(block, i);
  return i.buffer;
}

void Compiler::join(Block *block, uint32_t state, fovea_join join,
                    fovea_dtype type, uint32_t element, uint32_t guard,
                    Axes along, Axes stateAxes, const Environment &env) {
  Instruction i{Code::Join};
  i.type = type;
  i.selector = join;
  i.buffer = state;
  if (guard != FOVEA_NONE)
    i.b = emit(guard, env);
  i.a = emit(element, env);
  i.dirty = isDirty(i.a) || isDirty(i.b);
  dirtyState[state] = dirtyState[state] || i.dirty;
  if (join >= FOVEA_ARGMAX) {
    // The place is an element's address in an array over the axes.
    Instruction place{Code::Address};
    addTerms(place, along, env);
    i.c = append(block, place);
  }
  addTerms(i, stateAxes, env);
  append(block, i);
}

uint32_t Compiler::loadState(Block *block, uint32_t state, const fovea_op &op,
                             Axes stateAxes, const Environment &env) {
  Instruction i{Code::LoadState};
  i.type = op.dtype;
  i.buffer = state;
  i.dirty = dirtyState[state];
  addTerms(i, stateAxes, env);
  return append(block, i);
}

std::vector<uint32_t> Compiler::beyond(Axes axes, Axes home) const {
  std::vector<uint32_t> result;
  for (uint32_t axis : axes)
    if (std::find(home.begin(), home.end(), axis) == home.end())
      result.push_back(axis);
  return result;
}

/// The state of a fold at the coordinates: "the naive way" of the header, a
/// visit for each group of accumulators that see the same gauges.
FoldState &Compiler::stateOf(uint32_t number, const Environment &env) {
  const fovea_fold &fold = model.folds[number];
  const std::vector<uint32_t> home = homeOf(model, fold);
  auto [it, isNew] = foldStates.try_emplace(keyOf(number, all(home), env));
  FoldState &state = it->second;
  if (!isNew)
    return state;
  state.arrays.assign(fold.accumulators.count, FOVEA_NONE);
  Block *block = blockOf(all(home), env);
  std::vector<uint32_t> groups;
  for (uint32_t k = 0; k < fold.accumulators.count; ++k)
    groups.push_back(model.accumulators[fold.accumulators.first + k].gauges);
  std::sort(groups.begin(), groups.end());
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  for (uint32_t gauges : groups)
    makeGroup(fold, gauges, state, all(home), block, env);
  return state;
}

void Compiler::makeGroup(const fovea_fold &fold, uint32_t gauges,
                         FoldState &state, Axes home, Block *block,
                         const Environment &env) {
  std::vector<uint32_t> members;
  for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
    const auto &a = model.accumulators[fold.accumulators.first + k];
    if (a.gauges != gauges)
      continue;
    const auto extra = beyond(model.list(a.axes), home);
    members.push_back(k);
    state.arrays[k] = newState(
        block, uint64_t(elementsAlong(extents, all(extra))), a.join, a.dtype);
  }
  Environment place = env;
  const Axes along = model.list(fold.axes);
  std::vector<OpenLoop> loops = openLoops(block, along, place);
  Block *inside = loops.empty() ? block : loops.back().block.get();
  for (uint32_t k : members) {
    const auto &a = model.accumulators[fold.accumulators.first + k];
    const auto extra = beyond(model.list(a.axes), home);
    Environment element = place;
    std::vector<OpenLoop> own = openLoops(inside, all(extra), element);
    join(own.empty() ? inside : own.back().block.get(), state.arrays[k], a.join,
         a.dtype, a.element, a.guard, along, all(extra), element);
    closeLoops(inside, std::move(own));
  }
  closeLoops(block, std::move(loops));
}

void Compiler::layOut(Block &block) {
  for (Node &node : block.nodes) {
    const auto at = uint32_t(program.code.size());
    program.code.push_back(node.instruction);
    if (!node.loop)
      continue;
    layOut(*node.loop);
    Instruction next{Code::Next};
    next.target = at;
    program.code.push_back(next);
    program.code[at].target = uint32_t(program.code.size());
  }
}

Program Compiler::compile(const fovea_port &port) {
  Environment env(model.axes.size(), FOVEA_NONE);
  const std::vector<uint32_t> lanes = laneAxesOf(model, port);
  for (uint32_t axis : lanes) {
    const uint32_t reg = newRegister(false);
    env[axis] = bind(reg, &root);
    program.laneAxes.push_back({reg, extents.axis[axis]});
  }
  program.places = elementsAlong(extents, all(lanes));
  elementsAlong(extents, model.list(port.axes));
  const auto others = beyond(model.list(port.axes), all(lanes));
  std::vector<OpenLoop> loops = openLoops(&root, all(others), env);
  Instruction store{Code::Store};
  store.type = port.dtype;
  store.a = emit(port.op, env);
  addTerms(store, model.list(port.axes), env);
  append(loops.empty() ? &root : loops.back().block.get(), store);
  closeLoops(&root, std::move(loops));
  layOut(root);
  return std::move(program);
}

Program device::compileOutput(const Model &model, const Extents &extents,
                              uint32_t output) {
  return Compiler(model, extents).compile(model.outputs[output]);
}
