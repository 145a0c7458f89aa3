//===- HalfBits.cpp - 16-bit floats in memory -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/HalfBits.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;
using arith::CmpFPredicate;
using arith::CmpIPredicate;

static Value add(CodeBuilder &b, Value lhs, Value rhs) {
  return arith::AddIOp::create(b, lhs, rhs);
}
static Value add(CodeBuilder &b, Value lhs, int64_t rhs) {
  return add(b, lhs, b.integer(lhs.getType(), rhs));
}
static Value masked(CodeBuilder &b, Value lhs, int64_t rhs) {
  return arith::AndIOp::create(b, lhs, b.integer(lhs.getType(), rhs));
}
static Value merged(CodeBuilder &b, Value lhs, Value rhs) {
  return arith::OrIOp::create(b, lhs, rhs);
}
static Value merged(CodeBuilder &b, Value lhs, int64_t rhs) {
  return merged(b, lhs, b.integer(lhs.getType(), rhs));
}
static Value left(CodeBuilder &b, Value value, int64_t bits) {
  return arith::ShLIOp::create(b, value, b.integer(value.getType(), bits));
}
static Value right(CodeBuilder &b, Value value, int64_t bits) {
  return arith::ShRUIOp::create(b, value, b.integer(value.getType(), bits));
}
static Value isAtLeast(CodeBuilder &b, Value value, int64_t least) {
  return b.compare(CmpIPredicate::uge, value,
                   b.integer(value.getType(), least));
}
static Value bitsOf(CodeBuilder &b, Value value) {
  Type type = b.typeLike(b.getIntegerType(widthOf(value)), value);
  return arith::BitcastOp::create(b, type, value);
}
static Value floatOf(CodeBuilder &b, Value bits) {
  return arith::BitcastOp::create(b, b.typeLike(b.getF32Type(), bits), bits);
}

static constexpr int64_t magnitudeBits = 0x7fffffff;
static constexpr int64_t infinityBits = 0x7f800000;

/// An f32 that rounds to any shorter float as the f64 `value` does: rounded
/// towards zero, and what is cut off leaves a trace in the last bit.
static Value roundToOdd(CodeBuilder &b, Value value) {
  Value nearest =
      arith::TruncFOp::create(b, b.typeLike(b.getF32Type(), value), value);
  Value back = LLVM::FAbsOp::create(
      b, Value(arith::ExtFOp::create(b, value.getType(), nearest)));
  Value magnitude = LLVM::FAbsOp::create(b, value);
  Value bits = bitsOf(b, nearest);
  Value tooFar = b.compare(CmpFPredicate::OGT, back, magnitude);
  Value towardsZero = b.select(tooFar, add(b, bits, -1), bits);
  Value isInexact = b.compare(CmpFPredicate::ONE, back, magnitude);
  return floatOf(b, b.select(isInexact, merged(b, towardsZero, 1), bits));
}

/// The upper half of `bits`, rounded to nearest, ties to even.
static Value toBFloat(CodeBuilder &b, Value bits) {
  Value isOdd = masked(b, right(b, bits, 16), 1);
  Value rounded = right(b, add(b, add(b, bits, 0x7fff), isOdd), 16);
  Value quiet = merged(b, right(b, bits, 16), 0x40);
  Value isNaN = b.compare(CmpIPredicate::ugt, masked(b, bits, magnitudeBits),
                          b.integer(bits.getType(), infinityBits));
  return b.select(isNaN, quiet, rounded);
}

/// The same conversion as the processors' own.
static Value toF16(CodeBuilder &b, Value bits) {
  Value sign = masked(b, right(b, bits, 16), 0x8000);
  Value magnitude = masked(b, bits, magnitudeBits);
  // A normal number: the exponent's bias changes, and the last 13 bits go.
  Value isOdd = masked(b, right(b, magnitude, 13), 1);
  const int64_t bias = (int64_t(127) - 15) << 23;
  Value normal = right(b, add(b, add(b, magnitude, 0xfff - bias), isOdd), 13);
  // A subnormal one: beside 0.5 the processor rounds at the right digit.
  Value half = b.constant(b.typeLike(b.getF32Type(), bits), 0.5);
  Value beside = arith::AddFOp::create(b, floatOf(b, magnitude), half);
  Value subnormal =
      arith::SubIOp::create(b, bitsOf(b, beside), bitsOf(b, half));
  Value finite = b.select(isAtLeast(b, magnitude, int64_t(127 - 14) << 23),
                          normal, subnormal);
  // From 65520 on all is infinite; `normal` rounds up to there by itself.
  Value infinite = b.integer(bits.getType(), 0x7c00);
  Value nan = merged(b, masked(b, right(b, magnitude, 13), 0x3ff), 0x7e00);
  Value special =
      b.select(isAtLeast(b, magnitude, infinityBits + 1), nan, infinite);
  return merged(b, sign,
                b.select(isAtLeast(b, magnitude, int64_t(127 + 16) << 23),
                         special, finite));
}

static Value fromF16(CodeBuilder &b, Value bits) {
  Value sign = left(b, masked(b, bits, 0x8000), 16);
  Value magnitude = masked(b, bits, 0x7fff);
  // Read with the bias of an f32 the number is too small by 2^112, subnormal or
  // not.
  Value small = floatOf(b, left(b, magnitude, 13));
  Value finite = bitsOf(
      b, arith::MulFOp::create(b, small, b.constant(small.getType(), 0x1p112)));
  Value infinite = merged(b, left(b, magnitude, 13), infinityBits);
  Value quiet = merged(b, infinite, 0x400000);
  Value special = b.select(isAtLeast(b, magnitude, 0x7c01), quiet, infinite);
  Value result = b.select(isAtLeast(b, magnitude, 0x7c00), special, finite);
  return floatOf(b, merged(b, sign, result));
}

Value cpu::toHalfBits(CodeBuilder &b, Value value, Type to) {
  if (widthOf(value) == 64)
    value = roundToOdd(b, value);
  if (to.isF16() && b.features().halfConversion)
    return bitsOf(b, arith::TruncFOp::create(
                         b, b.typeLike(b.getF16Type(), value), value));
  Value bits = bitsOf(b, value);
  Value narrow = to.isF16() ? toF16(b, bits) : toBFloat(b, bits);
  return arith::TruncIOp::create(b, b.typeLike(b.getI16Type(), bits), narrow);
}

Value cpu::fromHalfBits(CodeBuilder &b, Value bits, Type from) {
  if (from.isF16() && b.features().halfConversion) {
    Value half =
        arith::BitcastOp::create(b, b.typeLike(b.getF16Type(), bits), bits);
    return arith::ExtFOp::create(b, b.typeLike(b.getF32Type(), bits), half);
  }
  Value wide =
      arith::ExtUIOp::create(b, b.typeLike(b.getI32Type(), bits), bits);
  return from.isF16() ? fromF16(b, wide) : floatOf(b, left(b, wide, 16));
}
