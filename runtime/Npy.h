//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Files of the versions 1 to 3 with bool, i32, i64, f16, bf16, f32 and f64, in
// C and Fortran order and either byte order. xtensor reads .npy as well, but
// throws, trusts the header, and knows neither f16 nor bf16; so this is our
// own.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_NPY_H
#define FOVEA_RUNTIME_NPY_H

#include "runtime/DType.h"
#include "runtime/Status.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fovea {

/// What a file says that it holds.
struct NpyType {
  DType dtype;
  std::vector<int64_t> shape;
};

/// Reads what is in the file `path`, but not the elements. `expected` and the
/// errors as in readNpy.
Expected<NpyType> readNpyType(const std::string &path,
                              std::optional<DType> expected = std::nullopt);

/// Reads the array in the file `path`. A file in C order gives a dense
/// row-major tensor, one in Fortran order a dense column-major one.
///
/// `expected` is the element type that the caller needs, if it knows: .npy has
/// no name for bf16 (it is two raw bytes, `<V2`), so bf16 is read only where
/// it is expected. Any other mismatch is left to the caller.
///
/// Errors (Io for the file itself, InvalidArgument for its content, DType for
/// its element type) name the file and what is wrong in it.
Expected<Tensor> readNpy(const std::string &path,
                         std::optional<DType> expected = std::nullopt);

/// The same from the bytes of a file; `source` stands for the path in
/// messages.
Expected<Tensor> parseNpy(std::string_view bytes, const std::string &source,
                          std::optional<DType> expected = std::nullopt);

/// Writes `tensor` to the file `path` in C order and little-endian, version 1
/// (bf16 as `<V2`, which ml_dtypes reads back). The file appears whole or not
/// at all: an error (Io) leaves what was there as it was.
Status writeNpy(const std::string &path, const Tensor &tensor);

} // namespace fovea

#endif // FOVEA_RUNTIME_NPY_H
