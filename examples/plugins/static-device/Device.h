//===- Device.h - a simulated accelerator's memory --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_DEVICE_H
#define STATIC_DEVICE_DEVICE_H

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <tuple>

namespace device {

class DeviceMemory;

/// Memory of the device, 64-byte aligned. The host's code moves it around and
/// hands it to upload and download; only the machine uses the address.
class Buffer {
public:
  Buffer() = default;
  Buffer(DeviceMemory *memory, std::byte *address, uint64_t bytes)
      : memory(memory), address(address), count(bytes) {}
  Buffer(Buffer &&other) noexcept;
  Buffer &operator=(Buffer &&other) noexcept;
  ~Buffer();

  uint64_t bytes() const { return count; }

private:
  friend class DeviceMemory;
  friend class Machine;
  DeviceMemory *memory = nullptr;
  std::byte *address = nullptr;
  uint64_t count = 0;
};

/// What the device has, and what went to and fro. From any thread.
class DeviceMemory {
public:
  explicit DeviceMemory(uint64_t capacity) : capacity(capacity) {}

  /// Throws a Failure if there is too little left, and `reclaim` finds no more.
  Buffer allocate(uint64_t bytes);
  void upload(Buffer &to, const void *from, uint64_t bytes);
  void download(void *to, const Buffer &from, uint64_t bytes);

  uint64_t size() const { return capacity; }
  uint64_t uploaded() const { return up; }
  uint64_t downloaded() const { return down; }

  /// Gives up something that can be had again; false if there is nothing.
  std::function<bool()> reclaim = [] { return false; };

private:
  friend class Buffer;
  /// Null if there is too little left.
  std::byte *take(uint64_t whole);
  void release(std::byte *address, uint64_t bytes);

  const uint64_t capacity;
  std::atomic<uint64_t> used{0};
  std::atomic<uint64_t> up{0};
  std::atomic<uint64_t> down{0};
};

/// Weights that were uploaded before. Equal content ids mean equal bytes of the
/// host's buffer; the rest of the key says which part of it.
class WeightCache {
public:
  struct Key {
    uint64_t content;
    uint64_t offset;
    uint64_t bytes;
    bool operator==(const Key &other) const {
      return std::tie(content, offset, bytes) ==
             std::tie(other.content, other.offset, other.bytes);
    }
  };

  /// Weights make room for whatever else needs `memory`.
  WeightCache(DeviceMemory &memory, uint64_t capacity)
      : memory(memory), capacity(capacity) {
    memory.reclaim = [this] { return dropOldest(); };
  }

  /// Uploads `from` unless it is there; `hit` tells. Null if it is larger than
  /// the cache. What goes the longest time unused makes room.
  std::shared_ptr<const Buffer> get(const Key &key, const void *from,
                                    bool &hit);

private:
  using Entry = std::pair<Key, std::shared_ptr<const Buffer>>;
  /// The entry with that key, which is the newest now; else null. Guarded.
  std::shared_ptr<const Buffer> find(const Key &key);
  bool dropOldest();

  DeviceMemory &memory;
  const uint64_t capacity;
  std::mutex mutex;
  uint64_t used = 0;
  std::list<Entry> entries; ///< newest first
};

} // namespace device

#endif // STATIC_DEVICE_DEVICE_H
