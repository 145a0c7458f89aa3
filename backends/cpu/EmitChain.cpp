//===- EmitChain.cpp - the course of a stage of reductions ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// For each item of the grid: empty states, then the streamed axes block after
// block (EmitStep.cpp), then the results. What FoldOps.td says of a step, of
// combining and of finishing is done here word by word.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "passes/kernels/Reads.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// Memory for the parts of a variable: in the row form all lanes of all groups;
/// if lanes stream there is as much again, so that the lanes can be read
/// shifted while they are combined. In scratch, or once for each piece.
SmallVector<unsigned> Emitter::declareParts(const Variable &variable,
                                            bool isCut) {
  SmallVector<ir::SizeAttr> extents;
  int64_t lanes = stateGroups() * stateStride();
  for (ir::AxisAttr axis : variable.payload)
    if (axis == schedule.cutPayload)
      lanes *= schedule.cutBlock;
    else
      extents.push_back(axis.getSize());
  SmallVector<unsigned> buffers;
  for (Type part : variable.parts) {
    const unsigned bytes = (widthOf(part) + 7) / 8 * lanes;
    buffers.push_back(isCut ? tables.states(extents, bytes)
                            : tables.scratch(extents, bytes));
  }
  return buffers;
}

void Emitter::declareVariables(const Chain &chain) {
  variables.clear();
  auto payloadOf = [&](ir::ArrayType type) {
    SmallVector<ir::AxisAttr> axes = schedule.payload;
    if (schedule.cutPayload)
      axes.push_back(schedule.cutPayload);
    llvm::erase_if(
        axes, [&](ir::AxisAttr axis) { return !type.hasAxis(axis.getName()); });
    return axes;
  };
  for (const Chain::Accumulator &part : chain.accumulators()) {
    Variable variable;
    variable.type = part.type;
    variable.payload = payloadOf(part.type);
    Type element = b.scalarType(typeOf(part.element).getElementType());
    Accumulation how{part.kind, element};
    how.isNarrow =
        part.kind == ir::ReduceKind::Sum && isFloat(element) &&
        (part.isRepaired || (visitLanes() > 1 && !variable.payload.empty()));
    variable.accumulation = how;
    OpBuilder::InsertionGuard guard(b);
    enter(scopes.front());
    for (Value part : how.neutral(b))
      variable.parts.push_back(part.getType());
    variable.fails = facts.mayFail(part.element) ||
                     (part.guard && facts.mayFail(part.guard));
    variables.push_back(variable);
  }
  for (unsigned q = 0; q < chain.numGauges(); ++q) {
    Variable variable;
    variable.type = chain.gaugeType(q);
    variable.payload = payloadOf(variable.type);
    variable.parts.push_back(b.scalarType(variable.type.getElementType()));
    variables.push_back(variable);
  }
  // If one part of a fold may fail every number made from its state may.
  bool fails = false;
  for (const Variable &variable : variables)
    fails |= variable.fails;
  if (ir::FoldOp fold = chain.getFold())
    for (Value result : fold.getResults())
      fails |= facts.mayFail(result);
  for (Variable &variable : variables) {
    variable.fails = fails;
    if (fails)
      variable.parts.append({b.getI64Type(), b.getI64Type()});
    variable.buffers = declareParts(variable);
    if (!variable.accumulation)
      variable.next = declareParts(variable);
  }
  if (schedule.isSplit)
    cutItems();
}

/// Lets items be cut.
void Emitter::cutItems() {
  SmallVector<ir::SizeAttr> visited, payload;
  llvm::SmallSetVector<ir::AxisAttr, 4> repeated;
  for (ir::AxisAttr axis : schedule.stream)
    visited.push_back(axis.getSize());
  for (const Variable &variable : variables)
    repeated.insert(variable.payload.begin(), variable.payload.end());
  for (ir::AxisAttr axis : repeated)
    if (axis != schedule.cutPayload)
      payload.push_back(axis.getSize());
  tables.cutStage(visited, payload, schedule.leastPlaces(),
                  /*hasCombiner=*/!schedule.streamsLanes);
  pieces = number(tables.presentCut().pieces);
  for (Variable &variable : variables)
    variable.pieces = declareParts(variable, /*isCut=*/true);
}

