//===- TensorCTest.cpp - tensors across the C boundary --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Tensor.h"

#include <catch2/catch.hpp>

#include <array>

using namespace fovea;

namespace {

/// A C tensor with its arrays, over ten floats.
struct Outside {
  std::array<float, 10> data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::vector<int64_t> shape;
  std::vector<int64_t> strides;
  fovea_tensor tensor = {};

  Outside(std::vector<int64_t> shapeOf, std::vector<int64_t> stridesOf,
          uint64_t byteOffset = 0)
      : shape(std::move(shapeOf)), strides(std::move(stridesOf)) {
    tensor.size = sizeof(fovea_tensor);
    tensor.version = FOVEA_ABI_VERSION;
    tensor.buffer.data = data.data();
    tensor.buffer.size = sizeof(data);
    tensor.byte_offset = byteOffset;
    tensor.dtype = FOVEA_F32;
    tensor.rank = static_cast<uint32_t>(shape.size());
    tensor.shape = shape.data();
    tensor.strides = strides.data();
  }
  Outside(const Outside &) = delete;

  Expected<Tensor> take(Access access = Access::Read) const {
    return fromC(tensor, "q", access);
  }
  /// The error, which has to begin with the name.
  std::string refused(StatusCode code, Access access = Access::Read) const {
    Expected<Tensor> result = take(access);
    REQUIRE(!result);
    CHECK(result.status().code() == code);
    CHECK(result.status().details().tensor == "q");
    const std::string message = result.status().message();
    REQUIRE(message.starts_with("`q`: "));
    return message.substr(5);
  }
};

} // namespace

TEST_CASE("a C tensor becomes a view") {
  const Outside outside({2, 3}, {4, 1}, 8);
  Expected<Tensor> tensor = outside.take();
  REQUIRE(tensor);
  CHECK(tensor->at(0, 0) == 2);
  CHECK(tensor->at(1, 2) == 8);
  CHECK(!tensor->ownsData());
  REQUIRE(outside.take(Access::Write));

  REQUIRE(Outside({10}, {-1}, 36).take(Access::Write));
  CHECK(Outside({3, 2}, {-3, 1}, 24).take()->at(2, 1) == 1);
  REQUIRE(Outside({}, {}, 36).take());
  REQUIRE(Outside({5, 9}, {1, 0}).take());
}

TEST_CASE("a newer caller's tensor is larger") {
  Outside outside({2}, {1});
  outside.tensor.size += 8;
  outside.tensor.version += 1;
  CHECK(outside.take());
}

TEST_CASE("a tensor goes out and comes back") {
  std::array<int32_t, 12> data = {};
  for (const Tensor &tensor :
       {Tensor::view(data.data(), DType::I32, {3, 4}),
        Tensor::view(data.data() + 11, DType::I32, {3, 4}, {-4, -1}),
        Tensor::view(data.data() + 8, DType::I32, {3, 2}, {-4, 2}),
        Tensor::view(data.data(), DType::I32, {}, {}),
        Tensor::view(nullptr, DType::I32, {0, 4})}) {
    const fovea_tensor outside = toC(tensor);
    CHECK(outside.size == sizeof(fovea_tensor));
    Expected<Tensor> back = fromC(outside, "x", Access::Write);
    REQUIRE(back);
    CHECK(back->data() == tensor.data());
    CHECK(back->shape() == tensor.shape());
    CHECK(back->strides() == tensor.strides());
    CHECK(back->dtype() == tensor.dtype());
  }
}

TEST_CASE("descriptors that make no sense") {
  Outside outside({2, 3}, {3, 1});
  fovea_tensor &tensor = outside.tensor;
  SECTION("too small") {
    tensor.size = 40;
    CHECK(outside.refused(StatusCode::InvalidArgument) ==
          "the descriptor has 40 bytes, 72 are needed");
  }
  SECTION("memory of a device") {
    tensor.buffer.memory_space = 2;
    CHECK(outside.refused(StatusCode::Unsupported) ==
          "memory space 2, only host memory (0) is known");
  }
  SECTION("reserved field") {
    tensor.buffer.reserved = 1;
    CHECK(outside.refused(StatusCode::InvalidArgument) ==
          "the reserved field of the buffer is not 0");
  }
  SECTION("unknown element type") {
    tensor.dtype = 12;
    CHECK(outside.refused(StatusCode::DType) ==
          "unknown element type number 12");
  }
  SECTION("too many axes") {
    tensor.rank = 17;
    CHECK(outside.refused(StatusCode::Shape) ==
          "17 axes, at most 16 are possible");
  }
  SECTION("no shape") {
    tensor.shape = nullptr;
    CHECK(outside.refused(StatusCode::InvalidArgument) ==
          "shape is null, 2 numbers are needed");
  }
  SECTION("no strides") {
    tensor.strides = nullptr;
    CHECK(outside.refused(StatusCode::InvalidArgument) ==
          "strides is null, 2 numbers are needed");
  }
  SECTION("no data") {
    tensor.buffer.data = nullptr;
    CHECK(outside.refused(StatusCode::InvalidArgument) ==
          "data is null, but f32[2, 3] has elements");
  }
}

