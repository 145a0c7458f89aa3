//===- Memory.cpp - level 3: what a plugin keeps --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Environment.h"
#include "tools/kit/Levels.h"

#include <chrono>
#include <exception>
#include <thread>

#include <malloc.h>

using namespace fovea;
using namespace fovea::kit;

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// What an instance and a run at `n` places along each long axis take.
namespace {
struct Footprint {
  uint64_t workspace;
  /// Beyond what was there before, in bytes.
  int64_t peak;
};
} // namespace

static Footprint footprint(Candidate &candidate, int64_t n) {
  const std::vector<int64_t> dims = longDims(candidate.formula->cluster, n);
  candidate.exe();
  // What lies in memory that malloc could give out again would hide scores.
  malloc_trim(0);
  forgetPeak();
  const Resident before = Resident::read();
  // An instance may hold scores too. The arrays are small beside them.
  auto prepared = candidate.prepare(dims);
  auto problem = makeProblem(*candidate.formula, prepared, Values::Normal,
                             Layout::Dense, 90, {}, false);
  Guarded workspace = prepared->workspace();
  const std::vector<fovea_tensor> in = problem->in(), out = problem->out();
  const Answer answer = prepared->run(in, out, workspace, nullptr);
  const Resident after = Resident::read();
  need(answer.isOk(), "`run` returns " + answer.text());
  return {workspace.size(),
          (after.peak - std::max(before.now, before.peak)) * 1024};
}

void kit::checkMemory(Plugin &plugin, Recorder &recorder,
                      const Program &program) {
  recorder.test(3, "what is claimed as fused stores no scores", [&] {
    auto candidate = firstClaimed(plugin, {program});
    const fovea_claim claim = candidate->claim(*plugin.backend());
    if (claim.kind != FOVEA_CLAIM_FUSED)
      refuse("it is claimed as FOVEA_CLAIM_DECOMPOSED");
    constexpr int64_t few = 64, many = 512;
    // One byte for each score: there is no number that is smaller.
    constexpr int64_t scores = many * many - few * few;
    if (storedElements(*candidate->formula,
                       longDims(candidate->formula->cluster, many)) >= scores)
      refuse("the cluster has scores that are FOVEA_OP_STORED");
    const Footprint small = footprint(*candidate, few);
    const Footprint again = footprint(*candidate, few);
    const Footprint large = footprint(*candidate, many);
    const auto workspace =
        static_cast<int64_t>(large.workspace - again.workspace);
    const std::string advice =
        ", as many as the scores that fusion avoids; claim "
        "FOVEA_CLAIM_DECOMPOSED";
    need(workspace < scores,
         "at " + std::to_string(many) + " x " + std::to_string(many) +
             " places `prepare` asks for " + std::to_string(workspace) +
             " bytes more than at " + std::to_string(few) + " x " +
             std::to_string(few) + advice);
    const int64_t peak = large.peak - std::min(small.peak, again.peak);
    need(peak < 2 * scores,
         "at " + std::to_string(many) + " x " + std::to_string(many) +
             " places `prepare` and `run` take " + std::to_string(peak) +
             " bytes more than at " + std::to_string(few) + " x " +
             std::to_string(few) + advice);
  });
}

//===----------------------------------------------------------------------===//
// Leaks
//===----------------------------------------------------------------------===//

/// Does it in a thread of its own, which gives back what malloc keeps for
/// threads: that would count as given out.
static Held heldAfter(const std::function<void()> &work) {
  std::exception_ptr fault;
  std::thread([&] {
    try {
      work();
    } catch (...) {
      fault = std::current_exception();
    }
  }).join();
  if (fault)
    std::rethrow_exception(fault);
  return Held::now();
}

/// Ends the test if each round makes the process larger for ever. It is
/// measured in several windows of rounds, after as many that may fill caches;
/// only growth in each of them counts, of the bytes that malloc has given out
/// (a block a round, and more than what a thread may leave), of those that are
/// in memory (a page a round, and more than what the heap grows by at once), or
/// of files (one a round). So what is kept for a while, or once, is no leak.
static void needNoGrowth(const std::string &what,
                         const std::function<void()> &round) {
  using Clock = std::chrono::steady_clock;
  constexpr int windows = 4;
  constexpr double secondsPerWindow = 0.5, mostSeconds = 1;
  constexpr int64_t leastBlock = 16, ofThread = 4096;
  constexpr int64_t page = 4096, heapStep = 128 * 1024;
  round();
  const auto begin = Clock::now();
  round();
  const double each =
      std::chrono::duration<double>(Clock::now() - begin).count();
  if (each > mostSeconds)
    refuse("a round takes longer than a second, too long to be repeated");
  const auto rounds =
      static_cast<int64_t>(std::clamp(secondsPerWindow / each, 2.0, 256.0));
  auto work = [&] {
    for (int64_t i = 0; i < rounds; ++i)
      round();
  };
  Held before = heldAfter(work);
  Held least = {INT64_MAX, INT64_MAX, INT64_MAX};
  for (int i = 0; i < windows; ++i) {
    const Held after = heldAfter(work);
    least.allocated =
        std::min(least.allocated, after.allocated - before.allocated);
    least.resident = std::min(least.resident, after.resident - before.resident);
    least.files = std::min(least.files, after.files - before.files);
    before = after;
  }
  need(least.files < rounds, what + " leaves a file open, each time");
  int64_t leaked = 0;
  if (least.allocated >= std::max(rounds * leastBlock, ofThread))
    leaked = least.allocated;
  else if (least.resident >= std::max(rounds * page, heapStep))
    leaked = least.resident;
  need(leaked == 0, what + " leaves " + std::to_string(leaked / rounds) +
                        " bytes behind, each time");
}

void kit::checkLeaks(Plugin &plugin, Recorder &recorder,
                     const Program &program) {
  auto claimed = [&] { return firstClaimed(plugin, {program}); };
  auto dims = [](const Candidate &candidate) {
    return someDims(*candidate.formula, 1);
  };
  recorder.test(3, "no memory is left by `open` and `close`", [&] {
    needNoGrowth("`open` and `close`", [&] {
      Answer answer;
      need(plugin.open(answer) != nullptr, "`open` returns " + answer.text());
    });
  });
  recorder.test(3, "no memory is left by `query`", [&] {
    auto candidate = claimed();
    needNoGrowth("`query`", [&] { candidate->claim(*plugin.backend()); });
  });
  recorder.test(3, "no memory is left by `compile` and `exe_free`", [&] {
    auto candidate = claimed();
    needNoGrowth("`compile` and `exe_free`", [&] {
      candidate->exe();
      candidate->drop();
    });
  });
  recorder.test(3, "no memory is left by `prepare` and `instance_free`", [&] {
    auto candidate = claimed();
    candidate->exe();
    needNoGrowth("`prepare` and `instance_free`",
                 [&] { candidate->prepare(dims(*candidate)); });
  });
  recorder.test(3, "no memory is left by `run`", [&] {
    auto candidate = claimed();
    auto problem =
        makeProblem(*candidate->formula, candidate->prepare(dims(*candidate)),
                    Values::Normal, Layout::Dense, 91, {}, false);
    Guarded workspace = problem->prepared->workspace();
    const std::vector<fovea_tensor> in = problem->in(), out = problem->out();
    needNoGrowth("`run`", [&] {
      const Answer answer = problem->prepared->run(in, out, workspace, nullptr);
      need(answer.isOk(), "`run` returns " + answer.text());
    });
  });
}
