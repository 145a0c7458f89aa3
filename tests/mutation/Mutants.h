//===- Mutants.h - faults planted in emitted code ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// All mutants of a function are compiled at once: where one differs, the code
// chooses by a number,
//
//   x = select(chosenMutant == 17, mutated x, x).
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_MUTATION_MUTANTS_H
#define FOVEA_TESTS_MUTATION_MUTANTS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <string>
#include <vector>

namespace fovea::test {

struct Mutant {
  std::string what;
  /// The operation's name, and the operation as it was.
  std::string op, text;
  /// Whether a condition is made of it.
  bool decides = false;
};

/// The mutant that runs; none if negative.
extern volatile int64_t chosenMutant;

/// Whether some condition failed that holds without mutants.
extern volatile bool conditionFailed;

/// Plants mutants in a function that the cpu backend emitted, and adds them to
/// the list: bounds and sums of indices, minima, choices, branches, neutral
/// elements, and what joins two numbers. Not what is made of constants, nor the
/// digits of functions such as exp.
void plantMutants(mlir::LLVM::LLVMFuncOp func, std::vector<Mutant> &mutants);

} // namespace fovea::test

#endif // FOVEA_TESTS_MUTATION_MUTANTS_H
