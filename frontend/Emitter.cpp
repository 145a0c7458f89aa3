//===- Emitter.cpp - builds IR under the language's typing rules ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Emitter.h"

#include "ir/Size.h"

#include "mlir/IR/IRMapping.h"

#include "llvm/ADT/APSInt.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

void Depth::notifyOperationInserted(Operation *op, OpBuilder::InsertPoint) {
  size_t depth = 1;
  for (Value operand : op->getOperands())
    depth = std::max(depth, depths.lookup(operand.getDefiningOp()) + 1);
  depths[op] = depth;
  most = std::max(most, depth);
}

Emitter::Emitter(FuncOp func)
    : builder(func.getContext(), &depth), context(func.getContext()),
      loc(func.getLoc()), boolType(builder.getI1Type()),
      i32(builder.getI32Type()), i64(builder.getI64Type()),
      f16(builder.getF16Type()), bf16(builder.getBF16Type()),
      f32(builder.getF32Type()), f64(builder.getF64Type()) {
  builder.setInsertionPointToEnd(&func.getBody().front());
}

Type Emitter::dtype(StringRef name) const {
  return llvm::StringSwitch<Type>(name)
      .Case("bool", boolType)
      .Case("i32", i32)
      .Case("i64", i64)
      .Case("f16", f16)
      .Case("bf16", bf16)
      .Case("f32", f32)
      .Case("f64", f64)
      .Default({});
}

//===----------------------------------------------------------------------===//
// Axes
//===----------------------------------------------------------------------===//

bool Emitter::isLive(AxisAttr axis) const {
  return llvm::is_contained(live, axis.getName());
}

/// Axes of inputs and literals have a dot in their names. They are not taken
/// over by the indices that run along them: the IR speaks in the user's
/// indices.
static bool isPositional(AxisAttr axis) {
  return axis.getName().getValue().contains('.');
}

AxisAttr Emitter::axis(StringRef name, SizeAttr size, AxisAttr prefer) {
  if (prefer && !isPositional(prefer) && prefer.getSize() == size &&
      !isLive(prefer))
    return prefer;
  for (unsigned n = 0;; ++n) {
    std::string candidate =
        n == 0 ? name.str() : (name + "_" + llvm::Twine(n)).str();
    auto [entry, isNew] = extents.try_emplace(candidate, size);
    auto axis = AxisAttr::get(context, builder.getStringAttr(candidate), size);
    if (entry->second == size && !isLive(axis))
      return axis;
  }
}

SmallVector<AxisAttr> Emitter::axes(StringRef name, ArrayRef<SizeAttr> sizes) {
  SmallVector<AxisAttr> out;
  SmallVector<StringAttr> outer = live;
  for (SizeAttr size : sizes) {
    out.push_back(axis((name + llvm::Twine(out.size())).str(), size));
    live.push_back(out.back().getName());
  }
  live = std::move(outer);
  return out;
}

Array Emitter::withDims(Array array, ArrayRef<AxisAttr> axes) {
  SmallVector<Attribute> from, to;
  SmallVector<AxisAttr> renamed(array.type().getAxes());
  for (auto [old, axis] : llvm::zip_equal(array.dims, axes)) {
    if (old.getName() == axis.getName() || !array.type().hasAxis(old.getName()))
      continue;
    from.push_back(old.getName());
    to.push_back(axis.getName());
    *llvm::find(renamed, old) = axis;
  }
  array.dims.assign(axes.begin(), axes.end());
  if (from.empty())
    return array;
  array.value = RenameOp::create(builder, loc, array.type().withAxes(renamed),
                                 array.value, builder.getArrayAttr(from),
                                 builder.getArrayAttr(to));
  return array;
}

