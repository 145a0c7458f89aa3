//===- Demand.cpp - what an element may be besides a number ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Demand.h"

#include "ir/Kept.h"
#include "ir/TypeOf.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;

static std::optional<int64_t> integerOf(Value value) {
  auto constant = value.getDefiningOp<ir::ConstantOp>();
  auto number =
      constant ? dyn_cast<IntegerAttr>(constant.getValue()) : IntegerAttr();
  return number ? std::optional(number.getInt()) : std::nullopt;
}

bool fovea::isFallible(Operation *op) {
  if (op->hasAttr(ir::checkedName))
    return false;
  if (isa<ir::AtOp>(op))
    return true;
  if (!isa<ir::FloorDivOp, ir::ModOp, ir::PowOp>(op) ||
      ir::typeOf(op->getResult(0)).isFloat())
    return false;
  const std::optional<int64_t> known = integerOf(op->getOperand(1));
  return !known || (isa<ir::PowOp>(op) ? *known < 0 : *known == 0);
}

bool fovea::mayFail(Value value) {
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (isFallible(op))
      return true;
    work.insert_range(op->getOperands());
  }
  return false;
}

bool fovea::mayBeHard(Value value) {
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    auto elementwise = dyn_cast_or_null<ir::ElementwiseOpInterface>(op);
    if (!elementwise && !isa_and_nonnull<ir::RenameOp, ir::AtOp>(op))
      continue;
    if (elementwise && elementwise.hardRule() == ir::HardRule::Plain)
      continue;
    if (auto select = dyn_cast<ir::SelectOp>(op);
        select && select.getHard() != ir::HardKind::None)
      return true;
    work.insert_range(op->getOperands());
  }
  return false;
}
