//===- Folders.cpp - rules that hold for every number ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

//
// Only what is true for every number, NaN, infinities and signed zeros
// included: x + 0 is not x (for x = -0), x * 0 is not 0, x - x is not 0. A rule
// may not change hardness either: it never drops an operation whose rule makes,
// keeps or ends hardness in another way than its replacement does.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace fovea::ir;

/// The constant behind an attribute of a folded operand.
static std::optional<APFloat> floatOf(Attribute attr) {
  if (auto number = dyn_cast_or_null<FloatAttr>(attr))
    return number.getValue();
  return std::nullopt;
}
static std::optional<APInt> intOf(Attribute attr) {
  if (auto number = dyn_cast_or_null<IntegerAttr>(attr))
    return number.getValue();
  return std::nullopt;
}
static bool isOne(Attribute attr) {
  if (auto number = floatOf(attr))
    return number->isExactlyValue(1.0);
  auto integer = intOf(attr);
  return integer && integer->isOne();
}
static bool isIntZero(Attribute attr) {
  auto integer = intOf(attr);
  return integer && integer->isZero();
}

/// `value` may stand for a result of type `type`: nothing is lost but the op.
static OpFoldResult sameType(Value value, Type type) {
  return value.getType() == type ? OpFoldResult(value) : OpFoldResult();
}

/// Whether no element of the value can be hard: its number alone counts. A
/// value is free of hardness if its operation never makes or keeps any.
static bool neverHard(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<InputOp, ReduceOp, ConstantOp, SizeOp, IndexOp, LiteralOp,
                      RandomOp>(op))
    return true;
  auto elementwise = dyn_cast_or_null<ElementwiseOpInterface>(op);
  return elementwise && elementwise.hardRule() == HardRule::Plain;
}

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

OpFoldResult SizeOp::fold(FoldAdaptor) {
  if (std::optional<int64_t> value = getSize().getConstant())
    return IntegerAttr::get(IntegerType::get(getContext(), 64), *value);
  return {};
}

OpFoldResult NegOp::fold(FoldAdaptor adaptor) {
  if (auto number = floatOf(adaptor.getOperand()))
    return FloatAttr::get(getType().getElementType(), -*number);
  if (auto number = intOf(adaptor.getOperand()))
    return IntegerAttr::get(getType().getElementType(), -*number);
  return {};
}

/// How two constants compare: what holds of less, equal, greater.
static bool holds(Predicate predicate, int order) {
  switch (predicate) {
  case Predicate::Lt:
    return order < 0;
  case Predicate::Le:
    return order <= 0;
  case Predicate::Gt:
    return order > 0;
  case Predicate::Ge:
    return order >= 0;
  case Predicate::Eq:
    return order == 0;
  case Predicate::Ne:
    return order != 0;
  }
  llvm_unreachable("all predicates are listed");
}

OpFoldResult CompareOp::fold(FoldAdaptor adaptor) {
  auto boolean = [&](bool value) {
    return IntegerAttr::get(IntegerType::get(getContext(), 1), value);
  };
  auto x = floatOf(adaptor.getLhs()), y = floatOf(adaptor.getRhs());
  if (x && y) {
    const APFloat::cmpResult order = x->compare(*y);
    if (order == APFloat::cmpUnordered)
      return boolean(getPredicate() == Predicate::Ne);
    return boolean(holds(getPredicate(), order == APFloat::cmpLessThan ? -1
                                         : order == APFloat::cmpEqual  ? 0
                                                                       : 1));
  }
  auto m = intOf(adaptor.getLhs()), n = intOf(adaptor.getRhs());
  if (m && n && m->getBitWidth() > 1)
    return boolean(holds(getPredicate(), m->slt(*n) ? -1 : *m == *n ? 0 : 1));
  return {};
}

OpFoldResult AbsOp::fold(FoldAdaptor adaptor) {
  if (auto number = floatOf(adaptor.getOperand()))
    return FloatAttr::get(getType().getElementType(), abs(*number));
  return {};
}

OpFoldResult NotOp::fold(FoldAdaptor adaptor) {
  if (auto inner = getOperand().getDefiningOp<NotOp>())
    return inner.getOperand();
  if (auto value = intOf(adaptor.getOperand()))
    return BoolAttr::get(getContext(), value->isZero());
  return {};
}

template <typename IntRule>
static OpFoldResult foldInts(Attribute lhs, Attribute rhs, Type type,
                             IntRule rule) {
  auto a = intOf(lhs), b = intOf(rhs);
  if (!a || !b)
    return {};
  return IntegerAttr::get(cast<ArrayType>(type).getElementType(), rule(*a, *b));
}

OpFoldResult AddOp::fold(FoldAdaptor adaptor) {
  if (isIntZero(adaptor.getRhs()) && neverHard(getLhs()))
    return sameType(getLhs(), getType());
  return foldInts(adaptor.getLhs(), adaptor.getRhs(), getType(),
                  [](APInt a, APInt b) { return a + b; });
}

OpFoldResult SubOp::fold(FoldAdaptor adaptor) {
  if (isIntZero(adaptor.getRhs()) && neverHard(getLhs()))
    return sameType(getLhs(), getType());
  return foldInts(adaptor.getLhs(), adaptor.getRhs(), getType(),
                  [](APInt a, APInt b) { return a - b; });
}

