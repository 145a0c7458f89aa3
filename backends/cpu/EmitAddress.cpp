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

Scope &Emitter::homeOf(const Coords &coords) {
  Scope *home = &scopes.front();
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
  coordinates.push_back({value, &scope});
  return coordinates.size() - 1;
}

Emitter::CoordByAxis Emitter::byAxis(Value value, const Coords &coords) {
  CoordByAxis place;
  auto type = cast<ir::ArrayType>(value.getType());
  for (auto [axis, coord] : llvm::zip_equal(type.getAxes(), coords))
    place[axis.getName()] = coord;
  return place;
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
  if (!value) {
    OpBuilder::InsertionGuard guard(b);
    enter(scopes.front());
    value = b.load(b.pointerType(), entry->getArgument(0), b.i64(buffer));
  }
  return value;
}

/// The offset in elements. Coordinates of outer loops are added up first,
/// outside of the inner ones.
Value Emitter::offset(const BufferAxes &buffer, const CoordByAxis &place) {
  SmallVector<std::pair<unsigned, Coordinate>> terms;
  for (auto [axis, name] : llvm::enumerate(buffer.axes))
    terms.push_back({axis, coordinates[place.lookup(name)]});
  llvm::stable_sort(terms, [](const auto &lhs, const auto &rhs) {
    return lhs.second.scope->depth < rhs.second.scope->depth;
  });

  OpBuilder::InsertionGuard guard(b);
  Value sum;
  for (auto &[axis, coordinate] : terms) {
    enter(*coordinate.scope);
    Value term = coordinate.value;
    if (std::optional<unsigned> stride = tables.stride(buffer.buffer, axis))
      term = arith::MulIOp::create(b, term, number(*stride));
    sum = sum ? Value(arith::AddIOp::create(b, sum, term)) : term;
  }
  if (sum)
    return sum;
  enter(scopes.front());
  return b.i64(0);
}
