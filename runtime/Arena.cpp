//===- Arena.cpp - memory that calls reuse --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Arena.h"

#include "runtime/Tensor.h"

#include <algorithm>
#include <cstdlib>

using namespace fovea;

Arena::~Arena() { release(); }

Arena::Arena(Arena &&other) noexcept
    : memory(std::exchange(other.memory, nullptr)),
      held(std::exchange(other.held, 0)) {}

Arena &Arena::operator=(Arena &&other) noexcept {
  std::swap(memory, other.memory);
  std::swap(held, other.held);
  return *this;
}

void Arena::release() {
  std::free(memory);
  memory = nullptr;
  held = 0;
}

/// No machine has more; below it, sizes can be rounded up without overflow.
static constexpr size_t maxBytes = size_t(1) << 47;

/// Fresh memory of at least `bytes` bytes, whose real number `bytes` becomes.
static void *allocateLines(size_t &bytes) {
  if (bytes > maxBytes)
    return nullptr;
  bytes = (bytes + bufferAlignment - 1) / bufferAlignment * bufferAlignment;
  return std::aligned_alloc(bufferAlignment, bytes);
}

Expected<void *> Arena::reserve(size_t bytes) {
  if (bytes <= held)
    return memory;
  // Half as much again, so that a length that grows by one with every call
  // (decoding) does not allocate with every call.
  size_t size = std::max(bytes, held + held / 2);
  void *fresh = allocateLines(size);
  if (!fresh) {
    size = bytes;
    fresh = allocateLines(size);
  }
  if (!fresh)
    return Status::error(StatusCode::Backend, "no memory for a workspace of " +
                                                  std::to_string(bytes) +
                                                  " bytes");
  release();
  memory = fresh;
  held = size;
  return memory;
}
