//===- Device.cpp - a simulated accelerator's memory ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Device.h"
#include "Model.h"

#include <cstdlib>
#include <utility>

using namespace device;

Buffer::Buffer(Buffer &&other) noexcept
    : memory(std::exchange(other.memory, nullptr)),
      address(std::exchange(other.address, nullptr)), count(other.count) {}

Buffer &Buffer::operator=(Buffer &&other) noexcept {
  std::swap(memory, other.memory);
  std::swap(address, other.address);
  std::swap(count, other.count);
  return *this;
}

Buffer::~Buffer() {
  if (memory)
    memory->release(address, count);
}

std::byte *DeviceMemory::take(uint64_t whole) {
  void *address = nullptr;
  if (used.fetch_add(whole) + whole <= capacity)
    address = std::aligned_alloc(64, whole);
  if (!address)
    used -= whole;
  return static_cast<std::byte *>(address);
}

Buffer DeviceMemory::allocate(uint64_t bytes) {
  const uint64_t whole = (bytes + 64) / 64 * 64; // of nothing, too, an address
  for (;;) {
    if (std::byte *address = take(whole))
      return Buffer(this, address, whole);
    if (!reclaim())
      throw Failure(FOVEA_BACKEND, "static-device is out of device memory: " +
                                       std::to_string(whole) +
                                       " bytes more are too many");
  }
}

void DeviceMemory::release(std::byte *address, uint64_t bytes) {
  std::free(address);
  used -= bytes;
}

void DeviceMemory::upload(Buffer &to, const void *from, uint64_t bytes) {
  if (bytes) // an empty tensor may have no data at all
    std::memcpy(to.address, from, bytes);
  up += bytes;
}

void DeviceMemory::download(void *to, const Buffer &from, uint64_t bytes) {
  if (bytes)
    std::memcpy(to, from.address, bytes);
  down += bytes;
}

std::shared_ptr<const Buffer> WeightCache::find(const Key &key) {
  for (auto it = entries.begin(); it != entries.end(); ++it)
    if (it->first == key) {
      entries.splice(entries.begin(), entries, it);
      return it->second;
    }
  return nullptr;
}

bool WeightCache::dropOldest() {
  const std::lock_guard<std::mutex> lock(mutex);
  if (entries.empty())
    return false;
  used -= entries.back().first.bytes;
  entries.pop_back();
  return true;
}

std::shared_ptr<const Buffer> WeightCache::get(const Key &key, const void *from,
                                               bool &hit) {
  hit = false;
  if (key.bytes > capacity)
    return nullptr;
  {
    const std::lock_guard<std::mutex> lock(mutex);
    if (auto found = find(key)) {
      hit = true;
      return found;
    }
  }
  // Without the lock, since it may have to drop some of ours.
  Buffer fresh = memory.allocate(key.bytes);
  memory.upload(fresh, from, key.bytes);
  auto buffer = std::make_shared<const Buffer>(std::move(fresh));
  const std::lock_guard<std::mutex> lock(mutex);
  if (auto found = find(key)) // another thread was faster
    return found;
  for (; used + key.bytes > capacity; entries.pop_back())
    used -= entries.back().first.bytes;
  entries.emplace_front(key, buffer);
  used += key.bytes;
  return buffer;
}
