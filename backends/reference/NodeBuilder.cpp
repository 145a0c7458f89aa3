//===- NodeBuilder.cpp - from operations to nodes -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/NodeBuilder.h"

#include "backends/Places.h"
#include "backends/SizeExpr.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

AxisId NodeBuilder::axis(ir::AxisAttr axis) {
  auto [entry, isNew] = axisIds.try_emplace(axis.getName(), allAxes.size());
  if (isNew)
    allAxes.push_back({axis.getName().str(), size(axis.getSize())});
  return entry->second;
}

AxisIds NodeBuilder::axes(ir::ArrayType type) {
  AxisIds ids;
  for (ir::AxisAttr attr : type.getAxes())
    ids.push_back(axis(attr));
  return ids;
}

AxisIds NodeBuilder::axes(ArrayAttr list) {
  AxisIds ids;
  for (ir::AxisAttr attr : list.getAsRange<ir::AxisAttr>())
    ids.push_back(axis(attr));
  return ids;
}

SizeExpr NodeBuilder::size(ir::SizeAttr size) { return sizeExprOf(size, func); }

Place NodeBuilder::place(Operation *op) {
  return {axes(cast<ir::ArrayType>(op->getResult(0).getType())),
          placesOf(op->getLoc())};
}

size_t NodeBuilder::input(ir::InputOp op) {
  auto inputs = ir::inputsOf(func);
  return llvm::find(inputs, op) - inputs.begin();
}

Domain reference::domainOf(ir::ArrayType type) {
  if (type.isFloat())
    return Domain::Float;
  if (type.isBool())
    return Domain::Bool;
  return type.getElementType().isInteger(32) ? Domain::I32 : Domain::I64;
}
