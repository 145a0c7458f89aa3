//===- FileIo.cpp - whole files, with errors that name them ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/FileIo.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

using namespace fovea;

/// Read and write calls take at most this much at once everywhere.
static constexpr size_t maxChunk = size_t(1) << 30;

static Status ioError(const std::string &path, const std::string &what) {
  return Status::error(StatusCode::Io, path + ": " + what);
}

/// `what` and the system's reason for the failure just seen.
static Status systemError(const std::string &path, const std::string &what) {
  return ioError(path, what + ": " + std::generic_category().message(errno));
}

static std::string kindOf(const struct stat &info) {
  return S_ISDIR(info.st_mode) ? "is a directory, a file is needed"
                               : "is no regular file";
}

Expected<InputFile> InputFile::open(const std::string &path) {
  // A pipe without a writer must not block before it is refused.
  const int descriptor =
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0)
    return systemError(path, "cannot be opened");
  struct stat info;
  if (fstat(descriptor, &info) != 0) {
    Status status = systemError(path, "cannot be examined");
    ::close(descriptor);
    return status;
  }
  if (!S_ISREG(info.st_mode)) {
    ::close(descriptor);
    return ioError(path, kindOf(info));
  }
  return InputFile(path, descriptor, static_cast<uint64_t>(info.st_size));
}

InputFile::~InputFile() {
  if (descriptor >= 0)
    ::close(descriptor);
}

InputFile::InputFile(InputFile &&other) noexcept
    : path(std::move(other.path)),
      descriptor(std::exchange(other.descriptor, -1)), bytes(other.bytes) {}

Status InputFile::read(uint64_t offset, size_t count, void *to) const {
  char *next = static_cast<char *>(to);
  while (count > 0) {
    const ssize_t got = ::pread(descriptor, next, std::min(count, maxChunk),
                                static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return systemError(path, "cannot be read");
    if (got == 0)
      return ioError(path, "became shorter while it was read");
    next += got;
    offset += static_cast<uint64_t>(got);
    count -= static_cast<size_t>(got);
  }
  return Status::ok();
}

namespace {

/// A new file beside the final one; deleted unless it takes its name.
class TemporaryFile {
public:
  ~TemporaryFile() {
    close();
    if (!path.empty())
      ::unlink(path.c_str());
  }

  bool create(const std::string &target) {
    // The number keeps threads apart, the process identity processes; what a
    // crashed process left behind is stepped over.
    static std::atomic<unsigned> counter = 0;
    for (int attempt = 0; attempt < 100; ++attempt) {
      std::string name = target + "." + std::to_string(::getpid()) + "-" +
                         std::to_string(counter++) + ".tmp";
      descriptor =
          ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (descriptor >= 0) {
        path = std::move(name);
        return true;
      }
      if (errno != EEXIST)
        return false;
    }
    return false;
  }

  bool write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put =
          ::write(descriptor, bytes.data(), std::min(bytes.size(), maxChunk));
      if (put < 0 && errno != EINTR)
        return false;
      if (put > 0)
        bytes.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }

  bool setMode(mode_t mode) { return ::fchmod(descriptor, mode) == 0; }

  /// Whether everything reached the disk: some systems say only here that it
  /// is full.
  bool finish() { return ::fsync(descriptor) == 0 && close(); }

  bool rename(const std::string &target) {
    if (::rename(path.c_str(), target.c_str()) != 0)
      return false;
    path.clear();
    return true;
  }

private:
  bool close() {
    return descriptor < 0 || ::close(std::exchange(descriptor, -1)) == 0;
  }

  std::string path;
  int descriptor = -1;
};

} // namespace

/// Where the content of `path` really lies.
static std::string withoutLinks(const std::string &path) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(path, error);
  return error ? path : real.string();
}

/// Makes the file that will take the name of `target`.
static Status createFor(const std::string &path, const std::string &target,
                        TemporaryFile &file) {
  struct stat info;
  const bool exists = ::stat(target.c_str(), &info) == 0;
  if (exists && !S_ISREG(info.st_mode))
    return ioError(path, kindOf(info));
  if (!file.create(target) || (exists && !file.setMode(info.st_mode & 07777)))
    return systemError(path, "cannot be written");
  return Status::ok();
}

Status fovea::checkWritable(const std::string &path) {
  TemporaryFile file;
  return createFor(path, withoutLinks(path), file);
}

Status fovea::writeFileAtomically(const std::string &path,
                                  std::span<const std::string_view> parts) {
  const std::string target = withoutLinks(path);
  TemporaryFile file;
  if (Status status = createFor(path, target, file); status.failed())
    return status;
  for (std::string_view part : parts)
    if (!file.write(part))
      return systemError(path, "cannot be written");
  if (!file.finish() || !file.rename(target))
    return systemError(path, "cannot be written");
  return Status::ok();
}
