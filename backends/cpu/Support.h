//===- Support.h - functions that compiled code calls -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_SUPPORT_H
#define FOVEA_BACKENDS_CPU_SUPPORT_H

#include <span>

namespace fovea::cpu {

/// A function by the name that compiled code calls it by.
struct SupportFunction {
  const char *name;
  void *address;
};

/// All that compiled code may call; nothing else of the process is visible to
/// it.
std::span<const SupportFunction> supportFunctions();

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_SUPPORT_H
