//===- NpyHeader.h - what a .npy file says of itself ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A .npy file is the magic "\x93NUMPY", a version (two bytes), the length of
// the header (two bytes in version 1, four later), the header (a Python
// dictionary as text, UTF-8 in version 3), and the elements.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_NPYHEADER_H
#define FOVEA_RUNTIME_NPYHEADER_H

#include "runtime/DType.h"
#include "runtime/Status.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::npy {

/// Where the elements lie and what they are.
struct Header {
  DType dtype = DType::F32;
  bool bigEndian = false;
  bool fortranOrder = false;
  std::vector<int64_t> shape;
  /// Offset of the first element from the start of the file.
  size_t dataOffset = 0;
};

/// More than any header needs: NumPy itself stops at 10000.
inline constexpr size_t maxHeaderLength = 1 << 16;

/// Bytes from the start of a file that always hold the whole header.
inline constexpr size_t maxPrefix = 12 + maxHeaderLength;

/// Reads the header from `prefix`, the first min(fileSize, maxPrefix) bytes of
/// a file of `fileSize` bytes, and checks that the data fill the rest of the
/// file. `expected` as in readNpy. Messages do not name the file.
Expected<Header> parseHeader(std::string_view prefix, uint64_t fileSize,
                             std::optional<DType> expected);

/// All bytes before the elements of a little-endian file in C order; a whole
/// number of 64 bytes.
std::string formatHeader(DType dtype, std::span<const int64_t> shape);

} // namespace fovea::npy

#endif // FOVEA_RUNTIME_NPYHEADER_H
