//===- Loop.h - loops over strided arrays -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What oneDNN has no primitive for, and what has to be put right after one.
//
//===----------------------------------------------------------------------===//

#ifndef ONEDNN_LOOP_H
#define ONEDNN_LOOP_H

#include "backends/fovea_plugin.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace onednn {

using Numbers = std::vector<int64_t>;

/// Nested loops over some arrays at once: axes of extent 1 left out,
/// neighbours that every array steps over evenly made one.
struct Loop {
  Numbers extents;
  /// For each array its stride along each axis, in elements; 0 repeats.
  std::vector<Numbers> strides;

  Loop(const Numbers &all, const std::vector<Numbers> &of)
      : strides(of.size()) {
    for (size_t k = 0; k < all.size(); ++k) {
      if (all[k] == 1)
        continue;
      bool merges = !extents.empty();
      for (size_t i = 0; i < of.size() && merges; ++i)
        merges = strides[i].back() == of[i][k] * all[k];
      if (!merges)
        extents.push_back(1);
      extents.back() *= all[k];
      for (size_t i = 0; i < of.size(); ++i) {
        if (!merges)
          strides[i].push_back(0);
        strides[i].back() = of[i][k];
      }
    }
    if (extents.empty()) {
      extents.push_back(1);
      for (Numbers &one : strides)
        one.push_back(1);
    }
  }
};

/// Where the loops of a run are done.
struct Workers {
  const fovea_host &host;
  fovea_run_handle *run;
};

/// Calls fn(count, pointers, strides) for pieces of the innermost axis, on the
/// host's threads if `workers` is not null.
template <size_t N, class Fn>
void forEach(const Workers *workers, const Loop &loop,
             const std::array<float *, N> &bases, const Fn &fn) {
  constexpr int64_t most = 16384;
  const size_t last = loop.extents.size() - 1;
  const int64_t inner = loop.extents[last];
  const int64_t pieces = (inner + most - 1) / most;
  int64_t rows = 1;
  for (size_t k = 0; k < last; ++k)
    rows *= loop.extents[k];
  std::array<int64_t, N> steps;
  for (size_t i = 0; i < N; ++i)
    steps[i] = loop.strides[i][last];
  // Short rows go together: an item is some thousand elements at least.
  const int64_t group =
      std::max<int64_t>(1, most / std::max<int64_t>(1, inner));
  auto doItem = [&](uint64_t item) {
    const int64_t first = static_cast<int64_t>(item) * group;
    for (int64_t at = first; at < std::min(first + group, rows * pieces);
         ++at) {
      const int64_t from = at % pieces * most;
      std::array<float *, N> p = bases;
      for (size_t i = 0; i < N; ++i) {
        int64_t row = at / pieces;
        for (size_t k = last; k-- > 0; row /= loop.extents[k])
          p[i] += row % loop.extents[k] * loop.strides[i][k];
        p[i] += from * steps[i];
      }
      fn(std::min(most, inner - from), p, steps);
    }
  };
  const auto items = static_cast<uint64_t>((rows * pieces + group - 1) / group);
  if (!workers || items < 2) {
    for (uint64_t item = 0; item < items; ++item)
      doItem(item);
    return;
  }
  fovea::sdk::parallelFor(workers->host, workers->run, items,
                          [&](uint64_t item, uint32_t) { doItem(item); });
}

} // namespace onednn

#endif // ONEDNN_LOOP_H
