//===- EmitStep.cpp - a chain's step over a block of places ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "passes/kernels/Reads.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

void Emitter::emitStep(Scope &scope, const CoordByAxis &place, Value first,
                       Value last) {
  for (ArrayRef<Value> values : schedule.streamTiles)
    for (Value value : values)
      tiles[value].isReady = false;
  unsigned begin = 0;
  const SmallVector<unsigned> ends = groupEnds();
  makeGauges(scope, place, 0, gaugesBefore(), Slot::Next);
  for (auto [group, end] : llvm::enumerate(ends)) {
    repairGroup(scope, place, begin, end, nullptr);
    if (ir::FoldOp fold = chain->getFold())
      bindArguments(fold.getElement().front(), 0, /*gauges=*/true, Slot::Next);
    sweep(scope, place, group, begin, end, first, last);
    for (unsigned k = begin; k < end; ++k)
      if (!variables[k].payload.empty())
        joinPayload(scope, place, k, first, last);
    const auto [from, to] = gaugesAfter(begin, end);
    makeGauges(scope, place, from, to, Slot::Next);
    begin = end;
  }
  adoptGauges(scope, place);
}

/// The guard of accumulator `k`, or null where it is known to hold.
Value Emitter::guardOf(unsigned k) {
  Value guard = chain->accumulators()[k].guard;
  return alwaysTrue.contains(guard) ? nullptr : guard;
}

/// Whether any lane of a gauge that accumulator `k` sees has changed; null if
/// that is not known.
Value Emitter::emitMoved(unsigned k, const CoordByAxis &place) {
  const unsigned accumulators = chain->accumulators().size();
  Value moved;
  for (unsigned q = 0; q < chain->accumulators()[k].gauges; ++q) {
    const Variable &gauge = variables[accumulators + q];
    if (!gauge.payload.empty() || gauge.fails)
      return nullptr;
    Value before = loadParts(gauge, place, Slot::Now)[0];
    Value after = loadParts(gauge, place, Slot::Next)[0];
    Value differs = isFloat(before)
                        ? b.compare(arith::CmpFPredicate::UNE, before, after)
                        : b.compare(arith::CmpIPredicate::ne, before, after);
    moved = moved ? b.either(moved, differs) : differs;
  }
  return moved ? anyLane(moved) : nullptr;
}

Value Emitter::anyLane(Value flags) {
  const int64_t lanes = cpu::lanesOf(flags);
  if (lanes == 1)
    return flags;
  Type bits = b.getIntegerType(lanes);
  Value word = LLVM::BitcastOp::create(b, bits, flags);
  return b.compare(arith::CmpIPredicate::ne, word, b.integer(bits, 0));
}

/// Moves accumulators `begin` to `end` to the new gauges. With a shift, each
/// lane joins the one so far away, moved likewise.
void Emitter::repairGroup(Scope &outer, const CoordByAxis &place,
                          unsigned begin, unsigned end, Value shift) {
  auto parts = chain->accumulators().slice(begin, end - begin);
  const bool repairs = llvm::any_of(
      parts, [](const Chain::Accumulator &part) { return part.isRepaired; });
  if (!repairs && !shift)
    return;
  Scope &phase = newPhase(outer);
  enter(phase);
  Value moved = shift ? nullptr : emitMoved(begin, place);
  if (!moved) {
    repairAll(phase, place, begin, end, shift);
    return;
  }
  auto branch = scf::IfOp::create(b, moved, /*withElseRegion=*/false);
  branch.thenBlock()->getTerminator()->erase();
  Scope &then = openBlock(phase, branch, branch.thenBlock());
  repairAll(then, place, begin, end, shift);
  closeLoop(then);
}

