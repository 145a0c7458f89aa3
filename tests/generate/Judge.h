//===- Judge.h - whether two backends agree ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Results that agree as tools/Compare.h says are right. Where they do not, the
// oracle evaluates the variants of Print.h: what they spread is what rounding
// may do to this program, and a difference of a few times that is accepted.
//
// A reduction that is not finite need not be so in the same way, and may make
// NaN of those that depend on it, as one that is 0 may of those that divide by
// it (docs/language.md). So the oracle also evaluates the program with such
// reductions changed, and says which elements are made from an infinite sum.
// Last come steps that fusion may leave out (Relaxed.h). What one of these
// explains is counted; every other difference is a failure.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_JUDGE_H
#define FOVEA_TESTS_GENERATE_JUDGE_H

#include "tests/generate/Lab.h"

namespace fovea::generate {

enum class Verdict {
  Agree,      // within the error model
  Sensitive,  // not, but within what rounding explains
  Degenerate, // not a number where a reduction is not finite, or 0
  BothFail,   // a runtime error on both sides
  Rejected,   // the frontend refuses the program
  Refused,    // a backend refuses to compile it
  Differ,
};

struct Judgement {
  Verdict verdict;
  /// What is wrong, for the last three.
  std::string message = {};
  /// Elements compared, and those of them that are numbers other than 0: a
  /// test of nothing but zeros and NaN tests nothing.
  int64_t elements = 0, telling = 0;
};

/// A program on both sides.
struct Pair {
  Compiled oracle, tested;
};

/// Compiles a program; on failure `judgement` says why.
Pair compile(Lab &lab, const Case &program, const std::vector<Tensor> &inputs,
             Judgement &judgement);

/// Runs both on the inputs and compares.
Judgement judge(Lab &lab, const Case &program, const Pair &pair,
                const std::vector<Tensor> &inputs);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_JUDGE_H
