//===- FuncOps.cpp - what holds in a whole function ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "ir/Size.h"

#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace fovea::ir;

static LogicalResult verifyDims(Operation *op, SizeAttr size,
                                const llvm::StringSet<> &dims) {
  for (StringRef name : sizeDims(size))
    if (!dims.contains(name)) // func_c1
      return op->emitOpError("uses dimension `")
             << name << "`, which the function does not have";
  return success();
}

SmallVector<InputOp> fovea::ir::inputsOf(FuncOp func) {
  return llvm::to_vector(func.getBody().getOps<InputOp>());
}

SmallVector<OutputOp> fovea::ir::outputsOf(FuncOp func) {
  return llvm::to_vector(func.getBody().getOps<OutputOp>());
}

namespace {
/// Checks that an axis name has one extent in the whole function.
class Extents {
public:
  LogicalResult add(Operation *op, AxisAttr axis) {
    auto [entry, isNew] = sizes.try_emplace(axis.getName(), axis.getSize());
    if (isNew || entry->second == axis.getSize())
      return success();
    return op->emitOpError("axis ") // func_c3
           << axis.getName() << " has extent " << sizeText(axis.getSize())
           << " here and " << sizeText(entry->second) << " elsewhere";
  }

private:
  llvm::DenseMap<StringAttr, SizeAttr> sizes;
};
} // namespace

static LogicalResult verifyOp(Operation *op, const llvm::StringSet<> &dims,
                              Extents &extents) {
  auto check = [&](AxisAttr axis) {
    return success(succeeded(verifyDims(op, axis.getSize(), dims)) &&
                   succeeded(extents.add(op, axis)));
  };
  for (Value result : op->getResults())
    if (auto type = dyn_cast<ArrayType>(result.getType()))
      for (AxisAttr axis : type.getAxes())
        if (failed(check(axis)))
          return failure();
  if (auto axes = op->getAttrOfType<ArrayAttr>("axes"))
    for (AxisAttr axis : axes.getAsRange<AxisAttr>())
      if (failed(check(axis)))
        return failure();
  if (auto size = dyn_cast<SizeOp>(op))
    return verifyDims(op, size.getSize(), dims);
  return success();
}

LogicalResult FuncOp::verifyRegions() {
  llvm::StringSet<> dims, inputs, outputs;
  for (StringAttr name : getDims().getAsRange<StringAttr>())
    if (!dims.insert(name.getValue()).second) // func_c1
      return emitOpError("dimension ") << name << " appears twice";
  for (RequireAttr require : getRequirements().getAsRange<RequireAttr>())
    if (failed(verifyDims(*this, require.getLhs(), dims)) ||
        failed(verifyDims(*this, require.getRhs(), dims)))
      return failure();

  Extents extents;
  for (Operation &op : getBody().front()) {
    auto input = dyn_cast<InputOp>(op);
    if (input && !inputs.insert(input.getName()).second) // func_c2
      return input.emitOpError("is a second input \"")
             << input.getName() << "\"";
    auto output = dyn_cast<OutputOp>(op);
    if (output && !outputs.insert(output.getName()).second) // func_c2
      return output.emitOpError("is a second output \"")
             << output.getName() << "\"";
    if (op.walk([&](Operation *inner) {
            return WalkResult(verifyOp(inner, dims, extents));
          }).wasInterrupted())
      return failure();
  }
  return success();
}

/// The axes in any order as a type: also finds repeated names.
static FailureOr<ArrayType> typeOver(Operation *op, Type element,
                                     ArrayAttr axes) {
  SmallVector<AxisAttr> list = axesOf(axes);
  llvm::sort(list, [](AxisAttr a, AxisAttr b) {
    return a.getName().getValue() < b.getName().getValue();
  });
  auto type =
      ArrayType::getChecked([&] { return op->emitOpError(); }, op->getContext(),
                            element, ArrayRef<AxisAttr>(list));
  if (!type)
    return failure();
  return type;
}

LogicalResult InputOp::verify() {
  FailureOr<ArrayType> type =
      typeOver(*this, getType().getElementType(), getAxes());
  if (failed(type))
    return failure();
  if (*type != getType()) // input_c1
    return emitOpError("must give ") << *type << ", found " << getType();
  return success();
}

LogicalResult OutputOp::verify() {
  ArrayType value = getValue().getType();
  FailureOr<ArrayType> type =
      typeOver(*this, value.getElementType(), getAxes());
  if (failed(type))
    return failure();
  for (AxisAttr axis : value.getAxes())
    if (type->getAxis(axis.getName()) != axis) // output_c1
      return emitOpError("value has axis ")
             << axis.getName() << ", which the output lacks";
  return success();
}

LogicalResult ConstantOp::verify() {
  if (getType().isScalar() &&
      getType().getElementType() == getValue().getType()) // constant_c1
    return success();
  return emitOpError("is ") << getValue() << ", but the result " << getType();
}

LogicalResult LiteralOp::verify() {
  FailureOr<ArrayType> type =
      typeOver(*this, getType().getElementType(), getAxes());
  if (failed(type))
    return failure();
  if (*type != getType()) // literal_c1
    return emitOpError("must give ") << *type << ", found " << getType();
  auto shape = cast<ShapedType>(getValues().getType());
  if (shape.getElementType() != getType().getElementType()) // literal_c2
    return emitOpError("holds ") << shape.getElementType() << ", but gives "
                                 << getType().getElementType();
  SmallVector<int64_t> extents;
  for (AxisAttr axis : axesOf(getAxes()))
    extents.push_back(axis.getSize().getConstant().value_or(-1));
  if (ArrayRef(extents) != shape.getShape()) // literal_c1
    return emitOpError("axes do not have the extents of the numbers");
  return success();
}