/// Runs `body` for each group of lanes of an item.
void Emitter::forGroups(Scope &outer, const CoordByAxis &place,
                        PlaceBody body) {
  if (!schedule.laneRow) {
    body(outer, place);
    return;
  }
  const int64_t lanes = schedule.lanes;
  const StringAttr axis = schedule.laneRow.getName();
  Value first = coordinates[place.lookup(axis)].value;
  Value extent = size(schedule.laneRow.getSize());
  enter(outer);
  Value left = arith::SubIOp::create(b, extent, first);
  Value most = b.i64(schedule.groups * lanes);
  Value rows = arith::MinSIOp::create(b, left, most);
  Value groups = arith::DivUIOp::create(
      b, arith::AddIOp::create(b, rows, b.i64(lanes - 1)), b.i64(lanes));
  Scope &loop = openLoop(outer, b.i64(0), groups, {});
  enter(loop);
  Value group = loop.block->getArgument(0);
  Value begin = arith::AddIOp::create(
      b, first, arith::MulIOp::create(b, group, b.i64(lanes)));
  CoordByAxis inside = place;
  inside[axis] = laneCoordinate = addCoordinate(begin, loop);
  Coordinate &coordinate = coordinates.back();
  coordinate.block = rowBlock;
  coordinate.local = group;
  coordinate.lanes = lanes;
  if (lanes > 1)
    coordinate.mask = b.compare(
        arith::CmpIPredicate::slt, b.laneNumbers(lanes),
        b.broadcast(Value(arith::SubIOp::create(b, extent, begin)), lanes));
  body(loop, inside);
  closeLoop(loop);
}

/// The places along an axis that an item has.
std::pair<Value, Value> Emitter::payloadRange(ir::AxisAttr axis) {
  if (axis == schedule.cutPayload)
    return {payloadFirst, payloadLast};
  return {b.i64(0), size(axis.getSize())};
}

/// Loops over all places along `axes`.
void Emitter::forPayload(Scope &outer, ArrayRef<ir::AxisAttr> axes,
                         const CoordByAxis &place, PlaceBody body) {
  if (axes.empty()) {
    body(outer, place);
    return;
  }
  enter(outer);
  const auto [begin, end] = payloadRange(axes.front());
  Scope &loop = openLoop(outer, begin, end, {});
  CoordByAxis inside = place;
  inside[axes.front().getName()] =
      addCoordinate(loop.block->getArgument(0), loop);
  forPayload(loop, axes.drop_front(), inside, body);
  closeLoop(loop);
}

/// The empty state.
void Emitter::initialize(Scope &scope, const CoordByAxis &place) {
  const size_t accumulators = chain->accumulators().size();
  for (const Variable &variable : ArrayRef(variables).take_front(accumulators))
    forPayload(
        newPhase(scope), variable.payload, place,
        [&](Scope &inner, const CoordByAxis &at) {
          enter(inner);
          Parts parts =
              variable.accumulation->withLanes(schedule.lanes).neutral(b);
          if (variable.fails)
            parts.append({b.i64(0), b.i64(0)});
          storeParts(variable, parts, at);
        });
  makeGauges(scope, place, 0, chain->numGauges(), Slot::Now);
}

