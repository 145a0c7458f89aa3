//===- RandomOps.cpp - types of random numbers ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"

using namespace mlir;
using namespace fovea::ir;

LogicalResult FoldKeyOp::inferReturnTypes(MLIRContext *,
                                          std::optional<Location> loc,
                                          ValueRange operands, DictionaryAttr,
                                          OpaqueProperties, RegionRange,
                                          SmallVectorImpl<Type> &types) {
  auto key = cast<ArrayType>(operands[0].getType());
  auto index = cast<ArrayType>(operands[1].getType());
  StringAttr conflict;
  auto axes = unionAxes({key, index}, &conflict);
  if (!axes)
    return emitOptionalError(loc, "axis ", conflict, " has two extents");
  types.push_back(key.withAxes(*axes));
  return success();
}

LogicalResult RandomOp::verify() {
  auto axes = unionAxes({getKey().getType(), getCounter().getType()});
  if (axes && ArrayRef(*axes) == getType().getAxes()) // random_c1
    return success();
  return emitOpError("needs the axes of key and counter, found ") << getType();
}
