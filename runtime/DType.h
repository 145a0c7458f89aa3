//===- DType.h - element types ----------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_DTYPE_H
#define FOVEA_RUNTIME_DTYPE_H

#include "runtime/fovea_abi.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fovea {

/// The type of a tensor's elements as stored. A bool is one byte, 0 or 1.
enum class DType : uint8_t { Bool, I32, I64, F16, BF16, F32, F64 };

inline constexpr std::array<DType, 7> allDTypes = {
    DType::Bool, DType::I32, DType::I64, DType::F16,
    DType::BF16, DType::F32, DType::F64};

/// The language's name: `bool`, `i32`, `i64`, `f16`, `bf16`, `f32`, `f64`.
constexpr std::string_view name(DType dtype) {
  constexpr std::array<std::string_view, 7> names = {
      "bool", "i32", "i64", "f16", "bf16", "f32", "f64"};
  return names[static_cast<size_t>(dtype)];
}

/// The type with the language's name `text`, if there is one.
constexpr std::optional<DType> dtypeFromName(std::string_view text) {
  for (DType dtype : allDTypes)
    if (name(dtype) == text)
      return dtype;
  return std::nullopt;
}

/// Bytes of one element.
constexpr size_t sizeOf(DType dtype) {
  constexpr std::array<size_t, 7> sizes = {1, 4, 8, 2, 2, 4, 8};
  return sizes[static_cast<size_t>(dtype)];
}

/// f16, bf16, f32 or f64.
constexpr bool isFloat(DType dtype) { return dtype >= DType::F16; }

/// i32 or i64; bool is no integer.
constexpr bool isInteger(DType dtype) {
  return dtype == DType::I32 || dtype == DType::I64;
}

/// The frozen number of `dtype` in the C interface.
constexpr fovea_dtype toC(DType dtype) {
  return static_cast<fovea_dtype>(dtype) + FOVEA_BOOL;
}

/// The type with the C interface's number `dtype`, if there is one.
constexpr std::optional<DType> dtypeFromC(fovea_dtype dtype) {
  if (dtype < FOVEA_BOOL || dtype > FOVEA_F64)
    return std::nullopt;
  return static_cast<DType>(dtype - FOVEA_BOOL);
}

} // namespace fovea

#endif // FOVEA_RUNTIME_DTYPE_H
