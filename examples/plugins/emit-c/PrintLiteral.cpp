//===- PrintLiteral.cpp - numbers in C ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Printer.h"

#include <cmath>
#include <cstdio>
#include <cstring>

using namespace emitc;

std::string emitc::realText(double number) {
  if (std::isnan(number))
    return "NAN";
  if (std::isinf(number))
    return number > 0 ? "INFINITY" : "-INFINITY";
  char digits[64];
  std::snprintf(digits, sizeof digits, "%a", number);
  return digits;
}

std::string emitc::integerText(CType type, int64_t number) {
  // The least integer has no literal in C.
  char digits[64];
  std::snprintf(digits, sizeof digits, "(%s)0x%llxu", nameOf(type),
                static_cast<unsigned long long>(number));
  return digits;
}

/// An element of 8 bytes or less; words are as the machine has them.
static std::string elementText(fovea_dtype dtype, const char *bytes) {
  auto read = [&](auto number) {
    std::memcpy(&number, bytes, sizeof number);
    return number;
  };
  switch (dtype) {
  case FOVEA_F64:
    return realText(read(double()));
  case FOVEA_F32:
    return realText(read(float()));
  case FOVEA_F16:
  case FOVEA_BF16:
    return std::to_string(read(uint16_t()));
  case FOVEA_I64:
    return integerText(CType::Wide, read(int64_t()));
  case FOVEA_I32:
    return integerText(CType::Narrow, read(int32_t()));
  default:
    return std::to_string(read(uint8_t()));
  }
}

std::string emitc::literalText(const Formula &f, uint32_t number) {
  const fovea_op &op = f.ops[number];
  uint64_t count = 1;
  for (uint32_t axis : f.list(op.over)) {
    const auto &size =
        fovea::sdk::view<fovea_size>(f.cluster.sizes)[f.sizeOf(axis)];
    count *= static_cast<uint64_t>(size.value);
  }
  const fovea::sdk::view<uint64_t> words(f.cluster.bytes);
  const unsigned bytes = bytesOf(op.dtype);
  std::string text = std::string("static const ") + memoryTypeOf(op.dtype) +
                     " literal" + std::to_string(number) + "[] = {";
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t at = static_cast<uint64_t>(op.integer) + i * bytes;
    // Words may lie apart, but an element lies within one.
    const uint64_t word = words[at / 8];
    text +=
        elementText(op.dtype, reinterpret_cast<const char *>(&word) + at % 8) +
        ", ";
  }
  return text + "0};\n";
}
