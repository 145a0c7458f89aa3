//===- TensorC.cpp - tensors across the C boundary ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"
#include "runtime/Tensor.h"

#include <algorithm>
#include <numeric>

using namespace fovea;

/// Offsets in elements of the lowest and the highest element.
struct Reach {
  int64_t low = 0;
  int64_t high = 0;
};

/// The reach of a tensor with elements, or nothing where it leaves int64.
static std::optional<Reach> reachOf(std::span<const int64_t> shape,
                                    std::span<const int64_t> strides) {
  Reach reach;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    int64_t span;
    if (__builtin_mul_overflow(shape[axis] - 1, strides[axis], &span))
      return std::nullopt;
    int64_t &end = span < 0 ? reach.low : reach.high;
    if (__builtin_add_overflow(end, span, &end))
      return std::nullopt;
  }
  return reach;
}

/// Whether it is plain that no two indices share an element: each stride is
/// larger than everything that the smaller ones can reach together. `reachOf`
/// has found no overflow.
static bool plainlyDistinct(std::span<const int64_t> shape,
                            std::span<const int64_t> strides) {
  std::vector<size_t> order(shape.size());
  std::iota(order.begin(), order.end(), 0);
  auto step = [&](size_t axis) { return std::abs(strides[axis]); };
  std::erase_if(order, [&](size_t axis) { return shape[axis] == 1; });
  std::sort(order.begin(), order.end(),
            [&](size_t a, size_t b) { return step(a) < step(b); });
  int64_t reach = 0;
  for (size_t axis : order) {
    if (step(axis) <= reach)
      return false;
    // Overflows only beyond a reach that no memory has.
    if (__builtin_add_overflow(reach, (shape[axis] - 1) * step(axis), &reach))
      return false;
  }
  return true;
}

/// Whether the bytes of all elements lie in the buffer.
static bool insideBuffer(const fovea_tensor &tensor, Reach reach, size_t size) {
  const int64_t bytes = static_cast<int64_t>(size);
  if (tensor.byte_offset > INT64_MAX)
    return false;
  const int64_t start = static_cast<int64_t>(tensor.byte_offset);
  int64_t low, high;
  if (__builtin_mul_overflow(reach.low, bytes, &low) ||
      __builtin_mul_overflow(reach.high, bytes, &high) ||
      __builtin_add_overflow(low, start, &low) ||
      __builtin_add_overflow(high, start, &high) ||
      __builtin_add_overflow(high, bytes, &high))
    return false;
  return low >= 0 && static_cast<uint64_t>(high) <= tensor.buffer.size;
}

/// What can be said before the shape is read.
static Status checkDescriptor(const fovea_tensor &tensor) {
  auto invalid = [](std::string message) {
    return Status::error(StatusCode::InvalidArgument, std::move(message));
  };
  if (tensor.size < sizeof(fovea_tensor))
    return invalid("the descriptor has " + std::to_string(tensor.size) +
                   " bytes, " + std::to_string(sizeof(fovea_tensor)) +
                   " are needed");
  if (tensor.buffer.memory_space != FOVEA_MEMORY_HOST)
    return Status::error(StatusCode::Unsupported,
                         "memory space " +
                             std::to_string(tensor.buffer.memory_space) +
                             ", only host memory (0) is known");
  if (tensor.buffer.reserved != 0)
    return invalid("the reserved field of the buffer is not 0");
  if (!dtypeFromC(tensor.dtype))
    return Status::error(StatusCode::DType, "unknown element type number " +
                                                std::to_string(tensor.dtype));
  if (tensor.rank > FOVEA_MAX_RANK)
    return Status::error(StatusCode::Shape,
                         std::to_string(tensor.rank) + " axes, at most " +
                             std::to_string(FOVEA_MAX_RANK) + " are possible");
  if (tensor.rank != 0 && (!tensor.shape || !tensor.strides))
    return invalid(std::string(tensor.shape ? "strides" : "shape") +
                   " is null, " + std::to_string(tensor.rank) +
                   " numbers are needed");
  return Status::ok();
}

