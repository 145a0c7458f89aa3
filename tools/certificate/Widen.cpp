//===- Widen.cpp - a function with every float as f64 ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Widen.h"

#include "mlir/IR/AttrTypeSubElements.h"

using namespace mlir;
using namespace fovea;

static APFloat toDouble(APFloat value) {
  bool exact;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &exact);
  return value;
}

OwningOpRef<ir::FuncOp> certificate::widened(ir::FuncOp func) {
  OwningOpRef<ir::FuncOp> copy(func.clone());
  const Type f64 = Float64Type::get(func.getContext());
  AttrTypeReplacer replacer;
  replacer.addReplacement([=](FloatType) -> Type { return f64; });
  // Numbers are converted: their bits mean another number in another type.
  replacer.addReplacement(
      [=](FloatAttr value) -> std::pair<Attribute, WalkResult> {
        return {FloatAttr::get(f64, toDouble(value.getValue())),
                WalkResult::skip()};
      });
  replacer.addReplacement(
      [=](DenseFPElementsAttr values) -> std::pair<Attribute, WalkResult> {
        return {values.mapValues(f64,
                                 [](const APFloat &value) {
                                   return toDouble(value).bitcastToAPInt();
                                 }),
                WalkResult::skip()};
      });
  copy->walk([&](Operation *op) {
    replacer.replaceElementsIn(op, /*replaceAttrs=*/true,
                               /*replaceLocs=*/false, /*replaceTypes=*/true);
  });
  return copy;
}
