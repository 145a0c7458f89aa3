//===- MathTest.cpp - functions of floats against the C library -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include "backends/cpu/MathFunctions.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
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
    {"erf", cpu::emitErf, std::erf, 2, 1},
    {"sin", cpu::emitSin, std::sin, 2, 1},
    {"cos", cpu::emitCos, std::cos, 2, 1},
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

using Emit = std::function<Num(Num, Num)>;

/// `emit` of the numbers of x and y, on every processor, at several widths.
template <class T>
static void
forEachResult(const std::vector<T> &x, const std::vector<T> &y,
              const Emit &emit,
              const std::function<void(const std::vector<T> &)> &see) {
  std::vector<T> found(x.size());
  for (const Processor &processor : Processor::all())
    for (int64_t lanes : processor.name.empty() ? std::vector<int64_t>{1, 8, 16}
                                                : std::vector<int64_t>{8}) {
      INFO("on '" << processor.name << "' with " << lanes << " lanes");
      Kernel kernel =
          mapKernel(processor, sizeof(T) == 8, lanes,
                    [&](cpu::CodeBuilder &b, mlir::Value x, mlir::Value y) {
                      return emit(Num(b, x), Num(b, y));
                    });
      kernel(x.data(), y.data(), found.data(), static_cast<int64_t>(x.size()));
      see(found);
    }
}

template <class T>
static void check(const std::string &name, const Emit &emit,
                  const std::function<long double(long double)> &exact,
                  const std::vector<T> &x, double bound) {
  std::vector<long double> wanted;
  for (T number : x)
    wanted.push_back(exact(number));
  forEachResult<T>(x, x, emit, [&](const std::vector<T> &found) {
    double worst = 0;
    size_t where = 0;
    for (size_t i = 0; i < x.size(); ++i)
      if (const double e = error(found[i], wanted[i]); e > worst) {
        worst = e;
        where = i;
      }
    INFO(name << " of " << x[where] << " is " << found[where] << ", not "
              << static_cast<double>(wanted[where]));
    CHECK(worst <= bound);
  });
}

template <class T>
static void checkFunctions(const std::vector<T> &x, double Function::*bound) {
  for (const Function &function : functions)
    check<T>(
        function.name, [&](Num x, Num) { return function.emit(x); },
        function.exact, x, function.*bound);
}

TEST_CASE("cpu: functions of f32 are accurate everywhere") {
  checkFunctions(samples<float>(60), &Function::bound32);
}

TEST_CASE("cpu: functions of f64 are accurate everywhere") {
  checkFunctions(samples<double>(4), &Function::bound64);
}

template <class T> static void checkConstantPowers(const std::vector<T> &x) {
  for (double y : {0.0, 1.0, 2.0, 3.0, 4.0, 0.5, -0.5, -1.0, -2.0})
    check<T>(
        "power " + std::to_string(y),
        [&](Num x, Num) { return cpu::emitPow(x, x.same(y)); },
        [&](long double x) { return std::pow(x, y); }, x, 2);
}

TEST_CASE("cpu: powers with constant exponents") {
  checkConstantPowers(samples<float>(4));
  checkConstantPowers(samples<double>(1));
}

/// Pairs of numbers alike, far apart, and special.
template <class T> static std::pair<std::vector<T>, std::vector<T>> pairs() {
  const std::vector<T> numbers = samples<T>(1);
  std::pair<std::vector<T>, std::vector<T>> result;
  std::mt19937_64 random(4);
  std::uniform_real_distribution<T> near(0, 40);
  for (int i = 0; i < 16 * 1024; ++i) {
    const T x = numbers[random() % numbers.size()];
    result.first.push_back(x);
    switch (random() % 4) {
    case 0:
      result.second.push_back(numbers[random() % numbers.size()]);
      break;
    case 1:
      result.second.push_back(x / static_cast<T>(random() % 9));
      break;
    default:
      result.second.push_back(x * (near(random) - 20));
    }
  }
  return result;
}

template <class T> static void checkDivisions() {
  const auto [x, y] = pairs<T>();
  struct Operation {
    const char *name;
    Num (*emit)(Num, Num);
  };
  for (auto [name, emit] : {Operation{"floordiv", cpu::emitFloorDivision},
                            Operation{"mod", cpu::emitModulo}}) {
    INFO(name);
    std::vector<T> wanted;
    forEachResult<T>(
        x, y,
        [name = name](Num x, Num y) {
          const mlir::Value operands[] = {x, y};
          return Num(x.code(), x.code().callTyped(name, operands));
        },
        [&](const std::vector<T> &called) { wanted = called; });
    forEachResult<T>(x, y, emit, [&](const std::vector<T> &found) {
      for (size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(found[i]) && std::isnan(wanted[i]))
          continue;
        const bool same = found[i] == wanted[i] &&
                          std::signbit(found[i]) == std::signbit(wanted[i]);
        if (same)
          continue;
        INFO(x[i] << " by " << y[i] << " is " << found[i] << ", not "
                  << wanted[i]);
        REQUIRE(same);
      }
    });
  }
}

TEST_CASE("cpu: floored division is that of the called functions") {
  checkDivisions<float>();
  checkDivisions<double>();
}
