//===- Container.cpp - clusters as bytes ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Container.h"

#include "backends/plugin/Request.h"

#include "llvm/Support/xxhash.h"

#include <bit>
#include <cstring>

using namespace fovea;
using namespace fovea::plugin;

static_assert(std::endian::native == std::endian::little,
              "arrays are written as they lie in memory");

namespace {
constexpr char magic[8] = {'f', 'o', 'v', 'e', 'a', '.', 'c', '\n'};
constexpr uint32_t layoutVersion = 1;

struct Head {
  char magic[8];
  uint32_t layout;
  uint32_t writer;
  uint64_t bytes;
  uint64_t checksum;
  uint64_t hash;
  uint32_t arrays;
  uint32_t reserved;
};
struct Array {
  uint64_t offset;
  uint64_t count;
  uint64_t stride;
};
/// From where on the checksum counts.
constexpr size_t checkedFrom = offsetof(Head, hash);
constexpr size_t wordBytes = 8;
} // namespace

static uint64_t checksumOf(std::string_view bytes) {
  const std::string_view counted = bytes.substr(checkedFrom);
  return llvm::xxh3_64bits(llvm::ArrayRef(
      reinterpret_cast<const uint8_t *>(counted.data()), counted.size()));
}

void plugin::sealContainer(std::string &bytes) {
  const uint64_t checksum = checksumOf(bytes);
  std::memcpy(bytes.data() + offsetof(Head, checksum), &checksum,
              sizeof(checksum));
}

std::string plugin::toContainer(const Cluster &cluster) {
  std::vector<Array> arrays;
  std::string elements;
  size_t count = 0;
  forEachArray(cluster, [&](const char *, const auto &) { ++count; });
  const size_t begin = sizeof(Head) + count * sizeof(Array);
  forEachArray(cluster, [&]<class T>(const char *,
                                     const std::vector<T> &array) {
    elements.resize((elements.size() + wordBytes - 1) / wordBytes * wordBytes);
    arrays.push_back({begin + elements.size(), array.size(), sizeof(T)});
    elements.append(reinterpret_cast<const char *>(array.data()),
                    array.size() * sizeof(T));
  });
  Head head{};
  std::memcpy(head.magic, magic, sizeof(magic));
  head.layout = layoutVersion;
  head.writer = FOVEA_PLUGIN_VERSION;
  head.bytes = begin + elements.size();
  head.hash = cluster.hash;
  head.arrays = static_cast<uint32_t>(count);
  std::string bytes(reinterpret_cast<const char *>(&head), sizeof(head));
  bytes.append(reinterpret_cast<const char *>(arrays.data()),
               arrays.size() * sizeof(Array));
  bytes += elements;
  sealContainer(bytes);
  return bytes;
}

static Status wrong(std::string text) {
  return Status::error(StatusCode::InvalidArgument,
                       "the container " + std::move(text));
}

Expected<Cluster> plugin::fromContainer(std::string_view bytes) {
  Head head{};
  if (bytes.size() < sizeof(head))
    return wrong("has " + std::to_string(bytes.size()) +
                 " bytes; its head alone has " + std::to_string(sizeof(head)));
  std::memcpy(&head, bytes.data(), sizeof(head));
  if (std::memcmp(head.magic, magic, sizeof(magic)) != 0)
    return wrong("does not begin with \"fovea.c\\n\"");
  if (head.layout != layoutVersion)
    return wrong("has version " + std::to_string(head.layout) +
                 "; this Fovea reads " + std::to_string(layoutVersion));
  if (head.writer >> 16 != FOVEA_PLUGIN_MAJOR)
    return wrong("is of version " + std::to_string(head.writer >> 16) +
                 " of the plugin interface; this Fovea reads " +
                 std::to_string(FOVEA_PLUGIN_MAJOR));
  if (head.bytes != bytes.size())
    return wrong("says that it has " + std::to_string(head.bytes) +
                 " bytes, but has " + std::to_string(bytes.size()));
  if (head.checksum != checksumOf(bytes))
    return wrong("is damaged: its checksum is another one");

  // What other arrays a later writer adds is not for this reader.
  const size_t room = (bytes.size() - sizeof(head)) / sizeof(Array);
  if (head.arrays > room)
    return wrong("has no room for " + std::to_string(head.arrays) + " arrays");
  auto view = made<fovea_cluster>();
  fovea_span *span = &view.dims;
  size_t number = 0;
  Status status = Status::ok();
  Cluster names;
  forEachArray(names, [&](const char *name, const auto &) {
    fovea_span &into = span[number];
    if (status.failed())
      return;
    if (number == head.arrays) {
      status = wrong("lacks the array `" + std::string(name) + "`");
      return;
    }
    Array array{};
    std::memcpy(&array, bytes.data() + sizeof(head) + number * sizeof(array),
                sizeof(array));
    ++number;
    const bool fits =
        array.offset <= bytes.size() && array.offset % wordBytes == 0 &&
        (array.count == 0 ||
         (array.stride != 0 &&
          array.count <= (bytes.size() - array.offset) / array.stride));
    if (!fits) {
      status = wrong("has the array `" + std::string(name) + "` of " +
                     std::to_string(array.count) + " elements at byte " +
                     std::to_string(array.offset) + ", beyond its end");
      return;
    }
    into = {bytes.data() + array.offset, array.count, array.stride};
  });
  if (status.failed())
    return status;
  Expected<Cluster> cluster = copyOf(view);
  if (!cluster)
    return cluster.status();
  if (Status sound = check(*cluster); sound.failed())
    return sound;
  // That of the file is its writer's word: of elements that are longer there,
  // or of somebody who made it up.
  cluster->hash = hashOf(*cluster);
  return cluster;
}

Expected<std::vector<Cluster>> plugin::fromContainers(std::string_view bytes) {
  std::vector<Cluster> clusters;
  do {
    // A size that cannot be right is the reader's to refuse.
    uint64_t size = bytes.size();
    if (bytes.size() >= sizeof(Head))
      std::memcpy(&size, bytes.data() + offsetof(Head, bytes), sizeof(size));
    if (size < sizeof(Head) || size > bytes.size())
      size = bytes.size();
    Expected<Cluster> cluster = fromContainer(bytes.substr(0, size));
    if (!cluster)
      return cluster.status();
    clusters.push_back(*std::move(cluster));
    bytes.remove_prefix(size);
  } while (!bytes.empty());
  return clusters;
}
