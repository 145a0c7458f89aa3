//===- Tensor.cpp - strided host arrays -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Tensor.h"

#include "runtime/Print.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

using namespace fovea;

Expected<int64_t> fovea::countElements(std::span<const int64_t> shape) {
  if (shape.size() > FOVEA_MAX_RANK)
    return Status::error(StatusCode::Shape,
                         std::to_string(shape.size()) + " axes, at most " +
                             std::to_string(FOVEA_MAX_RANK) + " are possible");
  // Axes of extent 0 are left out of the product, so that strides cannot
  // overflow either.
  int64_t product = 1;
  bool empty = false;
  for (int64_t extent : shape) {
    if (extent < 0)
      return Status::error(StatusCode::Shape, "the shape " + shapeText(shape) +
                                                  " has a negative extent")
          .withValue(extent);
    empty |= extent == 0;
    if (extent == 0)
      continue;
    if (extent > maxElements / product)
      return Status::error(StatusCode::Shape,
                           "the shape " + shapeText(shape) +
                               " has more than 2^40 elements");
    product *= extent;
  }
  return empty ? 0 : product;
}

std::vector<int64_t> fovea::rowMajorStrides(std::span<const int64_t> shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t step = 1;
  for (size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = step;
    step *= std::max<int64_t>(shape[axis], 1);
  }
  return strides;
}

/// Bytes of main memory, or the largest number if the system does not tell.
static uint64_t physicalMemory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long pageSize = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || pageSize <= 0)
    return UINT64_MAX;
  return static_cast<uint64_t>(pages) * static_cast<uint64_t>(pageSize);
}

Expected<Tensor> Tensor::allocate(DType dtype, std::vector<int64_t> shape) {
  Expected<int64_t> count = countElements(shape);
  if (!count)
    return count.status();
  // A whole number of lines, never none, so that every tensor has an address.
  const size_t bytes = static_cast<size_t>(*count) * sizeOf(dtype);
  const size_t held = bytes / bufferAlignment * bufferAlignment +
                      (bytes % bufferAlignment || !bytes ? bufferAlignment : 0);
  // calloc rather than aligned_alloc: large zeros come from the system for
  // free. The system would also promise more than it has, hence the check.
  const uint64_t present = physicalMemory();
  void *raw =
      held > present ? nullptr : std::calloc(1, held + bufferAlignment - 1);
  if (!raw)
    return Status::error(StatusCode::Shape,
                         "no memory for " + typeText(dtype, shape) + ": " +
                             std::to_string(bytes) +
                             " bytes are needed, the machine has " +
                             std::to_string(present));

  Tensor tensor;
  tensor.type = dtype;
  tensor.steps = rowMajorStrides(shape);
  tensor.extents = std::move(shape);
  tensor.storage = std::shared_ptr<void>(raw, std::free);
  size_t space = held + bufferAlignment - 1;
  tensor.base = std::align(bufferAlignment, held, raw, space);
  return tensor;
}

Tensor Tensor::view(void *data, DType dtype, std::vector<int64_t> shape,
                    std::vector<int64_t> strides) {
  assert(shape.size() == strides.size() && "one stride per axis");
  Tensor tensor;
  tensor.type = dtype;
  tensor.extents = std::move(shape);
  tensor.steps = std::move(strides);
  tensor.base = data;
  return tensor;
}

Tensor Tensor::view(void *data, DType dtype, std::vector<int64_t> shape) {
  std::vector<int64_t> strides = rowMajorStrides(shape);
  return view(data, dtype, std::move(shape), std::move(strides));
}

Tensor Tensor::restrided(std::vector<int64_t> shape,
                         std::vector<int64_t> strides) const {
  Tensor tensor = view(base, type, std::move(shape), std::move(strides));
  tensor.storage = storage;
  return tensor;
}

int64_t Tensor::numElements() const {
  int64_t count = 1;
  for (int64_t extent : extents) {
    if (extent == 0)
      return 0;
    count *= extent;
  }
  return count;
}

bool Tensor::isContiguous() const {
  if (numElements() == 0)
    return true;
  int64_t step = 1;
  for (size_t axis = rank(); axis-- > 0;) {
    if (extents[axis] != 1 && steps[axis] != step)
      return false;
    step *= extents[axis];
  }
  return true;
}

Expected<Tensor> Tensor::contiguous() const {
  Expected<Tensor> copy = allocate(type, extents);
  if (!copy)
    return copy;
  const size_t size = sizeOf(type);
  char *to = static_cast<char *>(copy->data());
  if (isContiguous()) {
    if (const int64_t count = numElements())
      std::memcpy(to, base, static_cast<size_t>(count) * size);
    return copy;
  }
  forEachOffset(*this, [&](int64_t offset) {
    std::memcpy(to, address(offset), size);
    to += size;
  });
  return copy;
}

Expected<Tensor> Tensor::converted(DType dtype) const {
  Expected<Tensor> copy = allocate(dtype, extents);
  if (!copy)
    return copy;
  int64_t ordinal = 0;
  forEachOffset(*this, [&](int64_t offset) {
    if (isFloat(type))
      copy->store(ordinal++, loadAsDouble(offset));
    else
      copy->store(ordinal++, loadAsInt(offset));
  });
  return copy;
}

int64_t Tensor::offsetOf(std::span<const int64_t> index) const {
  assert(index.size() == rank() && "one index per axis");
  int64_t offset = 0;
  for (size_t axis = 0; axis < rank(); ++axis) {
    assert(index[axis] >= 0 && index[axis] < extents[axis] && "out of range");
    offset += index[axis] * steps[axis];
  }
  return offset;
}

int64_t Tensor::offsetOfOrdinal(int64_t ordinal) const {
  int64_t offset = 0;
  for (size_t axis = rank(); axis-- > 0;) {
    offset += ordinal % extents[axis] * steps[axis];
    ordinal /= extents[axis];
  }
  return offset;
}
