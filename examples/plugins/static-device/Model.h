//===- Model.h - a cluster of one's own, and its sizes ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_MODEL_H
#define STATIC_DEVICE_MODEL_H

#include "backends/fovea_plugin.h"

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace device {

/// An answer that is no success. Thrown inside of the plugin only.
struct Failure : std::runtime_error {
  Failure(fovea_code code, const std::string &text, uint32_t op = FOVEA_NONE)
      : std::runtime_error(text), code(code), op(op) {}
  fovea_code code;
  uint32_t op;
};

constexpr bool isFloat(fovea_dtype type) { return type >= FOVEA_F16; }

constexpr uint64_t bytesOf(fovea_dtype type) {
  switch (type) {
  case FOVEA_BOOL:
    return 1;
  case FOVEA_F16:
  case FOVEA_BF16:
    return 2;
  case FOVEA_I32:
  case FOVEA_F32:
    return 4;
  default:
    return 8;
  }
}

/// A range of fovea_cluster::lists.
struct Axes {
  const uint32_t *first, *last;
  const uint32_t *begin() const { return first; }
  const uint32_t *end() const { return last; }
  uint32_t operator[](size_t i) const { return first[i]; }
  size_t size() const { return static_cast<size_t>(last - first); }
};

/// Copies of a cluster's arrays: the host's live during a call only.
struct Model {
  explicit Model(const fovea_cluster &cluster);

  Axes list(fovea_list list) const {
    const uint32_t *first = lists.data() + list.first;
    return {first, first + list.count};
  }
  const char *name(uint32_t offset) const { return text.data() + offset; }

  std::vector<fovea_size> sizes;
  std::vector<fovea_axis> axes;
  std::vector<fovea_port> inputs, outputs;
  std::vector<fovea_op> ops;
  std::vector<fovea_fold> folds;
  std::vector<fovea_accumulator> accumulators;
  std::vector<fovea_gauge> gauges;
  std::vector<uint32_t> lists;
  std::vector<uint64_t> bytes;
  std::vector<char> text;
};

/// The numbers that `prepare` brings.
struct Extents {
  /// Throws what the device cannot do.
  Extents(const Model &model, fovea_span dims);

  std::vector<int64_t> size;
  std::vector<int64_t> axis;
};

/// How many elements there are along axes. Throws if not even their number
/// fits.
int64_t elementsAlong(const Extents &extents, Axes axes);

/// Why the device does not compute a cluster.
struct Refusal {
  fovea_reason reason = FOVEA_REASON_OTHER;
  uint32_t op = FOVEA_NONE;
  std::string text; ///< empty: it does
};
Refusal refusalOf(const fovea_cluster &cluster);

} // namespace device

#endif // STATIC_DEVICE_MODEL_H