/// All blocks of the item, or those of its piece: the last streamed axis in
/// blocks, the places along the others one after the other. Blocks are left out
/// once the run is to stop.
void Emitter::streamBlocks(Scope &item, const CoordByAxis &place) {
  CoordByAxis inside = place;
  SmallVector<Scope *> loops;
  Scope *scope = &item;
  const auto outer = ArrayRef<ir::AxisAttr>(schedule.stream).drop_back();
  SmallVector<Value> extents;
  for (ir::AxisAttr axis : outer)
    extents.push_back(size(axis.getSize()));
  Value extent = size(schedule.stream.back().getSize());
  enter(item);
  const Value block = b.i64(schedule.streamBlock);
  Value begin = b.i64(0), end = extent;
  auto multiply = [&](Value lhs, Value rhs) -> Value {
    return arith::MulIOp::create(b, lhs, rhs);
  };
  if (!pieces) {
    for (auto [axis, count] : llvm::zip_equal(outer, extents)) {
      enter(*scope);
      scope = &openLoop(*scope, b.i64(0), count, {});
      loops.push_back(scope);
      inside[axis.getName()] =
          addCoordinate(scope->block->getArgument(0), *scope);
    }
  } else {
    // The blocks are counted over all places along the outer axes.
    Value blocks = arith::DivUIOp::create(
        b, arith::AddIOp::create(b, extent, b.i64(schedule.streamBlock - 1)),
        block);
    Value rows = b.i64(1);
    for (Value count : extents)
      rows = multiply(rows, count);
    Value total = multiply(rows, blocks);
    auto border = [&](Value number) -> Value {
      return arith::DivUIOp::create(b, multiply(total, number), pieces);
    };
    Value from = border(piece);
    Value to = border(arith::AddIOp::create(b, piece, b.i64(1)));
    if (!outer.empty()) {
      Value some = arith::MaxSIOp::create(b, blocks, b.i64(1));
      Value last = arith::DivUIOp::create(
          b,
          arith::AddIOp::create(b, to,
                                arith::SubIOp::create(b, some, b.i64(1))),
          some);
      scope = &openLoop(item, arith::DivUIOp::create(b, from, some), last, {});
      loops.push_back(scope);
      enter(*scope);
      Value row = scope->block->getArgument(0), rest = row;
      for (size_t i = outer.size(); i-- > 0;) {
        Value coordinate = rest;
        if (i > 0) {
          coordinate = arith::RemUIOp::create(b, rest, extents[i]);
          rest = arith::DivUIOp::create(b, rest, extents[i]);
        }
        inside[outer[i].getName()] = addCoordinate(coordinate, *scope);
      }
      Value before = multiply(row, blocks);
      from = arith::MaxSIOp::create(b, arith::SubIOp::create(b, from, before),
                                    b.i64(0));
      to = arith::SubIOp::create(b, to, before);
    }
    begin = multiply(from, block);
    end = arith::MinSIOp::create(b, multiply(to, block), extent);
  }
  enter(*scope);
  scope = &openLoop(*scope, begin, end, {}, block);
  loops.push_back(scope);
  enter(*scope);
  Value first = scope->block->getArgument(0);
  Value last =
      arith::MinSIOp::create(b, extent, arith::AddIOp::create(b, first, block));
  streamPlace = inside;
  // Looked at anew each time: another thread writes it.
  Value stop = LLVM::LoadOp::create(b, b.getI8Type(), stopAddress,
                                    /*alignment=*/1, /*isVolatile=*/true);
  Value goesOn =
      b.compare(arith::CmpIPredicate::eq, stop, b.integer(b.getI8Type(), 0));
  branch(*scope, goesOn, [&](Scope &some) {
    forGroups(some, inside, [&](Scope &group, const CoordByAxis &at) {
      visitBlock(group, at, first, last);
    });
  });
  for (Scope *loop : llvm::reverse(loops))
    closeLoop(*loop);
}

/// Joins the states of lanes h, h + 1, ... to those of 0, 1, ..., for h half of
/// the lanes, a quarter, ..., 1. If all pieces of the item are visited, joins
/// the others to the first one instead, in order.
void Emitter::combine(Scope &outer, const CoordByAxis &place) {
  Scope &phase = newPhase(outer);
  enter(phase);
  const int64_t halves =
      schedule.streamsLanes ? llvm::Log2_64(schedule.lanes) : 0;
  Value count = b.i64(halves);
  if (pieces) {
    Value others = arith::SubIOp::create(b, pieces, b.i64(1));
    count = isVisited ? b.select(isVisited, others, count) : others;
  }
  Scope &loop = openLoop(phase, b.i64(0), count, {});
  enter(loop);
  Value turn = loop.block->getArgument(0);
  Shift shift;
  if (halves > 0)
    shift.lanes = arith::ShRUIOp::create(b, b.i64(schedule.lanes / 2), turn);
  if (pieces)
    shift.states = arith::AddIOp::create(b, turn, b.i64(1));
  if (halves > 0 && pieces) {
    shift.lanes = b.select(isVisited, b.i64(0), shift.lanes);
    shift.states = b.select(isVisited, shift.states, b.i64(0));
  }
  makeGauges(loop, place, 0, gaugesBefore(), Slot::Next);
  unsigned first = 0;
  for (unsigned last : groupEnds()) {
    repairGroup(loop, place, first, last, shift);
    const auto [from, to] = gaugesAfter(first, last);
    makeGauges(loop, place, from, to, Slot::Next);
    first = last;
  }
  adoptGauges(loop, place);
  closeLoop(loop);
}

