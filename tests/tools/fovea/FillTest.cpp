//===- FillTest.cpp - random arrays ---------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Fill.h"

#include <catch2/catch.hpp>

using namespace fovea;

TEST_CASE("arrays hold the language's own random numbers") {
  const PhiloxKey key = fold(3, 4);
  // Not a multiple of the four words of a block.
  Tensor normals = *Tensor::allocate(DType::F64, {3, 7});
  driver::fillNormal(normals, key);
  Tensor uniforms = *Tensor::allocate(DType::F64, {3, 7});
  driver::fillUniform(uniforms, key, 0, 1);
  for (int64_t j = 0; j < 21; ++j) {
    CHECK(normals.loadAsDouble(j) == Approx(normal(key, j)).epsilon(1e-14));
    CHECK(uniforms.loadAsDouble(j) == uniform(key, j));
  }
}

TEST_CASE("the end of a range is never drawn") {
  // There is no double between the two.
  const double lo = 0x1p63 - 1024, hi = 0x1p63;
  Tensor tensor = *Tensor::allocate(DType::I64, {100});
  driver::fillUniform(tensor, fold(0, 0), lo, hi);
  for (int64_t j = 0; j < 100; ++j)
    REQUIRE(tensor.loadAsInt(j) == static_cast<int64_t>(lo));
}

TEST_CASE("integers are drawn from the whole range but its end") {
  Tensor dice = *Tensor::allocate(DType::I32, {1000});
  driver::fillUniform(dice, fold(0, 0), -2, 3);
  std::vector<int> counts(5);
  for (int64_t j = 0; j < 1000; ++j) {
    REQUIRE(dice.loadAsInt(j) >= -2);
    REQUIRE(dice.loadAsInt(j) < 3);
    ++counts[dice.loadAsInt(j) + 2];
  }
  for (int count : counts)
    CHECK(count > 120);
}