TEST_CASE("shapes and strides that make no sense") {
  const StatusCode invalid = StatusCode::InvalidArgument;
  CHECK(Outside({2, -3}, {3, 1}).refused(StatusCode::Shape) ==
        "the shape [2, -3] has a negative extent");
  CHECK(
      Outside({INT64_MAX, 2}, {0, 0}).refused(StatusCode::Shape).find("2^40") !=
      std::string::npos);
  CHECK(Outside({11}, {1}).refused(invalid) ==
        "f32[11] with strides [1] from byte 0 leaves its buffer of 40 bytes");
  CHECK(Outside({10}, {1}, 1).refused(invalid).find("from byte 1") !=
        std::string::npos);
  CHECK(Outside({2}, {-1}).refused(invalid).find("leaves") !=
        std::string::npos);
  for (int64_t stride : {INT64_MAX, INT64_MIN, INT64_MAX / 4, INT64_MIN / 4})
    for (int64_t extent : {2, 3, 5}) {
      Outside outside({extent, extent}, {stride, stride});
      CHECK(outside.refused(invalid).find("leaves") != std::string::npos);
      outside.tensor.dtype = FOVEA_BOOL;
      CHECK(outside.refused(invalid).find("leaves") != std::string::npos);
    }
  CHECK(Outside({2}, {1}, UINT64_MAX - 3).refused(invalid).find("leaves") !=
        std::string::npos);
  CHECK(Outside({1}, {1}, INT64_MAX).refused(invalid).find("leaves") !=
        std::string::npos);
}

TEST_CASE("an empty tensor needs neither data nor sensible strides") {
  Outside outside({0, 3}, {INT64_MIN, INT64_MAX}, 1000);
  outside.tensor.buffer.data = nullptr;
  outside.tensor.buffer.size = 0;
  Expected<Tensor> tensor = outside.take(Access::Write);
  REQUIRE(tensor);
  CHECK(tensor->numElements() == 0);
}

TEST_CASE("an axis of extent 1 may have any stride") {
  const Outside outside({1, 3}, {INT64_MIN, 1});
  Expected<Tensor> tensor = outside.take(Access::Write);
  REQUIRE(tensor);
  CHECK(tensor->contiguous()->at(0, 2) == 2);
}

TEST_CASE("the elements of an output must not overlap") {
  for (const auto &[shape, strides] :
       {std::pair(std::vector<int64_t>{3}, std::vector<int64_t>{0}),
        std::pair(std::vector<int64_t>{2, 3}, std::vector<int64_t>{1, 1}),
        std::pair(std::vector<int64_t>{2, 3}, std::vector<int64_t>{2, 1}),
        std::pair(std::vector<int64_t>{2, 2}, std::vector<int64_t>{0, 1})}) {
    const Outside outside(shape, strides);
    CHECK(outside.take(Access::Read));
    CHECK(outside.refused(StatusCode::InvalidArgument, Access::Write)
              .find("share memory") != std::string::npos);
  }
  CHECK(Outside({2, 3}, {1, 2}).take(Access::Write));
  CHECK(Outside({2, 3}, {-3, -1}, 36).take(Access::Write));
}

TEST_CASE("a content id goes along, and says the same of a part") {
  Outside whole({10}, {1}), part({4}, {1}, 8), same({2, 2}, {2, 1}, 8),
      other({4}, {1}, 12), unknown({10}, {1});
  for (Outside *outside : {&whole, &part, &same, &other})
    outside->tensor.buffer.content_id = 7;
  auto idOf = [](const Outside &outside) {
    return toC(*outside.take()).buffer.content_id;
  };
  CHECK(idOf(whole) == 7);
  CHECK(idOf(part) != 7);
  CHECK(idOf(part) != 0);
  CHECK(idOf(part) == idOf(same));
  CHECK(idOf(part) != idOf(other));
  CHECK(idOf(unknown) == 0);
  // A view may be of other bytes.
  const Tensor half = whole.take()->restrided({5}, {1});
  CHECK(toC(half).buffer.content_id == 0);
}
