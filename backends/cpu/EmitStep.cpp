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
  makeInnerTiles(scope, place, first, last);
  makeGauges(scope, place, 0, gaugesBefore(), Slot::Next);
  for (auto [group, end] : llvm::enumerate(ends)) {
    repairGroup(scope, place, begin, end);
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
/// joins the one so far away, moved likewise.
void Emitter::repairGroup(Scope &outer, const CoordByAxis &place,
                          unsigned begin, unsigned end, Shift shift) {
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
  branch(phase, moved,
         [&](Scope &then) { repairAll(then, place, begin, end, shift); });
}

void Emitter::repairAll(Scope &outer, const CoordByAxis &place, unsigned begin,
                        unsigned end, Shift shift) {
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
          for (const Shift from : {Shift(), shift}) {
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
            const Parts parts =
                shift ? joinStates(variables[k], sides[0][i], sides[1][i])
                      : sides[0][i];
            storeParts(variables[k], parts, at);
          }
        });
  }
}

/// Inner reductions, and what is made from them, for all places of the block.
void Emitter::makeInnerTiles(Scope &outer, const CoordByAxis &place,
                             Value first, Value last) {
  for (Value value : schedule.innerTiles)
    tiles[value].isReady = false;
  for (Value value : schedule.innerTiles) {
    SmallVector<ir::AxisAttr> whole;
    for (ir::AxisAttr axis : typeOf(value).getAxes())
      if (!place.contains(axis.getName()) &&
          !llvm::is_contained(schedule.stream, axis))
        whole.push_back(axis);
    forPayload(newPhase(outer), whole, place,
               [&](Scope &inner, const CoordByAxis &around) {
                 Parts none;
                 forStream(
                     newPhase(inner), around, first, last, schedule.unroll, 1,
                     none,
                     [&](Scope &loop, ArrayRef<CoordByAxis> places, Parts &) {
                       prepareInner(value, places);
                       for (const CoordByAxis &at : places)
                         storeTile(value, loop, at);
                     });
               });
    tiles[value].isReady = true;
  }
}

/// How many places are taken at a time, in turn, before the rest is taken one
/// by one: `most`, and four of what that leaves, since extents are powers of
/// two more often than not.
static SmallVector<int64_t> tileSizes(int64_t most) {
  if (most > 4)
    return {most, 4};
  return {most};
}

/// Runs `body` for `unroll` places at once from `first` on, then for fewer,
/// then one by one; `state` is carried. With lanes, a place is a vector of
/// them.
void Emitter::forStream(Scope &scope, const CoordByAxis &place, Value first,
                        Value last, int64_t unroll, int64_t lanes, Parts &state,
                        StreamBody body) {
  const StringAttr axis = schedule.stream.back().getName();
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
      coordinate.ahead = ahead;
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
  Value begin = first;
  for (int64_t count : tileSizes(unroll)) {
    if (count * lanes == 1)
      continue;
    enter(scope);
    Value rest = arith::RemUIOp::create(
        b, arith::SubIOp::create(b, last, begin), b.i64(count * lanes));
    Value end = arith::SubIOp::create(b, last, rest);
    run(begin, end, count, false);
    begin = end;
  }
  run(begin, last, 1, lanes > 1);
}

/// One visit of the places of a block: makes the tiles of a group of
/// accumulators and joins those that have no axes but rows.
void Emitter::sweep(Scope &outer, const CoordByAxis &place, unsigned group,
                    unsigned begin, unsigned end, Value first, Value last) {
  auto visit = [&](Scope &scope, bool keeps) {
    sweepPlaces(scope, place, group, begin, end, first, last, keeps);
  };
  if (keepsOf(group))
    branch(
        newPhase(outer), isOneBlock(), [&](Scope &one) { visit(one, true); },
        [&](Scope &some) { visit(some, false); });
  else
    visit(outer, /*keeps=*/false);
}

