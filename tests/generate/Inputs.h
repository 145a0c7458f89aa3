//===- Inputs.h - what a generated program is run on ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_INPUTS_H
#define FOVEA_TESTS_GENERATE_INPUTS_H

#include "runtime/Tensor.h"
#include "tests/generate/Ast.h"

namespace fovea::generate {

/// Sizes from {0, 1, 2, 3, 5, 7, 17, 33}, cut down until the reference can
/// evaluate the program in a moment.
Sizes randomSizes(const Case &program, uint64_t seed);

/// Tensors for the parameters of the entry: plain numbers, and, unless the
/// program is tame, sometimes zeros, ties, infinities, NaN, numbers near the
/// ends of the range; masks of all kinds; indices as the parameters say.
std::vector<Tensor> randomInputs(const Case &program, const Sizes &sizes,
                                 uint64_t seed);

/// The same with every float array in f64.
std::vector<Tensor> widened(const std::vector<Tensor> &inputs);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_INPUTS_H
