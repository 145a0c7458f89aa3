//===- EmitAddress.cpp - scopes, coordinates and the tables ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

Scope &Emitter::newScope(Scope *parent, Block *block) {
  Scope &scope = scopes.emplace_back();
  scope.parent = parent;
  scope.depth = parent ? parent->depth + 1 : 0;
  scope.block = block;
  return scope;
}

Scope &Emitter::newPhase(Scope &scope) {
  now = &newScope(&scope, scope.block);
  return *now;
}

/// Whether `value` depends on the state of the present chain.
bool Emitter::isTimed(Value value) {
  return isa<ir::FoldOp>(value.getParentBlock()->getParentOp());
}

Scope &Emitter::homeOf(Value value, const Coords &coords) {
  Scope *home = isTimed(value) ? now : &scopes.front();
  for (unsigned coord : coords)
    if (coordinates[coord].scope->depth > home->depth)
      home = coordinates[coord].scope;
  return *home;
}

void Emitter::enter(Scope &scope) {
  if (scope.before)
    b.setInsertionPoint(scope.before);
  else
    b.setInsertionPointToEnd(scope.block);
}

unsigned Emitter::addCoordinate(Value value, Scope &scope) {
  Coordinate coordinate;
  coordinate.value = value;
  coordinate.scope = &scope;
  coordinates.push_back(coordinate);
  return coordinates.size() - 1;
}

Value Emitter::coordinateValue(unsigned number) {
  const Coordinate &coordinate = coordinates[number];
  if (coordinate.lanes == 1)
    return coordinate.value;
  return arith::AddIOp::create(b,
                               b.broadcast(coordinate.value, coordinate.lanes),
                               b.laneNumbers(coordinate.lanes));
}

int64_t Emitter::lanesAt(ArrayRef<unsigned> coords) {
  int64_t lanes = 1;
  for (unsigned coord : coords)
    lanes = std::max(
        {lanes, coordinates[coord].lanes, lanesOf(coordinates[coord].value)});
  return lanes;
}

/// There is one lane axis at a time, so one mask.
Value Emitter::maskAt(ArrayRef<unsigned> coords) {
  for (unsigned coord : coords)
    if (Value mask = coordinates[coord].mask)
      return mask;
  return nullptr;
}

Emitter::CoordByAxis Emitter::byAxis(Value value, const Coords &coords) {
  CoordByAxis place;
  auto type = cast<ir::ArrayType>(value.getType());
  for (auto [axis, coord] : llvm::zip_equal(type.getAxes(), coords))
    place[axis.getName()] = coord;
  return place;
}

/// The row-major number of a place among `axes`.
Value Emitter::positionIn(ArrayRef<ir::AxisAttr> axes,
                          const CoordByAxis &place) {
  Value position;
  for (ir::AxisAttr axis : axes) {
    Value coordinate = coordinateValue(place.lookup(axis.getName()));
    if (!position) {
      position = coordinate;
      continue;
    }
    const int64_t lanes = std::max(lanesOf(position), lanesOf(coordinate));
    if (lanesOf(position) < lanes)
      position = b.broadcast(position, lanes);
    if (lanesOf(coordinate) < lanes)
      coordinate = b.broadcast(coordinate, lanes);
    Value rows = arith::MulIOp::create(
        b, position, b.broadcast(size(axis.getSize()), lanes));
    position = arith::AddIOp::create(b, rows, coordinate);
  }
  return position ? position : b.i64(0);
}

/// What comes from the tables is read at the head of the function.
Value Emitter::number(unsigned index) {
  Value &value = numbers[index];
  if (!value) {
    OpBuilder::InsertionGuard guard(b);
    enter(scopes.front());
    value = b.load(b.getI64Type(), entry->getArgument(1), b.i64(index));
  }
  return value;
}

Value Emitter::base(unsigned buffer) {
  Value &value = bases[buffer];
  if (value)
    return value;
  OpBuilder::InsertionGuard guard(b);
  enter(scopes.front());
  if (!tables.isScratch(buffer)) {
    value = b.load(b.pointerType(), entry->getArgument(0), b.i64(buffer));
    return value;
  }
  Value offset = b.load(b.getI64Type(), entry->getArgument(0), b.i64(buffer));
  value = LLVM::GEPOp::create(b, b.pointerType(), b.getI8Type(),
                              entry->getArgument(5), ValueRange{offset});
  return value;
}

/// Coordinates of outer loops are added up first, outside of the inner ones.
Emitter::Place Emitter::placeIn(const BufferAxes &buffer,
                                const CoordByAxis &place) {
  SmallVector<std::pair<unsigned, unsigned>> terms; // axis, coordinate
  unsigned laneTerms = 0;
  Place result;
  Coords all;
  for (auto [axis, name] : llvm::enumerate(buffer.axes)) {
    const unsigned coordinate = place.lookup(name);
    all.push_back(coordinate);
    terms.push_back({axis, coordinate});
    laneTerms += lanesAt(coordinate) > 1;
  }
  result.lanes = lanesAt(all);
  if (result.lanes > 1)
    result.mask = maskAt(all);
  llvm::stable_sort(terms, [&](const auto &lhs, const auto &rhs) {
    return coordinates[lhs.second].scope->depth <
           coordinates[rhs.second].scope->depth;
  });

  OpBuilder::InsertionGuard guard(b);
  auto multiplied = [&](Value term, std::optional<unsigned> stride) {
    if (!stride)
      return term;
    return Value(arith::MulIOp::create(
        b, term, b.broadcast(number(*stride), lanesOf(term))));
  };
  Value sum, vector;
  for (auto &[axis, number] : terms) {
    const Coordinate &coordinate = coordinates[number];
    enter(*coordinate.scope);
    const std::optional<unsigned> stride = tables.stride(buffer.buffer, axis);
    const bool isContiguous = laneTerms == 1 && !stride && coordinate.lanes > 1;
    if (lanesAt(number) > 1 && !isContiguous) {
      Value term = multiplied(coordinateValue(number), stride);
      vector = vector ? Value(arith::AddIOp::create(b, vector, term)) : term;
      continue;
    }
    Value term = multiplied(coordinate.value, stride);
    sum = sum ? Value(arith::AddIOp::create(b, sum, term)) : term;
  }
  if (vector && sum)
    vector = arith::AddIOp::create(b, vector, b.broadcast(sum, result.lanes));
  if (vector || sum) {
    result.offset = vector ? vector : sum;
    return result;
  }
  enter(scopes.front());
  result.offset = b.i64(0);
  return result;
}
