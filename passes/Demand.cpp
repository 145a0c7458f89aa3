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

HardSources fovea::hardSources(Operation *op, ir::HardKind kind) {
  using ir::HardKind, ir::HardRule;
  if (isa<ir::RenameOp, ir::AtOp>(op))
    return {false, {{0, kind}}};
  auto elementwise = dyn_cast<ir::ElementwiseOpInterface>(op);
  if (!elementwise)
    return {};
  const bool isZero = kind == HardKind::Zero;
  switch (elementwise.hardRule()) {
  case HardRule::Plain:
    break;
  case HardRule::Keep:
    // Only floats have a -inf.
    if (isZero || ir::typeOf(op->getResult(0)).isFloat())
      return {false, {{0, kind}}};
    break;
  case HardRule::Negate:
  case HardRule::Divide:
  case HardRule::Power:
  case HardRule::Root:
    if (isZero)
      return {false, {{0, kind}}};
    break;
  case HardRule::Product:
    if (isZero)
      return {false, {{0, kind}, {1, kind}}};
    break;
  case HardRule::Sum:
    if (!isZero)
      return {false, {{0, kind}, {1, kind}}};
    break;
  case HardRule::Minus:
    if (!isZero)
      return {false, {{0, kind}}};
    break;
  case HardRule::Exp:
    if (isZero)
      return {false, {{0, HardKind::NegInf}}};
    break;
  case HardRule::Choose:
    return {cast<ir::SelectOp>(op).getHard() == kind, {{1, kind}, {2, kind}}};
  }
  return {};
}

ir::HardKind fovea::absorbingKind(Operation *op, unsigned i) {
  using ir::HardKind, ir::HardRule;
  auto elementwise = dyn_cast<ir::ElementwiseOpInterface>(op);
  if (!elementwise)
    return HardKind::None;
  switch (elementwise.hardRule()) {
  case HardRule::Product:
    return HardKind::Zero;
  case HardRule::Divide:
    return i == 0 ? HardKind::Zero : HardKind::None;
  case HardRule::Sum:
    return HardKind::NegInf;
  case HardRule::Minus:
    return i == 0 ? HardKind::NegInf : HardKind::None;
  default:
    return HardKind::None;
  }
}

bool fovea::mayBeHard(Value value, ir::HardKind kind) {
  llvm::SetVector<std::pair<Value, ir::HardKind>> work;
  work.insert({value, kind});
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].first.getDefiningOp();
    const HardSources sources = hardSources(op, work[i].second);
    if (sources.isOwn)
      return true;
    for (auto [operand, hard] : sources.operands)
      work.insert({op->getOperand(operand), hard});
  }
  return false;
}

bool fovea::mayBeHard(Value value) {
  return mayBeHard(value, ir::HardKind::Zero) ||
         mayBeHard(value, ir::HardKind::NegInf);
}