void Emitter::repairAll(Scope &outer, const CoordByAxis &place, unsigned begin,
                        unsigned end, Value shift) {
  ir::FoldOp fold = chain->getFold();
  const unsigned accumulators = chain->accumulators().size();
  const unsigned gauges = chain->numGauges();
  // Those with more axes first: they may look at the others, not the other way
  // round.
  SmallVector<SmallVector<unsigned>> sets;
  for (unsigned k = begin; k < end; ++k) {
    auto same = llvm::find_if(sets, [&](const SmallVector<unsigned> &set) {
      return variables[set[0]].payload == variables[k].payload;
    });
    if (same == sets.end())
      sets.push_back({k});
    else
      same->push_back(k);
  }
  llvm::stable_sort(sets, [&](const auto &lhs, const auto &rhs) {
    return variables[lhs[0]].payload.size() > variables[rhs[0]].payload.size();
  });
  for (const SmallVector<unsigned> &set : sets) {
    Scope &phase = newPhase(outer);
    forPayload(
        phase, variables[set[0]].payload, place,
        [&](Scope &inner, const CoordByAxis &at) {
          // Both sides of the join, or the one that is repaired.
          SmallVector<SmallVector<Parts>> sides;
          for (Value from : {Value(), shift}) {
            if (!sides.empty() && !shift)
              break;
            Scope &side = newPhase(inner);
            SmallVector<Parts> moved;
            if (fold) {
              Block &block = fold.getRepair().front();
              bindArguments(block, 0, /*gauges=*/false, Slot::Now, from);
              bindArguments(block, accumulators, /*gauges=*/true, Slot::Now,
                            from);
              bindArguments(block, accumulators + gauges, /*gauges=*/true,
                            Slot::Next);
            }
            for (unsigned k : set) {
              const Variable &variable = variables[k];
              enter(side);
              Parts before = loadParts(variable, at, Slot::Now, from);
              if (!chain->accumulators()[k].isRepaired) {
                moved.push_back(before);
                continue;
              }
              const Element element = elementAt(
                  fold.getRepair().front().getTerminator()->getOperand(k), at);
              enter(side);
              moved.push_back(partsOf(variable, element, before));
            }
            sides.push_back(moved);
          }
          Scope &last = newPhase(inner);
          enter(last);
          for (auto [i, k] : llvm::enumerate(set)) {
            if (!shift && !chain->accumulators()[k].isRepaired)
              continue;
            Parts parts = sides[0][i];
            if (shift)
              parts = Parts(variables[k]
                                .accumulation->withLanes(schedule.lanes)
                                .combine(b, sides[0][i], sides[1][i]));
            storeParts(variables[k], parts, at);
          }
        });
  }
}

/// Runs `body` for `unroll` places at once from `first` on, then for the rest
/// one by one (one vector, if lanes stream); `state` is carried.
void Emitter::forStream(Scope &scope, const CoordByAxis &place, Value first,
                        Value last, int64_t unroll, Parts &state,
                        StreamBody body) {
  const StringAttr axis = schedule.stream.back().getName();
  const int64_t lanes = schedule.streamsLanes ? schedule.lanes : 1;
  auto run = [&](Value from, Value to, int64_t count, bool isMasked) {
    enter(scope);
    Scope &loop = openLoop(scope, from, to, state, b.i64(count * lanes));
    enter(loop);
    Value begin = loop.block->getArgument(0);
    Value local = arith::SubIOp::create(b, begin, blockFirst);
    SmallVector<CoordByAxis> places;
    for (int64_t r = 0; r < count; ++r) {
      auto plus = [&](Value value) {
        return r == 0
                   ? value
                   : Value(arith::AddIOp::create(b, value, b.i64(r * lanes)));
      };
      CoordByAxis at = place;
      at[axis] = addCoordinate(plus(begin), loop);
      Coordinate &coordinate = coordinates.back();
      coordinate.block = streamBlock;
      coordinate.local = plus(local);
      coordinate.lanes = lanes;
      if (isMasked) {
        Value left = arith::SubIOp::create(b, to, begin);
        coordinate.mask =
            b.compare(arith::CmpIPredicate::slt, b.laneNumbers(lanes),
                      b.broadcast(left, lanes));
      }
      places.push_back(at);
    }
    Parts carried(loop.block->args_begin() + 1, loop.block->args_end());
    body(loop, places, carried);
    state = closeLoop(loop, carried);
  };
  Value middle = first;
  if (unroll * lanes > 1) {
    enter(scope);
    Value count = arith::SubIOp::create(b, last, first);
    Value chunk = b.i64(unroll * lanes);
    Value rest = arith::RemUIOp::create(b, count, chunk);
    middle = arith::SubIOp::create(b, last, rest);
    run(first, middle, unroll, false);
  }
  run(middle, last, 1, lanes > 1);
}

