//===- Entry.h - the boundary between C and C++ -----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Every function of runtime/fovea.h that can fail is `return entry(error, [&] {
// ... return Status; })`: no exception passes, and the error is filled in.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_LIBFOVEA_ENTRY_H
#define FOVEA_TOOLS_LIBFOVEA_ENTRY_H

#include "runtime/Status.h"
#include "runtime/fovea.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <string>

namespace fovea {

/// Reports `status` to the caller.
fovea_code report(const Status &status, fovea_error *error);

/// Reports a failure without allocating.
fovea_code reportText(fovea_code code, const char *message, fovea_error *error);

template <class Fn> fovea_code entry(fovea_error *error, Fn &&body) noexcept {
  try {
    return report(body(), error);
  } catch (const std::bad_alloc &) {
    return reportText(FOVEA_BACKEND, "there is not enough memory", error);
  } catch (const std::exception &fault) {
    return reportText(FOVEA_INTERNAL, fault.what(), error);
  } catch (...) {
    return reportText(FOVEA_INTERNAL, "an unknown exception", error);
  }
}

/// The error for what a caller may not do.
Status misuse(std::string message);

/// Bytes that every struct has: `size` and `version`.
inline constexpr size_t structHead = 2 * sizeof(uint32_t);

/// What the caller filled in: fields beyond its `size` are zero. Errors: a null
/// pointer or no size (InvalidArgument), something but zeros in a tail that is
/// not known here (Unsupported).
template <class T> Expected<T> request(const T *from, const char *what) {
  if (!from)
    return misuse(std::string(what) + " is null");
  if (from->size < structHead)
    return misuse(std::string(what) + " has no size");
  T result{};
  std::memcpy(static_cast<void *>(&result), from,
              std::min<size_t>(from->size, sizeof(T)));
  const char *bytes = reinterpret_cast<const char *>(from);
  for (size_t i = sizeof(T); i < from->size; ++i)
    if (bytes[i] != 0)
      return Status::error(
          StatusCode::Unsupported,
          std::string(what) +
              " asks for something that this version does not know");
  return result;
}

/// Fills in the caller's struct as far as its `size` goes, and leaves `size`
/// and `version` as they are.
template <class T> Status answer(T *to, const T &value, const char *what) {
  if (!to)
    return misuse(std::string(what) + " is null");
  if (to->size < structHead)
    return misuse(std::string(what) + " has no size");
  const size_t end = std::min<size_t>(to->size, sizeof(T));
  std::memcpy(reinterpret_cast<char *>(to) + structHead,
              reinterpret_cast<const char *>(&value) + structHead,
              end - structHead);
  return Status::ok();
}

/// Element `index` of an array whose elements are `stride` bytes apart.
template <class T>
const T *element(const T *array, uint64_t stride, uint64_t index) {
  return reinterpret_cast<const T *>(reinterpret_cast<const char *>(array) +
                                     stride * index);
}

} // namespace fovea

#endif // FOVEA_TOOLS_LIBFOVEA_ENTRY_H
