//===- Numbers.cpp - level 2: against the f64 reference -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"
#include "tools/kit/Levels.h"

#include <set>

using namespace fovea;
using namespace fovea::kit;

static std::string textOf(const Formula &formula,
                          std::span<const int64_t> dims) {
  std::string text;
  for (size_t i = 0; i < dims.size(); ++i)
    text += (i ? ", " : "") +
            std::string(formula.cluster.string(formula.cluster.dims[i].name)) +
            " = " + std::to_string(dims[i]);
  return text.empty() ? "no dimensions" : text;
}

/// Whether some of the cluster's inputs are made otherwise by these values.
static bool matter(const Formula &formula, Values values,
                   const Program &program) {
  bool hasFloats = false, hasMasks = false, hasIntegers = false;
  for (const fovea_port &port : formula.cluster.inputs) {
    const DType dtype = *dtypeFromC(port.dtype);
    hasFloats |= isFloat(dtype);
    hasMasks |=
        dtype == DType::Bool ||
        std::string(formula.cluster.string(port.name)).starts_with("len_");
    hasIntegers |= isInteger(dtype);
  }
  switch (values) {
  case Values::Normal:
    return true;
  case Values::Equal:
  case Values::Zero:
    return hasFloats || hasIntegers;
  case Values::Huge:
    return hasFloats && !program.noHuge;
  case Values::Infinite:
  case Values::NaN:
    return hasFloats && !program.noInfinite;
  case Values::Masked:
  case Values::Seen:
    return hasMasks;
  case Values::Hidden:
    return hasMasks && hasFloats;
  case Values::Wide:
  case Values::Extreme:
    return hasIntegers;
  }
  return false;
}

/// Makes one element of an index or divisor wrong.
static bool spoil(Problem &problem, uint64_t seed) {
  const plugin::Cluster &cluster = problem.formula.cluster;
  bool isSpoiled = false;
  for (size_t i = 0; i < cluster.inputs.size(); ++i) {
    const std::string name = cluster.string(cluster.inputs[i].name);
    const Tensor &tensor = problem.inputs[i].tensor();
    const bool isIndex = name.starts_with("to_");
    if ((!isIndex && name != "by") || tensor.numElements() == 0)
      continue;
    const auto place = static_cast<int64_t>(
        seed % static_cast<uint64_t>(tensor.numElements()));
    const int64_t bad = !isIndex ? 0 : seed % 3 == 0 ? -3 : 1000003;
    tensor.store(tensor.offsetOfOrdinal(place), bad);
    isSpoiled = true;
  }
  return isSpoiled;
}

static void checkFailures(Candidate &candidate, Recorder &recorder,
                          const std::string &prefix) {
  const Formula &formula = *candidate.formula;
  bool canFail = false;
  for (const fovea_port &port : formula.cluster.inputs) {
    const std::string name = formula.cluster.string(port.name);
    canFail |= name.starts_with("to_") || name == "by";
  }
  if (!canFail)
    return;
  recorder.test(2, prefix + "failures: what is needed and only that", [&] {
    const std::vector<int64_t> dims = someDims(formula, 1);
    auto prepared = candidate.prepare(dims);
    for (uint64_t seed : {6, 7, 8, 9, 10, 11, 12, 13}) {
      auto problem = makeProblem(
          formula, prepared, seed < 8 ? Values::Masked : Values::Normal,
          Layout::Dense, seed, [&](Problem &made) { spoil(made, seed); });
      solve(*problem);
    }
    // After an error the instance is still good.
    solve(*makeProblem(formula, prepared, Values::Normal, Layout::Dense, 14));
  });
}

