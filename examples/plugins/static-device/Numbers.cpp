//===- Numbers.cpp - arithmetic of the device -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Numbers.h"
#include "Model.h"

#include <array>
#include <cmath>
#include <limits>

using namespace device;

int64_t device::integerPower(int64_t a, int64_t b) {
  if (b < 0)
    return a == 1 ? 1 : a == -1 ? (b % 2 ? -1 : 1) : 0;
  uint64_t result = 1;
  for (uint64_t base = uint64_t(a); b; b /= 2, base *= base)
    if (b % 2)
      result *= base;
  return wrapped(result);
}

double device::floatMod(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

int64_t device::leastOf(fovea_dtype type) {
  return type == FOVEA_I32 ? std::numeric_limits<int32_t>::min()
                           : std::numeric_limits<int64_t>::min();
}

int64_t device::greatestOf(fovea_dtype type) {
  return type == FOVEA_I32 ? std::numeric_limits<int32_t>::max()
                           : std::numeric_limits<int64_t>::max();
}

double device::floatFloorDiv(double a, double b) {
  const double rest = std::fmod(a, b);
  const double less = rest != 0 && (rest < 0) != (b < 0);
  return b == 0 ? a / b : std::nearbyint((a - rest) / b - less);
}

/// To `digits` binary digits; the smallest step is 2^`step`.
static double toDigits(long double value, int digits, int step,
                       double greatest) {
  if (!std::isfinite(value) || value == 0)
    return double(value);
  int exponent = 0;
  std::frexp(value, &exponent);
  const int shift = std::max(exponent - digits, step);
  const long double result =
      std::ldexp(std::nearbyint(std::ldexp(value, -shift)), shift);
  if (std::fabs(result) > greatest)
    return std::copysign(HUGE_VAL, double(value));
  return double(result);
}

double device::rounded(long double value, fovea_dtype type) {
  switch (type) {
  case FOVEA_F16:
    return toDigits(value, 11, -24, 65504);
  case FOVEA_BF16:
    return toDigits(value, 8, -133, 0x1.fep127);
  case FOVEA_F32:
    return float(value);
  default:
    return double(value);
  }
}

int64_t device::toInteger(double value, fovea_dtype type) {
  if (std::isnan(value))
    return 0;
  const double bound = type == FOVEA_I32 ? 0x1p31 : 0x1p63;
  if (value >= bound)
    return greatestOf(type);
  return value < -bound ? leastOf(type) : int64_t(value);
}

/// Bits of a number that is one of binary16.
static uint16_t halfBits(double value) {
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  const double magnitude = std::fabs(value);
  if (std::isnan(value))
    return sign | 0x7e00;
  if (std::isinf(value))
    return sign | 0x7c00;
  if (magnitude < 0x1p-14)
    return sign | uint16_t(magnitude * 0x1p24);
  int exponent = 0;
  const double fraction = std::frexp(magnitude, &exponent); // 1/2 .. 1
  return sign | uint16_t((exponent + 14) << 10) |
         uint16_t((fraction * 2 - 1) * 1024);
}

static double fromHalfBits(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const double fraction = bits & 1023;
  double value = std::ldexp(exponent ? fraction + 1024 : fraction,
                            (exponent ? exponent : 1) - 25);
  if (exponent == 31)
    value = fraction != 0 ? std::nan("") : HUGE_VAL;
  return bits & 0x8000 ? -value : value;
}

template <typename T> static T read(const std::byte *address) {
  T value;
  std::memcpy(&value, address, sizeof value);
  return value;
}
template <typename T> static void write(std::byte *address, T value) {
  std::memcpy(address, &value, sizeof value);
}

Lane device::fromMemory(const std::byte *address, fovea_dtype type) {
  Lane lane;
  switch (type) {
  case FOVEA_BOOL:
    lane.i = read<uint8_t>(address) != 0;
    break;
  case FOVEA_I32:
    lane.i = read<int32_t>(address);
    break;
  case FOVEA_F16:
    lane.f = fromHalfBits(read<uint16_t>(address));
    break;
  case FOVEA_BF16: {
    const uint32_t bits = uint32_t(read<uint16_t>(address)) << 16;
    float value;
    std::memcpy(&value, &bits, sizeof value);
    lane.f = value;
    break;
  }
  case FOVEA_F32:
    lane.f = read<float>(address);
    break;
  case FOVEA_F64:
    lane.f = read<double>(address);
    break;
  default:
    lane.i = read<int64_t>(address);
    break;
  }
  return lane;
}

void device::toMemory(std::byte *address, fovea_dtype type, Lane value) {
  switch (type) {
  case FOVEA_BOOL:
    return write<uint8_t>(address, value.i != 0);
  case FOVEA_I32:
    return write(address, int32_t(value.i));
  case FOVEA_F16:
    return write(address, halfBits(rounded(value.f, type)));
  case FOVEA_BF16: {
    const float single = float(rounded(value.f, type));
    uint32_t bits;
    std::memcpy(&bits, &single, sizeof bits);
    return write(address, uint16_t(bits >> 16));
  }
  case FOVEA_F32:
    return write(address, float(value.f));
  case FOVEA_F64:
    return write(address, value.f);
  default:
    return write(address, value.i);
  }
}

/// The four words of a counter under a key: Philox 4x32-10.
static std::array<uint32_t, 4> philox(std::array<uint32_t, 4> counter,
                                      int64_t seed) {
  uint32_t low = uint32_t(uint64_t(seed));
  uint32_t high = uint32_t(uint64_t(seed) >> 32);
  for (int round = 0; round < 10; ++round) {
    const uint64_t first = uint64_t(0xD2511F53) * counter[0];
    const uint64_t second = uint64_t(0xCD9E8D57) * counter[2];
    counter = {uint32_t(second >> 32) ^ counter[1] ^ low, uint32_t(second),
               uint32_t(first >> 32) ^ counter[3] ^ high, uint32_t(first)};
    low += 0x9E3779B9;
    high += 0xBB67AE85;
  }
  return counter;
}

int64_t device::foldKey(int64_t key, int64_t index) {
  const auto words = philox(
      {uint32_t(uint64_t(index)), uint32_t(uint64_t(index) >> 32), 0, 1}, key);
  return wrapped(uint64_t(words[1]) << 32 | words[0]);
}

/// 24 random bits.
static uint32_t bitsAt(int64_t key, int64_t counter) {
  const uint64_t block = uint64_t(floorDiv(counter, 4));
  return philox({uint32_t(block), uint32_t(block >> 32), 0, 0},
                key)[size_t(floorMod(counter, 4))] >>
         8;
}

double device::uniformAt(int64_t key, int64_t counter) {
  return bitsAt(key, counter) * 0x1p-24;
}

double device::normalAt(int64_t key, int64_t counter) {
  // Box-Muller: an even number and the next share two words.
  const bool odd = floorMod(counter, 2) != 0;
  const int64_t even = counter - odd;
  const double radius =
      std::sqrt(-2 * std::log((bitsAt(key, even) + 1) * 0x1p-24));
  const double angle = 2 * 3.14159265358979323846 * uniformAt(key, even + 1);
  return radius * (odd ? std::sin(angle) : std::cos(angle));
}
