//===- MachineArithmetic.cpp - numbers of all lanes at once ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Machine.h"
#include "Model.h"
#include "Numbers.h"

#include <algorithm>
#include <cmath>

using namespace device;

template <typename Function>
static void mapFloats(Lane *dst, const Lane *a, uint32_t count,
                      Function function) {
  for (uint32_t lane = 0; lane < count; ++lane)
    dst[lane].f = function(a[lane].f);
}

template <typename Function>
static void mapFloats(Lane *dst, const Lane *a, const Lane *b, uint32_t count,
                      Function function) {
  for (uint32_t lane = 0; lane < count; ++lane)
    dst[lane].f = function(a[lane].f, b[lane].f);
}

/// Unsigned, since they wrap; an i32 is cut to its bits.
template <typename Function>
static void mapIntegers(Lane *dst, const Lane *a, const Lane *b, uint32_t count,
                        fovea_dtype type, Function function) {
  for (uint32_t lane = 0; lane < count; ++lane)
    dst[lane].i = wrapped(function(uint64_t(a[lane].i), uint64_t(b[lane].i)));
  if (type == FOVEA_I32)
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = int32_t(uint32_t(uint64_t(dst[lane].i)));
}

void Machine::unary(const Instruction &i) {
  Lane *dst = lanes(i.dst);
  const Lane *a = lanes(i.a);
  if (!isFloat(i.type)) {
    const fovea_opcode opcode = i.selector;
    return mapIntegers(dst, a, a, count, i.type, [&](uint64_t x, uint64_t) {
      const int64_t s = wrapped(x);
      switch (opcode) {
      case FOVEA_OP_ABS:
        return s < 0 ? 0 - x : x;
      case FOVEA_OP_NEG:
        return 0 - x;
      case FOVEA_OP_SIGN:
        return uint64_t((s > 0) - (s < 0));
      case FOVEA_OP_NOT:
        return uint64_t(!x);
      default: // FOVEA_OP_FLOOR
        return x;
      }
    });
  }
  const auto map = [&](auto function) { mapFloats(dst, a, count, function); };
  switch (i.selector) {
  case FOVEA_OP_ABS:
    return map([](double x) { return std::fabs(x); });
  case FOVEA_OP_NEG:
    return map([](double x) { return -x; });
  case FOVEA_OP_SIGN:
    return map([](double x) { return x != x ? x : (x > 0) - (x < 0); });
  case FOVEA_OP_EXP:
    return map([](double x) { return std::exp(x); });
  case FOVEA_OP_EXP2:
    return map([](double x) { return std::exp2(x); });
  case FOVEA_OP_EXPM1:
    return map([](double x) { return std::expm1(x); });
  case FOVEA_OP_LOG:
    return map([](double x) { return std::log(x); });
  case FOVEA_OP_LOG1P:
    return map([](double x) { return std::log1p(x); });
  case FOVEA_OP_SQRT:
    return map([](double x) { return std::sqrt(x); });
  case FOVEA_OP_RSQRT:
    return map([](double x) { return 1 / std::sqrt(x); });
  case FOVEA_OP_TANH:
    return map([](double x) { return std::tanh(x); });
  case FOVEA_OP_SINH:
    return map([](double x) { return std::sinh(x); });
  case FOVEA_OP_COSH:
    return map([](double x) { return std::cosh(x); });
  case FOVEA_OP_SIGMOID:
    return map([](double x) { return 1 / (1 + std::exp(-x)); });
  case FOVEA_OP_ERF:
    return map([](double x) { return std::erf(x); });
  case FOVEA_OP_SIN:
    return map([](double x) { return std::sin(x); });
  case FOVEA_OP_COS:
    return map([](double x) { return std::cos(x); });
  default: // FOVEA_OP_FLOOR
    return map([](double x) { return std::floor(x); });
  }
}

