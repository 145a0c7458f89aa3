//===- Dialect.cpp - the fovea dialect -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea::ir;

#include "ir/Dialect.cpp.inc"
#include "ir/Enums.cpp.inc"
#include "ir/Interfaces.cpp.inc"
#define GET_OP_CLASSES
#include "ir/Ops.cpp.inc"

void FoveaDialect::initialize() {
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "ir/Ops.cpp.inc"
      >();
}

Operation *FoveaDialect::materializeConstant(OpBuilder &builder,
                                             Attribute value, Type type,
                                             Location loc) {
  auto array = dyn_cast<ArrayType>(type);
  auto number = dyn_cast<TypedAttr>(value);
  if (!array || !array.isScalar() || !number)
    return nullptr;
  return ConstantOp::create(builder, loc, array, number);
}

std::optional<SmallVector<AxisAttr>>
fovea::ir::unionAxes(ArrayRef<ArrayType> types, StringAttr *conflict) {
  SmallVector<AxisAttr> axes;
  for (ArrayType type : types)
    llvm::append_range(axes, type.getAxes());
  llvm::stable_sort(axes, [](AxisAttr a, AxisAttr b) {
    return a.getName().getValue() < b.getName().getValue();
  });
  axes.erase(llvm::unique(axes), axes.end());
  for (size_t i = 1; i < axes.size(); ++i) {
    if (axes[i - 1].getName() != axes[i].getName())
      continue;
    if (conflict)
      *conflict = axes[i].getName();
    return std::nullopt;
  }
  return axes;
}

ArrayAttr fovea::ir::axisArray(MLIRContext *context, ArrayRef<AxisAttr> axes) {
  return ArrayAttr::get(context,
                        SmallVector<Attribute>(axes.begin(), axes.end()));
}

SmallVector<AxisAttr> fovea::ir::axesOf(ArrayAttr axes) {
  return llvm::to_vector(axes.getAsRange<AxisAttr>());
}
