//===- Life.cpp - level 3: threads, order, freeing ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Environment.h"
#include "tools/kit/Levels.h"

#include <barrier>
#include <functional>
#include <mutex>
#include <thread>

using namespace fovea;
using namespace fovea::kit;

static std::shared_ptr<Problem>
problemOf(Candidate &candidate, int choice, uint64_t seed,
          const std::function<void(Problem &)> &change = {}) {
  return makeProblem(*candidate.formula,
                     candidate.prepare(someDims(*candidate.formula, choice)),
                     Values::Normal, Layout::Dense, seed, change);
}

/// A run that is cancelled from the start: it may be done all the same.
static void runCancelled(Problem &problem) {
  Guarded workspace = problem.prepared->workspace();
  std::atomic<bool> cancelled = true;
  const Answer answer =
      problem.prepared->run(problem.in(), problem.out(), workspace, &cancelled);
  if (answer.code != FOVEA_CANCELLED)
    judge(problem, answer);
}

/// Does work[i]() again and again in a thread of its own, all at once.
static void inThreads(const std::vector<std::function<void()>> &work) {
  constexpr int rounds = 10;
  std::barrier begin(static_cast<std::ptrdiff_t>(work.size()));
  std::vector<std::string> faults(work.size());
  std::vector<std::thread> crew;
  for (size_t i = 0; i < work.size(); ++i)
    crew.emplace_back([&, i] {
      for (int round = 0; round < rounds; ++round) {
        begin.arrive_and_wait();
        try {
          if (faults[i].empty())
            work[i]();
        } catch (const Wrong &fault) {
          faults[i] = fault.text;
        }
      }
    });
  for (std::thread &thread : crew)
    thread.join();
  for (const std::string &fault : faults)
    need(fault.empty(),
         "with " + std::to_string(work.size()) + " threads: " + fault);
}

/// Runs of these instances, and of the first one a cancelled one besides, each
/// in a thread of its own with arrays of its own.
static void runInThreads(Candidate &candidate,
                         std::vector<std::shared_ptr<Prepared>> instances,
                         std::function<void()> beside = {}) {
  // Who says so gets one run at a time.
  std::mutex serial;
  const bool isSerial = candidate.plugin.isSerial();
  constexpr int cancels = 10;
  std::atomic<int> rounds = 0;
  std::vector<std::function<void()>> work;
  instances.insert(instances.begin(), instances.front());
  for (size_t i = 0; i < instances.size(); ++i) {
    auto problem = makeProblem(*candidate.formula, std::move(instances[i]),
                               Values::Normal, Layout::Dense, 40 + i);
    work.push_back([&, i, problem, round = 0]() mutable {
      std::unique_lock<std::mutex> lock(serial, std::defer_lock);
      if (isSerial)
        lock.lock();
      ++round;
      // Some of those that are cancelled end while others go on, who go on for
      // as long: on a busy machine they meet seldom.
      for (int k = 0; k < cancels; ++k) {
        if (i == 0)
          runCancelled(*problem);
        else
          solve(*problem);
        for (Array &output : problem->outputs)
          output.refill();
        if (i > 0 && (isSerial || rounds >= round))
          break;
      }
      if (i == 0)
        rounds = round;
    });
  }
  if (beside)
    work.push_back(std::move(beside));
  inThreads(work);
}

