//===- EmitState.cpp - states of chains in scratch memory -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "passes/kernels/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// Where the lanes of a variable begin: [group][payload][lane].
Value Emitter::stateOffset(const Variable &variable, const CoordByAxis &place) {
  Value row;
  if (schedule.laneRow)
    row = coordinates[laneCoordinate].local;
  for (ir::AxisAttr axis : variable.payload) {
    Value coordinate = coordinates[place.lookup(axis.getName())].value;
    Value extent;
    if (axis == schedule.cutPayload) {
      coordinate = arith::SubIOp::create(b, coordinate, payloadFirst);
      extent = b.i64(schedule.cutBlock);
    } else {
      extent = size(axis.getSize());
    }
    if (!row) {
      row = coordinate;
      continue;
    }
    row = arith::AddIOp::create(b, arith::MulIOp::create(b, row, extent),
                                coordinate);
  }
  return row ? Value(arith::MulIOp::create(b, row, b.i64(stateStride())))
             : b.i64(0);
}

/// How many lanes a variable has in all.
Value Emitter::stateSize(const Variable &variable) {
  Value count = b.i64(stateGroups() * stateStride());
  for (ir::AxisAttr axis : variable.payload)
    count = arith::MulIOp::create(b, count,
                                  axis == schedule.cutPayload
                                      ? b.i64(schedule.cutBlock)
                                      : size(axis.getSize()));
  return count;
}

/// If the item is cut its state lies among those of all pieces.
void Emitter::findState(Scope &item) {
  enter(item);
  Value isWhole = b.compare(arith::CmpIPredicate::eq, pieces, b.i64(1));
  Value state =
      arith::AddIOp::create(b, arith::MulIOp::create(b, row, pieces), piece);
  for (const Variable &variable : variables) {
    Value first = arith::MulIOp::create(b, state, stateSize(variable));
    for (auto [type, buffer, cut] :
         llvm::zip_equal(variable.parts, variable.buffers, variable.pieces)) {
      Value bytes =
          arith::MulIOp::create(b, first, b.i64((widthOf(type) + 7) / 8));
      Value own = LLVM::GEPOp::create(b, b.pointerType(), b.getI8Type(),
                                      base(cut), ValueRange{bytes});
      bases[buffer] = b.select(isWhole, base(buffer), own);
    }
  }
}

Emitter::Parts Emitter::loadParts(const Variable &variable,
                                  const CoordByAxis &place, Slot slot,
                                  Shift shift, int64_t lanes) {
  Value offset = stateOffset(variable, place);
  if (shift.lanes)
    offset = arith::AddIOp::create(b, offset, shift.lanes);
  if (shift.states)
    offset = arith::AddIOp::create(
        b, offset, arith::MulIOp::create(b, shift.states, stateSize(variable)));
  ArrayRef<unsigned> buffers =
      slot == Slot::Next ? variable.next : variable.buffers;
  Parts parts;
  for (auto [type, buffer] : llvm::zip_equal(variable.parts, buffers))
    parts.push_back(emitLoad(b, type, base(buffer), offset,
                             {lanes ? lanes : schedule.lanes, nullptr}));
  return parts;
}

void Emitter::storeParts(const Variable &variable, ValueRange parts,
                         const CoordByAxis &place, Slot slot) {
  Value offset = stateOffset(variable, place);
  ArrayRef<unsigned> buffers =
      slot == Slot::Next ? variable.next : variable.buffers;
  for (auto [part, type, buffer] :
       llvm::zip_equal(parts, variable.parts, buffers)) {
    Value lanes = part;
    if (cpu::lanesOf(lanes) < schedule.lanes)
      lanes = b.broadcast(lanes, schedule.lanes);
    emitStore(b, type, lanes, base(buffer), offset);
  }
}

Element Emitter::numberOf(const Variable &variable, ValueRange parts) {
  Element result;
  if (variable.fails) {
    result.failure = parts[parts.size() - 2];
    result.culprit = parts.back();
    parts = parts.drop_back(2);
  }
  if (!variable.accumulation) {
    result.value = parts[0];
    return result;
  }
  result.value =
      variable.accumulation->withLanes(cpu::lanesOf(parts[0])).finish(b, parts);
  return result;
}

