//===- ReduceOps.cpp - types of reductions -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"

#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace fovea::ir;

bool fovea::ir::isArg(ReduceKind kind) {
  return kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin;
}

std::optional<std::string> fovea::ir::joinError(ReduceKind kind,
                                                ArrayType type) {
  std::string found;
  llvm::raw_string_ostream(found) << type.getElementType();
  const bool logical = kind == ReduceKind::Any || kind == ReduceKind::All;
  if (logical != type.isBool())
    return stringifyReduceKind(kind).str() + " needs " +
           (logical ? "bools" : "numbers") + ", found '" + found + "'";
  if (type.getElementType().isF16() || type.getElementType().isBF16())
    return "needs a widened operand, found '" + found + "'";
  return std::nullopt;
}

LogicalResult
ReduceOp::inferReturnTypes(MLIRContext *context, std::optional<Location> loc,
                           ValueRange operands, DictionaryAttr attributes,
                           OpaqueProperties properties, RegionRange regions,
                           SmallVectorImpl<Type> &types) {
  Adaptor adaptor(operands, attributes, properties, regions);
  SmallVector<ArrayType> arrays = llvm::map_to_vector(
      operands, [](Value value) { return cast<ArrayType>(value.getType()); });
  StringAttr conflict;
  auto axes = unionAxes(arrays, &conflict);
  if (!axes)
    return emitOptionalError(loc, "axis ", conflict, " has two extents");
  SmallVector<AxisAttr> removed = axesOf(adaptor.getAxes());
  llvm::erase_if(*axes, [&](AxisAttr axis) {
    return llvm::any_of(removed, [&](AxisAttr other) {
      return other.getName() == axis.getName();
    });
  });
  Type element = isArg(adaptor.getKind()) ? IntegerType::get(context, 64)
                                          : arrays.front().getElementType();
  types.push_back(ArrayType::get(element, *axes));
  return success();
}

LogicalResult ReduceOp::verify() {
  SmallVector<AxisAttr> axes = axesOf(getAxes());
  if (axes.empty()) // reduce_c1
    return emitOpError("needs an axis to reduce over");
  llvm::SmallPtrSet<const void *, 4> names;
  for (AxisAttr axis : axes)
    if (!names.insert(axis.getName().getAsOpaquePointer()).second) // reduce_c1
      return emitOpError("axis ") << axis.getName() << " appears twice";

  ArrayType type = getOperand().getType();
  if (auto error = joinError(getKind(), type)) // reduce_c2, reduce_c3
    return emitOpError(*error);

  SmallVector<ArrayType> arrays = {type, type.withAxes(axes)};
  if (getGuard())
    arrays.push_back(cast<ArrayType>(getGuard().getType()));
  StringAttr conflict;
  if (!unionAxes(arrays, &conflict)) // reduce_c4
    return emitOpError("axis ") << conflict << " has two extents";
  return success();
}
