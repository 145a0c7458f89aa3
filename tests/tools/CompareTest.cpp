//===- CompareTest.cpp - when results count as equal ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/Compare.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace fovea;

static Tensor vectorOf(DType dtype, const std::vector<double> &values) {
  Tensor tensor =
      *Tensor::allocate(dtype, {static_cast<int64_t>(values.size())});
  for (size_t i = 0; i < values.size(); ++i)
    tensor.store(static_cast<int64_t>(i), values[i]);
  return tensor;
}

/// Whether two vectors agree by the model of their dtype.
static bool agree(DType dtype, std::vector<double> got,
                  std::vector<double> wanted) {
  auto difference = compare(vectorOf(dtype, got), vectorOf(dtype, wanted),
                            toleranceOf(dtype));
  REQUIRE(difference);
  return !difference->has_value();
}

TEST_CASE("an element may differ by its dtype's tolerance") {
  CHECK(agree(DType::F32, {1.00005}, {1}));
  CHECK_FALSE(agree(DType::F32, {1.0002}, {1}));
  CHECK(agree(DType::F32, {1e-6}, {0}));
  CHECK_FALSE(agree(DType::F64, {1.00005}, {1}));
  CHECK(agree(DType::BF16, {1.0078125}, {1}));
  CHECK_FALSE(agree(DType::BF16, {1.03125}, {1}));
  CHECK_FALSE(agree(DType::I64, {3}, {4}));
  CHECK_FALSE(agree(DType::Bool, {0}, {1}));
}

TEST_CASE("NaN agrees with NaN only, an infinity with itself only") {
  CHECK(agree(DType::F32, {NAN}, {NAN}));
  CHECK_FALSE(agree(DType::F32, {0}, {NAN}));
  CHECK_FALSE(agree(DType::F32, {NAN}, {0}));
  CHECK(agree(DType::F32, {INFINITY}, {INFINITY}));
  CHECK_FALSE(agree(DType::F32, {-INFINITY}, {INFINITY}));
  CHECK_FALSE(agree(DType::F32, {3e38}, {INFINITY}));
}

TEST_CASE("what was summed adds to what is allowed") {
  const Tensor wanted = vectorOf(DType::F32, {0.01}),
               near = vectorOf(DType::F32, {0.02}),
               far = vectorOf(DType::F32, {0.06});
  const Tolerance tolerance = toleranceOf(DType::F32);
  auto agrees = [&](const Tensor &got, double magnitude) {
    const Tensor magnitudes = vectorOf(DType::F64, {magnitude});
    return !compare(got, wanted, tolerance, &magnitudes)->has_value();
  };
  CHECK(compare(near, wanted, tolerance)->has_value());
  CHECK_FALSE(agrees(near, 0));
  CHECK(agrees(near, 2000));
  CHECK_FALSE(agrees(far, 2000));
  // Of f64 it is less by as much as its numbers are finer.
  const Tensor magnitudes = vectorOf(DType::F64, {2000});
  CHECK(compare(vectorOf(DType::F64, {0.02}), vectorOf(DType::F64, {0.01}),
                toleranceOf(DType::F64), &magnitudes)
            ->has_value());
  // Nothing is known.
  CHECK_FALSE(agrees(near, INFINITY));
  CHECK_FALSE(agrees(near, NAN));
}

TEST_CASE("the worst element is named with its position") {
  Tensor got = *Tensor::allocate(DType::F32, {2, 3});
  Tensor wanted = *Tensor::allocate(DType::F32, {2, 3});
  got.store(1, 0.5);
  got.store(5, 2.0);
  auto difference = compare(got, wanted, toleranceOf(DType::F32));
  REQUIRE(difference);
  REQUIRE(difference->has_value());
  CHECK((*difference)->position == std::vector<int64_t>{1, 2});
  CHECK((*difference)->got == "2");
  CHECK((*difference)->wanted == "0");
  CHECK((*difference)->count == 2);
  CHECK((*difference)->total == 6);
}

TEST_CASE("what is allowed is told of finite numbers only") {
  auto allowed = [](double got, double wanted) {
    return (*compare(vectorOf(DType::F32, {got}),
                     vectorOf(DType::F32, {wanted}), toleranceOf(DType::F32)))
        ->allowed;
  };
  CHECK(allowed(2, 1) == Approx(1.1e-4));
  CHECK_FALSE(allowed(NAN, INFINITY));
  CHECK_FALSE(allowed(1, NAN));
  CHECK_FALSE(allowed(INFINITY, 1));
}

TEST_CASE("large integers are compared exactly") {
  Tensor got = *Tensor::allocate(DType::I64, {1});
  Tensor wanted = *Tensor::allocate(DType::I64, {1});
  got.store(0, (int64_t(1) << 53) + 1);
  wanted.store(0, int64_t(1) << 53);
  CHECK(compare(got, wanted, toleranceOf(DType::I64))->has_value());
}

TEST_CASE("layouts do not matter") {
  Tensor rows = vectorOf(DType::F32, {1, 2, 3, 4}).restrided({2, 2}, {2, 1});
  Tensor columns = vectorOf(DType::F32, {1, 3, 2, 4}).restrided({2, 2}, {1, 2});
  CHECK_FALSE(compare(rows, columns, {0, 0})->has_value());
}

TEST_CASE("other shapes and dtypes are errors") {
  CHECK(compare(vectorOf(DType::F32, {1}), vectorOf(DType::F64, {1}), {0, 0})
            .status()
            .code() == StatusCode::DType);
  CHECK(compare(vectorOf(DType::F32, {1}), vectorOf(DType::F32, {1, 2}), {0, 0})
            .status()
            .code() == StatusCode::Shape);
}
