//===- Arena.h - memory that calls reuse ------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_ARENA_H
#define FOVEA_RUNTIME_ARENA_H

#include "runtime/Status.h"

#include <cstddef>

namespace fovea {

/// A workspace that only grows, so that calls after the first allocate nothing
/// (the first touch of fresh memory costs far more than a write to it). One
/// thread at a time; each caller has its own.
class Arena {
public:
  Arena() = default;
  ~Arena();
  Arena(Arena &&other) noexcept;
  Arena &operator=(Arena &&other) noexcept;

  /// At least `bytes` bytes aligned to `bufferAlignment`, with contents that
  /// are not defined; null for 0 bytes of an empty arena. The memory that an
  /// earlier call gave is the same or gone. Error (Backend): there is not
  /// enough memory; what there was is kept.
  Expected<void *> reserve(size_t bytes);

  /// Bytes held.
  size_t capacity() const { return held; }

  /// Gives the memory back.
  void release();

private:
  void *memory = nullptr;
  size_t held = 0;
};

} // namespace fovea

#endif // FOVEA_RUNTIME_ARENA_H