/// One visit of the places of a block: makes the tiles of a group of
/// accumulators and joins those that have no axes but rows.
void Emitter::sweep(Scope &outer, const CoordByAxis &place, unsigned group,
                    unsigned begin, unsigned end, Value first, Value last) {
  SmallVector<unsigned> joined;
  SmallVector<Value> roots(schedule.streamTiles[group]);
  for (unsigned k = begin; k < end; ++k)
    if (variables[k].payload.empty()) {
      joined.push_back(k);
      roots.push_back(chain->accumulators()[k].element);
      if (Value guard = guardOf(k))
        roots.push_back(guard);
    }
  if (roots.empty())
    return;
  Scope &phase = newPhase(outer);
  enter(phase);
  Parts state;
  for (unsigned k : joined) {
    const Variable &variable = variables[k];
    const Accumulation how = variable.accumulation->withLanes(schedule.lanes);
    Parts parts = loadParts(variable, place);
    if (how.isNarrow)
      parts[0] = how.neutral(b)[0];
    state.append(parts);
  }
  forStream(
      phase, place, first, last, schedule.visits[group], state,
      [&](Scope &loop, ArrayRef<CoordByAxis> places, Parts &carried) {
        if (places.size() > 1)
          prepareInner(roots, places);
        for (Value value : schedule.streamTiles[group])
          for (const CoordByAxis &at : places) {
            prepareInner(value, at);
            storeTile(value, loop, at);
          }
        Parts next;
        size_t at = 0;
        for (unsigned k : joined) {
          const size_t count = variables[k].parts.size();
          next.append(joinPlaces(
              k, loop, ArrayRef<Value>(carried).slice(at, count), places));
          at += count;
        }
        carried = next;
      });
  for (Value value : schedule.streamTiles[group])
    tiles[value].isReady = true;
  enter(phase);
  size_t at = 0;
  for (unsigned k : joined) {
    const Variable &variable = variables[k];
    Parts parts(ArrayRef<Value>(state).slice(at, variable.parts.size()));
    at += variable.parts.size();
    if (variable.accumulation->isNarrow)
      parts[0] =
          arith::AddFOp::create(b, loadParts(variable, place)[0], parts[0]);
    storeParts(variable, parts, place);
  }
}

/// Accumulator `k` with the elements at several places. Sums and extrema of the
/// places are made first, in a tree.
Emitter::Parts Emitter::joinPlaces(unsigned k, Scope &scope, ValueRange state,
                                   ArrayRef<CoordByAxis> places) {
  const Chain::Accumulator &part = chain->accumulators()[k];
  const Variable &variable = variables[k];
  const Accumulation how = variable.accumulation->withLanes(schedule.lanes);
  const bool isTree = places.size() > 1 && !variable.fails &&
                      (how.isNarrow || part.kind == ir::ReduceKind::Max ||
                       part.kind == ir::ReduceKind::Min);
  Parts parts(state);
  if (!isTree) {
    for (const CoordByAxis &at : places)
      parts = joinAt(how, part.element, guardOf(k), variable.fails,
                     chain->axes(), scope, parts, at);
    return parts;
  }
  SmallVector<Value> level;
  for (const CoordByAxis &at : places) {
    Element element = elementAt(part.element, at), guard;
    if (guardOf(k))
      guard = elementAt(part.guard, at);
    enter(scope);
    element = inLanes(element, schedule.lanes);
    if (guardOf(k))
      element.value = b.select(inLanes(guard, schedule.lanes).value,
                               element.value, how.neutral(b)[0]);
    level.push_back(element.value);
  }
  enter(scope);
  while (level.size() > 1) {
    SmallVector<Value> above;
    for (size_t i = 0; i + 1 < level.size(); i += 2)
      above.push_back(how.join(b, level[i], level[i + 1], nullptr)[0]);
    if (level.size() % 2)
      above.push_back(level.back());
    level = above;
  }
  return Parts(how.join(b, parts, level[0], nullptr));
}

