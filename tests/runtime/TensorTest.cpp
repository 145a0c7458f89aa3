//===- TensorTest.cpp - strided host arrays -------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Tensor.h"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

using namespace fovea;

TEST_CASE("an allocated tensor is dense, aligned and zero") {
  for (DType dtype : allDTypes) {
    Expected<Tensor> tensor = Tensor::allocate(dtype, {2, 3, 5});
    REQUIRE(tensor);
    CHECK(tensor->dtype() == dtype);
    CHECK(tensor->rank() == 3);
    CHECK(tensor->numElements() == 30);
    CHECK(tensor->strides() == std::vector<int64_t>{15, 5, 1});
    CHECK(tensor->isContiguous());
    CHECK(tensor->ownsData());
    CHECK(reinterpret_cast<uintptr_t>(tensor->data()) % bufferAlignment == 0);
    for (int64_t i = 0; i < 30; ++i)
      if (tensor->loadAsDouble(i) != 0)
        FAIL("not zero");
  }
}

TEST_CASE("scalars and empty tensors") {
  Expected<Tensor> scalar = Tensor::allocate(DType::F64, {});
  REQUIRE(scalar);
  CHECK(scalar->numElements() == 1);
  scalar->store(0, 2.5);
  CHECK(scalar->at() == 2.5);

  Expected<Tensor> empty = Tensor::allocate(DType::F32, {3, 0, 2});
  REQUIRE(empty);
  CHECK(empty->numElements() == 0);
  CHECK(empty->data() != nullptr);
  CHECK(empty->isContiguous());
  REQUIRE(empty->contiguous());
  forEachOffset(*empty, [](int64_t) { FAIL("an element"); });
}

TEST_CASE("absurd shapes are refused") {
  auto messageOf = [](std::vector<int64_t> shape) {
    Expected<Tensor> tensor = Tensor::allocate(DType::F64, std::move(shape));
    REQUIRE(!tensor);
    CHECK(tensor.status().code() == StatusCode::Shape);
    return tensor.status().message();
  };
  CHECK(messageOf({2, -1}) == "the shape [2, -1] has a negative extent");
  CHECK(messageOf({int64_t(1) << 41}) ==
        "the shape [2199023255552] has more than 2^40 elements");
  CHECK(messageOf({INT64_MAX, INT64_MAX, 4}).find("2^40") != std::string::npos);
  CHECK(messageOf({0, INT64_MAX}).find("2^40") != std::string::npos);
  CHECK(messageOf(std::vector<int64_t>(17, 1)) ==
        "17 axes, at most 16 are possible");
  // 8 TiB: more than any machine that runs this test has.
  CHECK(messageOf({int64_t(1) << 20, int64_t(1) << 20})
            .find("no memory for f64[1048576, 1048576]: 8796093022208 bytes "
                  "are needed, the machine has ") == 0);
}

TEST_CASE("copies of a tensor share its elements") {
  Tensor tensor = *Tensor::allocate(DType::I64, {2});
  const Tensor copy = tensor;
  copy.store(1, int64_t(7));
  CHECK(tensor.intAt(1) == 7);
  tensor = Tensor();
  CHECK(copy.intAt(1) == 7);
}

TEST_CASE("a view with any strides") {
  std::array<int32_t, 6> data = {0, 1, 2, 3, 4, 5};
  const Tensor transposed =
      Tensor::view(data.data(), DType::I32, {3, 2}, {1, 3});
  CHECK(!transposed.isContiguous());
  CHECK(!transposed.ownsData());
  CHECK(transposed.intAt(2, 1) == 5);
  CHECK(transposed.at(1, 1) == 4);
  CHECK(transposed.offsetOfOrdinal(3) == 4);

  const Tensor reversed = Tensor::view(data.data() + 5, DType::I32, {6}, {-1});
  CHECK(reversed.intAt(0) == 5);
  CHECK(reversed.intAt(5) == 0);

  const Tensor repeated =
      Tensor::view(data.data() + 1, DType::I32, {2, 3}, {0, 1});
  CHECK(repeated.intAt(1, 2) == 3);
  CHECK(Tensor::view(data.data(), DType::I32, {2, 3}).strides() ==
        std::vector<int64_t>{3, 1});
}

TEST_CASE("the order of a walk and of a dense copy") {
  std::array<int32_t, 6> data = {0, 1, 2, 3, 4, 5};
  for (const Tensor &tensor :
       {Tensor::view(data.data(), DType::I32, {3, 1, 2}, {1, 99, 3}),
        Tensor::view(data.data() + 5, DType::I32, {2, 3}, {-3, -1}),
        Tensor::view(data.data(), DType::I32, {2, 2}, {0, 4}),
        Tensor::view(data.data(), DType::I32, {2, 3}, {3, 1})}) {
    const Tensor dense = *tensor.contiguous();
    CHECK(dense.isContiguous());
    CHECK(dense.ownsData());
    int64_t ordinal = 0;
    forEachOffset(tensor, [&](int64_t offset) {
      CHECK(offset == tensor.offsetOfOrdinal(ordinal));
      CHECK(dense.loadAsInt(ordinal) == tensor.loadAsInt(offset));
      ++ordinal;
    });
    CHECK(ordinal == tensor.numElements());
  }
}