Array Emitter::detached(Array array) {
  SmallVector<AxisAttr> axes(array.dims);
  bool clash = false;
  SmallVector<StringAttr> outer = live;
  for (AxisAttr axis : axes)
    live.push_back(axis.getName()); // new names must not meet the others
  for (AxisAttr &dim : axes) {
    if (!llvm::is_contained(outer, dim.getName()))
      continue;
    clash = true;
    dim = axis(dim.getName().getValue(), dim.getSize());
    live.push_back(dim.getName());
  }
  live = std::move(outer);
  return clash ? withDims(array, axes) : array;
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

Array Emitter::integer(int64_t value) {
  return {ConstantOp::create(builder, loc, ArrayType::get(i64, {}),
                             builder.getI64IntegerAttr(value)),
          {},
          true};
}

Array Emitter::real(double value) {
  return {ConstantOp::create(builder, loc, ArrayType::get(f64, {}),
                             builder.getF64FloatAttr(value)),
          {},
          true};
}

/// The number as that type, which holds it.
static TypedAttr attribute(Builder &builder, Number number, Type element) {
  if (isa<FloatType>(element))
    return builder.getFloatAttr(element, number.real);
  return builder.getIntegerAttr(element, *number.integer);
}

Value Emitter::constant(Number value, Type element) {
  return ConstantOp::create(builder, loc, ArrayType::get(element, {}),
                            attribute(builder, value, element));
}

Array Emitter::boolean(bool value) {
  return {ConstantOp::create(builder, loc, ArrayType::get(boolType, {}),
                             builder.getBoolAttr(value)),
          {},
          false};
}

Array Emitter::size(SizeAttr size) {
  if (std::optional<int64_t> value = size.getConstant())
    return integer(*value);
  return {
      SizeOp::create(builder, loc, ArrayType::get(i64, {}), size), {}, true};
}

Array Emitter::index(AxisAttr axis) {
  return {
      IndexOp::create(builder, loc, ArrayType::get(i64, axis), axis), {}, true};
}

Array Emitter::literal(ArrayRef<Number> values, ArrayRef<int64_t> shape,
                       Type element) {
  SmallVector<SizeAttr> sizes;
  for (int64_t extent : shape)
    sizes.push_back(sizeConstant(context, extent));
  SmallVector<AxisAttr> axes = this->axes("literal.", sizes);
  SmallVector<Attribute> elements;
  for (Number value : values)
    elements.push_back(attribute(builder, value, element));
  auto attr =
      DenseElementsAttr::get(RankedTensorType::get(shape, element), elements);
  return {LiteralOp::create(builder, loc, ArrayType::get(element, axes), attr,
                            axisArray(context, axes)),
          axes, !element.isInteger(1)};
}

static Number negated(Number number) {
  number.real = -number.real;
  if (number.integer)
    number.integer = static_cast<int64_t>(0 - uint64_t(*number.integer));
  return number;
}

static Number converted(Number number, Type element) {
  if (isa<FloatType>(element))
    return {number.real, std::nullopt};
  if (element.isInteger(1))
    return Number::whole(number.real != 0);
  if (number.integer)
    return number;
  // Towards 0, and to the end of the range beyond it.
  APSInt integer(64, /*isUnsigned=*/false);
  bool isExact;
  APFloat(number.real)
      .convertToInteger(integer, APFloat::rmTowardZero, &isExact);
  return Number::whole(integer.getSExtValue());
}

std::optional<Number> fovea::constantOf(const Array &array) {
  if (array.rank() != 0)
    return std::nullopt;
  SmallVector<Operation *> around;
  Operation *op = array.value.getDefiningOp();
  for (; isa_and_nonnull<NegOp, CastOp>(op);
       op = op->getOperand(0).getDefiningOp())
    around.push_back(op);
  auto constant = dyn_cast_or_null<ConstantOp>(op);
  if (!constant)
    return std::nullopt;
  Number number;
  if (auto real = dyn_cast<FloatAttr>(constant.getValue()))
    number.real = real.getValueAsDouble();
  else if (auto integer = cast<IntegerAttr>(constant.getValue());
           integer.getType().isInteger(1))
    number = Number::whole(integer.getValue().getZExtValue());
  else
    number = Number::whole(integer.getValue().getSExtValue());
  for (Operation *op : llvm::reverse(around))
    number =
        isa<NegOp>(op)
            ? negated(number)
            : converted(number, cast<CastOp>(op).getType().getElementType());
  return number;
}

std::optional<int64_t> fovea::beyondI32(const Array &array) {
  if (!array.isInt())
    return std::nullopt;
  auto fits = [](int64_t number) {
    return number == static_cast<int32_t>(number);
  };
  if (std::optional<Number> number = constantOf(array))
    return fits(*number->integer) ? std::nullopt : number->integer;
  auto literal = array.value.getDefiningOp<LiteralOp>();
  if (!literal)
    return std::nullopt;
  for (const APInt &bits :
       cast<DenseElementsAttr>(literal.getValues()).getValues<APInt>())
    if (int64_t number = bits.getSExtValue(); !fits(number))
      return number;
  return std::nullopt;
}

AxisAttr fovea::coordinateOf(const Array &array) {
  auto index = array.value.getDefiningOp<IndexOp>();
  return index ? index.getAxis() : AxisAttr();
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static int classOf(const Array &array) {
  return array.isFloat() ? 2 : array.isInt() ? 1 : 0;
}

std::optional<Meeting> Emitter::meet(const Array &a, const Array &b) const {
  if (classOf(a) != classOf(b)) {
    const Array &higher = classOf(a) > classOf(b) ? a : b;
    return Meeting{higher.element(), higher.weak};
  }
  if (a.weak || b.weak)
    return Meeting{a.weak ? b.element() : a.element(), a.weak && b.weak};
  if (a.element() == b.element())
    return Meeting{a.element(), false};
  if (a.isInt())
    return Meeting{i64, false};
  return std::nullopt;
}

Array Emitter::convert(Array array, Type element, bool weak) {
  bool isWeak = array.weak;
  array.weak = weak;
  if (array.element() == element)
    return array;
  bool computed = isWeak && array.isFloat() && isa<FloatType>(element) &&
                  !array.type().isScalar();
  array.value =
      computed
          ? retype(array.value, element)
          : Value(CastOp::create(
                builder, loc, array.type().withElement(element), array.value));
  return array;
}

Array Emitter::toFloat(Array array) {
  return array.isFloat() ? array : convert(array, f64, true);
}

Array Emitter::rounded(Array array, Type storage) {
  // One rounding, not two: an integer is exact in f64, a float is what it is.
  bool computed = array.weak && array.isFloat() && !array.type().isScalar();
  if (!array.isFloat() || computed)
    array = convert(array, computed ? f32 : f64);
  array.weak = false;
  Array narrow = convert(array, storage);
  // Not folded: the pair of casts is the rounding.
  narrow.value = CastOp::create(builder, loc, narrow.type().withElement(f32),
                                narrow.value);
  return narrow;
}

/// A weak value computed in another type: its formula is built again down to
/// what is not a weak float.
Value Emitter::retype(Value value, Type element) {
  auto type = cast<ArrayType>(value.getType());
  if (type.getElementType() == element || type.getElementType() != f64)
    return value;
  auto key = std::make_pair(value.getAsOpaquePointer(),
                            const_cast<void *>(element.getAsOpaquePointer()));
  if (auto known = retyped.find(key); known != retyped.end())
    return known->second;
  Operation *op = value.getDefiningOp();
  Value result;
  if (auto cast = dyn_cast<CastOp>(op); cast && !type.isScalar())
    result = CastOp::create(builder, loc, type.withElement(element),
                            cast.getOperand());
  else if (type.isScalar())
    result = CastOp::create(builder, loc, type.withElement(element), value);
  else
    result = cloneAs(op, element);
  retyped[key] = result;
  return result;
}

Value Emitter::cloneAs(Operation *op, Type element) {
  if (auto literal = dyn_cast<LiteralOp>(op)) {
    SmallVector<double> values;
    for (APFloat number :
         cast<DenseElementsAttr>(literal.getValues()).getValues<APFloat>())
      values.push_back(number.convertToDouble());
    SmallVector<Attribute> elements;
    for (double value : values)
      elements.push_back(builder.getFloatAttr(element, value));
    auto shape = cast<ShapedType>(literal.getValues().getType());
    auto attr = DenseElementsAttr::get(
        RankedTensorType::get(shape.getShape(), element), elements);
    return LiteralOp::create(builder, loc,
                             literal.getType().withElement(element), attr,
                             literal.getAxes());
  }
  IRMapping mapping;
  for (Value operand : op->getOperands())
    mapping.map(operand, retype(operand, element));
  Operation *clone = builder.clone(*op, mapping);
  Value result = clone->getResult(0);
  result.setType(cast<ArrayType>(result.getType()).withElement(element));
  return result;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

Array Emitter::shaped(Value value, ArrayRef<Array> operands, bool weak) {
  for (const Array &operand : operands)
    if (operand.rank() != 0)
      return {value, operand.dims, weak};
  return {value, {}, weak};
}

Array Emitter::compare(Predicate predicate, Array a, Array b) {
  return apply<CompareOp>({a, b}, false, predicate, a.value, b.value);
}

Array Emitter::logicalNot(Array a) { return apply<NotOp>({a}, false, a.value); }

Array Emitter::logicalAnd(Array a, Array b) {
  return apply<AndOp>({a, b}, false, a.value, b.value);
}

static HardKind hardness(const Array &branch) {
  std::optional<Number> number = constantOf(branch);
  if (!number || branch.isBool())
    return HardKind::None;
  if (number->real == 0)
    return HardKind::Zero;
  return std::isinf(number->real) && number->real < 0 ? HardKind::NegInf
                                                      : HardKind::None;
}

Array Emitter::select(Array condition, Array a, Array b) {
  // The hard number stands in the else branch: `where(c, 0, x)` excludes just
  // as `where(not c, x, 0)` does.
  if (hardness(b) == HardKind::None && hardness(a) != HardKind::None) {
    std::swap(a, b);
    condition = logicalNot(condition);
  }
  HardKind hard = hardness(b);
  if (hard != HardKind::None)
    b.value = constant(*constantOf(b), b.element());
  return apply<SelectOp>({condition, a, b}, a.weak && b.weak, condition.value,
                         a.value, b.value, hard);
}

Array Emitter::reduce(ReduceKind kind, Array body, std::optional<Array> guard,
                      ArrayRef<AxisAttr> axes) {
  bool weak =
      body.weak && kind != ReduceKind::ArgMax && kind != ReduceKind::ArgMin;
  return {ReduceOp::create(builder, loc, kind, body.value,
                           guard ? guard->value : Value(),
                           axisArray(context, axes)),
          body.dims, weak};
}

Array Emitter::read(Array array, ArrayRef<Array> indices, StringRef tensor) {
  auto [read, rest] =
      std::make_pair(ArrayRef(array.dims).take_front(indices.size()),
                     ArrayRef(array.dims).drop_front(indices.size()));
  // A read that only renames: bare coordinates, distinct, along equal extents,
  // and not met by an axis that stays.
  SmallVector<AxisAttr> targets;
  bool renames = true;
  for (auto [dim, index] : llvm::zip_equal(read, indices)) {
    AxisAttr target = coordinateOf(index);
    renames &= target && target.getSize() == dim.getSize() &&
               !llvm::is_contained(targets, target) &&
               !llvm::is_contained(rest, target);
    targets.push_back(target);
  }
  for (AxisAttr axis : array.type().getAxes())
    renames &= llvm::is_contained(array.dims, axis) ||
               !llvm::is_contained(targets, axis);
  SmallVector<AxisAttr> remaining(rest);
  if (renames) {
    llvm::append_range(targets, rest);
    Array renamed = withDims(array, targets);
    renamed.dims = remaining;
    return renamed;
  }

  SmallVector<AxisAttr> axes, kept;
  SmallVector<Value> values;
  SmallVector<ArrayType> types;
  for (auto [dim, index] : llvm::zip_equal(read, indices)) {
    AxisAttr target = coordinateOf(index);
    if (target == dim)
      continue; // stays as it is
    axes.push_back(dim);
    values.push_back(index.value);
    types.push_back(index.type());
  }
  for (AxisAttr axis : array.type().getAxes())
    if (!llvm::is_contained(axes, axis))
      kept.push_back(axis);
  types.push_back(array.type().withAxes(kept));
  auto result = unionAxes(types);
  assert(result && "one axis name stands for one extent");
  Value value = AtOp::create(builder, loc, array.type().withAxes(*result),
                             array.value, values, axisArray(context, axes),
                             builder.getStringAttr(tensor));
  return {value, remaining, array.weak};
}

Array Emitter::aligned(Array array, const Array &like) {
  return withDims(array, like.dims);
}
