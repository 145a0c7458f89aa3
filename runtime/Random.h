//===- Random.h - the language's random numbers -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy
// as 1, 2, 3; SC11), a function of a key and a counter without any state. A
// code generator emits the same arithmetic:
//
//   key     starts as the 64-bit seed, {low word, high word};
//   fold a  key = the first two words of philox({a_lo, a_hi, 0, 1}, key);
//   word j  word j mod 4 of philox({c_lo, c_hi, 0, 0}, key), c = floor(j / 4);
//   uniform (word >> 8) * 2^-24, exact in f32 and f64, in [0, 1);
//   normal  Box-Muller in f64 over the words 2 floor(j / 2) and the next one.
//
// `uniform(seed, a, b, j)` of the language folds a, then b, and takes j.
// Indices are 64-bit two's complement. The fourth counter word keeps folding
// and drawing apart.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_RANDOM_H
#define FOVEA_RUNTIME_RANDOM_H

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>

namespace fovea {

using PhiloxKey = std::array<uint32_t, 2>;
using PhiloxWords = std::array<uint32_t, 4>;

/// Multipliers of the two halves of the counter, and the steps of the key.
inline constexpr uint32_t philoxMultiplier0 = 0xD2511F53;
inline constexpr uint32_t philoxMultiplier1 = 0xCD9E8D57;
inline constexpr uint32_t philoxKeyStep0 = 0x9E3779B9;
inline constexpr uint32_t philoxKeyStep1 = 0xBB67AE85;
inline constexpr int philoxRounds = 10;

/// The block of four words that belongs to `counter` under `key`.
constexpr PhiloxWords philox(PhiloxWords counter, PhiloxKey key) {
  for (int round = 0; round < philoxRounds; ++round) {
    const uint64_t product0 = uint64_t(philoxMultiplier0) * counter[0];
    const uint64_t product1 = uint64_t(philoxMultiplier1) * counter[2];
    counter = {
        uint32_t(product1 >> 32) ^ counter[1] ^ key[0], uint32_t(product1),
        uint32_t(product0 >> 32) ^ counter[3] ^ key[1], uint32_t(product0)};
    key[0] += philoxKeyStep0;
    key[1] += philoxKeyStep1;
  }
  return counter;
}

/// The key of a seed, low word first.
constexpr PhiloxKey keyFromSeed(uint64_t seed) {
  return {uint32_t(seed), uint32_t(seed >> 32)};
}
/// The seed whose key is `key`.
constexpr uint64_t seedFromKey(PhiloxKey key) {
  return uint64_t(key[1]) << 32 | key[0];
}

/// The key of the stream number `index` under `key`.
constexpr PhiloxKey fold(PhiloxKey key, int64_t index) {
  const uint64_t bits = static_cast<uint64_t>(index);
  const PhiloxWords words =
      philox({uint32_t(bits), uint32_t(bits >> 32), 0, 1}, key);
  return {words[0], words[1]};
}

/// The key of `seed` with all of `indices` folded in, first to last.
template <std::convertible_to<int64_t>... Index>
constexpr PhiloxKey fold(uint64_t seed, Index... indices) {
  PhiloxKey key = keyFromSeed(seed);
  ((key = fold(key, static_cast<int64_t>(indices))), ...);
  return key;
}

/// Word number `j` of the stream `key`.
constexpr uint32_t randomWord(PhiloxKey key, int64_t j) {
  const uint64_t block = static_cast<uint64_t>(j >> 2);
  return philox({uint32_t(block), uint32_t(block >> 32), 0, 0}, key)[j & 3];
}

/// Number `j` of the stream `key`, uniform in [0, 1), a multiple of 2^-24.
constexpr double uniform(PhiloxKey key, int64_t j) {
  return (randomWord(key, j) >> 8) * 0x1p-24;
}

/// Number `j` of the stream `key`, normal with mean 0 and deviation 1, at most
/// 5.8 in magnitude. The words behind it are exact; the functions are those of
/// the C library, so the last bits may differ from one machine to another.
inline double normal(PhiloxKey key, int64_t j) {
  const int64_t even = j & ~int64_t(1);
  const double u1 = ((randomWord(key, even) >> 8) + 1) * 0x1p-24;
  const double u2 = (randomWord(key, even + 1) >> 8) * 0x1p-24;
  const double radius = std::sqrt(-2.0 * std::log(u1));
  const double angle = 2.0 * std::numbers::pi * u2;
  return radius * (j & 1 ? std::sin(angle) : std::cos(angle));
}

} // namespace fovea

#endif // FOVEA_RUNTIME_RANDOM_H