TEST_CASE("extents of 1 do not break density") {
  float data[4] = {};
  CHECK(Tensor::view(data, DType::F32, {1, 4, 1}, {77, 1, -5}).isContiguous());
  CHECK(!Tensor::view(data, DType::F32, {2, 2}, {1, 2}).isContiguous());
}

TEST_CASE("another shape over the same memory keeps it alive") {
  Tensor tensor = *Tensor::allocate(DType::F32, {2, 3});
  tensor.store(2, 4.0);
  const Tensor transposed = tensor.restrided({3, 2}, {1, 3});
  tensor = Tensor();
  CHECK(transposed.ownsData());
  CHECK(transposed.at(2, 0) == 4);
}

template <class T> static T stored(DType dtype, auto value) {
  // One byte off, since elements need no alignment.
  char memory[16] = {};
  store(dtype, memory + 1, value);
  T result;
  std::memcpy(&result, memory + 1, sizeof(T));
  return result;
}

TEST_CASE("floats become integers by saturation") {
  CHECK(stored<int32_t>(DType::I32, 2.9) == 2);
  CHECK(stored<int32_t>(DType::I32, -2.9) == -2);
  CHECK(stored<int32_t>(DType::I32, 1e10) == INT32_MAX);
  CHECK(stored<int32_t>(DType::I32, -1e10) == INT32_MIN);
  CHECK(stored<int32_t>(DType::I32, 2147483647.5) == INT32_MAX);
  CHECK(stored<int32_t>(DType::I32, -2147483648.5) == INT32_MIN);
  CHECK(stored<int32_t>(DType::I32, NAN) == 0);
  CHECK(stored<int64_t>(DType::I64, 0x1p63) == INT64_MAX);
  CHECK(stored<int64_t>(DType::I64, -0x1p63) == INT64_MIN);
  CHECK(stored<int64_t>(DType::I64, INFINITY) == INT64_MAX);
  CHECK(stored<int64_t>(DType::I64, -INFINITY) == INT64_MIN);
  CHECK(stored<uint8_t>(DType::Bool, NAN) == 1);
  CHECK(stored<uint8_t>(DType::Bool, 0.5) == 1);
  CHECK(stored<uint8_t>(DType::Bool, -0.0) == 0);
}

TEST_CASE("integers become other types, rounded once") {
  CHECK(stored<int32_t>(DType::I32, int64_t(1) << 40) == INT32_MAX);
  CHECK(stored<int32_t>(DType::I32, -(int64_t(1) << 40)) == INT32_MIN);
  CHECK(stored<int64_t>(DType::I64, INT64_MIN) == INT64_MIN);
  CHECK(stored<uint8_t>(DType::Bool, int64_t(256)) == 1);
  CHECK(stored<double>(DType::F64, int64_t(3)) == 3);
  // A tie in f32 and bf16, but for the last bit, which a double loses.
  const int64_t above = (int64_t(1) << 60) + (int64_t(1) << 36) + 1;
  CHECK(stored<float>(DType::F32, above) == 0x1p60f + 0x1p37f);
  const int64_t aboveHalf = (int64_t(1) << 60) + (int64_t(1) << 52) + 1;
  CHECK(stored<uint16_t>(DType::BF16, aboveHalf) == 0x5d81);
  CHECK(stored<uint16_t>(DType::BF16, -aboveHalf) == 0xdd81);
  CHECK(stored<uint16_t>(DType::BF16, aboveHalf - 1) == 0x5d80);
  CHECK(stored<uint16_t>(DType::BF16, INT64_MIN) == 0xdf00);
  CHECK(stored<uint16_t>(DType::BF16, INT64_MAX) == 0x5f00);
  CHECK(stored<uint16_t>(DType::F16, INT64_MAX) == 0x7c00);
}

TEST_CASE("elements are read as doubles and integers") {
  const double half = 0.5;
  CHECK(loadAsInt(DType::F64, &half) == 0);
  const uint8_t truth = 2;
  CHECK(loadAsInt(DType::Bool, &truth) == 1);
  CHECK(loadAsDouble(DType::Bool, &truth) == 1);
  const int64_t large = INT64_MAX;
  CHECK(loadAsInt(DType::I64, &large) == INT64_MAX);
  CHECK(loadAsDouble(DType::I64, &large) == 0x1p63);
  const uint16_t one = 0x3c00, bfOne = 0x3f80;
  CHECK(loadAsDouble(DType::F16, &one) == 1);
  CHECK(loadAsDouble(DType::BF16, &bfOne) == 1);
  CHECK(loadAsInt(DType::BF16, &bfOne) == 1);
}

TEST_CASE("conversion of whole tensors") {
  std::array<int64_t, 4> data = {1, (int64_t(1) << 53) + 1, -7, INT64_MAX};
  const Tensor tensor = Tensor::view(data.data(), DType::I64, {2, 2}, {1, 2});
  const Tensor same = *tensor.converted(DType::I64);
  CHECK(same.intAt(0, 1) == -7);
  CHECK(same.intAt(1, 0) == (int64_t(1) << 53) + 1);
  CHECK(same.intAt(1, 1) == INT64_MAX);
  CHECK(tensor.converted(DType::F32)->at(0, 1) == -7);
  CHECK(tensor.converted(DType::Bool)->dtype() == DType::Bool);
  CHECK(tensor.converted(DType::F64)->converted(DType::I32)->intAt(1, 1) ==
        INT32_MAX);
}
