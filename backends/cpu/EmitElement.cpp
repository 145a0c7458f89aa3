//===- EmitElement.cpp - elements from elements ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Emitter.h"
#include "backends/cpu/Scalar.h"
#include "passes/kernels/Reads.h"

#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using ir::HardRule;

/// The element of `value` at `coords`, which may be there already. A list
/// instead of recursion: formulas may be long.
Element Emitter::element(Value value, const Coords &coords) {
  SmallVector<Request> work;
  work.push_back({value, coords});
  while (!work.empty()) {
    const Request request = work.back();
    Scope &home = homeOf(request.value, request.coords);
    const auto key =
        std::make_pair(request.value.getAsOpaquePointer(), request.coords);
    if (home.elements.contains(key)) {
      work.pop_back();
      continue;
    }
    SmallVector<Request> first = missing(request);
    if (!first.empty()) {
      work.append(first.rbegin(), first.rend());
      continue;
    }
    OpBuilder::InsertionGuard guard(b);
    enter(home);
    home.elements[key] = compute(request, home);
    work.pop_back();
  }
  return known(value, coords);
}

Coords Emitter::coordsOf(Value value, const CoordByAxis &place) {
  Coords coords;
  for (ir::AxisAttr axis : typeOf(value).getAxes())
    coords.push_back(place.lookup(axis.getName()));
  return coords;
}

Element Emitter::elementAt(Value value, const CoordByAxis &place) {
  return element(value, coordsOf(value, place));
}

Element Emitter::known(Value value, const Coords &coords) {
  return homeOf(value, coords)
      .elements.at({value.getAsOpaquePointer(), coords});
}

static bool isLeaf(Operation *op) {
  return isa<ir::InputOp, ir::LiteralOp, ir::ConstantOp, ir::SizeOp,
             ir::IndexOp>(op);
}

/// What has to be emitted before `request` can be.
SmallVector<Emitter::Request> Emitter::missing(const Request &request) {
  Operation *op = request.value.getDefiningOp();
  SmallVector<Request> result;
  if (!op || isLeaf(op) || isa<ir::ReduceOp>(op) ||
      storages.contains(request.value) || tileFor(request))
    return result;
  auto add = [&](Value value, Coords coords) {
    if (!homeOf(value, coords)
             .elements.contains({value.getAsOpaquePointer(), coords}))
      result.push_back({value, std::move(coords)});
  };
  const bool isRead = isa<ir::AtOp, ir::RenameOp>(op);
  for (Value operand : op->getOperands().drop_front(isRead ? 1 : 0))
    add(operand,
        project(request.coords, typeOf(request.value), typeOf(operand)));
  if (!isRead || !result.empty())
    return result;
  auto at = dyn_cast<ir::AtOp>(op);
  if (!at || facts.isInRange(at))
    add(op->getOperand(0), sourceCoords(request, nullptr));
  return result;
}

Element Emitter::compute(const Request &request, Scope &home) {
  Operation *op = request.value.getDefiningOp();
  if (!op)
    return elementOfArgument(request);
  if (const Tile *tile = tileFor(request))
    return loadTile(*tile, request);
  if (isLeaf(op) || storages.contains(request.value))
    return computeLeaf(request);
  if (auto at = dyn_cast<ir::AtOp>(op); at && !facts.isInRange(at))
    return checkedRead(request, home);
  if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
    emitInner(reduce, request.coords);
    return known(request.value, request.coords);
  }
  if (isa<ir::AtOp, ir::RenameOp>(op))
    return known(op->getOperand(0), sourceCoords(request, nullptr));
  if (isa<ir::KeepOp>(op))
    return known(op->getOperand(0), request.coords);
  return computeElementwise(request);
}

/// All parts as vectors of so many lanes.
Element Emitter::inLanes(Element element, int64_t lanes) {
  for (Value Element::*part :
       {&Element::value, &Element::hardZero, &Element::hardNegInf})
    if (element.*part && lanesOf(element.*part) < lanes)
      element.*part = b.broadcast(element.*part, lanes);
  return element;
}

