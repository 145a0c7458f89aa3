//===- EmitKept.cpp - elements of a fold in a map's result ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// `fovea.keep output`: while a fold visits an item it stores elements where the
// map is going to put its result, and notes whether they are what the map would
// compute. If so the map reads them there.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// Before the code of the fold: it writes to the map's result.
void Emitter::declareKept() {
  placeResults(kept->map);
  BufferAxes &flags = keptFlags;
  flags = {tables.workspace(schedule.grid, 1), {}};
  for (ir::AxisAttr axis : schedule.grid)
    flags.axes.push_back(axis.getName());
}

/// Whether the present chain keeps elements of a group of accumulators.
bool Emitter::keepsOf(unsigned group) {
  return kept && chain->getOperation() == kept->fold.getReduction() &&
         kept->element.getGroup() == group;
}

/// Whether all places of an item are one block.
Value Emitter::isOneBlock() {
  OpBuilder::InsertionGuard guard(b);
  Value extent = size(schedule.stream.back().getSize());
  enter(scopes.front());
  return b.compare(arith::CmpIPredicate::sle, extent,
                   b.i64(schedule.streamBlock));
}

void Emitter::storeKept(Scope &scope, const CoordByAxis &place) {
  Value value = kept->element;
  const Element element = elementAt(value, place);
  enter(scope);
  storeElement(storages.at(kept->map->getResult(0)), element,
               typeOf(value).getElementType(), place);
}

/// Its bits, as an integer.
static Value bitsOf(CodeBuilder &b, Value value) {
  if (!isFloat(value))
    return value;
  return arith::BitcastOp::create(b, b.getIntegerType(widthOf(value)), value);
}

/// Notes whether what was kept of an item was made at the fold's results.
void Emitter::noteKept(Scope &outer, const CoordByAxis &place,
                       bool isCombiner) {
  Scope &last = newPhase(outer);
  Block &block = chain->getFold().getFinish().front();
  const unsigned accumulators = chain->accumulators().size();
  bindArguments(block, 0, /*gauges=*/false, Slot::Now);
  bindArguments(block, accumulators, /*gauges=*/true, Slot::Now);
  Value holds = isCombiner ? b.flag(false) : isOneBlock();
  for (const auto [gauge, result] : kept->gauges) {
    const Element wanted =
        elementAt(block.getTerminator()->getOperand(result), place);
    enter(last);
    Value made = loadParts(variables[accumulators + gauge], place)[0];
    Value isSame = b.compare(arith::CmpIPredicate::eq, bitsOf(b, made),
                             bitsOf(b, wanted.value));
    holds = b.both(holds, isSame);
  }
  enter(last);
  emitStore(b, b.getI1Type(), holds, base(keptFlags.buffer),
            placeIn(keptFlags, place).offset);
}

/// The elements of an item of the map: from what was kept, or anew.
void Emitter::mapKept(Value value, const Storage &storage, Scope &item,
                      const CoordByAxis &place) {
  enter(item);
  tables.use(keptFlags.buffer);
  Value holds = emitLoad(b, b.getI1Type(), base(keptFlags.buffer),
                         placeIn(keptFlags, place).offset);
  branch(
      item, holds,
      [&](Scope &taken) {
        storages[kept->value] = storage;
        mapLane(value, storage, taken, place);
        storages.erase(kept->value);
      },
      [&](Scope &made) { mapLane(value, storage, made, place); });
}
