//===- Element.cpp - one element of any type ------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Half.h"
#include "runtime/Tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

using namespace fovea;

template <class T> static T read(const void *data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

template <class T> static void write(void *data, T value) {
  std::memcpy(data, &value, sizeof(T));
}

/// The nearest value of an integer type `T` towards zero; a NaN gives 0.
template <class T> static T saturate(double value) {
  // One above the largest value, which itself need not be a double.
  const double end = -static_cast<double>(std::numeric_limits<T>::min());
  if (std::isnan(value))
    return 0;
  if (value >= end)
    return std::numeric_limits<T>::max();
  return value < -end ? std::numeric_limits<T>::min() : static_cast<T>(value);
}

/// A double that rounds to the same f16 or bf16 as `value` does: what a double
/// cannot hold stays as a sticky last bit.
static double sticky(int64_t value) {
  const uint64_t magnitude =
      value < 0 ? -static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  if (magnitude < uint64_t(1) << 53)
    return static_cast<double>(value);
  const uint64_t low = 0x7ff;
  const uint64_t kept = (magnitude & ~low) | (magnitude & low ? low + 1 : 0);
  const double rounded = static_cast<double>(kept);
  return value < 0 ? -rounded : rounded;
}

double fovea::loadAsDouble(DType dtype, const void *data) {
  switch (dtype) {
  case DType::Bool:
    return read<uint8_t>(data) != 0;
  case DType::I32:
    return read<int32_t>(data);
  case DType::I64:
    return static_cast<double>(read<int64_t>(data));
  case DType::F16:
    return f16ToDouble(read<uint16_t>(data));
  case DType::BF16:
    return bf16ToDouble(read<uint16_t>(data));
  case DType::F32:
    return read<float>(data);
  case DType::F64:
    return read<double>(data);
  }
  return 0;
}

int64_t fovea::loadAsInt(DType dtype, const void *data) {
  switch (dtype) {
  case DType::Bool:
    return read<uint8_t>(data) != 0;
  case DType::I32:
    return read<int32_t>(data);
  case DType::I64:
    return read<int64_t>(data);
  default:
    return saturate<int64_t>(loadAsDouble(dtype, data));
  }
}

void fovea::store(DType dtype, void *data, double value) {
  switch (dtype) {
  case DType::Bool:
    return write<uint8_t>(data, value != 0);
  case DType::I32:
    return write(data, saturate<int32_t>(value));
  case DType::I64:
    return write(data, saturate<int64_t>(value));
  case DType::F16:
    return write(data, f16FromDouble(value));
  case DType::BF16:
    return write(data, bf16FromDouble(value));
  case DType::F32:
    return write(data, static_cast<float>(value));
  case DType::F64:
    return write(data, value);
  }
}

void fovea::store(DType dtype, void *data, int64_t value) {
  using Int32 = std::numeric_limits<int32_t>;
  switch (dtype) {
  case DType::Bool:
    return write<uint8_t>(data, value != 0);
  case DType::I32:
    return write(data, static_cast<int32_t>(std::clamp<int64_t>(
                           value, Int32::min(), Int32::max())));
  case DType::I64:
    return write(data, value);
  case DType::F16:
    return write(data, f16FromDouble(sticky(value)));
  case DType::BF16:
    return write(data, bf16FromDouble(sticky(value)));
  case DType::F32:
    return write(data, static_cast<float>(value));
  case DType::F64:
    return write(data, static_cast<double>(value));
  }
}
