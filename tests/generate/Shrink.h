//===- Shrink.h - making a failure small ------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_SHRINK_H
#define FOVEA_TESTS_GENERATE_SHRINK_H

#include "tests/generate/Ast.h"
#include "tests/generate/Judge.h"

namespace fovea::generate {

/// A program, the sizes and the inputs with which it fails.
struct Failure {
  Case program;
  Sizes sizes;
  std::vector<Tensor> inputs;
  Judgement judgement;
};

/// A smaller failure of the same kind: results, definitions, parameters,
/// operators, extents and inputs are taken away as long as that lasts, for
/// `seconds` at most.
Failure shrink(Lab &lab, Failure failure, double seconds);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_SHRINK_H