Element Emitter::computeElementwise(const Request &request) {
  Operation *op = request.value.getDefiningOp();
  SmallVector<Element> operands;
  int64_t lanes = 1;
  for (Value operand : op->getOperands()) {
    operands.push_back(
        known(operand,
              project(request.coords, typeOf(request.value), typeOf(operand))));
    lanes = std::max(lanes, lanesOf(operands.back().value));
  }
  SmallVector<Value> values;
  for (Element &operand : operands) {
    operand = inLanes(operand, lanes);
    values.push_back(operand.value);
  }

  Element result;
  Type type = typeOf(request.value).getElementType();
  if (isa<ir::CastOp>(op))
    result.value = emitCast(b, values[0],
                            typeOf(op->getOperand(0)).getElementType(), type);
  else if (isa<ir::FoldKeyOp, ir::RandomOp>(op))
    result.value = emitRandom(b, op, values);
  else
    result.value = emitRounding(b, emitScalar(b, op, values), type);
  result = applyHardness(op, result, operands);
  result = combineFailures(op, result, operands);
  return checkDivision(request, result, operands);
}

/// Whether either holds; null is never.
static Value eitherPart(CodeBuilder &b, Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return lhs ? lhs : rhs;
  return b.either(lhs, rhs);
}

/// The bit of the branch that is chosen, or of the else branch by decree.
static Value chosenPart(CodeBuilder &b, Value condition, Value onTrue,
                        Value onFalse, bool decreed) {
  if (!onTrue && !onFalse && !decreed)
    return nullptr;
  Value no = b.integer(condition.getType(), 0);
  Value yes = b.integer(condition.getType(), 1);
  Value otherwise = decreed ? yes : (onFalse ? onFalse : no);
  return b.select(condition, onTrue ? onTrue : no, otherwise);
}

/// A hard 0 of a positive power.
static Value positivePart(CodeBuilder &b, Value hardZero, Value exponent) {
  Value zero = b.constant(exponent.getType(), 0);
  Value positive = isFloat(exponent)
                       ? b.compare(arith::CmpFPredicate::OGT, exponent, zero)
                       : b.compare(arith::CmpIPredicate::sgt, exponent, zero);
  return b.both(hardZero, positive);
}

/// The table in ir/Interfaces.td.
Element Emitter::applyHardness(Operation *op, Element result,
                               ArrayRef<Element> operands) {
  auto elementwise = dyn_cast<ir::ElementwiseOpInterface>(op);
  if (!elementwise)
    return result;
  const Element &first = operands[0];
  switch (elementwise.hardRule()) {
  case HardRule::Plain:
    return result;
  case HardRule::Keep:
    result.hardZero = first.hardZero;
    if (isFloat(result.value))
      result.hardNegInf = first.hardNegInf;
    return result;
  case HardRule::Negate:
  case HardRule::Root:
  case HardRule::Divide:
    result.hardZero = first.hardZero;
    break;
  case HardRule::Product:
    result.hardZero = eitherPart(b, first.hardZero, operands[1].hardZero);
    break;
  case HardRule::Power:
    if (first.hardZero)
      result.hardZero = positivePart(b, first.hardZero, operands[1].value);
    break;
  case HardRule::Sum:
    result.hardNegInf = eitherPart(b, first.hardNegInf, operands[1].hardNegInf);
    break;
  case HardRule::Minus:
    result.hardNegInf = first.hardNegInf;
    break;
  case HardRule::Exp:
    result.hardZero = first.hardNegInf;
    break;
  case HardRule::Choose: {
    const ir::HardKind kind = cast<ir::SelectOp>(op).getHard();
    result.hardZero =
        chosenPart(b, first.value, operands[1].hardZero, operands[2].hardZero,
                   kind == ir::HardKind::Zero);
    result.hardNegInf =
        chosenPart(b, first.value, operands[1].hardNegInf,
                   operands[2].hardNegInf, kind == ir::HardKind::NegInf);
    return result;
  }
  }

  // Whatever the other operand is, a hard number is that number.
  Type type = result.value.getType();
  if (result.hardZero)
    result.value = b.select(result.hardZero, b.constant(type, 0), result.value);
  if (result.hardNegInf && isFloat(type)) {
    const double infinity = std::numeric_limits<double>::infinity();
    result.value =
        b.select(result.hardNegInf, b.constant(type, -infinity), result.value);
  }
  return result;
}
