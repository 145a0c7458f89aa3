//===- Judge.cpp - whether two backends agree -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Judge.h"

#include "runtime/Print.h"
#include "tests/generate/Inputs.h"
#include "tests/generate/Print.h"
#include "tools/Compare.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::generate;

using Results = Expected<std::vector<Tensor>>;

/// Variant 0 rounds, the others move. So many are tried at first, and so many
/// before it is said that rounding does not explain a difference.
static constexpr int variants = 6, mostVariants = 30;
/// Where numbers compare that may be infinite either way, one of so many
/// patterns shows it.
static constexpr unsigned patterns = 24;
/// A spread of so many samples may miss the true one by a factor.
static constexpr double patience = 8;

Pair fovea::generate::compile(Lab &lab, const Case &program,
                              const std::vector<Tensor> &inputs,
                              Judgement &judgement) {
  Pair pair;
  std::string text = print(program);
  auto oracle = lab.compile(text, program.entry, inputs, true);
  auto refuse = [&](const Status &status, const char *who) {
    bool rejected = status.code() == StatusCode::InvalidProgram;
    judgement = {rejected ? Verdict::Rejected : Verdict::Refused,
                 (rejected ? "" : std::string(who) + ": ") + status.text()};
  };
  if (!oracle) {
    refuse(oracle.status(), "reference");
    return pair;
  }
  auto tested = lab.compile(text, program.entry, inputs, false);
  if (!tested) {
    refuse(tested.status(), "cpu");
    return pair;
  }
  pair.oracle = *std::move(oracle);
  pair.tested = *std::move(tested);
  return pair;
}

/// Adds the results of variants up to `end`, as far as they can be had.
static void evaluateVariants(Lab &lab, const Case &program,
                             const std::vector<Tensor> &inputs, int end,
                             std::vector<Results> &out, std::string &trouble) {
  std::vector<Tensor> wide = widened(inputs);
  for (int variant = static_cast<int>(out.size());
       variant < end && trouble.empty(); ++variant) {
    auto exe = lab.compile(print(program, variant), program.entry, wide, true);
    if (exe)
      out.push_back((*exe)(wide));
    else
      trouble =
          "variant " + std::to_string(variant) + ": " + exe.status().text();
  }
}

/// Whether `got` is what the samples (the oracle's first) allow.
static bool explained(double got, const std::vector<double> &samples,
                      Tolerance tolerance, double largest) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  unsigned wild = 0;
  for (double sample : samples) {
    if (std::isnan(got) ? std::isnan(sample) : got == sample)
      return true;
    if (!std::isfinite(sample)) {
      ++wild;
      continue;
    }
    low = std::min(low, sample);
    high = std::max(high, sample);
  }
  bool finite = low <= high;
  // Some samples are finite, several are not: this place is on an edge.
  if (wild > 1 && finite)
    return true;
  // No digit of it is certain: what it is divided by may as well be 0.
  if (finite && !std::isfinite(got) &&
      high - low > std::max(std::abs(low), std::abs(high)))
    return true;
  if (std::isinf(got) && finite)
    return (got > 0 ? high : -low) > largest;
  if (!std::isfinite(got) || !finite)
    return false;
  double room = patience * (high - low) + tolerance.absolute +
                tolerance.relative * std::max(std::abs(low), std::abs(high));
  return got >= low - room && got <= high + room;
}

static bool areAll(const std::vector<bool> &known) {
  return std::find(known.begin(), known.end(), false) == known.end();
}

/// Marks the elements that the variants explain.
static void explain(const Tensor &got, const Tensor &wanted, size_t result,
                    const std::vector<Results> &samples,
                    const std::string &main, std::vector<bool> &known) {
  Tolerance tolerance =
      isFloat(got.dtype()) ? toleranceOf(got.dtype()) : Tolerance{0, 0};
  // A division may come after what was written after it.
  double largest = got.dtype() == DType::F16 ? 6e4
                   : main == "f32"           ? 1e35
                                             : 1e304;
  int64_t ordinal = 0;
  forEachOffset(got, [&](int64_t offset) {
    std::vector<double> values = {
        wanted.loadAsDouble(wanted.offsetOfOrdinal(ordinal))};
    for (const Results &sample : samples)
      if (sample)
        values.push_back((*sample)[result].loadAsDouble(
            (*sample)[result].offsetOfOrdinal(ordinal)));
    known[ordinal] = known[ordinal] || explained(got.loadAsDouble(offset),
                                                 values, tolerance, largest);
    ++ordinal;
  });
}