void Emitter::sweepPlaces(Scope &outer, const CoordByAxis &place,
                          unsigned group, unsigned begin, unsigned end,
                          Value first, Value last, bool keeps) {
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
  for (Value value : schedule.streamTiles[group])
    tiles[value].isReady = false;
  Scope &phase = newPhase(outer);
  enter(phase);
  // Visits after the first find the block in the cache and only compute:
  // memory would be idle meanwhile, and the processor while the next block is
  // visited first.
  const bool isLast = end == chain->accumulators().size();
  if (group > 0 && isLast)
    ahead = arith::SubIOp::create(b, last, first);
  // Lanes that are not the states' are joined to them in the end.
  const bool isSpread = schedule.blockLanes > 1;
  Parts state;
  for (unsigned k : joined) {
    const Variable &variable = variables[k];
    const Accumulation how = variable.accumulation->withLanes(visitLanes());
    Parts parts;
    if (isSpread)
      parts = Parts(how.neutral(b));
    else
      parts = loadParts(variable, place);
    if (how.isNarrow)
      parts[0] = how.neutral(b)[0];
    state.append(parts);
  }
  forStream(
      phase, place, first, last, schedule.visits[group],
      schedule.streamsLanes || isSpread ? visitLanes() : 1, state,
      [&](Scope &loop, ArrayRef<CoordByAxis> places, Parts &carried) {
        if (places.size() > 1)
          prepareInner(roots, places);
        for (Value value : schedule.streamTiles[group])
          for (const CoordByAxis &at : places) {
            prepareInner(value, at);
            storeTile(value, loop, at);
          }
        if (keeps)
          for (const CoordByAxis &at : places)
            storeKept(loop, at);
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
  ahead = nullptr;
  for (Value value : schedule.streamTiles[group])
    tiles[value].isReady = true;
  enter(phase);
  size_t at = 0;
  for (unsigned k : joined) {
    const Variable &variable = variables[k];
    Parts parts(ArrayRef<Value>(state).slice(at, variable.parts.size()));
    at += variable.parts.size();
    const Accumulation how = variable.accumulation->withLanes(schedule.lanes);
    if (isSpread)
      parts = Parts(how.combine(b, loadParts(variable, place),
                                variable.accumulation->withLanes(visitLanes())
                                    .acrossLanes(b, parts)));
    else if (how.isNarrow)
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
  const Accumulation how = variable.accumulation->withLanes(visitLanes());
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
    element = inLanes(element, visitLanes());
    if (guardOf(k))
      element.value = b.select(inLanes(guard, visitLanes()).value,
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
  const Variable &variable = variables[k];
  const ir::AxisAttr axis = variable.payload.back();
  const int64_t lanes = payloadLanes(k);
  // So many vectors at a time, then one, then elements.
  SmallVector<std::pair<int64_t, int64_t>> shapes;
  if (lanes > 1)
    shapes = {{2, lanes}, {1, lanes}};
  else
    for (int64_t count : tileSizes(schedule.unroll))
      if (count > 1)
        shapes.push_back({count, 1});
  forPayload(
      newPhase(outer), ArrayRef<ir::AxisAttr>(variable.payload).drop_back(),
      place, [&](Scope &inner, const CoordByAxis &at) {
        enter(inner);
        auto [begin, end] = payloadRange(axis);
        for (auto [count, lanes] : shapes) {
          enter(inner);
          Value chunk = b.i64(count * lanes);
          Value rest = arith::RemUIOp::create(
              b, arith::SubIOp::create(b, end, begin), chunk);
          Value middle = arith::SubIOp::create(b, end, rest);
          joinVectors(inner, at, k, begin, middle, count, lanes, first, last);
          begin = middle;
        }
        joinVectors(inner, at, k, begin, end, 1, 1, first, last);
      });
}

/// The lanes along the last axis of an accumulator's payload, along which the
/// gauges that have it must lie side by side as well.
int64_t Emitter::payloadLanes(unsigned k) {
  if (schedule.blockLanes == 1 || variables[k].fails)
    return 1;
  const ir::AxisAttr last = variables[k].payload.back();
  for (const Variable &gauge :
       ArrayRef<Variable>(variables).drop_front(chain->accumulators().size()))
    if (llvm::is_contained(gauge.payload, last) && gauge.payload.back() != last)
      return 1;
  const StringAttr axis = last.getName();
  return readsAlong(chain->accumulators()[k].element, axis)
             ? schedule.blockLanes
             : 1;
}

/// The same for `count` vectors at a time of the places from `begin` to `end`.
void Emitter::joinVectors(Scope &outer, const CoordByAxis &at, unsigned k,
                          Value begin, Value end, int64_t count, int64_t lanes,
                          Value first, Value last) {
  const Chain::Accumulator &part = chain->accumulators()[k];
  const Variable &variable = variables[k];
  const StringAttr axis = variable.payload.back().getName();
  const StringAttr stream = schedule.stream.back().getName();
  const Accumulation how =
      variable.accumulation->withLanes(std::max(lanes, schedule.lanes));
  Scope &around = newPhase(outer);
  enter(around);
  Scope &loop = openLoop(around, begin, end, {}, b.i64(count * lanes));
  Scope &phase = newPhase(loop);
  enter(phase);
  SmallVector<CoordByAxis> places;
  Parts state;
  for (int64_t r = 0; r < count; ++r) {
    Value place = loop.block->getArgument(0);
    if (r > 0)
      place = arith::AddIOp::create(b, place, b.i64(r * lanes));
    CoordByAxis here = at;
    here[axis] = addCoordinate(place, loop);
    coordinates.back().lanes = lanes;
    places.push_back(here);
    Parts parts = loadParts(variable, here, Slot::Now, {},
                            std::max(lanes, schedule.lanes));
    if (how.isNarrow)
      parts[0] = how.neutral(b)[0];
    state.append(parts);
  }
  const size_t size = variable.parts.size();
  forStream(
      phase, at, first, last, 1, schedule.streamsLanes ? schedule.lanes : 1,
      state, [&](Scope &visit, ArrayRef<CoordByAxis> visited, Parts &carried) {
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
              how, part.element, guardOf(k), variable.fails, chain->axes(),
              visit, ArrayRef<Value>(carried).slice(r * size, size), here));
        carried = next;
      });
  enter(phase);
  for (auto [r, here] : llvm::enumerate(places)) {
    Parts parts(ArrayRef<Value>(state).slice(r * size, size));
    if (how.isNarrow)
      parts[0] = arith::AddFOp::create(
          b, loadParts(variable, here, Slot::Now, {}, lanesOf(parts[0]))[0],
          parts[0]);
    storeParts(variable, parts, here);
  }
  closeLoop(loop);
}
