//===- Status.cpp - success, or an error in the user's terms --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Status.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

using namespace fovea;

std::string_view fovea::name(StatusCode code) {
  static constexpr std::array<std::string_view, FOVEA_INTERNAL + 1> names = {
      "ok",
      "invalid program",
      "invalid argument",
      "shape",
      "dtype",
      "out of range",
      "division by zero",
      "unsupported",
      "unsupported shape",
      "io",
      "cancelled",
      "backend",
      "internal"};
  return names[static_cast<size_t>(code)];
}

Status Status::error(StatusCode code, std::string message, std::string fix) {
  assert(code != StatusCode::Ok && "an error needs a code");
  Status status;
  status.info = std::make_unique<Info>(
      Info{code, std::move(message), std::move(fix), {}});
  return status;
}

Status::Status(const Status &other)
    : info(other.info ? std::make_unique<Info>(*other.info) : nullptr) {}

Status &Status::operator=(const Status &other) {
  Status copy = other;
  info = std::move(copy.info);
  return *this;
}

const std::string &Status::message() const {
  static const std::string none;
  return info ? info->message : none;
}

const std::string &Status::fix() const {
  static const std::string none;
  return info ? info->fix : none;
}

const StatusDetails &Status::details() const {
  static const StatusDetails none;
  return info ? info->details : none;
}

Status &&Status::withTensor(std::string name) && {
  if (info)
    info->details.tensor = std::move(name);
  return std::move(*this);
}

Status &&Status::withOp(std::string text) && {
  if (info)
    info->details.op = std::move(text);
  return std::move(*this);
}

Status &&Status::withValue(int64_t value) && {
  if (info)
    info->details.value = value;
  return std::move(*this);
}

Status &&Status::withPosition(std::vector<int64_t> position) && {
  if (info)
    info->details.position = std::move(position);
  return std::move(*this);
}

Status &&Status::withPlaces(std::vector<SourcePlace> places) && {
  if (info)
    info->details.places = std::move(places);
  return std::move(*this);
}

Status &&Status::withFix(std::string text) && {
  if (info)
    info->fix = std::move(text);
  return std::move(*this);
}

Status &&Status::withContext(std::string_view text) && {
  if (info)
    info->message.insert(0, std::string(text) + ": ");
  return std::move(*this);
}

std::string Status::text() const {
  if (!info)
    return std::string(name(StatusCode::Ok));
  return info->fix.empty() ? info->message : info->message + "; " + info->fix;
}

/// Copies `from` to the zeroed field `to`, cut before the first UTF-8 character
/// that does not fit.
template <size_t Size>
static void copyText(char (&to)[Size], std::string_view from) {
  size_t length = std::min(from.size(), Size - 1);
  auto continues = [&](size_t i) { return (from[i] & 0xc0) == 0x80; };
  while (length > 0 && length < from.size() && continues(length))
    --length;
  std::memcpy(to, from.data(), length);
}

void fovea::toC(const Status &status, fovea_error &error) {
  const size_t size = std::min<size_t>(error.size, sizeof(fovea_error));
  fovea_error full;
  std::memset(&full, 0, sizeof(full));
  full.size = error.size;
  full.version = error.version;
  full.code = static_cast<fovea_code>(status.code());
  full.op = -1;
  const StatusDetails &details = status.details();
  copyText(full.tensor, details.tensor);
  full.has_value = details.value.has_value();
  full.value = details.value.value_or(0);
  full.rank = static_cast<uint32_t>(
      std::min<size_t>(details.position.size(), FOVEA_MAX_RANK));
  std::copy_n(details.position.begin(), full.rank, full.position);
  copyText(full.message, status.message());
  copyText(full.fix, status.fix());
  if (!details.places.empty()) {
    const SourcePlace &place = details.places.front();
    full.line = place.line;
    full.column = place.column;
    full.end_line = place.endLine;
    full.end_column = place.endColumn;
    copyText(full.file, place.file);
  }
  std::memcpy(static_cast<void *>(&error), &full, size);
}

/// The text in a field whose writer may have forgotten the final zero.
template <size_t Size> static std::string textOf(const char (&field)[Size]) {
  return std::string(field, strnlen(field, Size));
}

/// Bytes of a fovea_error of version 1.
static constexpr size_t firstErrorSize = offsetof(fovea_error, line);

Status fovea::statusFromC(fovea_code code, const fovea_error &given) {
  if (code == FOVEA_OK)
    return Status::ok();
  const bool known = code > FOVEA_OK && code <= FOVEA_INTERNAL;
  const StatusCode kind =
      known ? static_cast<StatusCode>(code) : StatusCode::Internal;
  if (given.size < firstErrorSize)
    return Status::error(kind, "an error without a description (code " +
                                   std::to_string(code) + ")");

  // What lies beyond the writer's struct is nothing.
  fovea_error error = {};
  std::memcpy(static_cast<void *>(&error), &given,
              std::min<size_t>(given.size, sizeof(error)));
  std::string message = textOf(error.message);
  if (message.empty())
    message = "an error without a message";
  if (!known)
    message += " (unknown code " + std::to_string(code) + ")";
  Status status =
      Status::error(kind, std::move(message), textOf(error.fix))
          .withTensor(textOf(error.tensor))
          .withPosition({error.position,
                         error.position +
                             std::min<uint32_t>(error.rank, FOVEA_MAX_RANK)});
  if (error.line != 0)
    status = std::move(status).withPlaces(
        {{textOf(error.file), error.line, error.column, error.end_line,
          error.end_column}});
  return error.has_value ? std::move(status).withValue(error.value)
                         : std::move(status);
}
