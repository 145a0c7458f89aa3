//===- Guarded.h - memory that notices wrong accesses -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_GUARDED_H
#define FOVEA_TOOLS_KIT_GUARDED_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace fovea::kit {

struct SharedPage;

/// In a child: an access that kills it says in `page` which array it missed.
void watchFaults(SharedPage &page);
/// In a child: what its page says it is at, if it is being loaded, and so at
/// nothing that the kit has called. May be called in a signal handler.
void notePhase();

/// Where a block lies between its guards.
struct Placing {
  /// The first byte is at a multiple of this, and not of twice this.
  uint64_t alignment = 64;
  /// At the guard behind (as near as the alignment lets it), or before.
  bool atEnd = true;
};

/// Bytes between two pages that nobody may touch. All are filled, what lies
/// beside the block too.
class Guarded {
public:
  Guarded() = default;
  Guarded(std::string name, uint64_t bytes, Placing placing);
  Guarded(Guarded &&other) noexcept { swap(other); }
  Guarded &operator=(Guarded &&other) noexcept {
    swap(other);
    return *this;
  }
  ~Guarded();

  char *data() const { return block; }
  uint64_t size() const { return bytes; }

  /// Nothing writes to it any more.
  void makeReadOnly();
  /// Fills all again.
  void refill();
  /// Whether byte `i` of the block is as it was filled.
  bool isUntouched(uint64_t i) const { return block[i] == filling(block + i); }
  /// What was written beside the block; empty if nothing was.
  std::string damage() const;

private:
  void swap(Guarded &other);
  /// No byte of a number that a plugin might write by chance, nor the same
  /// everywhere.
  static char filling(const char *at) {
    return static_cast<char>(0xA5 ^ (reinterpret_cast<uintptr_t>(at) & 7));
  }

  std::string name;
  char *pages = nullptr;
  uint64_t length = 0;
  char *block = nullptr;
  uint64_t bytes = 0;
};

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_GUARDED_H
