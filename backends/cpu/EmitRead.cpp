//===- EmitRead.cpp - elements from memory --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "passes/kernels/Reads.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

Element Emitter::load(const Storage &storage, Type type,
                      const CoordByAxis &place) {
  tables.use(storage.elements.buffer);
  const auto [at, lanes, mask] = placeIn(storage.elements, place);
  Element result;
  result.value =
      emitLoad(b, type, base(storage.elements.buffer), at, {lanes, mask});
  if (lanes > 1 && !mask && lanesOf(at) == 1)
    for (StringAttr axis : storage.elements.axes)
      if (const Coordinate &along = coordinates[place.lookup(axis)];
          along.lanes > 1 && along.ahead)
        b.prefetch(type, base(storage.elements.buffer),
                   arith::AddIOp::create(b, at, along.ahead), lanes);
  if (storage.hard) {
    tables.use(*storage.hard);
    Type byte = b.vectorOf(b.getI8Type(), lanes);
    Value bits = b.load(byte, base(*storage.hard), at, mask);
    auto isSet = [&](int64_t mask) {
      Value bit = b.both(bits, b.integer(byte, mask));
      return b.compare(arith::CmpIPredicate::ne, bit, b.integer(byte, 0));
    };
    result.hardZero = isSet(1);
    result.hardNegInf = isSet(2);
  }
  if (storage.failure) {
    tables.use(*storage.failure);
    tables.use(*storage.culprit);
    result.failure = b.load(b.getI64Type(), base(*storage.failure), at);
    result.culprit = b.load(b.getI64Type(), base(*storage.culprit), at);
  }
  return result;
}

/// A stored value, a constant or a coordinate.
Element Emitter::computeLeaf(const Request &request) {
  Element result;
  Operation *op = request.value.getDefiningOp();
  auto type = typeOf(request.value);
  if (auto found = storages.find(request.value); found != storages.end())
    return load(found->second, type.getElementType(),
                byAxis(request.value, request.coords));
  if (isa<ir::IndexOp>(op)) {
    result.value = coordinateValue(request.coords[0]);
    return result;
  }
  if (auto size = dyn_cast<ir::SizeOp>(op)) {
    result.value = this->size(size.getSize());
    return result;
  }
  auto constant = cast<ir::ConstantOp>(op);
  Type scalar = b.scalarType(type.getElementType());
  if (auto value = dyn_cast<FloatAttr>(constant.getValue()))
    result.value = b.constant(scalar, value.getValueAsDouble());
  else
    result.value = b.integer(
        scalar,
        cast<IntegerAttr>(constant.getValue()).getValue().getSExtValue());
  return result;
}

/// The coordinates at which `read` looks at its source. Indices that are not
/// proven to be in range are so in `checked`.
Coords Emitter::sourceCoords(const Request &read, Scope *checked) {
  Operation *op = read.value.getDefiningOp();
  auto at = dyn_cast<ir::AtOp>(op);
  const CoordByAxis outer = byAxis(read.value, read.coords);
  Coords inner;
  for (const Origin &origin : originsOf(op)) {
    if (origin.index < 0) {
      inner.push_back(outer.lookup(origin.axis));
      continue;
    }
    Value index = at.getIndices()[origin.index];
    const Coords coords =
        project(read.coords, typeOf(read.value), typeOf(index));
    const bool proven = facts.isInRange(at, origin.index);
    inner.push_back(indexCoordinate(index, coords, proven ? nullptr : checked));
  }
  return inner;
}

unsigned Emitter::indexCoordinate(Value index, const Coords &coords,
                                  Scope *checked) {
  // A bare index is the coordinate that it shows.
  if (!checked && isa<ir::IndexOp>(index.getDefiningOp()))
    return coords[0];
  Scope &scope = checked ? *checked : homeOf(index, coords);
  auto [found, isNew] = indexCoordinates.try_emplace(
      {index.getAsOpaquePointer(), coords, &scope}, 0);
  if (isNew) {
    found->second = addCoordinate(known(index, coords).value, scope);
    coordinates.back().mask = maskAt(coords);
  }
  return found->second;
}

