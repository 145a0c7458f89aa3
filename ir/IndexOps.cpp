//===- IndexOps.cpp - types of coordinates, reads and renames ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"

using namespace mlir;
using namespace fovea::ir;

static bool distinct(ArrayRef<AxisAttr> axes) {
  SmallVector<StringRef> names = llvm::map_to_vector(
      axes, [](AxisAttr axis) { return axis.getName().getValue(); });
  llvm::sort(names);
  return std::adjacent_find(names.begin(), names.end()) == names.end();
}

LogicalResult IndexOp::verify() {
  if (getType().getAxes() == ArrayRef(getAxis())) // index_c1
    return success();
  return emitOpError("needs exactly the axis ")
         << getAxis().getName() << ", found " << getType();
}

LogicalResult RenameOp::verify() {
  if (getFrom().size() != getTo().size()) // rename_c1
    return emitOpError("exchanges ")
           << getFrom().size() << " names for " << getTo().size();
  ArrayType type = getOperand().getType();
  SmallVector<AxisAttr> axes(type.getAxes());
  for (auto [from, to] : llvm::zip_equal(getFrom().getAsRange<StringAttr>(),
                                         getTo().getAsRange<StringAttr>())) {
    auto *axis = llvm::find(axes, type.getAxis(from));
    if (!type.hasAxis(from) || axis == axes.end()) // rename_c2
      return emitOpError("operand has no axis ") << from << " to rename";
    *axis = AxisAttr::get(getContext(), to, axis->getSize());
  }
  // Two passes, since names may be exchanged: clashes show only at the end.
  if (!distinct(axes)) // rename_c1, rename_c2
    return emitOpError("makes two axes of one name");
  if (type.withAxes(axes) != getType()) // rename_c3
    return emitOpError("must give ")
           << type.withAxes(axes) << ", found " << getType();
  return success();
}

LogicalResult AtOp::verify() {
  SmallVector<AxisAttr> axes = axesOf(getAxes());
  if (axes.size() != getIndices().size()) // at_c1
    return emitOpError("has ")
           << axes.size() << " axes but " << getIndices().size() << " indices";
  if (!distinct(axes)) // at_c1
    return emitOpError("names an axis twice");

  ArrayType source = getSource().getType();
  SmallVector<AxisAttr> rest;
  for (AxisAttr axis : source.getAxes()) {
    auto *replaced = llvm::find_if(axes, [&](AxisAttr other) {
      return other.getName() == axis.getName();
    });
    if (replaced == axes.end())
      rest.push_back(axis);
    else if (replaced->getSize() != axis.getSize()) // at_c2
      return emitOpError("axis ") << axis.getName() << " has two extents";
  }
  SmallVector<ArrayType> types = {source.withAxes(rest)};
  for (Value index : getIndices())
    types.push_back(cast<ArrayType>(index.getType()));
  StringAttr conflict;
  auto result = unionAxes(types, &conflict);
  if (!result) // at_c3
    return emitOpError("axis ") << conflict << " has two extents";
  if (source.withAxes(*result) != getType()) // at_c4
    return emitOpError("must give ")
           << source.withAxes(*result) << ", found " << getType();
  return success();
}