void Machine::binary(const Instruction &i) {
  const auto map = [&](auto function) {
    mapFloats(lanes(i.dst), lanes(i.a), lanes(i.b), count, function);
  };
  switch (i.selector) {
  case FOVEA_OP_ADD:
    return map([](double x, double y) { return x + y; });
  case FOVEA_OP_SUB:
    return map([](double x, double y) { return x - y; });
  case FOVEA_OP_MUL:
    return map([](double x, double y) { return x * y; });
  case FOVEA_OP_DIV:
    return map([](double x, double y) { return x / y; });
  case FOVEA_OP_FLOORDIV:
    return map(floatFloorDiv);
  case FOVEA_OP_MOD:
    return map(floatMod);
  case FOVEA_OP_POW:
    return map([](double x, double y) { return std::pow(x, y); });
  case FOVEA_OP_MIN:
    return map(less);
  default: // FOVEA_OP_MAX
    return map(greater);
  }
}

void Machine::integers(const Instruction &i) {
  const auto map = [&](auto function) {
    mapIntegers(lanes(i.dst), lanes(i.a), lanes(i.b), count, i.type, function);
  };
  switch (i.selector) {
  case FOVEA_OP_ADD:
    return map([](uint64_t x, uint64_t y) { return x + y; });
  case FOVEA_OP_SUB:
    return map([](uint64_t x, uint64_t y) { return x - y; });
  case FOVEA_OP_MUL:
    return map([](uint64_t x, uint64_t y) { return x * y; });
  case FOVEA_OP_FLOORDIV: // by zero: see passStates
    return map([](uint64_t x, uint64_t y) {
      return y ? uint64_t(floorDiv(wrapped(x), wrapped(y))) : 0;
    });
  case FOVEA_OP_MOD:
    return map([](uint64_t x, uint64_t y) {
      return y ? uint64_t(floorMod(wrapped(x), wrapped(y))) : 0;
    });
  case FOVEA_OP_POW:
    return map([](uint64_t x, uint64_t y) {
      return uint64_t(integerPower(wrapped(x), wrapped(y)));
    });
  case FOVEA_OP_MIN:
    return map(
        [](uint64_t x, uint64_t y) { return wrapped(x) < wrapped(y) ? x : y; });
  case FOVEA_OP_MAX:
    return map(
        [](uint64_t x, uint64_t y) { return wrapped(x) > wrapped(y) ? x : y; });
  case FOVEA_OP_AND:
    return map([](uint64_t x, uint64_t y) { return uint64_t(x && y); });
  default: // FOVEA_OP_OR
    return map([](uint64_t x, uint64_t y) { return uint64_t(x || y); });
  }
}

template <typename T> static bool holds(fovea_predicate predicate, T a, T b) {
  switch (predicate) {
  case FOVEA_LT:
    return a < b;
  case FOVEA_LE:
    return a <= b;
  case FOVEA_GT:
    return a > b;
  case FOVEA_GE:
    return a >= b;
  case FOVEA_EQ:
    return a == b;
  default: // FOVEA_NE
    return a != b;
  }
}

void Machine::compare(const Instruction &i) {
  const Lane *a = lanes(i.a), *b = lanes(i.b);
  Lane *dst = lanes(i.dst);
  if (isFloat(i.from))
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = holds(i.selector, a[lane].f, b[lane].f);
  else
    for (uint32_t lane = 0; lane < count; ++lane)
      dst[lane].i = holds(i.selector, a[lane].i, b[lane].i);
}

void Machine::cast(const Instruction &i) {
  const bool floats = isFloat(i.from);
  for (uint32_t lane = 0; lane < count; ++lane) {
    const Lane a = lanes(i.a)[lane];
    Lane &dst = lanes(i.dst)[lane];
    if (isFloat(i.type))
      dst.f = floats ? rounded(a.f, i.type) : rounded(a.i, i.type);
    else if (i.type == FOVEA_BOOL)
      dst.i = floats ? a.f != 0 : a.i != 0;
    else if (floats)
      dst.i = toInteger(a.f, i.type);
    else if (i.type == FOVEA_I32)
      dst.i = std::min(std::max(a.i, leastOf(i.type)), greatestOf(i.type));
    else
      dst.i = a.i;
  }
}