void kit::checkNumbers(Candidate &candidate, Recorder &recorder,
                       const std::string &prefix, const Program &program) {
  const Formula &formula = *candidate.formula;
  std::set<std::vector<int64_t>> seen;
  for (int choice = 0; choice < dimChoices; ++choice) {
    const std::vector<int64_t> dims = someDims(formula, choice);
    if (!seen.insert(dims).second)
      continue;
    recorder.test(2, prefix + "sizes: " + textOf(formula, dims), [&] {
      solve(*makeProblem(formula, candidate.prepare(dims), Values::Normal,
                         Layout::Dense, static_cast<uint64_t>(choice)));
    });
  }
  const std::vector<int64_t> dims = someDims(formula, 1);
  for (Values values :
       {Values::Equal, Values::Zero, Values::Huge, Values::Infinite,
        Values::NaN, Values::Masked, Values::Seen, Values::Hidden, Values::Wide,
        Values::Extreme})
    if (matter(formula, values, program))
      recorder.test(2, prefix + "numbers: " + nameOf(values), [&] {
        auto prepared = candidate.prepare(dims);
        for (uint64_t seed : {21, 22})
          solve(*makeProblem(formula, prepared, values, Layout::Dense, seed));
      });
  for (Layout layout : {Layout::Padded, Layout::Backwards, Layout::Repeated,
                        Layout::Transposed, Layout::Unaligned})
    recorder.test(2, prefix + "arrays: " + nameOf(layout), [&] {
      auto prepared = candidate.prepare(dims);
      for (uint64_t seed : {31, 32})
        solve(*makeProblem(formula, prepared, Values::Normal, layout, seed));
    });
  checkFailures(candidate, recorder, prefix);
}

//===----------------------------------------------------------------------===//
// Sums of millions
//===----------------------------------------------------------------------===//

/// Of numbers that are alike, so that all roundings go one way: one by one in
/// f32, in a few dozen lanes too, they lose more than the error model allows.
void kit::checkLongSums(Plugin &plugin, Recorder &recorder) {
  static constexpr int64_t count = 3'000'017;
  const Program programs[] = {{"a row of millions, summed",
                               "fn f(x: f32[N, M]) {\n"
                               "  r[n] = sum[m](x[n, m])\n  return r\n}\n"},
                              {"a row of millions, summed at its maximum",
                               "fn f(x: f32[N, M]) {\n"
                               "  a[n] = max[m](x[n, m])\n"
                               "  r[n] = sum[m](exp(x[n, m] - a[n]))\n"
                               "  return r\n}\n"}};
  for (const Program &program : programs)
    recorder.test(2, program.name, [&] {
      auto candidate = firstClaimed(plugin, {program});
      const std::vector<int64_t> dims = {1, count};
      solve(*makeProblem(*candidate->formula, candidate->prepare(dims),
                         Values::Zero, Layout::Dense, 3, [](Problem &made) {
                           const Tensor &row = made.inputs[0].tensor();
                           for (int64_t i = 0; i < count; ++i)
                             row.store(i, 0.7);
                           // The maximum comes late.
                           row.store(count * 2 / 3, 1.06);
                         }));
    });
}

//===----------------------------------------------------------------------===//
// Random bits
//===----------------------------------------------------------------------===//

void kit::checkVectors(Plugin &plugin, Recorder &recorder) {
  const Program program = {"published numbers",
                           "fn f(seed: i64, x: f32[N]) {\n"
                           "  r[n] = uniform(seed, n) + 0 * x[n]\n"
                           "  return r\n}\n"};
  recorder.test(2, "Philox4x32-10 of key 0, counter 0", [&] {
    auto candidate = firstClaimed(plugin, {program});
    const std::vector<int64_t> dims = {4};
    auto problem =
        makeProblem(*candidate->formula, candidate->prepare(dims), Values::Zero,
                    Layout::Dense, 2, [](Problem &made) {
                      for (const Array &input : made.inputs)
                        if (isInteger(input.tensor().dtype()))
                          input.tensor().store(0, int64_t(0));
                    });
    solve(*problem);
    // The known answers of the Random123 library.
    const uint32_t words[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    const Tensor &numbers = problem->outputs[0].tensor();
    for (int64_t i = 0; i < 4; ++i) {
      const double right = static_cast<double>(words[i] >> 8) * 0x1p-24;
      need(numbers.loadAsDouble(i) == right,
           "uniform number " + std::to_string(i) + " is " +
               elementText(numbers, i) + "; " + std::to_string(right) +
               ", to the last bit, is right");
    }
  });
}
