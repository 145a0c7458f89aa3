//===- Reductions.cpp - programs for reductions and folds -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Builder.h"
#include "Lanes.h"

using namespace device;

uint32_t Builder::newState(Block *block, uint64_t elements, fovea_join join,
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

void Builder::join(Block *block, uint32_t state, fovea_join join,
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

uint32_t Builder::loadState(Block *block, uint32_t state, const fovea_op &op,
                            Axes stateAxes, const Environment &env) {
  Instruction i{Code::LoadState};
  i.type = op.dtype;
  i.buffer = state;
  i.dirty = dirtyState[state];
  addTerms(i, stateAxes, env);
  return append(block, i);
}

/// The state of an accumulator at the coordinates: "the naive way" of the
/// header. What it sees of other accumulators is visited before it, since its
/// elements ask for that.
uint32_t Builder::stateOf(const fovea_fold &fold, uint32_t accumulator,
                          const Environment &env) {
  const std::vector<uint32_t> members = visitOf(model, fold, accumulator);
  const std::vector<uint32_t> home = homeOf(model, members);
  auto [it, isNew] = visits.try_emplace(keyOf(members[0], all(home), env));
  if (isNew)
    visit(fold, members, it->second, all(home), blockOf(all(home), env), env);
  return it->second.at(accumulator);
}

void Builder::visit(const fovea_fold &fold,
                    const std::vector<uint32_t> &members, VisitState &state,
                    Axes home, Block *block, const Environment &env) {
  for (uint32_t k : members) {
    const auto &a = model.accumulators[k];
    const auto extra = beyond(model.list(a.axes), home);
    state[k] = newState(block, uint64_t(elementsAlong(extents, all(extra))),
                        a.join, a.dtype);
  }
  Environment place = env;
  const Axes along = model.list(fold.axes);
  std::vector<OpenLoop> loops = openLoops(block, along, place);
  Block *inside = loops.empty() ? block : loops.back().block.get();
  for (uint32_t k : members) {
    const auto &a = model.accumulators[k];
    const auto extra = beyond(model.list(a.axes), home);
    Environment element = place;
    std::vector<OpenLoop> own = openLoops(inside, all(extra), element);
    join(own.empty() ? inside : own.back().block.get(), state[k], a.join,
         a.dtype, a.element, a.guard, along, all(extra), element);
    closeLoops(inside, std::move(own));
  }
  closeLoops(block, std::move(loops));
}
