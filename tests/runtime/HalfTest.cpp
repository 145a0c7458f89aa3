//===- HalfTest.cpp - f16 and bf16 as bits --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Half.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

using namespace fovea;

namespace {

/// A 16-bit format, described from outside.
struct Format {
  int mantissa;
  int bias;
  uint16_t (*narrow)(double);
  uint16_t (*narrowFloat)(float);
  double (*widen)(uint16_t);
  float (*widenFloat)(uint16_t);

  uint16_t infinity() const {
    return static_cast<uint16_t>(0x7fff >> mantissa << mantissa);
  }
};

const Format formats[] = {
    {10, 15, f16FromDouble, f16FromFloat, f16ToDouble, f16ToFloat},
    {7, 127, bf16FromDouble, bf16FromFloat, bf16ToDouble, bf16ToFloat},
};

/// The value of a finite code by the definition of the formats.
double valueOf(const Format &format, uint16_t code) {
  const int biased = (code & 0x7fff) >> format.mantissa;
  const int fraction = code & ((1 << format.mantissa) - 1);
  const int whole = biased ? fraction + (1 << format.mantissa) : fraction;
  const double magnitude =
      std::ldexp(whole, std::max(biased, 1) - format.bias - format.mantissa);
  return code & 0x8000 ? -magnitude : magnitude;
}

/// The nearest code to a positive finite value, by search.
uint16_t nearest(const Format &format, const std::vector<double> &values,
                 double value) {
  const size_t above = static_cast<size_t>(
      std::lower_bound(values.begin(), values.end(), value) - values.begin());
  if (above == 0)
    return 0;
  // Beyond the last finite value stands the one that the exponent would reach.
  const double up =
      above < values.size() ? values[above] : std::ldexp(1, format.bias + 1);
  const double down = values[above - 1];
  const double half = down + (up - down) / 2;
  const bool takeUp = value > half || (value == half && above % 2 == 0);
  return static_cast<uint16_t>(takeUp ? above : above - 1);
}

} // namespace

TEST_CASE("every 16-bit number survives the way to double and back") {
  for (const Format &format : formats)
    for (uint32_t bits = 0; bits <= 0xffff; ++bits) {
      const uint16_t code = static_cast<uint16_t>(bits);
      const double value = format.widen(code);
      if ((code & 0x7fff) > format.infinity()) {
        const uint16_t quiet = code | 1 << (format.mantissa - 1);
        if (!std::isnan(value) || format.narrow(value) != quiet)
          FAIL("NaN " << code);
        if (format.narrowFloat(format.widenFloat(code)) != quiet)
          FAIL("NaN " << code);
        continue;
      }
      if (format.narrow(value) != code ||
          format.narrowFloat(format.widenFloat(code)) != code)
        FAIL("code " << code);
      const bool finite = (code & 0x7fff) != format.infinity();
      if (finite ? value != valueOf(format, code) : !std::isinf(value))
        FAIL("value of " << code);
    }
}

TEST_CASE("narrowing rounds to nearest even") {
  std::mt19937_64 random(1);
  for (const Format &format : formats) {
    std::vector<double> values;
    for (uint16_t code = 0; code < format.infinity(); ++code)
      values.push_back(valueOf(format, code));
    auto check = [&](double value) {
      const uint16_t expected = nearest(format, values, value);
      if (format.narrow(value) != expected ||
          format.narrow(-value) != (expected | 0x8000))
        FAIL(value << " should be " << expected << ", is "
                   << format.narrow(value));
    };
    for (size_t i = 0; i < values.size(); ++i) {
      const double up = i + 1 < values.size() ? values[i + 1]
                                              : std::ldexp(1, format.bias + 1);
      const double half = values[i] + (up - values[i]) / 2;
      check(half);
      check(std::nextafter(half, 0));
      check(std::nextafter(half, INFINITY));
    }
    const int lowest = -format.bias - format.mantissa - 3;
    std::uniform_int_distribution<int> exponent(lowest, format.bias + 1);
    std::uniform_real_distribution<double> mantissa(1, 2);
    for (int i = 0; i < 50000; ++i)
      check(std::ldexp(mantissa(random), exponent(random)));
  }
}

TEST_CASE("narrowing at the ends of the range") {
  CHECK(f16FromDouble(65519.999) == 0x7bff);
  CHECK(f16FromDouble(65520) == 0x7c00);
  CHECK(f16FromDouble(1e300) == 0x7c00);
  CHECK(f16FromDouble(-INFINITY) == 0xfc00);
  CHECK(f16FromDouble(0x1p-24) == 0x0001);
  CHECK(f16FromDouble(0x1p-25) == 0x0000);
  CHECK(f16FromDouble(std::nextafter(0x1p-25, 1)) == 0x0001);
  CHECK(f16FromDouble(-0.0) == 0x8000);
  CHECK(f16FromDouble(std::numeric_limits<double>::denorm_min()) == 0);
  CHECK(bf16FromDouble(0x1p-133) == 0x0001);
  CHECK(bf16FromDouble(3.4e38) == 0x7f80);
  CHECK(bf16FromDouble(-1e-300) == 0x8000);
  CHECK(bf16FromFloat(1.0f) == 0x3f80);
}

TEST_CASE("narrowing a double rounds once") {
  // By way of a float this is 1 + 2^-11, a tie, and would go down to 1.
  CHECK(f16FromDouble(1 + 0x1p-11 + 0x1p-40) == 0x3c01);
  CHECK(bf16FromDouble(1 + 0x1p-8 + 0x1p-40) == 0x3f81);
}

TEST_CASE("a signalling NaN whose payload is lost stays a NaN") {
  const double nan = std::bit_cast<double>(uint64_t(0x7ff0000000000001));
  CHECK(f16FromDouble(nan) == 0x7e00);
  CHECK(bf16FromDouble(nan) == 0x7fc0);
}

TEST_CASE("conversions are constant expressions") {
  static_assert(f16FromDouble(1.5) == 0x3e00);
  static_assert(f16ToDouble(0x3e00) == 1.5);
  static_assert(bf16FromFloat(-2.0f) == 0xc000);
  static_assert(bf16ToFloat(0x0001) == 0x1p-133f);
  SUCCEED();
}