/// Reads where all indices are in range, in a branch of its own.
Element Emitter::checkedRead(const Request &request, Scope &home) {
  auto at = cast<ir::AtOp>(request.value.getDefiningOp());
  enter(home);
  SmallVector<Value> inside;
  Value all;
  for (auto [k, index] : llvm::enumerate(at.getIndices())) {
    inside.push_back(nullptr);
    if (facts.isInRange(at, k))
      continue;
    const Element found =
        known(index, project(request.coords, typeOf(at), typeOf(index)));
    auto axis = cast<ir::AxisAttr>(at.getAxes()[k]);
    // A negative index is a huge one without its sign.
    Value ok =
        b.compare(arith::CmpIPredicate::ult, found.value, size(axis.getSize()));
    if (found.failure)
      ok = b.both(ok,
                  b.compare(arith::CmpIPredicate::eq, found.failure, b.i64(0)));
    inside.back() = ok;
    all = all ? b.both(all, ok) : ok;
  }

  // The branch is filled in before it is put in its place: what turns out not
  // to depend on it goes before it.
  auto *thenBlock = new Block;
  auto *elseBlock = new Block;
  Scope &then = newScope(&home, thenBlock);
  Element read = element(at.getSource(), sourceCoords(request, &then));
  b.setInsertionPointToEnd(elseBlock);
  Element failed = failedRead(request, inside);
  if (!read.failure) {
    b.setInsertionPointToEnd(thenBlock);
    read.failure = read.culprit = b.i64(0);
  }

  using Part = Value Element::*;
  SmallVector<Part> parts = {&Element::value, &Element::failure,
                             &Element::culprit};
  if (read.hardZero)
    parts.push_back(&Element::hardZero);
  if (read.hardNegInf)
    parts.push_back(&Element::hardNegInf);
  SmallVector<Value> whenRead, whenFailed;
  b.setInsertionPointToEnd(elseBlock);
  for (Part part : parts) {
    whenRead.push_back(read.*part);
    whenFailed.push_back(failed.*part ? failed.*part
                                      : b.constant((read.*part).getType(), 0));
  }
  scf::YieldOp::create(b, whenFailed);
  b.setInsertionPointToEnd(thenBlock);
  scf::YieldOp::create(b, whenRead);

  enter(home);
  auto branch = scf::IfOp::create(b, ValueRange(whenRead).getTypes(), all,
                                  /*addThenBlock=*/false,
                                  /*addElseBlock=*/false);
  branch.getThenRegion().push_back(thenBlock);
  branch.getElseRegion().push_back(elseBlock);
  Element result;
  for (auto [part, value] : llvm::zip_equal(parts, branch.getResults()))
    result.*part = value;
  return result;
}

/// The failure of the first index that failed or is out of range.
Element Emitter::failedRead(const Request &request, ArrayRef<Value> inside) {
  auto at = cast<ir::AtOp>(request.value.getDefiningOp());
  Element result;
  for (unsigned k = inside.size(); k-- > 0;) {
    if (!inside[k])
      continue;
    Value index = at.getIndices()[k];
    const Element found =
        known(index, project(request.coords, typeOf(at), typeOf(index)));
    const unsigned check =
        tables.check(StatusCode::OutOfRange, at, at.getTensor(),
                     cast<ir::AxisAttr>(at.getAxes()[k]));
    Element own;
    own.failure = failureWord(check, request);
    own.culprit = found.value;
    if (found.failure) {
      Element index;
      index.failure = found.failure;
      index.culprit = found.culprit;
      own = firstFailure(index, own);
    }
    if (!result.failure) {
      result = own;
      continue;
    }
    result.failure = b.select(inside[k], result.failure, own.failure);
    result.culprit = b.select(inside[k], result.culprit, own.culprit);
  }
  return result;
}
