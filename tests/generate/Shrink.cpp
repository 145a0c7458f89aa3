//===- Shrink.cpp - making a failure small --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Shrink.h"

#include "tests/generate/Edits.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>

using namespace fovea;
using namespace fovea::generate;

namespace {
class Shrinker {
public:
  Shrinker(Lab &lab, Failure failure, double seconds)
      : lab(lab), best(std::move(failure)),
        end(Clock::now() + std::chrono::duration_cast<Clock::duration>(
                               std::chrono::duration<double>(seconds))) {}
  Failure run();

private:
  using Clock = std::chrono::steady_clock;
  bool late() const { return Clock::now() > end; }
  bool attempt(Failure candidate);
  bool dropResults();
  bool dropUnused();
  bool earlierResult();
  bool simplify();
  bool dropParams();
  bool smallerSizes();
  bool plainerInputs();
  bool replaceInput(size_t input, const std::function<double(double)> &change);

  Lab &lab;
  Failure best;
  Clock::time_point end;
};
} // namespace

/// What a failure must share with the first one: the words of the message
/// before any name or number.
static std::string kindOf(const Judgement &judgement) {
  if (judgement.verdict == Verdict::Differ)
    return judgement.message.starts_with("r") ? "value" : "failure";
  std::string line = judgement.message.substr(0, judgement.message.find('\n'));
  return line.substr(0, line.find('`'));
}

/// Keeps the candidate if it fails in the same way.
bool Shrinker::attempt(Failure candidate) {
  if (late())
    return false;
  Judgement judgement;
  Pair pair = compile(lab, candidate.program, candidate.inputs, judgement);
  if (pair.tested)
    judgement = judge(lab, candidate.program, pair, candidate.inputs);
  if (judgement.verdict != best.judgement.verdict ||
      kindOf(judgement) != kindOf(best.judgement))
    return false;
  candidate.judgement = judgement;
  best = std::move(candidate);
  return true;
}

bool Shrinker::dropResults() {
  bool any = false;
  for (size_t i = best.program.entry.results.size();
       i-- > 0 && best.program.entry.results.size() > 1;) {
    Failure candidate = best;
    auto &results = candidate.program.entry.results;
    results.erase(results.begin() + static_cast<long>(i));
    any |= attempt(std::move(candidate));
  }
  return any;
}

bool Shrinker::dropUnused() {
  Failure candidate = best;
  return removeUnused(candidate.program) && attempt(std::move(candidate));
}

/// Returns what an earlier definition makes instead.
bool Shrinker::earlierResult() {
  for (const Definition &d : best.program.entry.definitions) {
    if (d.names[0] == best.program.entry.results[0].value)
      return false;
    Failure candidate = best;
    static const char *const names[] = {"bool", "i32", "i64", "main"};
    candidate.program.entry.results = {
        {d.names[0], names[static_cast<size_t>(d.type)], d.shape}};
    if (attempt(std::move(candidate)))
      return true;
  }
  return false;
}

bool Shrinker::simplify() {
  bool any = false;
  for (size_t i = best.program.entry.definitions.size(); i-- > 0;) {
    bool again = true;
    while (again && !late()) {
      again = false;
      for (ExprPtr &edit : edits(best.program.entry.definitions[i].value)) {
        Failure candidate = best;
        candidate.program.entry.definitions[i].value = std::move(edit);
        if (!attempt(std::move(candidate)))
          continue;
        again = any = true;
        break;
      }
    }
  }
  return any;
}

bool Shrinker::dropParams() {
  bool any = false;
  for (size_t i = best.program.entry.params.size(); i-- > 0;) {
    Failure candidate = best;
    Function &entry = candidate.program.entry;
    const std::string name = entry.params[i].name;
    bool used = std::any_of(
        entry.definitions.begin(), entry.definitions.end(),
        [&](const Definition &d) { return mentions(*d.value, name); });
    if (used)
      continue;
    entry.params.erase(entry.params.begin() + static_cast<long>(i));
    candidate.inputs.erase(candidate.inputs.begin() + static_cast<long>(i));
    any |= attempt(std::move(candidate));
  }
  return any;
}

bool Shrinker::smallerSizes() {
  bool any = false;
  for (const auto &[symbol, extent] : Sizes(best.sizes))
    for (int64_t smaller : {0, 1, 2, 3, 5}) {
      if (smaller >= best.sizes.at(symbol))
        break;
      Failure candidate = best;
      candidate.sizes[symbol] = smaller;
      bool good = true;
      for (size_t i = 0; i < candidate.inputs.size(); ++i) {
        std::vector<int64_t> shape;
        for (const Dim &dim : candidate.program.entry.params[i].shape)
          shape.push_back(dim.eval(candidate.sizes));
        good = good && std::all_of(shape.begin(), shape.end(),
                                   [](int64_t n) { return n >= 0; });
        if (!good)
          break;
        const Tensor &input = candidate.inputs[i];
        candidate.inputs[i] =
            *input.restrided(shape, input.strides()).contiguous();
      }
      if (good && attempt(std::move(candidate))) {
        any = true;
        break;
      }
    }
  return any;
}

bool Shrinker::replaceInput(size_t input,
                            const std::function<double(double)> &change) {
  Failure candidate = best;
  Tensor copy = *best.inputs[input].contiguous();
  bool changed = false;
  forEachOffset(copy, [&](int64_t offset) {
    double value = copy.loadAsDouble(offset), other = change(value);
    if (value == other || (value != value && other != other))
      return;
    changed = true;
    copy.store(offset, other);
  });
  candidate.inputs[input] = copy;
  return changed && attempt(std::move(candidate));
}

bool Shrinker::plainerInputs() {
  bool any = false;
  for (size_t i = 0; i < best.inputs.size(); ++i) {
    if (replaceInput(i, [](double) { return 0.0; }))
      any = true;
    else if (replaceInput(i, [](double) { return 1.0; }))
      any = true;
    else if (isFloat(best.inputs[i].dtype()))
      any |= replaceInput(i, [](double x) { return std::round(x); });
    int64_t count = best.inputs[i].numElements();
    for (int64_t one = 0; one < count && count <= 40; ++one) {
      int64_t at = 0;
      any |= replaceInput(i, [&](double x) { return at++ == one ? 0.0 : x; });
    }
  }
  return any;
}

Failure Shrinker::run() {
  bool more = true;
  while (more && !late()) {
    more = dropResults();
    more |= dropUnused();
    more |= earlierResult();
    more |= dropUnused();
    more |= smallerSizes();
    more |= simplify();
    more |= dropUnused();
    more |= dropParams();
    more |= plainerInputs();
  }
  return std::move(best);
}

Failure fovea::generate::shrink(Lab &lab, Failure failure, double seconds) {
  return Shrinker(lab, std::move(failure), seconds).run();
}
