//===- Reads.cpp - where reads take their coordinates from ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

static Origin originIn(ir::RenameOp rename, StringAttr name) {
  for (auto [from, to] : llvm::zip(rename.getFrom(), rename.getTo()))
    if (from == name)
      return {-1, cast<StringAttr>(to)};
  return {-1, name};
}

static Origin originIn(ir::AtOp at, StringAttr name) {
  for (auto [k, axis] : llvm::enumerate(at.getAxes()))
    if (cast<ir::AxisAttr>(axis).getName() == name)
      return {static_cast<int>(k), name};
  return {-1, name};
}

SmallVector<Origin> kernels::originsOf(Operation *read) {
  auto rename = dyn_cast<ir::RenameOp>(read);
  SmallVector<Origin> origins;
  for (ir::AxisAttr axis : typeOf(read->getOperand(0)).getAxes())
    origins.push_back(rename ? originIn(rename, axis.getName())
                             : originIn(cast<ir::AtOp>(read), axis.getName()));
  return origins;
}
