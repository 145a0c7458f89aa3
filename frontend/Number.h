//===- Number.h - a number that is written out ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_NUMBER_H
#define FOVEA_FRONTEND_NUMBER_H

#include <cstdint>
#include <optional>

namespace fovea {

/// A number in a program's text.
struct Number {
  double real = 0;
  /// The number itself if it is whole: beyond 2^53 `real` is near it only.
  std::optional<int64_t> integer;

  static Number whole(int64_t number) {
    return {static_cast<double>(number), number};
  }
};

} // namespace fovea

#endif // FOVEA_FRONTEND_NUMBER_H