/// What can be said about the layout of a tensor that has elements.
static Status checkLayout(const fovea_tensor &tensor, Access access) {
  const std::span<const int64_t> shape(tensor.shape, tensor.rank);
  const std::span<const int64_t> strides(tensor.strides, tensor.rank);
  const DType dtype = *dtypeFromC(tensor.dtype);
  const std::string what =
      typeText(dtype, shape) + " with strides " + shapeText(strides);
  if (!tensor.buffer.data)
    return Status::error(StatusCode::InvalidArgument,
                         "data is null, but " + typeText(dtype, shape) +
                             " has elements");
  const std::optional<Reach> reach = reachOf(shape, strides);
  if (!reach || !insideBuffer(tensor, *reach, sizeOf(dtype)))
    return Status::error(StatusCode::InvalidArgument,
                         what + " from byte " +
                             std::to_string(tensor.byte_offset) +
                             " leaves its buffer of " +
                             std::to_string(tensor.buffer.size) + " bytes");
  if (access == Access::Write && !plainlyDistinct(shape, strides))
    return Status::error(StatusCode::InvalidArgument,
                         "elements of the output " + what +
                             " share memory, each needs its own",
                         "pass a dense tensor");
  return Status::ok();
}

static Expected<Tensor> viewOf(const fovea_tensor &tensor, Access access) {
  if (Status status = checkDescriptor(tensor); status.failed())
    return status;
  const std::span<const int64_t> shape(tensor.shape, tensor.rank);
  Expected<int64_t> count = countElements(shape);
  if (!count)
    return count.status();
  char *data = static_cast<char *>(tensor.buffer.data);
  if (*count != 0) {
    if (Status status = checkLayout(tensor, access); status.failed())
      return status;
    data += tensor.byte_offset;
  }
  return Tensor::view(data, *dtypeFromC(tensor.dtype),
                      {shape.begin(), shape.end()},
                      {tensor.strides, tensor.strides + tensor.rank});
}

/// The content id of `bytes` bytes of a buffer from `begin` on (by the
/// finaliser of SplitMix64: Steele, Lea and Flood 2014).
static uint64_t contentOf(const fovea_buffer &buffer, uint64_t begin,
                          uint64_t bytes) {
  if (buffer.content_id == 0 || (begin == 0 && bytes == buffer.size))
    return buffer.content_id;
  uint64_t id = buffer.content_id;
  for (uint64_t word : {begin, bytes}) {
    id += 0x9e3779b97f4a7c15 + word;
    id = (id ^ (id >> 30)) * 0xbf58476d1ce4e5b9;
    id = (id ^ (id >> 27)) * 0x94d049bb133111eb;
    id ^= id >> 31;
  }
  return id == 0 ? 1 : id;
}

Expected<Tensor> fovea::fromC(const fovea_tensor &tensor, std::string_view name,
                              Access access) {
  Expected<Tensor> view = viewOf(tensor, access);
  if (view) {
    const fovea_tensor seen = toC(*view);
    const auto begin =
        static_cast<uint64_t>(static_cast<char *>(seen.buffer.data) -
                              static_cast<char *>(tensor.buffer.data));
    if (view->numElements() != 0)
      view->setContentId(contentOf(tensor.buffer, begin, seen.buffer.size));
    return view;
  }
  return view.status()
      .withContext("`" + std::string(name) + "`")
      .withTensor(std::string(name));
}

fovea_tensor fovea::toC(const Tensor &tensor) {
  const int64_t size = static_cast<int64_t>(sizeOf(tensor.dtype()));
  const bool empty = tensor.numElements() == 0;
  const std::optional<Reach> reach =
      empty ? Reach{} : reachOf(tensor.shape(), tensor.strides());
  assert(reach && "strides out of range");

  fovea_tensor result = {};
  result.size = sizeof(fovea_tensor);
  result.version = FOVEA_ABI_VERSION;
  // Negative strides reach below the first element: the buffer starts there.
  result.buffer.data = empty ? tensor.data() : tensor.address(reach->low);
  result.buffer.size =
      empty ? 0 : static_cast<uint64_t>((reach->high - reach->low + 1) * size);
  result.buffer.content_id = tensor.contentId();
  result.buffer.memory_space = FOVEA_MEMORY_HOST;
  result.byte_offset = static_cast<uint64_t>(-reach->low * size);
  result.dtype = toC(tensor.dtype());
  result.rank = static_cast<uint32_t>(tensor.rank());
  result.shape = tensor.shape().data();
  result.strides = tensor.strides().data();
  return result;
}
