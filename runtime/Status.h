//===- Status.h - success, or an error in the user's terms ------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The runtime and the backends throw nothing: what can fail returns a Status,
// or an Expected that holds a value or a Status.
//
//   Expected<Tensor> tensor = readNpy(path);
//   if (!tensor)
//     return tensor.status();
//   use(*tensor);
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_STATUS_H
#define FOVEA_RUNTIME_STATUS_H

#include "runtime/fovea_abi.h"

#include <cassert>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace fovea {

/// What went wrong, coarsely; the numbers of the C interface.
enum class StatusCode : int32_t {
  Ok = FOVEA_OK,
  InvalidProgram = FOVEA_INVALID_PROGRAM,
  InvalidArgument = FOVEA_INVALID_ARGUMENT,
  Shape = FOVEA_SHAPE,
  DType = FOVEA_DTYPE,
  OutOfRange = FOVEA_OUT_OF_RANGE,
  DivisionByZero = FOVEA_DIVISION_BY_ZERO,
  Unsupported = FOVEA_UNSUPPORTED,
  UnsupportedShape = FOVEA_UNSUPPORTED_SHAPE,
  Io = FOVEA_IO,
  Cancelled = FOVEA_CANCELLED,
  Backend = FOVEA_BACKEND,
  Internal = FOVEA_INTERNAL,
};

/// The code's name in messages and reports: `shape`, `out of range`, ...
std::string_view name(StatusCode code);

/// A piece of a program's text, from `line` and `column` to before `endColumn`
/// of `endLine`; all count from 1, columns in bytes.
struct SourcePlace {
  std::string file;
  uint32_t line = 0;
  uint32_t column = 0;
  uint32_t endLine = 0;
  uint32_t endColumn = 0;

  bool operator==(const SourcePlace &) const = default;
};

/// Where in the user's program and data an error lies; each part is optional.
struct StatusDetails {
  /// The user's name of the tensor concerned.
  std::string tensor;
  /// The operation as the user wrote it.
  std::string op;
  /// The number that does not fit.
  std::optional<int64_t> value;
  /// The position in `tensor`, or of the result being computed.
  std::vector<int64_t> position;
  /// The text that failed, then the call that it is part of, and so on
  /// outwards. Only the first crosses the C interface.
  std::vector<SourcePlace> places;
};

/// Success, or an error: a code, a message (lower case, no final period, what
/// was found and what was needed) and, where one is known, a way to mend it.
/// Success costs a null pointer.
class [[nodiscard]] Status {
public:
  /// Success.
  static Status ok() { return Status(); }
  /// An error; `code` is not Ok.
  static Status error(StatusCode code, std::string message,
                      std::string fix = {});

  Status(Status &&) noexcept = default;
  Status &operator=(Status &&) noexcept = default;
  Status(const Status &other);
  Status &operator=(const Status &other);

  bool isOk() const { return info == nullptr; }
  bool failed() const { return info != nullptr; }

  StatusCode code() const { return info ? info->code : StatusCode::Ok; }
  /// Empty on success.
  const std::string &message() const;
  /// How to mend it; may be empty.
  const std::string &fix() const;
  /// Empty on success.
  const StatusDetails &details() const;

  /// Each adds a detail to an error, and does nothing to success.
  Status &&withTensor(std::string name) &&;
  Status &&withOp(std::string text) &&;
  Status &&withValue(int64_t value) &&;
  Status &&withPosition(std::vector<int64_t> position) &&;
  Status &&withPlaces(std::vector<SourcePlace> places) &&;
  Status &&withFix(std::string text) &&;
  /// Puts `text` and ": " before the message ("while reading `q`").
  Status &&withContext(std::string_view text) &&;

  /// One line for people: the message, then "; " and the fix if there is one.
  std::string text() const;

private:
  struct Info {
    StatusCode code;
    std::string message;
    std::string fix;
    StatusDetails details;
  };
  Status() = default;

  std::unique_ptr<Info> info;
};

/// Fills in `error`, whose `size` its owner has set; texts are cut to fit (at
/// a whole UTF-8 character). Success clears it. Allocates nothing.
void toC(const Status &status, fovea_error &error);

/// The status that a callee left in `error`. `code` is what it returned;
/// numbers that are not known become Internal.
Status statusFromC(fovea_code code, const fovea_error &error);

/// A value, or the status that says why there is none.
template <class T> class [[nodiscard]] Expected {
public:
  Expected(T value) : state(std::in_place_index<0>, std::move(value)) {}
  /// `status` is an error.
  Expected(Status status) : state(std::in_place_index<1>, std::move(status)) {
    assert(std::get<1>(state).failed() && "success without a value");
  }

  bool hasValue() const { return state.index() == 0; }
  explicit operator bool() const { return hasValue(); }

  /// The value; there must be one.
  T &operator*() & { return *get(); }
  const T &operator*() const & { return *get(); }
  T &&operator*() && { return std::move(*get()); }
  T *operator->() { return get(); }
  const T *operator->() const { return get(); }

  /// Success if there is a value.
  Status status() const {
    return hasValue() ? Status::ok() : *std::get_if<1>(&state);
  }

private:
  T *get() {
    assert(hasValue() && "no value");
    return std::get_if<0>(&state);
  }
  const T *get() const {
    assert(hasValue() && "no value");
    return std::get_if<0>(&state);
  }

  std::variant<T, Status> state;
};

} // namespace fovea

#endif // FOVEA_RUNTIME_STATUS_H
