//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Npy.h"

#include "runtime/FileIo.h"
#include "runtime/NpyHeader.h"

#include <algorithm>
#include <bit>
#include <cstring>

using namespace fovea;

static_assert(std::endian::native == std::endian::little,
              "elements are copied as they lie in the file");

static std::vector<int64_t> columnMajorStrides(std::span<const int64_t> shape) {
  std::vector<int64_t> reversed(shape.rbegin(), shape.rend());
  std::vector<int64_t> strides = rowMajorStrides(reversed);
  std::reverse(strides.begin(), strides.end());
  return strides;
}

/// Memory for the elements in the order of the file.
static Expected<Tensor> allocateFor(const npy::Header &header) {
  std::vector<int64_t> shape = header.shape;
  if (header.fortranOrder)
    std::reverse(shape.begin(), shape.end());
  return Tensor::allocate(header.dtype, std::move(shape));
}

/// The tensor of the file, whose elements `elements` now holds as they lay in
/// the file.
static Tensor finish(const npy::Header &header, Tensor elements) {
  const size_t size = sizeOf(header.dtype);
  const size_t count = static_cast<size_t>(elements.numElements());
  char *data = static_cast<char *>(elements.data());
  if (header.bigEndian)
    for (size_t i = 0; i < count; ++i)
      std::reverse(data + i * size, data + (i + 1) * size);
  // Compiled code relies on 0 and 1; NumPy takes any byte for true.
  if (header.dtype == DType::Bool)
    std::transform(data, data + count, data,
                   [](char byte) { return static_cast<char>(byte != 0); });
  if (!header.fortranOrder)
    return elements;
  return elements.restrided(header.shape, columnMajorStrides(header.shape));
}

namespace {
/// A file of which the header is read.
struct OpenNpy {
  InputFile file;
  npy::Header header;
};
} // namespace

static Expected<OpenNpy> open(const std::string &path,
                              std::optional<DType> expected) {
  Expected<InputFile> file = InputFile::open(path);
  if (!file)
    return file.status();
  std::string prefix(std::min<uint64_t>(file->size(), npy::maxPrefix), '\0');
  if (Status status = file->read(0, prefix.size(), prefix.data());
      status.failed())
    return status;
  Expected<npy::Header> header =
      npy::parseHeader(prefix, file->size(), expected);
  if (!header)
    return header.status().withContext(path);
  return OpenNpy{*std::move(file), *std::move(header)};
}

Expected<NpyType> fovea::readNpyType(const std::string &path,
                                     std::optional<DType> expected) {
  Expected<OpenNpy> npy = open(path, expected);
  if (!npy)
    return npy.status();
  return NpyType{npy->header.dtype, std::move(npy->header.shape)};
}

Expected<Tensor> fovea::readNpy(const std::string &path,
                                std::optional<DType> expected) {
  Expected<OpenNpy> npy = open(path, expected);
  if (!npy)
    return npy.status();
  const auto &[file, header] = *npy;
  Expected<Tensor> elements = allocateFor(header);
  if (!elements)
    return elements.status().withContext(path);
  if (Status status = file.read(
          header.dataOffset, file.size() - header.dataOffset, elements->data());
      status.failed())
    return status;
  return finish(header, *std::move(elements));
}

Expected<Tensor> fovea::parseNpy(std::string_view bytes,
                                 const std::string &source,
                                 std::optional<DType> expected) {
  Expected<npy::Header> header =
      npy::parseHeader(bytes.substr(0, npy::maxPrefix), bytes.size(), expected);
  if (!header)
    return header.status().withContext(source);
  Expected<Tensor> elements = allocateFor(*header);
  if (!elements)
    return elements.status().withContext(source);
  const std::string_view data = bytes.substr(header->dataOffset);
  data.copy(static_cast<char *>(elements->data()), data.size());
  return finish(*header, *std::move(elements));
}

Status fovea::writeNpy(const std::string &path, const Tensor &tensor) {
  Expected<Tensor> dense = tensor.isContiguous() ? tensor : tensor.contiguous();
  if (!dense)
    return dense.status().withContext(path);
  const std::string header = npy::formatHeader(dense->dtype(), dense->shape());
  const size_t bytes =
      static_cast<size_t>(dense->numElements()) * sizeOf(dense->dtype());
  const std::string_view parts[] = {
      header, {static_cast<const char *>(dense->data()), bytes}};
  return writeFileAtomically(path, parts);
}
