//===- Trials.h - inputs that folds are tried on ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_TRIALS_H
#define FOVEA_TOOLS_CERTIFICATE_TRIALS_H

#include "ir/Dialect.h"
#include "runtime/Signature.h"

#include <optional>
#include <random>
#include <string>
#include <vector>

namespace fovea::certificate {

/// What the floats that vary along a folded axis are.
enum class Numbers {
  Normal,
  /// Around 1e6, 1e-3 apart: differences cancel.
  NearlyEqual,
  /// From -1000 to 0 along the axis: the largest comes last.
  Rising,
  /// From 0 to 1000.
  RisingHigh,
  /// A fifth are 700, 1000 or 1e4.
  Spikes,
  /// Around -2000: far from every number that stands in for one.
  FarBelow,
  /// 1e30, -1e30, 0, 1e-310, ...
  Extreme,
  Zero,
  MinusInfinities,
  /// Some are an infinity or NaN.
  NotFinite
};
/// All, with their names in reports.
extern const std::vector<std::pair<Numbers, std::string>> allNumbers;

/// What the bools are.
enum class Bools { Random, FalseFirst, None, All };
/// What the integers are.
enum class Integers { Small, Zero, Wide };

/// One call: its inputs and how they were made.
struct Trial {
  std::vector<Tensor> inputs;
  std::vector<int64_t> dims;
  std::string text;
};

/// Makes inputs for a function in f64.
class Trials {
public:
  Trials(ir::FuncOp func, uint64_t seed);

  /// How many choices of sizes there are.
  size_t sizes() const;
  bool hasBools() const;

  /// Inputs of sizes number `size`, which may have none that satisfy the
  /// function's requirements: then null.
  std::optional<Trial> make(size_t size, Numbers numbers, Bools bools,
                            Integers integers);
  /// Random places of `axes`.
  Tensor places(mlir::ArrayAttr axes, const Trial &trial);

private:
  std::vector<int64_t> dimsOf(size_t size);
  std::optional<std::vector<int64_t>> fittingDims(size_t size);
  bool fits(std::span<const int64_t> dims) const;
  void fill(Tensor &tensor, size_t input, Numbers numbers, Bools bools,
            Integers integers, std::span<const int64_t> dims);
  double number(Numbers kind, int64_t place, int64_t extent);
  double normal() { return normalNumber(random); }
  bool chance(double p) { return std::bernoulli_distribution(p)(random); }

  ir::FuncOp func;
  Signature signature;
  /// By dimension: whether a folded axis has it.
  std::vector<bool> folded;
  /// By input: the first axis that may be folded, or -1.
  std::vector<int> foldedAxis;
  std::mt19937_64 random;
  std::normal_distribution<double> normalNumber;
};

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_TRIALS_H
