//===- EmitCast.cpp - conversions, and elements in memory -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/HalfBits.h"
#include "backends/cpu/Scalar.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;

/// Truncated towards zero and saturated; NaN gives 0.
static Value floatToInteger(CodeBuilder &b, Value value, Type to) {
  const int width = static_cast<int>(widthOf(to));
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
  const unsigned from = widthOf(value);
  const unsigned width = widthOf(to);
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
  if (isFloat(type))
    return b.compare(CmpFPredicate::UNE, value, b.constant(type, 0));
  return b.compare(arith::CmpIPredicate::ne, value, b.integer(type, 0));
}

/// A number that rounds to a 16-bit float as the integer `value` does, which
/// may have more digits than an f64. Beyond 2^53 the last 11 bits are cut off,
/// and a bit above them says whether they were zero: far more digits than a
/// 16-bit float has are left, and no tie is made or lost.
static Value integerToOdd(CodeBuilder &b, Value value) {
  Type type = value.getType();
  Value shifted =
      arith::AddIOp::create(b, value, b.integer(type, int64_t(1) << 53));
  Value isExact = b.compare(arith::CmpIPredicate::ule, shifted,
                            b.integer(type, int64_t(1) << 54));
  const int64_t step = int64_t(1) << 11;
  Value rest = arith::AndIOp::create(b, value, b.integer(type, step - 1));
  Value trace =
      b.select(toBool(b, rest), b.integer(type, step), b.integer(type, 0));
  Value cut = arith::OrIOp::create(
      b, arith::AndIOp::create(b, value, b.integer(type, -step)), trace);
  return arith::SIToFPOp::create(b, b.typeLike(b.getF64Type(), value),
                                 b.select(isExact, value, cut));
}

static Value toFloat(CodeBuilder &b, Value value, Type to) {
  Type type = b.typeLike(b.scalarType(to), value);
  if (isFloat(value)) {
    if (isHalf(to) || value.getType() == type)
      return emitRounding(b, value, to);
    if (widthOf(type) > widthOf(value))
      return arith::ExtFOp::create(b, type, value);
    return arith::TruncFOp::create(b, type, value);
  }
  if (widthOf(value) == 1)
    return arith::UIToFPOp::create(b, type, value);
  if (!isHalf(to))
    return arith::SIToFPOp::create(b, type, value);
  Type wide = b.typeLike(b.getI64Type(), value);
  return emitRounding(b, integerToOdd(b, integerToInteger(b, value, wide)), to);
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
  Type type = b.typeLike(b.scalarType(to), value);
  if (isa<FloatType>(from))
    return floatToInteger(b, value, type);
  return integerToInteger(b, value, type);
}

/// The type of an element in memory.
static Type storedType(CodeBuilder &b, Type element) {
  if (element.isInteger(1))
    return b.getI8Type();
  return isHalf(element) ? Type(b.getI16Type()) : b.scalarType(element);
}

Value cpu::emitLoad(CodeBuilder &b, Type element, Value base, Value offset,
                    Lanes lanes) {
  const int64_t count = std::max(lanes.count, lanesOf(offset));
  Value stored = b.load(b.vectorOf(storedType(b, element), count), base, offset,
                        lanes.mask);
  if (element.isInteger(1))
    return toBool(b, stored);
  return isHalf(element) ? fromHalfBits(b, stored, element) : stored;
}

void cpu::emitStore(CodeBuilder &b, Type element, Value value, Value base,
                    Value offset, Value mask) {
  if (element.isInteger(1))
    value = arith::ExtUIOp::create(b, b.typeLike(b.getI8Type(), value), value);
  else if (isHalf(element))
    value = toHalfBits(b, value, element);
  b.store(value, base, offset, mask);
}
