//===- EmitTile.cpp - blocks of numbers in scratch memory -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What several loops need, or a loop needs in another order than it lies in
// memory, is computed once for a block of places and kept where it is near.
// Whoever asks for an element at a place of the block gets it from there.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "passes/kernels/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using Role = Emitter::Tile::Axis::Role;

/// Row tiles: [group][axes that are not rows][lane]. Stream tiles: [place in
/// the block][lane].
void Emitter::declareTile(Value value, bool isRowTile,
                          const CoordByAxis &place) {
  Tile tile;
  SmallVector<ir::SizeAttr> extents;
  int64_t count = 1;
  auto type = typeOf(value);
  auto isOuterStream = [&](ir::AxisAttr axis) {
    return !isRowTile && axis != schedule.stream.back() &&
           llvm::is_contained(schedule.stream, axis);
  };
  tile.axes.resize(type.getAxes().size());
  for (auto [axis, role] : llvm::zip_equal(type.getAxes(), tile.axes))
    if (axis == schedule.laneRow) {
      role.role = Role::Lane;
      role.which = rowBlock;
      tile.lanes = schedule.lanes;
      count *= schedule.lanes;
    } else if (place.contains(axis.getName())) {
      role.role = Role::Fixed;
      role.which = place.lookup(axis.getName());
    } else if (isOuterStream(axis)) {
      role.role = Role::Stream;
      role.name = axis.getName();
    }
  Value stride = b.i64(tile.lanes);
  const StringAttr stream = schedule.stream.back().getName();
  for (auto [axis, role] :
       llvm::reverse(llvm::zip_equal(type.getAxes(), tile.axes))) {
    if (axis == schedule.laneRow || place.contains(axis.getName()) ||
        isOuterStream(axis))
      continue;
    role.stride = stride;
    if (!isRowTile && axis.getName() == stream) {
      role.role = Role::Block;
      role.which = streamBlock;
      count *= schedule.streamBlock;
      stride = arith::MulIOp::create(b, stride, b.i64(schedule.streamBlock));
      continue;
    }
    role.role = Role::Whole;
    extents.push_back(axis.getSize());
    stride = arith::MulIOp::create(b, stride, size(axis.getSize()));
  }
  if (isRowTile) {
    count *= schedule.groups;
    for (Tile::Axis &role : tile.axes)
      if (role.role == Role::Lane)
        role.stride = stride;
  }
  const unsigned bits = type.getElementType().getIntOrFloatBitWidth();
  auto declare = [&](unsigned bytes) {
    return tables.scratch(extents, bytes * count);
  };
  tile.buffer = declare(type.isFloat() && bits < 32 ? 4 : (bits + 7) / 8);
  if (facts.hardness(value).zero)
    tile.hardZero = declare(1);
  if (facts.hardness(value).negInf)
    tile.hardNegInf = declare(1);
  tiles[value] = tile;
}

void Emitter::declareTiles(const CoordByAxis &place) {
  tiles.clear();
  OpBuilder::InsertionGuard guard(b);
  enter(scopes.front());
  for (Value value : schedule.rowTiles)
    declareTile(value, /*isRowTile=*/true, place);
  for (Value value : schedule.innerTiles)
    declareTile(value, /*isRowTile=*/false, place);
  for (ArrayRef<Value> values : schedule.streamTiles)
    for (Value value : values)
      declareTile(value, /*isRowTile=*/false, place);
}

const Emitter::Tile *Emitter::tileFor(const Request &request) {
  auto found = tiles.find(request.value);
  if (found == tiles.end() || !found->second.isReady)
    return nullptr;
  const bool fits = llvm::all_of(
      llvm::zip_equal(found->second.axes, request.coords), [&](auto pair) {
        auto &[axis, number] = pair;
        const Coordinate &coordinate = coordinates[number];
        switch (axis.role) {
        case Role::Fixed:
          return axis.which == number;
        case Role::Stream:
          return streamPlace.lookup(axis.name) == number;
        case Role::Block:
        case Role::Lane:
          return axis.which == coordinate.block;
        case Role::Whole:
          return lanesAt(number) == 1;
        }
        return false;
      });
  return fits ? &found->second : nullptr;
}

Value Emitter::tileOffset(const Tile &tile, const Coords &coords) {
  Value offset;
  for (auto [axis, number] : llvm::zip_equal(tile.axes, coords)) {
    if (!axis.stride)
      continue;
    const Coordinate &coordinate = coordinates[number];
    Value term = arith::MulIOp::create(
        b, axis.role == Role::Whole ? coordinate.value : coordinate.local,
        axis.stride);
    offset = offset ? Value(arith::AddIOp::create(b, offset, term)) : term;
  }
  return offset ? offset : b.i64(0);
}

static Type storedType(CodeBuilder &b, ir::ArrayType type) {
  return b.scalarType(type.getElementType());
}

Element Emitter::loadTile(const Tile &tile, const Request &request) {
  Value offset = tileOffset(tile, request.coords);
  const int64_t lanes = std::max(tile.lanes, lanesAt(request.coords));
  auto read = [&](Type type, unsigned buffer) {
    return emitLoad(b, type, base(buffer), offset, {lanes, nullptr});
  };
  Element result;
  result.value = read(storedType(b, typeOf(request.value)), tile.buffer);
  if (tile.hardZero)
    result.hardZero = read(b.getI1Type(), *tile.hardZero);
  if (tile.hardNegInf)
    result.hardNegInf = read(b.getI1Type(), *tile.hardNegInf);
  return result;
}

/// Computes the element at `place` and keeps it.
void Emitter::storeTile(Value value, Scope &scope, const CoordByAxis &place) {
  // A guard that is not tested.
  if (alwaysTrue.contains(value) &&
      llvm::all_of(value.getUsers(),
                   [](Operation *user) { return isa<ir::LiftOp>(user); }))
    return;
  const Tile tile = tiles.at(value);
  Element element = elementAt(value, place);
  enter(scope);
  const Coords coords = coordsOf(value, place);
  const int64_t lanes = std::max(tile.lanes, lanesAt(coords));
  element = inLanes(element, lanes);
  Value offset = tileOffset(tile, coords);
  auto write = [&](Type type, Value part, unsigned buffer) {
    if (!part)
      part = b.integer(b.vectorOf(b.getI1Type(), lanes), 0);
    emitStore(b, type, part, base(buffer), offset);
  };
  write(storedType(b, typeOf(value)), element.value, tile.buffer);
  if (tile.hardZero)
    write(b.getI1Type(), element.hardZero, *tile.hardZero);
  if (tile.hardNegInf)
    write(b.getI1Type(), element.hardNegInf, *tile.hardNegInf);
}

void Emitter::makeRowTiles(Scope &scope, const CoordByAxis &place) {
  for (Value value : schedule.rowTiles) {
    SmallVector<ir::AxisAttr> axes;
    for (ir::AxisAttr axis : typeOf(value).getAxes())
      if (!place.contains(axis.getName()))
        axes.push_back(axis);
    forPayload(newPhase(scope), axes, place,
               [&](Scope &inner, const CoordByAxis &at) {
                 storeTile(value, inner, at);
               });
    tiles[value].isReady = true;
  }
}
