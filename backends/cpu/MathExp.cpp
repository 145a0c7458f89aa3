//===- MathExp.cpp - exponential functions as code ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// e^x = 2^n e^r with n the integer nearest to x / ln 2 and |r| <= ln 2 / 2. The
// polynomials are minimax (Lawson's reweighted least squares in 50 digits,
// coefficients rounded one after the other, the rest fitted again), in relative
// error 2^-28 for f32 and 2^-57 for f64.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/MathFunctions.h"

#include <limits>
#include <numeric>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// What differs between f32 and f64.
struct ExpTable {
  /// Adding it leaves the nearest integer in the last bits.
  double magic;
  /// ln 2 in two parts; an n times the first is exact.
  double ln2High, ln2Low;
  /// e^r = 1 + r + r^2 (c[0] + c[1] r + ...).
  ArrayRef<double> exp;
  /// 2^r = 1 + r (c[0] + c[1] r + ...).
  ArrayRef<double> exp2;
  /// Below and above e^x is 0 and infinite, and 2^x; e^x - 1 is -1; and e^x / 2
  /// is infinite.
  double expLeast, expMost;
  double exp2Least, exp2Most;
  double expm1Least, halfExpMost;
};

static constexpr double exp32[] = {0x1.fffffcp-2, 0x1.555492p-3, 0x1.5558bp-5,
                                   0x1.12398ep-7, 0x1.6a4d34p-10};
static constexpr double exp64[] = {
    0x1.000000000000ap-1,  0x1.5555555555507p-3,  0x1.55555555506e6p-5,
    0x1.1111111124ed7p-7,  0x1.6c16c1846d272p-10, 0x1.a01a0137f370fp-13,
    0x1.a019997602698p-16, 0x1.71df095ac7585p-19, 0x1.28adec45f103bp-22,
    0x1.ada904d5dd488p-26};
static constexpr double exp2_32[] = {0x1.62e43p-1,   0x1.ebfbdcp-3,
                                     0x1.c6af7ap-5,  0x1.3b2dd6p-7,
                                     0x1.5f095ap-10, 0x1.417662p-13};
static constexpr double exp2_64[] = {
    0x1.62e42fefa39efp-1,  0x1.ebfbdff82c59dp-3,  0x1.c6b08d704a0d8p-5,
    0x1.3b2ab6fba0fbbp-7,  0x1.5d87fe78b29ecp-10, 0x1.4309130c67649p-13,
    0x1.ffcbfbff0ed3dp-17, 0x1.62bfccf22ac9fp-20, 0x1.b525ff4834760p-24,
    0x1.e6131dce2ee6ap-28, 0x1.e825ca0df72abp-32};

// The parts of ln 2 are those of FreeBSD's e_expf.c and e_exp.c.
static constexpr ExpTable table32 = {.magic = 0x1.8p23,
                                     .ln2High = 0x1.62e3p-1,
                                     .ln2Low = 0x1.2fefa2p-17,
                                     .exp = exp32,
                                     .exp2 = exp2_32,
                                     .expLeast = -105,
                                     .expMost = 89,
                                     .exp2Least = -151,
                                     .exp2Most = 128,
                                     .expm1Least = -25,
                                     .halfExpMost = 89.5};
static constexpr ExpTable table64 = {.magic = 0x1.8p52,
                                     .ln2High = 0x1.62e42feep-1,
                                     .ln2Low = 0x1.a39ef35793c76p-33,
                                     .exp = exp64,
                                     .exp2 = exp2_64,
                                     .expLeast = -746,
                                     .expMost = 710,
                                     .exp2Least = -1076,
                                     .exp2Most = 1024,
                                     .expm1Least = -60,
                                     .halfExpMost = 710.6};
static const ExpTable &tableOf(Num x) {
  return x.isDouble() ? table64 : table32;
}

/// An integer, as a float and as an integer.
struct Rounded {
  Num number;
  Num integer;
};

/// The integer nearest to x * y.
static Rounded roundedProduct(Num x, double y) {
  const double magic = tableOf(x).magic;
  Num shifted = fma(x, y, magic);
  return {shifted - magic, shifted.bits() - x.same(magic).bits()};
}

/// The integer n and r of the head of this file.
struct Reduced {
  Rounded n;
  Num r;
};
static Reduced reduced(Num x) {
  const ExpTable &table = tableOf(x);
  const Rounded n = roundedProduct(x, 0x1.71547652b82fep0);
  Num high = fma(n.number, -table.ln2High, x);
  return {n, fma(n.number, -table.ln2Low, high)};
}

/// The name of the processor's x * 2^n for `lanes` of f32 or f64, if there is.
static std::string scaleInstruction(CodeBuilder &b, int64_t lanes,
                                    bool isDouble) {
  const int64_t bits = lanes * (isDouble ? 64 : 32);
  if (!b.features().scalef || bits < 128 || bits > 512)
    return "";
  std::string name = "llvm.x86.avx512.mask.scalef.";
  name += isDouble ? "pd." : "ps.";
  return name += std::to_string(bits);
}