void kit::checkLife(Plugin &plugin, Recorder &recorder,
                    const Program &program) {
  std::shared_ptr<Candidate> candidate;
  auto ready = [&]() -> Candidate & {
    if (!candidate)
      candidate = firstClaimed(plugin, {program});
    return *candidate;
  };
  // Many rows: runs last long enough to meet, and to ask whether they go on.
  auto dims = [&] { return someDims(*ready().formula, 9); };
  recorder.test(3, "one instance in many threads", [&] {
    auto prepared = ready().prepare(dims());
    runInThreads(ready(), {prepared, prepared, prepared});
  });
  recorder.test(3, "several instances in many threads, beside `compile`", [&] {
    Candidate other(plugin, ready().formula);
    // It may take long: not in each round.
    int times = 3;
    auto beside = [&] {
      if (--times < 0)
        return;
      other.drop();
      other.prepare(dims());
    };
    beside();
    runInThreads(ready(),
                 {ready().prepare(dims()), ready().prepare(dims()),
                  other.prepare(dims())},
                 beside);
  });
  recorder.test(3, "a run with one worker", [&] {
    ThreadPool alone(1);
    for (int choice : {6, 9})
      solve(*problemOf(ready(), choice, 45), {.pool = &alone});
  });
  recorder.test(3, "instances for several sizes, freed one by one", [&] {
    std::vector<std::shared_ptr<Problem>> problems;
    for (int choice : {1, 6, 0})
      problems.push_back(problemOf(ready(), choice, 60));
    for (auto &problem : problems)
      solve(*problem);
    problems.erase(problems.begin());
    ready().drop();
    for (auto &problem : problems) {
      for (Array &output : problem->outputs)
        output.refill();
      solve(*problem);
    }
  });
  recorder.test(3, "freed, and everything again", [&] {
    for (int i = 0; i < 3; ++i) {
      Answer answer;
      auto backend = plugin.open(answer);
      need(backend != nullptr, "`open` returns " + answer.text());
      auto exe = backend->compile(ready().formula->cluster, answer);
      need(exe != nullptr, "`compile` returns " + answer.text());
      auto second = backend->compile(ready().formula->cluster, answer);
      need(second != nullptr, "`compile` returns " + answer.text());
      backend.reset();
      const std::vector<int64_t> dims = someDims(*ready().formula, 1);
      auto prepared = exe->prepare(dims, answer);
      need(prepared != nullptr, "`prepare` returns " + answer.text());
      exe.reset();
      second.reset();
      solve(*makeProblem(*ready().formula, prepared, Values::Normal,
                         Layout::Dense, 70));
    }
  });
  recorder.test(3, "cancelled, then run again", [&] {
    auto problem = problemOf(ready(), 6, 50);
    runCancelled(*problem);
    for (Array &output : problem->outputs)
      output.refill();
    solve(*problem);
  });
}

void kit::checkUse(Plugin &plugin, const Program &program) {
  auto candidate = firstClaimed(plugin, {program});
  solve(*problemOf(*candidate, 6, 90));
}

//===----------------------------------------------------------------------===//
// Threads and processes that stay
//===----------------------------------------------------------------------===//

void kit::checkThreads(Plugin &plugin, Recorder &recorder,
                       const Program &program) {
  recorder.test(3, "threads and processes that stay", [&] {
    auto candidate = firstClaimed(plugin, {program});
    const std::vector<int64_t> dims = someDims(*candidate->formula, 6);
    // The host's own, and those of our own backends.
    hostPool();
    ThreadPool::shared();
    struct {
      int threads, processes;
    } counts[3];
    const int before = countThreads();
    for (auto &count : counts) {
      Answer answer;
      auto backend = plugin.open(answer);
      need(backend != nullptr, "`open` returns " + answer.text());
      auto exe = backend->compile(candidate->formula->cluster, answer);
      need(exe != nullptr, "`compile` returns " + answer.text());
      backend.reset();
      auto prepared = exe->prepare(dims, answer);
      if (answer.code == FOVEA_UNSUPPORTED_SHAPE)
        refuse(answer.error.message);
      need(prepared != nullptr, "`prepare` returns " + answer.text());
      exe.reset();
      solve(*makeProblem(*candidate->formula, std::move(prepared),
                         Values::Normal, Layout::Dense, 80));
      count = {countThreads(), static_cast<int>(childProcesses().size())};
    }
    const bool mayStay = plugin.table().flags & FOVEA_PLUGIN_OWN_THREADS;
    auto judge = [&](const std::string &one, const std::string &many,
                     int before, int second, int third) {
      need(third <= second, "a " + one + " is left by every open and close: " +
                                std::to_string(second) + " " + many +
                                " after the second, " + std::to_string(third) +
                                " after the third");
      need(third <= before || mayStay,
           std::to_string(third - before) + " " + many +
               " stay after `close`, but the plugin does not say "
               "FOVEA_PLUGIN_OWN_THREADS");
    };
    judge("thread", "threads", before, counts[1].threads, counts[2].threads);
    judge("process", "processes", 0, counts[1].processes, counts[2].processes);
  });
}
