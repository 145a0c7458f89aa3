//===- Folds.h - folds written by hand --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_FOLDS_H
#define FOVEA_TESTS_FOLDS_H

#include <string>
#include <vector>

namespace fovea::test {

/// A formula and a fold that gives the same.
struct FoldPair {
  std::string name, written, folded;
};

/// The same text with `from` replaced by `to`, which must be in it.
std::string edited(std::string text, const std::string &from,
                   const std::string &to);

/// o[i, e] = sum[j](p[i, j] v[j, e]) with p[i, j] = exp(x[i, j] - m[i]) / z[i],
/// where x is s with hard -inf where `c[i, j]` fails.
FoldPair weighted();
/// Mean and variance of x[i, j] over j.
FoldPair variance();
/// The place of the largest element and how likely it is; counts what `c`
/// selects; over two axes.
FoldPair likeliest();
/// log(sum[j](exp(x[j]))), which overflows as it is written.
FoldPair naive();

/// sum[j](p[j] log p[j]) of p = exp(x - m) / z: two accumulators that are
/// repaired together.
FoldPair entropy();
/// a sqrt(sum[j]((x[j] / a)^2)) with a = max[j](abs(x[j]) + 1e-30): what moves
/// by ratio.
FoldPair safeNorm();

inline std::vector<FoldPair> allFolds() {
  return {weighted(), variance(), likeliest(), naive(), entropy(), safeNorm()};
}

} // namespace fovea::test

#endif // FOVEA_TESTS_FOLDS_H
