//===- Cancel.cpp - level 3: a long run that is cancelled -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Levels.h"

#include <chrono>
#include <condition_variable>
#include <thread>

using namespace fovea;
using namespace fovea::kit;
using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// A run is cancelled after so long, and ends so soon after that.
static constexpr Seconds patience(0.1), bound(1);
/// Elements of what is stored, at most.
static constexpr int64_t mostStored = 1 << 22;
static constexpr uint64_t mostWorkspace = uint64_t(1) << 28;

namespace {
/// Cancels after `patience`, unless it is destroyed before.
class Canceller {
public:
  ~Canceller() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      isOver = true;
    }
    over.notify_one();
    thread.join();
  }
  const std::atomic<bool> *flag() const { return &cancelled; }

private:
  std::mutex mutex;
  std::condition_variable over;
  bool isOver = false;
  std::atomic<bool> cancelled = false;
  std::thread thread{[this] {
    std::unique_lock<std::mutex> lock(mutex);
    if (!over.wait_for(lock, patience, [&] { return isOver; }))
      cancelled = true;
  }};
};
} // namespace

/// Runs with `n` places along each long axis, and cancels. Whether it was
/// long enough for that. Wrong: it goes on behind the bound.
static bool isCancelledAt(Candidate &candidate,
                          std::shared_ptr<Prepared> prepared, int64_t n) {
  auto problem = makeProblem(*candidate.formula, std::move(prepared),
                             Values::Normal, Layout::Dense, 51, {}, false);
  Guarded workspace = problem->prepared->workspace();
  const std::vector<fovea_tensor> in = problem->in(), out = problem->out();
  Answer answer;
  const auto begin = Clock::now();
  {
    Canceller canceller;
    answer = problem->prepared->run(in, out, workspace, canceller.flag());
  }
  const Seconds late = Clock::now() - begin - patience;
  char text[64];
  std::snprintf(text, sizeof text, "%.2f", late.count());
  need(late <= bound,
       "at " + std::to_string(n) + " x " + std::to_string(n) +
           " places `run` returns " + text +
           " s after it is cancelled; it has to ask fovea_host::cancelled "
           "often enough to return within a second");
  need(answer.isOk() || answer.code == FOVEA_CANCELLED,
       "`run` returns " + answer.text() + "; FOVEA_CANCELLED is needed");
  return answer.code == FOVEA_CANCELLED;
}

void kit::checkCancelling(Plugin &plugin, Recorder &recorder,
                          const Program &program) {
  recorder.test(3, "a long run that is cancelled ends within a second", [&] {
    auto candidate = firstClaimed(plugin, {program});
    const plugin::Cluster &cluster = candidate->formula->cluster;
    const bool isFused =
        candidate->claim(*plugin.backend()).kind == FOVEA_CLAIM_FUSED;
    // Some ask for it once in a row, or once in a block: that is seen when rows
    // are longer than in the first run that was long enough.
    constexpr int64_t longer = 4;
    int64_t most = 1 << 20;
    bool isLong = false;
    for (int64_t n = 64; n <= most; n *= 2) {
      const std::vector<int64_t> dims = longDims(cluster, n);
      if ((!isFused && n * n > mostStored) ||
          storedElements(*candidate->formula, dims) > mostStored)
        break;
      Answer answer;
      auto prepared = candidate->exe().prepare(dims, answer);
      if (answer.code == FOVEA_UNSUPPORTED_SHAPE)
        break;
      need(prepared != nullptr, "`prepare` returns " + answer.text());
      if (prepared->answer.workspace_bytes > mostWorkspace)
        break;
      if (!isCancelledAt(*candidate, std::move(prepared), n) || isLong)
        continue;
      isLong = true;
      most = std::min(most, n * longer);
    }
    if (!isLong)
      refuse("none of the sizes that it takes runs for long enough");
  });
}
