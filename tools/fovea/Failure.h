//===- Failure.h - how the driver ends when it cannot go on -----*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_FAILURE_H
#define FOVEA_TOOLS_FOVEA_FAILURE_H

#include "runtime/Status.h"

#include <exception>
#include <string>
#include <vector>

namespace fovea::driver {

/// What the process answers; scripts rely on these numbers.
enum class Exit {
  Ok = 0,
  Program = 1,  ///< the user's program is wrong
  Usage = 2,    ///< the command line or a file it names is wrong
  Differs = 3,  ///< results differ, or a test fails
  Backend = 4,  ///< the backend cannot do it
  Internal = 70 ///< a fault of Fovea
};

/// Ends the command. Thrown anywhere in the driver and shown by main, so that
/// everything between has only one path.
struct Failure : std::exception {
  Failure(Exit exit, std::string message, std::string help = {})
      : exit(exit), message(std::move(message)), help(std::move(help)) {}
  /// A status of the runtime or the library.
  explicit Failure(const Status &status);

  const char *what() const noexcept override { return message.c_str(); }

  Exit exit;
  std::string message;
  std::string help;
  /// Text with carets to show in place of the message.
  std::string diagnostics;
};

/// The exit that belongs to an error.
Exit exitFor(StatusCode code);

/// A Failure of Usage.
Failure usage(std::string message, std::string help = {});

/// "did you mean `run`?", or nothing if nothing is near.
std::string nearest(const std::string &name,
                    const std::vector<std::string> &candidates);

/// The value, or a Failure.
template <class T> T orFail(Expected<T> value) {
  if (!value)
    throw Failure(value.status());
  return *std::move(value);
}

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_FAILURE_H