/// Joins a block to an accumulator with axes that are no rows: for several
/// places along the last of them at once.
void Emitter::joinPayload(Scope &outer, const CoordByAxis &place, unsigned k,
                          Value first, Value last) {
  const Chain::Accumulator &part = chain->accumulators()[k];
  const Variable &variable = variables[k];
  const Accumulation how = variable.accumulation->withLanes(schedule.lanes);
  const ir::AxisAttr axis = variable.payload.back();
  forPayload(
      newPhase(outer), ArrayRef<ir::AxisAttr>(variable.payload).drop_back(),
      place, [&](Scope &inner, const CoordByAxis &at) {
        auto run = [&](Value from, Value to, int64_t count) {
          Scope &around = newPhase(inner);
          enter(around);
          Scope &loop = openLoop(around, from, to, {}, b.i64(count));
          Scope &phase = newPhase(loop);
          enter(phase);
          SmallVector<CoordByAxis> places;
          Parts state;
          for (int64_t r = 0; r < count; ++r) {
            Value begin = loop.block->getArgument(0);
            if (r > 0)
              begin = arith::AddIOp::create(b, begin, b.i64(r));
            CoordByAxis here = at;
            here[axis.getName()] = addCoordinate(begin, loop);
            places.push_back(here);
            Parts parts = loadParts(variable, here);
            if (how.isNarrow)
              parts[0] = how.neutral(b)[0];
            state.append(parts);
          }
          const size_t size = variable.parts.size();
          forStream(
              phase, at, first, last, 1, state,
              [&](Scope &visit, ArrayRef<CoordByAxis> visited, Parts &carried) {
                const StringAttr stream = schedule.stream.back().getName();
                for (CoordByAxis &here : places)
                  here[stream] = visited[0].lookup(stream);
                SmallVector<Value> roots = {part.element};
                if (guardOf(k))
                  roots.push_back(part.guard);
                if (count > 1)
                  prepareInner(roots, places);
                Parts next;
                for (auto [r, here] : llvm::enumerate(places))
                  next.append(joinAt(
                      how, part.element, guardOf(k), variable.fails,
                      chain->axes(), visit,
                      ArrayRef<Value>(carried).slice(r * size, size), here));
                carried = next;
              });
          enter(phase);
          for (auto [r, here] : llvm::enumerate(places)) {
            Parts parts(ArrayRef<Value>(state).slice(r * size, size));
            if (how.isNarrow)
              parts[0] = arith::AddFOp::create(b, loadParts(variable, here)[0],
                                               parts[0]);
            storeParts(variable, parts, here);
          }
          closeLoop(loop);
        };
        enter(inner);
        const auto range = payloadRange(axis);
        Value middle = range.first;
        if (schedule.unroll > 1) {
          Value count = arith::SubIOp::create(b, range.second, range.first);
          Value rest = arith::RemUIOp::create(b, count, b.i64(schedule.unroll));
          middle = arith::SubIOp::create(b, range.second, rest);
          run(range.first, middle, schedule.unroll);
        }
        run(middle, range.second, 1);
      });
}
