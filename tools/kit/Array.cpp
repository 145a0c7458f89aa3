//===- Array.cpp - an array between guards --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Formula.h"

using namespace fovea;
using namespace fovea::kit;

const char *kit::nameOf(Layout layout) {
  switch (layout) {
  case Layout::Dense:
    return "dense";
  case Layout::Padded:
    return "with gaps";
  case Layout::Backwards:
    return "with negative strides";
  case Layout::Repeated:
    return "with a stride of 0";
  case Layout::Transposed:
    return "transposed";
  default:
    return "unaligned";
  }
}

static std::vector<int64_t> stridesFor(const std::vector<int64_t> &shape,
                                       Layout layout) {
  std::vector<int64_t> strides = rowMajorStrides(shape);
  int64_t step = layout == Layout::Padded ? 3 : 1;
  switch (layout) {
  case Layout::Padded:
    for (size_t axis = shape.size(); axis-- > 0;) {
      strides[axis] = step;
      step = step * std::max<int64_t>(shape[axis], 1) + 2;
    }
    break;
  case Layout::Transposed:
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      strides[axis] = step;
      step *= std::max<int64_t>(shape[axis], 1);
    }
    break;
  case Layout::Backwards:
    for (int64_t &stride : strides)
      stride = -stride;
    break;
  case Layout::Repeated:
    if (!strides.empty())
      strides[0] = 0;
    break;
  default:
    break;
  }
  return strides;
}

Array::Array(std::string called, DType dtype, std::vector<int64_t> shape,
             Layout layout, const fovea_needs &needs, bool isInput, bool atEnd)
    : name(std::move(called)) {
  const uint64_t element = sizeOf(dtype);
  // Of the layouts that the plugin takes the nearest one.
  if (layout == Layout::Repeated &&
      (!isInput || needs.strides & FOVEA_STRIDES_NOT_ZERO))
    layout = Layout::Padded;
  if (layout == Layout::Backwards &&
      (needs.alignment > element || needs.strides & FOVEA_STRIDES_NOT_NEGATIVE))
    layout = Layout::Padded;
  // A dense last axis, and what is not known here, are had by being dense.
  constexpr fovea_strides hadByGaps =
      FOVEA_STRIDES_NOT_NEGATIVE | FOVEA_STRIDES_NOT_ZERO;
  if ((needs.contiguous || needs.strides & ~hadByGaps) &&
      layout != Layout::Unaligned)
    layout = Layout::Dense;
  const std::vector<int64_t> strides = stridesFor(shape, layout);
  int64_t first = 0, last = 0, count = 1;
  for (size_t axis = 0; axis < shape.size(); ++axis) {
    count *= shape[axis];
    (strides[axis] < 0 ? first : last) +=
        strides[axis] * std::max<int64_t>(shape[axis] - 1, 0);
  }
  const uint64_t bytes =
      count ? static_cast<uint64_t>(last - first + 1) * element : 0;
  const uint64_t alignment = layout == Layout::Unaligned
                                 ? needs.alignment
                                 : std::max<uint64_t>(element, needs.alignment);
  // Buffers may begin before their elements.
  const uint64_t lead = atEnd ? 2 * alignment : 0;
  if (bytes)
    memory = Guarded(name, lead + bytes, {alignment, atEnd});
  offset = bytes ? lead + static_cast<uint64_t>(-first) * element : 0;
  view = Tensor::view(bytes ? memory.data() + offset : nullptr, dtype,
                      std::move(shape), strides);
}

fovea_tensor Array::c() const {
  fovea_tensor tensor = toC(view);
  tensor.buffer.data = memory.data();
  tensor.buffer.size = memory.size();
  tensor.byte_offset = offset;
  return tensor;
}

std::string Array::damage() const {
  if (std::string text = memory.damage(); !text.empty())
    return text;
  const size_t element = sizeOf(view.dtype());
  std::vector<bool> isElement(memory.size());
  std::string fault;
  forEachOffset(view, [&](int64_t at) {
    const char *bytes = static_cast<const char *>(view.address(at));
    for (size_t i = 0; i < element; ++i)
      isElement[static_cast<size_t>(bytes - memory.data()) + i] = true;
    if (view.dtype() == DType::Bool && (*bytes & ~1) != 0 && fault.empty())
      fault = name + " has a bool of " +
              std::to_string(static_cast<unsigned char>(*bytes)) +
              "; 0 or 1 is needed (an element that is not written?)";
  });
  for (uint64_t i = 0; i < memory.size() && fault.empty(); ++i)
    if (!isElement[i] && !memory.isUntouched(i))
      fault = name + " is written between its elements, at byte " +
              std::to_string(i) + " of " + std::to_string(memory.size());
  return fault;
}
