//===- PrintTest.cpp - tensors as text ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"

#include <catch2/catch.hpp>

#include <array>
#include <cfenv>
#include <cmath>
#include <numeric>

using namespace fovea;

TEST_CASE("shapes and types") {
  const std::vector<int64_t> shape = {2, 3};
  CHECK(shapeText(shape) == "[2, 3]");
  CHECK(shapeText({}) == "[]");
  CHECK(typeText(DType::F32, shape) == "f32[2, 3]");
  CHECK(typeText(DType::Bool, {}) == "bool");
}

TEST_CASE("floats in aligned columns") {
  std::array<float, 6> data = {1, 2.5, -3, 1e10f, NAN, -INFINITY};
  CHECK(toText(Tensor::view(data.data(), DType::F32, {2, 3})) ==
        "[[    1,   2.5,    -3],\n"
        " [1e+10,   nan,  -inf]]");
  data[0] = -std::nanf("");
  data[1] = 1.0f / 3;
  CHECK(toText(Tensor::view(data.data(), DType::F32, {2})) ==
        "[   nan, 0.3333]");
  PrintOptions precise;
  precise.digits = 9;
  CHECK(toText(Tensor::view(data.data() + 1, DType::F32, {1}), precise) ==
        "[0.333333343]");
}

TEST_CASE("a rounding mode that a plugin has left changes no text") {
  std::array<float, 1> data = {0.33333f};
  std::fesetround(FE_UPWARD);
  const std::string text = toText(Tensor::view(data.data(), DType::F32, {1}));
  std::fesetround(FE_TONEAREST);
  CHECK(text == "[0.3333]");
}

TEST_CASE("integers, truth values, scalars") {
  std::array<int64_t, 2> numbers = {INT64_MIN, 5};
  CHECK(toText(Tensor::view(numbers.data(), DType::I64, {2})) ==
        "[-9223372036854775808,                    5]");
  std::array<uint8_t, 2> truths = {1, 0};
  CHECK(toText(Tensor::view(truths.data(), DType::Bool, {2})) ==
        "[ true, false]");
  CHECK(toText(Tensor::view(numbers.data() + 1, DType::I64, {})) == "5");
}

TEST_CASE("nothing to print") {
  CHECK(toText(Tensor::view(nullptr, DType::F32, {0})) == "[]");
  CHECK(toText(Tensor::view(nullptr, DType::F32, {1000000000, 0})) == "[]");
}

TEST_CASE("more than two axes have blank lines between") {
  std::array<int32_t, 8> data;
  std::iota(data.begin(), data.end(), 0);
  CHECK(toText(Tensor::view(data.data(), DType::I32, {2, 2, 2})) ==
        "[[[0, 1],\n"
        "  [2, 3]],\n"
        "\n"
        " [[4, 5],\n"
        "  [6, 7]]]");
}

TEST_CASE("a large tensor is shown by its edges") {
  std::vector<int32_t> data(100);
  std::iota(data.begin(), data.end(), 0);
  CHECK(toText(Tensor::view(data.data(), DType::I32, {100})) ==
        "[ 0,  1,  2, ..., 97, 98, 99]");
  CHECK(toText(Tensor::view(data.data(), DType::I32, {10, 10})) ==
        "[[ 0,  1,  2, ...,  7,  8,  9],\n"
        " [10, 11, 12, ..., 17, 18, 19],\n"
        " [20, 21, 22, ..., 27, 28, 29],\n"
        " ...,\n"
        " [70, 71, 72, ..., 77, 78, 79],\n"
        " [80, 81, 82, ..., 87, 88, 89],\n"
        " [90, 91, 92, ..., 97, 98, 99]]");
  // Axes of up to twice the edge are shown whole.
  CHECK(toText(Tensor::view(data.data(), DType::I32, {6, 5})) ==
        "[[ 0,  1,  2,  3,  4],\n"
        " [ 5,  6,  7,  8,  9],\n"
        " [10, 11, 12, 13, 14],\n"
        " [15, 16, 17, 18, 19],\n"
        " [20, 21, 22, 23, 24],\n"
        " [25, 26, 27, 28, 29]]");
}

TEST_CASE("a long row is broken") {
  std::vector<double> data(24, -1.234e-10);
  const std::string text = toText(Tensor::view(data.data(), DType::F64, {24}));
  size_t begin = 0;
  int lines = 0;
  for (size_t end = 0; end != std::string::npos; begin = end + 1, ++lines) {
    end = text.find('\n', begin);
    CHECK(std::min(end, text.size()) - begin <= 80);
  }
  CHECK(lines == 4);
  CHECK(text.find(",\n -1.234e-10") != std::string::npos);
}

TEST_CASE("any strides") {
  std::array<int32_t, 4> data = {0, 1, 2, 3};
  CHECK(toText(Tensor::view(data.data(), DType::I32, {2, 2}, {1, 2})) ==
        "[[0, 2],\n [1, 3]]");
}
