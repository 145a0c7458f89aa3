//===- Cluster.h - a cluster as flat arrays ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_CLUSTER_H
#define FOVEA_BACKENDS_PLUGIN_CLUSTER_H

#include "backends/fovea_plugin.h"
#include "runtime/Status.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fovea::plugin {

/// The arrays of a `fovea_cluster`, owned. Numbers in it are as that header
/// says.
struct Cluster {
  std::vector<fovea_dim> dims;
  std::vector<fovea_size> sizes;
  std::vector<fovea_axis> axes;
  std::vector<fovea_port> inputs;
  std::vector<fovea_port> outputs;
  std::vector<fovea_op> ops;
  std::vector<fovea_fold> folds;
  std::vector<fovea_accumulator> accumulators;
  std::vector<fovea_gauge> gauges;
  std::vector<fovea_range> ranges;
  std::vector<fovea_place> places;
  std::vector<uint32_t> lists;
  /// Whole words, so that literals are aligned.
  std::vector<uint64_t> bytes;
  std::vector<char> text = {'\0'};
  uint64_t hash = 0;

  /// As plugins see it; lives as long as this, unchanged.
  fovea_cluster view() const;

  std::span<const uint32_t> list(fovea_list list) const {
    return std::span(lists).subspan(list.first, list.count);
  }
  const char *string(uint32_t offset) const { return text.data() + offset; }
  /// The text of an op in the program and the calls around it; empty if there
  /// is no such op, or its place is not known.
  std::vector<SourcePlace> placesOf(int64_t op) const;
};

/// Calls fn(name, vector) for each array of a cluster, in the order of the
/// header; `cluster` is a Cluster, const or not. Whoever needs all of them
/// comes along here.
template <class C, class Fn> void forEachArray(C &cluster, Fn &&fn) {
  fn("dims", cluster.dims);
  fn("sizes", cluster.sizes);
  fn("axes", cluster.axes);
  fn("inputs", cluster.inputs);
  fn("outputs", cluster.outputs);
  fn("ops", cluster.ops);
  fn("folds", cluster.folds);
  fn("accumulators", cluster.accumulators);
  fn("gauges", cluster.gauges);
  fn("ranges", cluster.ranges);
  fn("places", cluster.places);
  fn("lists", cluster.lists);
  fn("bytes", cluster.bytes);
  fn("text", cluster.text);
}

/// Bytes of version 1.0 of a struct, which no version is shorter than; plain
/// numbers never grow.
template <class T> inline constexpr size_t firstSize = sizeof(T);
template <> inline constexpr size_t firstSize<fovea_op> = 80;
template <> inline constexpr size_t firstSize<fovea_fold> = 32;
template <> inline constexpr size_t firstSize<fovea_accumulator> = 40;
template <> inline constexpr size_t firstSize<fovea_gauge> = 24;
template <> inline constexpr size_t firstSize<fovea_range> = 16;
template <> inline constexpr size_t firstSize<fovea_dim> = 8;
template <> inline constexpr size_t firstSize<fovea_size> = 24;
template <> inline constexpr size_t firstSize<fovea_axis> = 8;
template <> inline constexpr size_t firstSize<fovea_port> = 24;
template <> inline constexpr size_t firstSize<fovea_place> = 24;
template <> inline constexpr size_t firstSize<fovea_cluster> = 352;

/// Copies elements of another version, which may be longer or shorter than
/// here: what is missing is zero. False, and nothing is copied: a null pointer
/// where there are elements, elements shorter than in version 1.0, more than
/// 2^32 - 2 of them.
template <class T>
bool copyElements(const fovea_span &from, std::vector<T> &array) {
  if (from.count > std::numeric_limits<uint32_t>::max() - 1 ||
      (from.count && (!from.data || from.stride < firstSize<T>)))
    return false;
  array.assign(from.count, T{});
  for (size_t i = 0; i < from.count; ++i)
    std::memcpy(static_cast<void *>(&array[i]), FOVEA_AT(char, from, i),
                std::min<size_t>(from.stride, sizeof(T)));
  return true;
}

/// Copies a cluster that somebody else has, perhaps of another minor version.
/// Errors: it is shorter than version 1.0, or an array is that copyElements
/// refuses (InvalidArgument); it has a tail that is not known here, and not
/// zero (Unsupported).
Expected<Cluster> copyOf(const fovea_cluster &cluster);

/// Whether the arrays make sense: every number exists, operands come before
/// their users, dtypes and axes fit the opcodes, texts end. What passes can be
/// computed; nothing else is handed to anybody. Error: InvalidArgument.
Status check(const Cluster &cluster);

/// What is equal for equal formulas: names and places do not count.
uint64_t hashOf(const Cluster &cluster);

/// Makes a cluster piece by piece; equal texts and lists are stored once.
class ClusterBuilder {
public:
  Cluster &operator*() { return cluster; }
  Cluster *operator->() { return &cluster; }

  /// Adds an op, with the limits that are known of it; gives its number.
  uint32_t add(fovea_op op);
  uint32_t text(std::string_view text);
  fovea_list list(std::span<const uint32_t> numbers);
  /// Adds an element; gives its number.
  template <class T> static uint32_t add(std::vector<T> &array, T element) {
    array.push_back(element);
    return static_cast<uint32_t>(array.size() - 1);
  }
  /// The first of `count` elements at the end of an array.
  template <class T>
  static fovea_list last(const std::vector<T> &array, size_t count) {
    return {static_cast<uint32_t>(array.size() - count),
            static_cast<uint32_t>(count)};
  }
  /// The finished cluster, with its hash.
  Cluster take();

private:
  Cluster cluster;
  std::map<std::string, uint32_t, std::less<>> texts;
  std::map<std::vector<uint32_t>, uint32_t> lists;
};

/// An op with all that is not said: no operands, the limits of its dtype, no
/// place.
fovea_op plainOp(fovea_opcode opcode, fovea_dtype dtype);

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_CLUSTER_H
