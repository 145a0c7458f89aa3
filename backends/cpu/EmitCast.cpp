//===- EmitCast.cpp - conversions, and elements in memory -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Scalar.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;

static bool isHalf(Type type) { return type.isF16() || type.isBF16(); }

/// The 16 bits of a 16-bit float whose value, before rounding, is `value`.
static Value toHalfBits(CodeBuilder &b, Value value, Type to) {
  const std::string name = (to.isF16() ? "f16_from_f" : "bf16_from_f") +
                           std::to_string(value.getType().isF64() ? 64 : 32);
  // The ABI leaves the upper bits of a narrow result open: it is an i32.
  Value bits = b.call(name, b.getI32Type(), value);
  return arith::TruncIOp::create(b, b.getIntegerType(16), bits);
}

static Value fromHalfBits(CodeBuilder &b, Value bits, Type from) {
  Value wide = arith::ExtUIOp::create(b, b.getI32Type(), bits);
  if (from.isF16())
    return b.call("f32_from_f16", b.getF32Type(), wide);
  Value upper = arith::ShLIOp::create(b, wide, b.integer(wide.getType(), 16));
  return arith::BitcastOp::create(b, b.getF32Type(), upper);
}

/// Truncated towards zero and saturated; NaN gives 0.
static Value floatToInteger(CodeBuilder &b, Value value, Type to) {
  const int width = to.getIntOrFloatBitWidth();
  Type from = value.getType();
  const double bound = std::ldexp(1.0, width - 1);
  Value least =
      b.integer(to, width == 64 ? std::numeric_limits<int64_t>::min()
                                : std::numeric_limits<int32_t>::min());
  Value most = b.integer(to, width == 64 ? std::numeric_limits<int64_t>::max()
                                         : std::numeric_limits<int32_t>::max());
  // Out of range the conversion itself gives no defined number; those are
  // selected away.
  Value inside = arith::FPToSIOp::create(b, to, value);
  Value below = b.compare(CmpFPredicate::OLT, value, b.constant(from, -bound));
  Value above = b.compare(CmpFPredicate::OGE, value, b.constant(from, bound));
  Value saturated = b.select(below, least, b.select(above, most, inside));
  return b.select(b.isNaN(value), b.integer(to, 0), saturated);
}

static Value integerToInteger(CodeBuilder &b, Value value, Type to) {
  const unsigned from = value.getType().getIntOrFloatBitWidth();
  const unsigned width = to.getIntOrFloatBitWidth();
  if (from == width)
    return value;
  if (from == 1)
    return arith::ExtUIOp::create(b, to, value);
  if (from < width)
    return arith::ExtSIOp::create(b, to, value);
  Type wide = value.getType();
  Value most = b.integer(wide, std::numeric_limits<int32_t>::max());
  Value least = b.integer(wide, std::numeric_limits<int32_t>::min());
  Value clamped =
      arith::MaxSIOp::create(b, arith::MinSIOp::create(b, value, most), least);
  return arith::TruncIOp::create(b, to, clamped);
}

static Value toBool(CodeBuilder &b, Value value) {
  Type type = value.getType();
  if (isa<FloatType>(type))
    return b.compare(CmpFPredicate::UNE, value, b.constant(type, 0));
  return b.compare(arith::CmpIPredicate::ne, value, b.integer(type, 0));
}

static Value toFloat(CodeBuilder &b, Value value, Type to) {
  Type from = value.getType();
  Type type = b.scalarType(to);
  if (from.isInteger(1))
    return arith::UIToFPOp::create(b, type, value);
  if (isa<FloatType>(from)) {
    if (from.isF64() && type.isF32() && isHalf(to))
      return emitRounding(b, value, to);
    if (from == type)
      return emitRounding(b, value, to);
    if (from.isF32())
      return arith::ExtFOp::create(b, type, value);
    return arith::TruncFOp::create(b, type, value);
  }
  if (!isHalf(to))
    return arith::SIToFPOp::create(b, type, value);
  // Integers beyond 2^53 lie far above the largest f16 and round to a bf16
  // once more; to odd, so that this is as good as rounding once.
  return emitRounding(b,
                      b.call("f64_from_i64_to_odd", b.getF64Type(),
                             integerToInteger(b, value, b.getI64Type())),
                      to);
}

Value cpu::emitRounding(CodeBuilder &b, Value value, Type to) {
  return isHalf(to) ? fromHalfBits(b, toHalfBits(b, value, to), to) : value;
}

Value cpu::emitCast(CodeBuilder &b, Value value, Type from, Type to) {
  if (from.isInteger(1) && to.isInteger(1))
    return value;
  if (to.isInteger(1))
    return toBool(b, value);
  if (isa<FloatType>(to))
    return toFloat(b, value, to);
  Type type = b.scalarType(to);
  if (isa<FloatType>(from))
    return floatToInteger(b, value, type);
  return integerToInteger(b, value, type);
}

Value cpu::emitLoad(CodeBuilder &b, Type element, Value base, Value offset) {
  if (element.isInteger(1))
    return toBool(b, b.load(b.getI8Type(), base, offset));
  if (isHalf(element))
    return fromHalfBits(b, b.load(b.getIntegerType(16), base, offset), element);
  return b.load(b.scalarType(element), base, offset);
}

void cpu::emitStore(CodeBuilder &b, Type element, Value value, Value base,
                    Value offset) {
  if (element.isInteger(1))
    value = arith::ExtUIOp::create(b, b.getI8Type(), value);
  else if (isHalf(element))
    value = toHalfBits(b, value, element);
  b.store(value, base, offset);
}
