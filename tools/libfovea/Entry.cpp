//===- Entry.cpp - the boundary between C and C++ -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Entry.h"

#include <cstddef>
#include <cstdio>

using namespace fovea;

fovea_code fovea::report(const Status &status, fovea_error *error) {
  if (error && error->size >= structHead)
    toC(status, *error);
  return static_cast<fovea_code>(status.code());
}

fovea_code fovea::reportText(fovea_code code, const char *message,
                             fovea_error *error) {
  // Errors from before a field was added are shorter; the message is in all.
  const size_t end = offsetof(fovea_error, message) + FOVEA_ERROR_MESSAGE;
  if (error && error->size >= end) {
    error->code = code;
    std::snprintf(error->message, sizeof error->message, "%s", message);
  }
  return code;
}

Status fovea::misuse(std::string message) {
  return Status::error(StatusCode::InvalidArgument, std::move(message));
}