OpFoldResult MulOp::fold(FoldAdaptor adaptor) {
  // A product ends the hardness of a hard -inf, `x` alone would keep it.
  if (isOne(adaptor.getRhs()) && neverHard(getLhs()))
    return sameType(getLhs(), getType());
  return foldInts(adaptor.getLhs(), adaptor.getRhs(), getType(),
                  [](APInt a, APInt b) { return a * b; });
}

OpFoldResult DivOp::fold(FoldAdaptor adaptor) {
  if (isOne(adaptor.getRhs()) && neverHard(getLhs()))
    return sameType(getLhs(), getType());
  return {};
}

OpFoldResult FloorDivOp::fold(FoldAdaptor adaptor) {
  bool integer = isa<IntegerType>(getType().getElementType());
  if (integer && isOne(adaptor.getRhs()) && neverHard(getLhs()))
    return sameType(getLhs(), getType());
  return {};
}

OpFoldResult ModOp::fold(FoldAdaptor adaptor) {
  auto divisor = intOf(adaptor.getRhs());
  // The operand's own demand goes with it: only a coordinate has none.
  bool pure =
      isa_and_nonnull<IndexOp, SizeOp, ConstantOp>(getLhs().getDefiningOp());
  if (divisor && divisor->isOne() && pure && getType().isScalar())
    return IntegerAttr::get(getType().getElementType(), 0);
  return {};
}

OpFoldResult AndOp::fold(FoldAdaptor adaptor) {
  if (auto a = intOf(adaptor.getLhs()); a && a->isOne())
    return sameType(getRhs(), getType());
  if (auto b = intOf(adaptor.getRhs()); b && b->isOne())
    return sameType(getLhs(), getType());
  if (auto a = intOf(adaptor.getLhs());
      a && a->isZero() && getType().isScalar())
    return BoolAttr::get(getContext(), false);
  return {};
}

OpFoldResult OrOp::fold(FoldAdaptor adaptor) {
  if (auto a = intOf(adaptor.getLhs()); a && a->isZero())
    return sameType(getRhs(), getType());
  if (auto b = intOf(adaptor.getRhs()); b && b->isZero())
    return sameType(getLhs(), getType());
  if (auto a = intOf(adaptor.getLhs()); a && a->isOne() && getType().isScalar())
    return BoolAttr::get(getContext(), true);
  return {};
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  auto condition = intOf(adaptor.getCondition());
  if (!condition)
    return {};
  if (condition->isOne())
    return sameType(getOnTrue(), getType());
  // The plain constant would lose the hardness.
  return getHard() == HardKind::None ? sameType(getOnFalse(), getType())
                                     : OpFoldResult();
}

/// A constant in another element type, as CastOp says.
static Attribute castConstant(Attribute attr, Type to) {
  auto target = dyn_cast<FloatType>(to);
  bool lossy;
  if (auto number = floatOf(attr); number && target) {
    number->convert(target.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &lossy);
    return FloatAttr::get(to, *number);
  }
  auto integer = dyn_cast_or_null<IntegerAttr>(attr);
  if (!integer)
    return {};
  bool isBool = integer.getType().isInteger(1);
  if (target) {
    APFloat number(target.getFloatSemantics());
    number.convertFromAPInt(integer.getValue(), !isBool,
                            APFloat::rmNearestTiesToEven);
    return FloatAttr::get(to, number);
  }
  if (to.isInteger(1))
    return BoolAttr::get(to.getContext(), !integer.getValue().isZero());
  unsigned width = to.getIntOrFloatBitWidth();
  return IntegerAttr::get(to, isBool ? integer.getValue().zext(width)
                                     : integer.getValue().sextOrTrunc(width));
}

OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getOperand().getType() == getType())
    return getOperand();
  auto integer = intOf(adaptor.getOperand());
  // A saturating narrowing is left to the backend.
  if (integer && getType().getElementType().isInteger(32) &&
      integer->getBitWidth() == 64 && !integer->isSignedIntN(32))
    return {};
  return castConstant(adaptor.getOperand(), getType().getElementType());
}

/// Two exchanges of names, one after the other, are one.
OpFoldResult RenameOp::fold(FoldAdaptor) {
  if (getFrom() == getTo())
    return getOperand();
  auto inner = getOperand().getDefiningOp<RenameOp>();
  if (!inner)
    return {};
  SmallVector<Attribute> from, to;
  auto put = [&](Attribute before, Attribute after) {
    if (before == after)
      return;
    from.push_back(before);
    to.push_back(after);
  };
  for (auto [before, name] : llvm::zip_equal(inner.getFrom(), inner.getTo())) {
    const auto *at = llvm::find(getFrom(), name);
    put(before, at == getFrom().end()
                    ? name
                    : getTo()[std::distance(getFrom().begin(), at)]);
  }
  for (auto [name, after] : llvm::zip_equal(getFrom(), getTo()))
    if (!llvm::is_contained(inner.getTo(), name))
      put(name, after);
  setOperand(inner.getOperand());
  setFromAttr(ArrayAttr::get(getContext(), from));
  setToAttr(ArrayAttr::get(getContext(), to));
  return getResult();
}
