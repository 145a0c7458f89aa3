//===- Table.h - elements that are known already ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_TABLE_H
#define FOVEA_BACKENDS_REFERENCE_TABLE_H

#include "backends/reference/Run.h"

#include <optional>
#include <xtensor/xarray.hpp>

namespace fovea::reference {

/// The elements of one value that a run has evaluated so far.
class Table {
public:
  /// An empty table over `axes`. Throws Failure (UnsupportedShape) if it would
  /// have 2^31 elements or more.
  Table(const Run &run, std::span<const AxisId> axes);

  /// Where the element at the coordinates of `run` lies.
  size_t place(const Run &run) const {
    size_t offset = 0;
    for (auto [axis, stride] : steps)
      offset += static_cast<size_t>(run.coords[axis]) * stride;
    return offset;
  }
  std::optional<Element> find(size_t place) const {
    if (states.data()[place] == unknown)
      return std::nullopt;
    return Element{bits.data()[place],
                   static_cast<Hard>(states.data()[place] - 1)};
  }
  void put(size_t place, Element element) {
    bits.data()[place] = element.bits;
    states.data()[place] = static_cast<uint8_t>(element.hard) + 1;
  }

private:
  struct Step {
    AxisId axis;
    size_t stride;
  };
  static constexpr uint8_t unknown = 0; // else 1 + hardness

  xt::xarray<int64_t> bits;
  xt::xarray<uint8_t> states;
  llvm::SmallVector<Step, 4> steps;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_TABLE_H
