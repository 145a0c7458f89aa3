//===- Compiler.cpp - from formulas to programs ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "Builder.h"
#include "Lanes.h"
#include "Numbers.h"

using namespace device;

uint32_t Builder::emit(uint32_t number, const Environment &env) {
  const Axes axes = model.list(model.ops[number].axes);
  Key key = keyOf(number, axes, env);
  if (auto it = known.find(key); it != known.end())
    return it->second;
  const uint32_t reg = make(number, env, blockOf(axes, env));
  known.emplace(std::move(key), reg);
  return reg;
}

uint32_t Builder::make(uint32_t number, const Environment &env, Block *block) {
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
    const uint32_t number = fold.accumulators.first + uint32_t(op.integer);
    const auto home = homeOf(model, visitOf(model, fold, number));
    const uint32_t state = stateOf(fold, number, env);
    const Axes axes = model.list(model.accumulators[number].axes);
    return loadState(block, state, op, all(beyond(axes, all(home))), env);
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

uint32_t Builder::makeLoad(uint32_t number, const Environment &env,
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

uint32_t Builder::makeAt(uint32_t number, const Environment &env,
                         Block *block) {
  const fovea_op &op = model.ops[number];
  const Axes over = model.list(op.over);
  const Axes operands = model.list(op.operands);
  Environment inside = env;
  std::vector<std::pair<uint32_t, int64_t>> checks; ///< index and extent
  for (size_t k = 0; k < over.size(); ++k) {
    const uint32_t index = operands[k + 1];
    const int64_t extent = extents.axis[over[k]];
    const uint32_t reg = emit(index, env);
    Block *at = blockOf(model.list(model.ops[index].axes), env);
    const auto bounded = bounds.find(reg);
    if (bounded != bounds.end() && bounded->second <= extent) {
      // The axis has another name inside, and that is all.
      inside[over[k]] = env[model.list(model.ops[index].over)[0]];
      continue;
    }
    // Lanes read on with an index that fits; `Bound` drops what they find.
    Instruction clamp{Code::Clamp};
    clamp.a = reg;
    clamp.integer = extent;
    inside[over[k]] = bind(append(at, clamp), at);
    checks.emplace_back(reg, extent);
  }
  uint32_t reg = emit(operands[0], inside);
  for (const auto &[index, extent] : checks) {
    Instruction bound{Code::Bound};
    bound.a = reg;
    bound.b = index;
    bound.integer = extent;
    bound.source = number;
    bound.dirty = true;
    addTerms(bound, model.list(op.axes), env, true);
    reg = append(block, bound);
  }
  return reg;
}

uint32_t Builder::makeReduce(uint32_t number, const Environment &env,
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

uint32_t Builder::makeElementwise(uint32_t number, const Environment &env,
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

Program Builder::compile(const fovea_port &port) {
  Environment env(model.axes.size(), FOVEA_NONE);
  const std::vector<uint32_t> lanes = laneAxesOf(model, port);
  for (uint32_t axis : lanes) {
    const uint32_t reg = newRegister(false);
    env[axis] = bind(reg, &root);
    bounds[reg] = extents.axis[axis];
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
  return Builder(model, extents).compile(model.outputs[output]);
}