/// The state that stands for `number`; where there is none (argmax), the one
/// that there was.
Emitter::Parts Emitter::partsOf(const Variable &variable, Element number,
                                ValueRange before) {
  Parts parts;
  if (!variable.accumulation) {
    parts.push_back(number.value);
  } else if (ir::isArg(variable.accumulation->kind)) {
    parts.append(before.begin(), before.begin() + 2);
  } else {
    const Accumulation how = variable.accumulation->withLanes(schedule.lanes);
    parts.append(how.from(b, inLanes(number, schedule.lanes).value));
  }
  if (variable.fails) {
    parts.push_back(number.failure ? number.failure : b.i64(0));
    parts.push_back(number.culprit ? number.culprit : b.i64(0));
  }
  return parts;
}

Emitter::Parts Emitter::joinStates(const Variable &variable, ValueRange lhs,
                                   ValueRange rhs) {
  const size_t numbers = lhs.size() - (variable.fails ? 2 : 0);
  Parts parts(
      variable.accumulation->withLanes(schedule.lanes)
          .combine(b, lhs.take_front(numbers), rhs.take_front(numbers)));
  if (!variable.fails)
    return parts;
  Element first, second;
  first.failure = lhs[numbers];
  first.culprit = lhs[numbers + 1];
  second.failure = rhs[numbers];
  second.culprit = rhs[numbers + 1];
  first = firstFailure(first, second);
  parts.append({first.failure, first.culprit});
  return parts;
}

void Emitter::bindArguments(Block &block, unsigned first, bool gauges,
                            Slot slot, Shift shift, int64_t lanes) {
  const unsigned accumulators = chain->accumulators().size();
  const unsigned begin = gauges ? accumulators : 0;
  const unsigned end = gauges ? variables.size() : accumulators;
  for (unsigned v = begin; v < end; ++v)
    arguments[block.getArgument(first + v - begin)] = {&variables[v], slot,
                                                       shift, lanes};
}

Element Emitter::elementOfArgument(const Request &request) {
  Argument argument = arguments.at(request.value);
  // What lacks the lane axis is the same in all lanes.
  if (schedule.laneRow &&
      !typeOf(request.value).hasAxis(schedule.laneRow.getName()))
    argument.lanes = 1;
  // Lanes of the payload lie side by side (payloadLanes).
  if (const int64_t lanes = lanesAt(request.coords);
      !schedule.laneRow && lanes > 1)
    argument.lanes = lanes;
  return numberOf(*argument.variable,
                  loadParts(*argument.variable,
                            byAxis(request.value, request.coords),
                            argument.slot, argument.shift, argument.lanes));
}

/// Makes gauges `first` to `last` from what is accumulated.
void Emitter::makeGauges(Scope &scope, const CoordByAxis &place, unsigned first,
                         unsigned last, Slot slot) {
  ir::FoldOp fold = chain->getFold();
  const unsigned accumulators = chain->accumulators().size();
  for (unsigned q = first; q < last; ++q) {
    const Variable &variable = variables[accumulators + q];
    Block &block = fold.getGauge().front();
    Scope &phase = newPhase(scope);
    bindArguments(block, 0, /*gauges=*/false, Slot::Now);
    bindArguments(block, accumulators, /*gauges=*/true, slot);
    forPayload(phase, variable.payload, place,
               [&](Scope &inner, const CoordByAxis &at) {
                 Element made =
                     elementAt(block.getTerminator()->getOperand(q), at);
                 enter(inner);
                 storeParts(variable, partsOf(variable, made, {}), at, slot);
               });
  }
}

/// The gauges of the step become those of the state.
void Emitter::adoptGauges(Scope &scope, const CoordByAxis &place) {
  const unsigned accumulators = chain->accumulators().size();
  for (const Variable &variable : ArrayRef(variables).drop_front(accumulators))
    forPayload(newPhase(scope), variable.payload, place,
               [&](Scope &inner, const CoordByAxis &at) {
                 enter(inner);
                 storeParts(variable, loadParts(variable, at, Slot::Next), at,
                            Slot::Now);
               });
}

SmallVector<unsigned> Emitter::groupEnds() const {
  SmallVector<unsigned> ends;
  const auto parts = chain->accumulators();
  for (unsigned k = 0; k < parts.size(); ++k)
    if (k + 1 == parts.size() || parts[k + 1].gauges != parts[k].gauges)
      ends.push_back(k + 1);
  return ends;
}

std::pair<unsigned, unsigned> Emitter::gaugesAfter(unsigned begin,
                                                   unsigned end) const {
  auto madeUpTo = [&](unsigned count) {
    unsigned gauges = 0;
    while (gauges < chain->numGauges() && chain->after(gauges) <= count)
      ++gauges;
    return gauges;
  };
  return {madeUpTo(begin), madeUpTo(end)};
}
