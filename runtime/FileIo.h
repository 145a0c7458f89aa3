//===- FileIo.h - whole files, with errors that name them -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_FILEIO_H
#define FOVEA_RUNTIME_FILEIO_H

#include "runtime/Status.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace fovea {

/// A regular file open for reading. All errors have the code Io and name the
/// path.
class InputFile {
public:
  /// Refuses what is no regular file: a directory, a pipe, a device.
  static Expected<InputFile> open(const std::string &path);
  ~InputFile();
  InputFile(InputFile &&other) noexcept;
  InputFile(const InputFile &) = delete;
  InputFile &operator=(const InputFile &) = delete;

  /// Bytes in the file when it was opened.
  uint64_t size() const { return bytes; }

  /// Reads `count` bytes from byte `offset` on to `to`; a file that has become
  /// shorter is an error.
  Status read(uint64_t offset, size_t count, void *to) const;

private:
  InputFile(std::string path, int descriptor, uint64_t bytes)
      : path(std::move(path)), descriptor(descriptor), bytes(bytes) {}

  std::string path;
  int descriptor;
  uint64_t bytes;
};

/// Makes `parts`, one after the other, the content of the file `path`: written
/// to a temporary file beside it which then takes its name, so that readers see
/// the old content or the new one, and an error (Io) leaves the old one. A
/// symbolic link stays and its target is replaced; the permissions of an
/// existing file are kept; what is no regular file is refused.
Status writeFileAtomically(const std::string &path,
                           std::span<const std::string_view> parts);

/// Whether writeFileAtomically could begin: what it would say there.
Status checkWritable(const std::string &path);

} // namespace fovea

#endif // FOVEA_RUNTIME_FILEIO_H
