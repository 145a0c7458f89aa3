//===- Agreement.cpp - when two evaluations agree -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Agreement.h"

#include "backends/reference/ReferenceBackend.h"
#include "runtime/Print.h"
#include "tools/certificate/RoundingBound.h"

#include "mlir/IR/OwningOpRef.h"

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::certificate;

static constexpr double tolerance = 1e-9;
/// What a fold's own roundings may be, in units of those of the formula.
static constexpr double roundings = 1000;
/// Of the largest element: what cannot be told to so much is not judged.
static constexpr double coarse = 1e-3;
/// Below this numbers have lost digits, or are 0; and below that much of what
/// they are the sum of: p (y - r) taken apart is p y - p r, which may be 0.
static constexpr double smallest = 1e-290, negligible = 1e-40;

namespace {
class Rounding {
public:
  explicit Rounding(int direction) : before(std::fegetround()) {
    std::fesetround(direction);
  }
  ~Rounding() { std::fesetround(before); }

private:
  int before;
};

enum class Verdict { Agrees, Differs, Skipped };
struct Judgement {
  Verdict verdict;
  double error = 0;
};
} // namespace

Expected<Oracle> Oracle::make(ir::FuncOp func) {
  Oracle oracle;
  auto compile =
      [](ir::FuncOp func,
         bool isCompensated) -> Expected<std::unique_ptr<Executable>> {
    auto backend = createReferenceBackend({.compensatedSums = isCompensated});
    if (!backend)
      return backend.status();
    return (*backend)->compile(func);
  };
  for (auto [program, isCompensated] :
       {std::pair(&oracle.best, true), std::pair(&oracle.plain, false)}) {
    auto compiled = compile(func, isCompensated);
    if (!compiled)
      return compiled.status();
    *program = *std::move(compiled);
  }
  // Of formulas only is it known what they are the sum of.
  if (!func.getBody().getOps<ir::FoldOp>().empty())
    return oracle;
  mlir::OwningOpRef<ir::FuncOp> bound = func.clone();
  replaceByRoundingBounds(*bound);
  auto compiled = compile(*bound, false);
  if (!compiled)
    return compiled.status();
  oracle.sizes = *std::move(compiled);
  return oracle;
}

Expected<Rounded> Oracle::run(std::span<const Tensor> inputs) const {
  Rounded rounded;
  auto run = [&](const Executable &program, int direction) {
    // The thread that evaluates inherits the direction.
    Rounding rounding(direction);
    Expected<std::vector<Tensor>> results = program.run(inputs);
    if (results)
      rounded.runs.push_back(*std::move(results));
    return results.status();
  };
  if (Status status = run(*best, FE_TONEAREST); status.failed())
    return status;
  for (int direction : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO})
    if (Status status = run(*plain, direction); status.failed())
      return status;
  if (!sizes)
    return rounded;
  Expected<std::vector<Tensor>> largest = sizes->run(inputs);
  if (!largest)
    return largest.status();
  rounded.sizes = *std::move(largest);
  return rounded;
}

static bool same(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// `wanted` has the number in all directions, the nearest first; it is a sum of
/// what is as large as `size`.
static Judgement judge(double got, std::span<const double> wanted, double size,
                       double largest, NotFinite notFinite) {
  const double want = wanted.front();
  double spread = 0;
  for (double other : wanted) {
    if (std::isfinite(other) != std::isfinite(want) ||
        (!std::isfinite(want) && !same(other, want)))
      return {Verdict::Skipped};
    if (std::isfinite(want))
      spread = std::max(spread, std::fabs(other - want));
  }
  if (same(got, want))
    return {Verdict::Agrees};
  if (!std::isfinite(got) && !std::isfinite(want) &&
      notFinite == NotFinite::Alike)
    return {Verdict::Agrees};
  if (!std::isfinite(got) || !std::isfinite(want))
    return {Verdict::Differs, std::numeric_limits<double>::infinity()};
  const bool isSmall =
      std::fabs(got - want) <= smallest ||
      (std::isfinite(size) && std::fabs(got - want) <= negligible * size);
  if (isSmall)
    return {Verdict::Agrees};
  if (roundings * spread > coarse * largest)
    return {Verdict::Skipped};
  const double error = std::fabs(got - want) /
                       (std::fabs(want) + roundings / tolerance * spread);
  return {error <= tolerance ? Verdict::Agrees : Verdict::Differs, error};
}

static Judgement judge(int64_t got, std::span<const int64_t> wanted) {
  for (int64_t other : wanted)
    if (other != wanted.front())
      return {Verdict::Skipped};
  if (got == wanted.front())
    return {Verdict::Agrees};
  return {Verdict::Differs, std::numeric_limits<double>::infinity()};
}

static double largestOf(const Tensor &tensor) {
  double largest = 0;
  forEachOffset(tensor, [&](int64_t offset) {
    const double size = std::fabs(tensor.loadAsDouble(offset));
    if (std::isfinite(size))
      largest = std::max(largest, size);
  });
  return largest;
}

static Judgement judgeAt(const Tensor &got, const Rounded &wanted,
                         size_t number, int64_t ordinal, double largest,
                         NotFinite notFinite) {
  const int64_t offset = got.offsetOfOrdinal(ordinal);
  if (!isFloat(got.dtype())) {
    std::vector<int64_t> numbers;
    for (const std::vector<Tensor> &run : wanted.runs)
      numbers.push_back(run[number].loadAsInt(offset));
    return judge(got.loadAsInt(offset), numbers);
  }
  std::vector<double> numbers;
  for (const std::vector<Tensor> &run : wanted.runs)
    numbers.push_back(run[number].loadAsDouble(offset));
  double size = 0;
  if (!wanted.sizes.empty()) {
    const Tensor &sizes = wanted.sizes[number];
    size = sizes.loadAsDouble(sizes.offsetOfOrdinal(ordinal));
  }
  return judge(got.loadAsDouble(offset), numbers, size, largest, notFinite);
}

static std::string place(const Tensor &tensor, int64_t ordinal) {
  std::vector<int64_t> index(tensor.rank());
  for (size_t axis = tensor.rank(); axis-- > 0;) {
    index[axis] = ordinal % tensor.dim(axis);
    ordinal /= tensor.dim(axis);
  }
  return index.empty() ? "" : " at " + shapeText(index);
}

void certificate::compare(const Tensor &got, const Rounded &wanted,
                          size_t number, NotFinite notFinite,
                          const std::string &where, CertificateCheck &check) {
  const Tensor &nearest = wanted.best()[number];
  const double largest = isFloat(got.dtype()) ? largestOf(nearest) : 0;
  for (int64_t i = 0; i < got.numElements(); ++i) {
    const Judgement judgement =
        judgeAt(got, wanted, number, i, largest, notFinite);
    if (judgement.verdict == Verdict::Skipped) {
      ++check.skipped;
      continue;
    }
    ++check.compared;
    check.largestError = std::max(check.largestError, judgement.error);
    const int64_t offset = got.offsetOfOrdinal(i);
    if (judgement.verdict == Verdict::Differs && !check.failure)
      check.failure = where + place(got, i) + " gives " +
                      elementText(got, offset) + ", not " +
                      elementText(nearest, offset);
  }
}
