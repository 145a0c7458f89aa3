//===- Inputs.h - the sizes and arrays of a call ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_INPUTS_H
#define FOVEA_TOOLS_FOVEA_INPUTS_H

#include "tools/fovea/Plan.h"
#include "tools/fovea/Session.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fovea::driver {

/// The size of a dimension of which nobody says anything.
inline constexpr int64_t defaultSize = 8;

/// What a call of an exe gets; first the sizes, then the arrays.
struct Inputs {
  /// One number for each dimension of the exe.
  std::vector<int64_t> dims;
  /// In the order of the exe.
  std::vector<Tensor> arrays;
  /// Lines that say where sizes and values come from.
  std::vector<std::string> notes;
};

/// Solves for the sizes alone; says in `notes` which are nobody's.
std::vector<int64_t> solveSizes(const Plan &plan, const Exe &exe,
                                std::vector<std::string> &notes);

/// Solves for the sizes, and makes no arrays. Failure (Usage) if what is given
/// contradicts itself.
Inputs withSizes(const Plan &plan, const Exe &exe);

/// Makes the arrays for the sizes in `inputs`. Failure (Usage) if a value does
/// not do.
void makeArrays(const Plan &plan, const Exe &exe, uint64_t seed,
                Inputs &inputs);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_INPUTS_H
