//===- ArenaTest.cpp - memory that calls reuse ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Arena.h"
#include "runtime/Tensor.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace fovea;

static bool aligned(const void *memory) {
  return reinterpret_cast<uintptr_t>(memory) % bufferAlignment == 0;
}

TEST_CASE("an arena gives aligned memory and keeps it") {
  Arena arena;
  Expected<void *> nothing = arena.reserve(0);
  REQUIRE(nothing);
  CHECK(*nothing == nullptr);
  Expected<void *> first = arena.reserve(1000);
  REQUIRE(first);
  CHECK(aligned(*first));
  CHECK(arena.capacity() >= 1000);
  std::memset(*first, 1, arena.capacity());
  for (size_t bytes : {0, 1, 500, 1000})
    CHECK(*arena.reserve(bytes) == *first);
}

TEST_CASE("an arena grows seldom") {
  Arena arena;
  int allocations = 0;
  for (size_t bytes = 1; bytes < 100000; ++bytes) {
    const size_t before = arena.capacity();
    REQUIRE(arena.reserve(bytes));
    if (arena.capacity() < bytes)
      FAIL("too small");
    allocations += arena.capacity() != before;
  }
  CHECK(allocations < 30);
}

TEST_CASE("a request that cannot be met keeps the memory") {
  Arena arena;
  Expected<void *> first = arena.reserve(100);
  REQUIRE(first);
  const size_t before = arena.capacity();
  for (size_t bytes : {SIZE_MAX, SIZE_MAX - 64}) {
    Expected<void *> huge = arena.reserve(bytes);
    REQUIRE(!huge);
    CHECK(huge.status().code() == StatusCode::Backend);
  }
  CHECK(arena.capacity() == before);
  CHECK(*arena.reserve(100) == *first);
}

TEST_CASE("an arena can be moved and emptied") {
  Arena arena;
  void *memory = *arena.reserve(100);
  Arena other = std::move(arena);
  CHECK(*other.reserve(100) == memory);
  Arena third;
  third = std::move(other);
  CHECK(*third.reserve(100) == memory);
  third.release();
  CHECK(third.capacity() == 0);
}
