//===- RandomTest.cpp - the language's random numbers ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Random.h"

#include <catch2/catch.hpp>

using namespace fovea;

TEST_CASE("Philox gives the published words") {
  // kat_vectors of the Random123 distribution, philox4x32 10.
  CHECK(philox({0, 0, 0, 0}, {0, 0}) ==
        PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
               {0xffffffff, 0xffffffff}) ==
        PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
               {0xa4093822, 0x299f31d0}) ==
        PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("a seed is its key, low word first") {
  const uint64_t seed = 0x0123456789abcdef;
  CHECK(keyFromSeed(seed) == PhiloxKey{0x89abcdef, 0x01234567});
  CHECK(seedFromKey(keyFromSeed(seed)) == seed);
}

TEST_CASE("folding takes the indices one by one") {
  const PhiloxKey key = keyFromSeed(42);
  const PhiloxWords first = philox({3, 0, 0, 1}, key);
  CHECK(fold(42, 3) == PhiloxKey{first[0], first[1]});
  CHECK(fold(42, 3, 5) == fold(fold(key, 3), 5));
  CHECK(fold(42, 3, 5) != fold(42, 5, 3));
  CHECK(fold(42) == key);
  const PhiloxWords negative = philox({0xffffffff, 0xffffffff, 0, 1}, key);
  CHECK(fold(42, -1) == PhiloxKey{negative[0], negative[1]});
}

TEST_CASE("words come from blocks of four") {
  const PhiloxKey key = fold(7, 1);
  for (int64_t j :
       {int64_t(0), int64_t(3), int64_t(4), int64_t(1023), int64_t(1) << 40}) {
    const uint64_t block = static_cast<uint64_t>(j / 4);
    const PhiloxWords words =
        philox({uint32_t(block), uint32_t(block >> 32), 0, 0}, key);
    CHECK(randomWord(key, j) == words[static_cast<size_t>(j % 4)]);
  }
  // Division rounds down: -1 is the last word of block -1.
  CHECK(randomWord(key, -1) == philox({0xffffffff, 0xffffffff, 0, 0}, key)[3]);
}

TEST_CASE("uniform numbers are multiples of 2^-24 below 1") {
  const PhiloxKey key = keyFromSeed(1);
  double sum = 0;
  for (int64_t j = 0; j < 20000; ++j) {
    const double u = uniform(key, j);
    if (u != (randomWord(key, j) >> 8) / 16777216.0 || u < 0 || u >= 1)
      FAIL(j);
    if (static_cast<double>(static_cast<float>(u)) != u)
      FAIL("not exact in f32: " << j);
    sum += u;
  }
  CHECK(sum / 20000 == Approx(0.5).margin(0.01));
  static_assert(uniform(PhiloxKey{0, 0}, 0) == (0x6627e8d5 >> 8) * 0x1p-24);
}

TEST_CASE("normal numbers are Box and Muller's pairs") {
  const PhiloxKey key = keyFromSeed(5);
  double sum = 0, squares = 0;
  for (int64_t j = 0; j < 20000; j += 2) {
    const double u1 = uniform(key, j) + 0x1p-24;
    const double u2 = uniform(key, j + 1);
    const double radius = std::sqrt(-2 * std::log(u1));
    const double x = normal(key, j), y = normal(key, j + 1);
    if (x != Approx(radius * std::cos(2 * M_PI * u2)).margin(1e-12) ||
        y != Approx(radius * std::sin(2 * M_PI * u2)).margin(1e-12))
      FAIL(j);
    sum += x + y;
    squares += x * x + y * y;
  }
  CHECK(sum / 20000 == Approx(0).margin(0.03));
  CHECK(squares / 20000 == Approx(1).margin(0.04));
}