static Num scaledByInstruction(Num x, Num n, const std::string &name) {
  CodeBuilder &b = x.code();
  const unsigned maskBits = std::max<unsigned>(lanesOf(x.type()), 8);
  SmallVector<Value> arguments = {x, n, x,
                                  b.integer(b.getIntegerType(maskBits), -1)};
  if (StringRef(name).ends_with("512"))
    arguments.push_back(b.integer(b.getI32Type(), /*present rounding=*/4));
  auto call = LLVM::CallIntrinsicOp::create(b, x.type(), b.getStringAttr(name),
                                            arguments);
  return Num(b, call.getResult(0));
}

/// The elements of `x` from `first` on.
static Num part(Num x, int64_t first, int64_t count) {
  SmallVector<int32_t> lanes;
  for (int64_t lane = first; lane < first + count; ++lane)
    lanes.push_back(static_cast<int32_t>(lane));
  return Num(x.code(), LLVM::ShuffleVectorOp::create(x.code(), x, x, lanes));
}

/// x * 2^n, rounded once, for any n that tableOf's bounds leave.
static Num scaled(Num x, const Rounded &n) {
  CodeBuilder &b = x.code();
  const int64_t lanes = lanesOf(x.type());
  if (const std::string name = scaleInstruction(b, lanes, x.isDouble());
      !name.empty())
    return scaledByInstruction(x, n.number, name);
  if (lanes > 1 && !scaleInstruction(b, lanes / 2, x.isDouble()).empty()) {
    const int64_t half = lanes / 2;
    Value low = scaled(part(x, 0, half),
                       {part(n.number, 0, half), part(n.integer, 0, half)});
    Value high = scaled(part(x, half, half), {part(n.number, half, half),
                                              part(n.integer, half, half)});
    SmallVector<int32_t> all(lanes);
    std::iota(all.begin(), all.end(), 0);
    return Num(b, LLVM::ShuffleVectorOp::create(b, low, high, all));
  }
  // In two steps, of which the first one is exact.
  Num first = n.integer >> 1;
  return x * powerOfTwo(first) * powerOfTwo(n.integer - first);
}

Num cpu::emitExp(Num x) {
  const ExpTable &table = tableOf(x);
  const Reduced at = reduced(clamped(x, table.expLeast, table.expMost));
  Num more = fma(polynomial(at.r, table.exp), at.r, 1);
  return scaled(fma(more, at.r, 1), at.n);
}

Num cpu::emitExp2(Num x) {
  const ExpTable &table = tableOf(x);
  x = clamped(x, table.exp2Least, table.exp2Most);
  const Rounded n = roundedProduct(x, 1);
  Num r = x - n.number;
  return scaled(fma(polynomial(r, table.exp2), r, 1), n);
}

/// e^r - 1 for the r of `at`, with all its digits.
static Num reducedExpm1(const Reduced &at) {
  Num square = at.r * at.r;
  return fma(square, polynomial(at.r, tableOf(at.r).exp), at.r);
}

/// (e^x - 1) / 2, infinite only where that is.
static Num halfExpm1(const Reduced &at) {
  // 2^n itself may be infinite, a quarter of it is not.
  Num quarter = powerOfTwo(at.n.integer - 2);
  return 2 * fma(quarter, reducedExpm1(at), quarter - 0.25);
}

static Reduced reducedForExpm1(Num x) {
  const ExpTable &table = tableOf(x);
  return reduced(clamped(x, table.expm1Least, table.halfExpMost));
}

Num cpu::emitExpm1(Num x) {
  const Reduced at = reducedForExpm1(x);
  Num result = select(at.n.number == 0, reducedExpm1(at), 2 * halfExpm1(at));
  // Where x is -0 the sum above is 0.
  return copySign(result, x);
}

Num cpu::emitSinh(Num x) {
  Num half = halfExpm1(reducedForExpm1(abs(x)));
  Num sum = half + half / (2 * half + 1);
  // Else infinity is divided by itself.
  const double infinity = std::numeric_limits<double>::infinity();
  // A quarter of a subnormal number has lost digits; small numbers are their
  // own sinh.
  const Num isSmall = abs(x) < (x.isDouble() ? 0x1p-27 : 0x1p-13);
  return select(isSmall, x, copySign(select(half < infinity, sum, half), x));
}

Num cpu::emitCosh(Num x) {
  Num half = halfExpm1(reducedForExpm1(abs(x))) + 0.5;
  return half + 0.25 / half;
}

Num cpu::emitTanh(Num x) {
  Num below = emitExpm1(-2 * abs(x));
  return copySign(below / (below + 2), x);
}

/// 1 / (1 + e^-x) where x >= 0, else e^x / (1 + e^x): e^-|x| does not overflow
/// and the small results keep their digits.
Num cpu::emitSigmoid(Num x) {
  Num e = emitExp(-abs(x));
  return select(x < 0, e, x.same(1)) / (1 + e);
}
