//===- Cluster.cpp - a cluster as flat arrays -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Cluster.h"

#include "backends/loader/Library.h"
#include "backends/plugin/Limits.h"
#include "backends/plugin/Request.h"

#include "llvm/Support/xxhash.h"

#include <algorithm>
#include <cstring>
#include <limits>

using namespace fovea;
using namespace fovea::plugin;

template <class T> static fovea_span spanOf(const std::vector<T> &array) {
  return {array.data(), array.size(), sizeof(T)};
}

fovea_cluster Cluster::view() const {
  auto view = made<fovea_cluster>();
  view.hash = hash;
  fovea_span *span = &view.dims;
  forEachArray(
      *this, [&](const char *, const auto &array) { *span++ = spanOf(array); });
  return view;
}

std::vector<SourcePlace> Cluster::placesOf(int64_t op) const {
  std::vector<SourcePlace> out;
  if (op < 0 || static_cast<size_t>(op) >= ops.size())
    return out;
  for (uint32_t i = ops[op].place; i != FOVEA_NONE; i = places[i].caller) {
    const fovea_place &place = places[i];
    out.push_back({string(place.file), place.line, place.column, place.end_line,
                   place.end_column});
  }
  return out;
}

Expected<Cluster> plugin::copyOf(const fovea_cluster &cluster) {
  if (cluster.size < firstSize<fovea_cluster>)
    return Status::error(StatusCode::InvalidArgument,
                         "the cluster has " + std::to_string(cluster.size) +
                             " bytes; version 1.0 has " +
                             std::to_string(firstSize<fovea_cluster>));
  if (hasUnknownTail(cluster))
    return Status::error(StatusCode::Unsupported,
                         "the cluster has something of a later version than " +
                             versionText(FOVEA_PLUGIN_VERSION));
  fovea_cluster known{};
  std::memcpy(static_cast<void *>(&known), &cluster,
              std::min<size_t>(cluster.size, sizeof(known)));
  Cluster copy;
  copy.hash = known.hash;
  // In the order in which forEachArray comes along.
  const fovea_span *span = &known.dims;
  Status status = Status::ok();
  forEachArray(copy, [&]<class T>(const char *name, std::vector<T> &array) {
    const fovea_span from = *span++;
    if (status.isOk() && !copyElements(from, array))
      status = Status::error(StatusCode::InvalidArgument,
                             std::string("the array `") + name +
                                 "` of the cluster has " +
                                 std::to_string(from.count) + " elements, " +
                                 std::to_string(from.stride) + " bytes apart");
  });
  if (status.failed())
    return status;
  return copy;
}

uint64_t plugin::hashOf(const Cluster &cluster) {
  Cluster meaning = cluster;
  for (fovea_dim &dim : meaning.dims)
    dim.name = 0;
  for (fovea_axis &axis : meaning.axes)
    axis.name = 0;
  for (auto *ports : {&meaning.inputs, &meaning.outputs})
    for (fovea_port &port : *ports)
      port.name = 0;
  for (fovea_op &op : meaning.ops) {
    op.name = 0;
    op.place = FOVEA_NONE;
  }
  meaning.places.clear();
  meaning.text.clear();
  uint64_t hash = 0;
  forEachArray(
      meaning, [&]<class T>(const char *, const std::vector<T> &array) {
        const uint64_t words[] = {
            hash, array.size(),
            llvm::xxh3_64bits(
                llvm::ArrayRef(reinterpret_cast<const uint8_t *>(array.data()),
                               array.size() * sizeof(T)))};
        hash = llvm::xxh3_64bits(llvm::ArrayRef(
            reinterpret_cast<const uint8_t *>(words), sizeof(words)));
      });
  return hash;
}

uint32_t ClusterBuilder::add(fovea_op op) {
  const Limits limits = limitsOf(cluster, op);
  op.low = limits.low;
  op.high = limits.high;
  return add(cluster.ops, op);
}

uint32_t ClusterBuilder::text(std::string_view text) {
  if (text.empty())
    return 0;
  if (auto known = texts.find(text); known != texts.end())
    return known->second;
  const auto offset = static_cast<uint32_t>(cluster.text.size());
  cluster.text.insert(cluster.text.end(), text.begin(), text.end());
  cluster.text.push_back('\0');
  texts.emplace(text, offset);
  return offset;
}

fovea_list ClusterBuilder::list(std::span<const uint32_t> numbers) {
  const auto count = static_cast<uint32_t>(numbers.size());
  if (count == 0)
    return {0, 0};
  const auto [known, isNew] =
      lists.try_emplace(std::vector(numbers.begin(), numbers.end()),
                        static_cast<uint32_t>(cluster.lists.size()));
  if (isNew)
    cluster.lists.insert(cluster.lists.end(), numbers.begin(), numbers.end());
  return {known->second, count};
}

Cluster ClusterBuilder::take() {
  cluster.hash = hashOf(cluster);
  return std::move(cluster);
}

fovea_op plugin::plainOp(fovea_opcode opcode, fovea_dtype dtype) {
  fovea_op op{};
  op.opcode = opcode;
  op.dtype = dtype;
  op.place = FOVEA_NONE;
  const Limits limits = limitsOf(dtype);
  op.low = limits.low;
  op.high = limits.high;
  return op;
}
