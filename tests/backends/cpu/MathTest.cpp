//===- MathTest.cpp - functions of floats against the C library -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include "backends/cpu/MathFunctions.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

using namespace fovea;
using namespace fovea::test;
using cpu::Num;

struct Function {
  const char *name;
  Num (*emit)(Num);
  long double (*exact)(long double);
  /// The largest error in units in the last place.
  double bound32, bound64;
};

static long double sigmoid(long double x) {
  return x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x));
}

static const Function functions[] = {
    {"exp", cpu::emitExp, std::exp, 1.25, 1.25},
    {"exp2", cpu::emitExp2, std::exp2, 1.25, 1.25},
    {"expm1", cpu::emitExpm1, std::expm1, 2, 2},
    {"sinh", cpu::emitSinh, std::sinh, 3, 3},
    {"cosh", cpu::emitCosh, std::cosh, 2, 2},
    {"tanh", cpu::emitTanh, std::tanh, 3, 3},
    {"sigmoid", cpu::emitSigmoid, sigmoid, 2.25, 2.25},
    {"log", cpu::emitLog, std::log, 1, 1},
    {"log1p", cpu::emitLog1p, std::log1p, 2, 2},
};

/// Numbers of every exponent and both signs, and the special ones; a multiple
/// of 16 of them.
template <class T> static std::vector<T> samples(int perExponent) {
  using Limits = std::numeric_limits<T>;
  std::vector<T> result = {T(0),
                           Limits::infinity(),
                           Limits::quiet_NaN(),
                           Limits::max(),
                           Limits::min(),
                           Limits::denorm_min(),
                           T(1),
                           std::nextafter(T(1), T(2)),
                           std::nextafter(T(1), T(0))};
  std::mt19937_64 random(3);
  std::uniform_real_distribution<T> fraction(1, 2);
  const int least = Limits::min_exponent - Limits::digits;
  for (int exponent = least; exponent < Limits::max_exponent; ++exponent)
    for (int i = 0; i < perExponent; ++i)
      result.push_back(std::ldexp(fraction(random), exponent));
  // Around 1, where most functions change their ways, more of them.
  for (int exponent = -4; exponent < 10; ++exponent)
    for (int i = 0; i < 16 * perExponent; ++i)
      result.push_back(std::ldexp(fraction(random), exponent));
  const size_t count = result.size();
  for (size_t i = 0; i < count; ++i)
    result.push_back(-result[i]);
  result.resize((result.size() + 15) / 16 * 16);
  return result;
}

/// The distance in units in the last place of T at `exact`; infinite for what
/// no rounding explains.
template <class T> static double error(T found, long double exact) {
  using Limits = std::numeric_limits<T>;
  const double wrong = std::numeric_limits<double>::infinity();
  if (std::isnan(found) || std::isnan(exact))
    return std::isnan(found) && std::isnan(exact) ? 0 : wrong;
  if (std::signbit(found) != std::signbit(exact))
    return wrong;
  if (std::isinf(exact))
    return std::isinf(found) ? 0 : wrong;
  int exponent = 0;
  std::frexp(exact, &exponent);
  exponent = std::clamp(exponent, Limits::min_exponent, Limits::max_exponent);
  const long double unit = std::ldexp(1.0L, exponent - Limits::digits);
  // Infinity is the number after the largest one.
  const long double value =
      std::isinf(found)
          ? std::copysign(std::ldexp(1.0L, Limits::max_exponent), exact)
          : static_cast<long double>(found);
  if (std::isinf(found) && std::abs(exact) > std::abs(value))
    return 0;
  return static_cast<double>(std::abs(value - exact) / unit);
}

template <class T>
static void check(const Function &function, const std::vector<T> &x,
                  double bound) {
  std::vector<long double> exact;
  for (T number : x)
    exact.push_back(function.exact(number));
  std::vector<T> found(x.size());
  for (const Processor &processor : Processor::all())
    for (int64_t lanes : processor.name.empty() ? std::vector<int64_t>{1, 8, 16}
                                                : std::vector<int64_t>{8}) {
      Kernel kernel =
          mapKernel(processor, sizeof(T) == 8, lanes,
                    [&](cpu::CodeBuilder &b, mlir::Value value, mlir::Value) {
                      return function.emit(Num(b, value));
                    });
      kernel(x.data(), x.data(), found.data(), static_cast<int64_t>(x.size()));
      double worst = 0;
      size_t where = 0;
      for (size_t i = 0; i < x.size(); ++i)
        if (const double e = error(found[i], exact[i]); e > worst) {
          worst = e;
          where = i;
        }
      INFO(function.name << " of " << x[where] << " is " << found[where]
                         << ", not " << static_cast<double>(exact[where])
                         << " on '" << processor.name << "' with " << lanes
                         << " lanes");
      CHECK(worst <= bound);
    }
}

TEST_CASE("cpu: functions of f32 are accurate everywhere") {
  const std::vector<float> x = samples<float>(100);
  for (const Function &function : functions)
    check(function, x, function.bound32);
}

TEST_CASE("cpu: functions of f64 are accurate everywhere") {
  const std::vector<double> x = samples<double>(8);
  for (const Function &function : functions)
    check(function, x, function.bound64);
}