void Emitter::finish(Scope &outer, const CoordByAxis &place, ir::PhaseOp phase,
                     ArrayRef<Storage> storage, bool isCombiner) {
  const int64_t lanes = schedule.streamsLanes ? 1 : schedule.lanes;
  ir::FoldOp fold = chain->getFold();
  for (unsigned r = 0; r < phase->getNumResults(); ++r) {
    SmallVector<ir::AxisAttr> axes = phase.getLayout(r);
    llvm::erase_if(axes, [&](ir::AxisAttr axis) {
      return place.contains(axis.getName());
    });
    Scope &last = newPhase(outer);
    if (fold) {
      Block &block = fold.getFinish().front();
      bindArguments(block, 0, /*gauges=*/false, Slot::Now, {}, lanes);
      bindArguments(block, chain->accumulators().size(), /*gauges=*/true,
                    Slot::Now, {}, lanes);
    }
    forPayload(last, axes, place, [&](Scope &inner, const CoordByAxis &at) {
      Element result;
      Type type = typeOf(phase->getResult(r)).getElementType();
      if (fold) {
        result = elementAt(
            fold.getFinish().front().getTerminator()->getOperand(r), at);
        enter(inner);
      } else {
        enter(inner);
        result = numberOf(variables[0],
                          loadParts(variables[0], at, Slot::Now, {}, lanes));
      }
      storeElement(storage[r], result, type, at);
    });
  }
  if (kept && kept->fold == phase)
    noteKept(outer, place, isCombiner);
}

void Emitter::emitChain(ir::PhaseOp phase, Scope &function) {
  chain.emplace(phase.getReduction());
  SmallVector<Storage> storage;
  for (Value result : phase->getResults())
    storage.push_back(storages.at(result));
  declareVariables(*chain);
  declareGrid();
  emitItems(function, phase, storage, /*isCombiner=*/false);
  if (!pieces || schedule.streamsLanes)
    return;
  setModule(late);
  Scope &combiner = openFunction("combine");
  pieces = number(tables.presentCut().pieces);
  emitItems(combiner, phase, storage, /*isCombiner=*/true);
}

/// The function that visits items, or the one that combines their pieces; if
/// lanes stream the first does both, as it combines anyway.
void Emitter::emitItems(Scope &function, ir::PhaseOp phase,
                        ArrayRef<Storage> storage, bool isCombiner) {
  CoordByAxis place;
  enter(function);
  stopAddress = b.load(b.pointerType(), entry->getArgument(4), b.i64(stopWord));
  Scope &item = openItems(function, place, isCombiner);
  if (schedule.cutPayload) {
    const StringAttr name = schedule.cutPayload.getName();
    payloadFirst = coordinates[place.lookup(name)].value;
    place.erase(name);
    Value extent = size(schedule.cutPayload.getSize());
    enter(item);
    payloadLast = arith::MinSIOp::create(
        b, extent,
        arith::AddIOp::create(b, payloadFirst, b.i64(schedule.cutBlock)));
  }
  auto visit = [&](Scope &scope) {
    forGroups(scope, place, [&](Scope &group, const CoordByAxis &at) {
      makeRowTiles(group, at);
      initialize(group, at);
    });
    streamBlocks(scope, place);
  };
  if (pieces)
    findState(item);
  if (!isCombiner)
    declareTiles(place);
  if (pieces && schedule.streamsLanes)
    branch(item, b.negated(isVisited), visit);
  else if (!isCombiner)
    visit(item);
  // Where pieces are combined they are empty.
  if (pieces)
    tiles.clear();
  forGroups(item, place, [&](Scope &group, const CoordByAxis &at) {
    if (isCombiner || schedule.streamsLanes)
      combine(group, at);
    if (!pieces || isCombiner) {
      finish(group, at, phase, storage, isCombiner);
      return;
    }
    enter(group);
    Value isDone = b.compare(arith::CmpIPredicate::eq, pieces, b.i64(1));
    if (schedule.streamsLanes)
      isDone = b.either(isVisited, isDone);
    branch(group, isDone,
           [&](Scope &done) { finish(done, at, phase, storage, isCombiner); });
  });
  closeLoop(item);
  closeFunction();
}