/// Whether some reduction of the program is not finite, or 0.
static bool isDegenerate(Lab &lab, const Case &program,
                         const std::vector<Tensor> &inputs) {
  bool found = false;
  const std::vector<Tensor> wide = widened(inputs);
  for (const Compiled &exe :
       lab.compileReductions(print(program, 0), program.entry, wide)) {
    Results results = exe(wide);
    if (!results || !isFloat(results->front().dtype()))
      continue;
    const Tensor &tensor = results->front();
    forEachOffset(tensor, [&](int64_t offset) {
      const double value = tensor.loadAsDouble(offset);
      found = found || !std::isfinite(value) || value == 0;
    });
  }
  return found;
}

static bool agree(double got, double wanted, Tolerance tolerance) {
  return got == wanted || (std::isnan(got) && std::isnan(wanted)) ||
         std::abs(got - wanted) <=
             tolerance.absolute + tolerance.relative * std::abs(wanted);
}

/// Marks the elements that are as they are in `others` or, where they are not
/// finite there, not finite either.
static void markThoseOf(const std::vector<Tensor> &others, const Tensor &got,
                        std::vector<bool> &known) {
  const Tolerance tolerance =
      isFloat(got.dtype()) ? toleranceOf(got.dtype()) : Tolerance{0, 0};
  int64_t ordinal = 0;
  forEachOffset(got, [&](int64_t offset) {
    const double g = got.loadAsDouble(offset);
    for (const Tensor &other : others) {
      const double o = other.loadAsDouble(other.offsetOfOrdinal(ordinal));
      known[ordinal] = known[ordinal] || agree(g, o, tolerance) ||
                       (!std::isfinite(g) && !std::isfinite(o));
    }
    ++ordinal;
  });
}

/// Marks the elements that fusion may make of the program, since it does not
/// take the steps of the formula.
static void markRelaxed(Lab &lab, const Case &program,
                        const std::vector<Tensor> &inputs, const Tensor &got,
                        size_t result, std::vector<bool> &known) {
  std::vector<Tensor> wide = widened(inputs), others;
  for (Relaxed relaxed :
       {Relaxed::Sums, Relaxed::Differences, Relaxed::Exponentials,
        Relaxed::Extrema, Relaxed::Masked, Relaxed::Products, Relaxed::Residues,
        Relaxed::Deficits})
    if (auto exe = lab.compileRelaxed(print(program, 0), program.entry, wide,
                                      relaxed, program.main == "f32"))
      if (Results results = (*exe)(wide))
        others.push_back((*results)[result]);
  markThoseOf(others, got, known);
}

