//===- ElementwiseOps.cpp - types of elementwise operations --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"

using namespace mlir;
using namespace fovea::ir;

static SmallVector<ArrayType> arrayTypes(ValueRange values) {
  return llvm::map_to_vector(
      values, [](Value value) { return cast<ArrayType>(value.getType()); });
}

/// The type over the union of the operands' axes, or an error.
static FailureOr<ArrayType> inferOver(std::optional<Location> loc,
                                      ValueRange operands, Type element) {
  StringAttr conflict;
  auto axes = unionAxes(arrayTypes(operands), &conflict);
  if (!axes)
    return emitOptionalError(loc, "axis ", conflict, " has two extents");
  return ArrayType::get(element, *axes);
}

/// Verifies element types (C1) and extents (C2); the result type is inferred,
/// so it agrees by construction.
static LogicalResult verifyAligned(Operation *op, ValueRange sameElement) {
  SmallVector<ArrayType> types = arrayTypes(sameElement);
  for (ArrayType type : types)
    if (type.getElementType() != types.front().getElementType()) // *_c1
      return op->emitOpError("needs operands of one element type, found ")
             << types.front().getElementType() << " and "
             << type.getElementType();
  StringAttr conflict;
  if (!unionAxes(arrayTypes(op->getOperands()), &conflict)) // *_c2
    return op->emitOpError("axis ") << conflict << " has two extents";
  return success();
}

/// Operations whose result has the element type of their (last) operand.
#define FOVEA_SAME_ELEMENT(OP)                                                 \
  LogicalResult OP::inferReturnTypes(                                          \
      MLIRContext *, std::optional<Location> loc, ValueRange operands,         \
      DictionaryAttr, OpaqueProperties, RegionRange,                           \
      SmallVectorImpl<Type> &types) {                                          \
    Type element =                                                             \
        cast<ArrayType>(operands.back().getType()).getElementType();           \
    FailureOr<ArrayType> type = inferOver(loc, operands, element);             \
    if (failed(type))                                                          \
      return failure();                                                        \
    types.push_back(*type);                                                    \
    return success();                                                          \
  }                                                                            \
  LogicalResult OP::verify() {                                                 \
    return verifyAligned(*this, (*this)->getOperands());                       \
  }

FOVEA_SAME_ELEMENT(AbsOp)
FOVEA_SAME_ELEMENT(NegOp)
FOVEA_SAME_ELEMENT(SignOp)
FOVEA_SAME_ELEMENT(NotOp)
FOVEA_SAME_ELEMENT(ExpOp)
FOVEA_SAME_ELEMENT(Exp2Op)
FOVEA_SAME_ELEMENT(Expm1Op)
FOVEA_SAME_ELEMENT(LogOp)
FOVEA_SAME_ELEMENT(Log1pOp)
FOVEA_SAME_ELEMENT(SqrtOp)
FOVEA_SAME_ELEMENT(RsqrtOp)
FOVEA_SAME_ELEMENT(TanhOp)
FOVEA_SAME_ELEMENT(SinhOp)
FOVEA_SAME_ELEMENT(CoshOp)
FOVEA_SAME_ELEMENT(SigmoidOp)
FOVEA_SAME_ELEMENT(ErfOp)
FOVEA_SAME_ELEMENT(SinOp)
FOVEA_SAME_ELEMENT(CosOp)
FOVEA_SAME_ELEMENT(FloorOp)
FOVEA_SAME_ELEMENT(AddOp)
FOVEA_SAME_ELEMENT(SubOp)
FOVEA_SAME_ELEMENT(MulOp)
FOVEA_SAME_ELEMENT(DivOp)
FOVEA_SAME_ELEMENT(FloorDivOp)
FOVEA_SAME_ELEMENT(ModOp)
FOVEA_SAME_ELEMENT(PowOp)
FOVEA_SAME_ELEMENT(MinOp)
FOVEA_SAME_ELEMENT(MaxOp)
FOVEA_SAME_ELEMENT(AndOp)
FOVEA_SAME_ELEMENT(OrOp)
#undef FOVEA_SAME_ELEMENT

LogicalResult CompareOp::inferReturnTypes(MLIRContext *context,
                                          std::optional<Location> loc,
                                          ValueRange operands, DictionaryAttr,
                                          OpaqueProperties, RegionRange,
                                          SmallVectorImpl<Type> &types) {
  FailureOr<ArrayType> type =
      inferOver(loc, operands, IntegerType::get(context, 1));
  if (failed(type))
    return failure();
  types.push_back(*type);
  return success();
}

LogicalResult CompareOp::verify() {
  return verifyAligned(*this, getOperands());
}

LogicalResult SelectOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> loc,
                                         ValueRange operands, DictionaryAttr,
                                         OpaqueProperties, RegionRange,
                                         SmallVectorImpl<Type> &types) {
  Type element = cast<ArrayType>(operands.back().getType()).getElementType();
  FailureOr<ArrayType> type = inferOver(loc, operands, element);
  if (failed(type))
    return failure();
  types.push_back(*type);
  return success();
}

LogicalResult SelectOp::verify() {
  if (failed(verifyAligned(*this, {getOnTrue(), getOnFalse()})))
    return failure();
  if (getHard() == HardKind::None)
    return success();
  // select_c3. The constant may stand behind casts.
  Operation *def = getOnFalse().getDefiningOp();
  while (auto cast = dyn_cast_or_null<CastOp>(def))
    def = cast.getOperand().getDefiningOp();
  auto constant = dyn_cast_or_null<ConstantOp>(def);
  if (!constant)
    return emitOpError("is hard, so its else branch must be a constant");
  bool zero = false, negInf = false;
  if (auto number = dyn_cast<FloatAttr>(constant.getValue())) {
    zero = number.getValue().isZero();
    negInf = number.getValue().isInfinity() && number.getValue().isNegative();
  } else if (auto number = dyn_cast<IntegerAttr>(constant.getValue())) {
    zero = number.getValue().isZero();
  }
  if (getHard() == HardKind::Zero ? !zero : !negInf)
    return emitOpError("is hard ")
           << stringifyHardKind(getHard()) << ", but its else branch is "
           << constant.getValue();
  return success();
}

LogicalResult CastOp::verify() {
  if (getOperand().getType().getAxes() == getType().getAxes()) // cast_c1
    return success();
  return emitOpError("needs the axes of ")
         << getOperand().getType() << ", found " << getType();
}
