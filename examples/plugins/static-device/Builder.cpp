//===- Builder.cpp - blocks, registers and loops --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Builder.h"

#include <algorithm>

using namespace device;

Block *Builder::blockOf(Axes axes, const Environment &env) {
  Block *block = &root;
  for (uint32_t axis : axes) {
    Block *other = bindings[env[axis]].block;
    if (other->depth > block->depth)
      block = other;
  }
  return block;
}

Builder::Key Builder::keyOf(uint32_t number, Axes axes,
                            const Environment &env) const {
  Key key{number};
  for (uint32_t axis : axes)
    key.push_back(env[axis]);
  return key;
}

uint32_t Builder::newRegister(bool uniform) {
  program.uniform.push_back(uniform);
  dirty.push_back(false);
  return uint32_t(dirty.size() - 1);
}

uint32_t Builder::bind(uint32_t reg, Block *block) {
  bindings.push_back({reg, block});
  return uint32_t(bindings.size() - 1);
}

/// Gives it a register, if it has a result. All its operands have to be the
/// same in all lanes for the result to be.
uint32_t Builder::append(Block *block, Instruction i) {
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
void Builder::addTerms(Instruction &i, Axes axes, const Environment &env,
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

std::vector<OpenLoop> Builder::openLoops(Block *block, Axes axes,
                                         Environment &env) {
  std::vector<OpenLoop> loops;
  for (uint32_t axis : axes) {
    auto inner = std::make_unique<Block>();
    inner->depth = block->depth + 1;
    block = inner.get();
    const uint32_t counter = newRegister(true);
    env[axis] = bind(counter, block);
    bounds[counter] = extents.axis[axis];
    loops.push_back({std::move(inner), counter, extents.axis[axis]});
  }
  return loops;
}

void Builder::closeLoops(Block *block, std::vector<OpenLoop> loops) {
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

std::vector<uint32_t> Builder::beyond(Axes axes, Axes home) const {
  std::vector<uint32_t> result;
  for (uint32_t axis : axes)
    if (std::find(home.begin(), home.end(), axis) == home.end())
      result.push_back(axis);
  return result;
}

void Builder::layOut(Block &block) {
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