/// Marks the elements that are what docs/language.md promises where a reduction
/// is not finite: the oracle's; or what it makes of the program if such
/// reductions are so in another way, which others may have compared them with;
/// or not finite, where that is the oracle's result in one of these ways.
static void markPromised(Lab &lab, const Case &program,
                         const std::vector<Tensor> &inputs, const Tensor &got,
                         const Tensor &wanted, size_t result,
                         std::vector<bool> &known) {
  const double infinity = std::numeric_limits<double>::infinity();
  std::vector<Tensor> wide = widened(inputs), others;
  auto add = [&](const Lab::Undefined &instead) {
    auto exe =
        lab.compileUndefined(print(program, 0), program.entry, wide, instead);
    if (!exe)
      return false;
    if (Results results = (*exe)(wide))
      others.push_back((*results)[result]);
    return true;
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  add({nan, /*all=*/false});
  for (double number : {nan, infinity, -infinity}) {
    add({number});
    for (size_t i = 0; add({.number = number, .only = i});)
      ++i;
  }
  for (bool all : {true, false})
    for (unsigned pattern = 1; pattern <= patterns; ++pattern)
      add({.number = infinity, .all = all, .pattern = pattern});
  others.push_back(wanted);
  markThoseOf(others, got, known);
}

/// Marks the elements that are made from a sum which is not finite: what that
/// is instead is not promised, and what is made of it is anything.
static void markUndefined(Lab &lab, const Case &program,
                          const std::vector<Tensor> &inputs, const Tensor &got,
                          size_t result, std::vector<bool> &known) {
  const std::vector<Tensor> wide = widened(inputs);
  auto exe = lab.compileTracker(print(program, 0), program.entry, wide);
  if (!exe)
    return;
  Results results = (*exe)(wide);
  if (!results)
    return;
  const Tensor &marks = (*results)[result];
  for (int64_t i = 0; i < got.numElements(); ++i)
    known[i] = known[i] || marks.loadAsInt(marks.offsetOfOrdinal(i)) != 0;
}

static std::string describe(const Difference &difference, size_t result) {
  return "r" + std::to_string(result) + " at " +
         shapeText(difference.position) + " is " + difference.got +
         ", the reference is " + difference.wanted + " (" +
         std::to_string(difference.count) + " of " +
         std::to_string(difference.total) + " elements differ)";
}

static std::string outcome(const Results &results) {
  return results ? "succeeds" : "fails: " + results.status().text();
}

/// One side fails: whether some variant ends as the tested backend does, and
/// with what it gives.
static Judgement judgeFailure(Lab &lab, const Case &program,
                              const std::vector<Tensor> &inputs,
                              const Results &wanted, const Results &got) {
  std::string trouble;
  std::vector<Results> samples, alike;
  evaluateVariants(lab, program, inputs, mostVariants, samples, trouble);
  for (const Results &sample : samples)
    if (bool(sample) == bool(got))
      alike.push_back(sample);
  bool isExplained = !alike.empty();
  if (isExplained && got) {
    // The first stands for the oracle, and counts once.
    const std::vector<Tensor> first = *alike.front();
    alike.erase(alike.begin());
    for (size_t i = 0; isExplained && i < got->size(); ++i) {
      std::vector<bool> known((*got)[i].numElements());
      explain((*got)[i], first[i], i, alike, program.main, known);
      isExplained = areAll(known);
    }
  }
  if (isExplained)
    return {Verdict::Sensitive};
  return {Verdict::Differ, "the reference " + outcome(wanted) + "\n  cpu " +
                               outcome(got) + "\n" + trouble};
}

Judgement fovea::generate::judge(Lab &lab, const Case &program,
                                 const Pair &pair,
                                 const std::vector<Tensor> &inputs) {
  Results wanted = pair.oracle(inputs);
  Results got = pair.tested(inputs);
  if (!wanted && !got) {
    StatusCode a = wanted.status().code(), b = got.status().code();
    // Which of several errors is met first is not promised.
    auto isRuntime = [](StatusCode code) {
      return code == StatusCode::OutOfRange ||
             code == StatusCode::DivisionByZero;
    };
    if (a == b || (isRuntime(a) && isRuntime(b)))
      return {Verdict::BothFail};
    return {Verdict::Differ,
            "the reference " + outcome(wanted) + "\n  cpu " + outcome(got)};
  }
  if (!wanted || !got)
    return judgeFailure(lab, program, inputs, wanted, got);

  Judgement judgement{Verdict::Agree};
  for (const Tensor &tensor : *wanted)
    forEachOffset(tensor, [&](int64_t offset) {
      double value = tensor.loadAsDouble(offset);
      ++judgement.elements;
      judgement.telling += std::isfinite(value) && value != 0;
    });
  std::vector<Results> samples;
  std::string trouble;
  for (size_t i = 0; i < wanted->size(); ++i) {
    const Tensor &mine = (*got)[i], &theirs = (*wanted)[i];
    auto difference = compare(mine, theirs, toleranceOf(mine.dtype()));
    if (!difference)
      return {Verdict::Differ, difference.status().text()};
    if (!*difference)
      continue;
    std::vector<bool> known(mine.numElements());
    auto isExplained = [&] {
      if (trouble.empty())
        explain(mine, theirs, i, samples, program.main, known);
      return areAll(known);
    };
    evaluateVariants(lab, program, inputs, variants, samples, trouble);
    if (isExplained())
      continue;
    if (isDegenerate(lab, program, inputs)) {
      markPromised(lab, program, inputs, mine, theirs, i, known);
      if (!isExplained())
        markUndefined(lab, program, inputs, mine, i, known);
      if (isExplained()) {
        judgement.verdict = Verdict::Degenerate;
        continue;
      }
    }
    evaluateVariants(lab, program, inputs, mostVariants, samples, trouble);
    if (isExplained())
      continue;
    markRelaxed(lab, program, inputs, mine, i, known);
    if (isExplained())
      continue;
    if (!trouble.empty())
      return {Verdict::Rejected, trouble};
    return {Verdict::Differ, describe(**difference, i)};
  }
  if (!samples.empty() && judgement.verdict == Verdict::Agree)
    judgement.verdict = Verdict::Sensitive;
  return judgement;
}
