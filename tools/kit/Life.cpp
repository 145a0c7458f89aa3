//===- Life.cpp - level 3: threads, order, freeing ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Environment.h"
#include "tools/kit/Levels.h"

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

/// All threads use one instance, each with arrays of its own.
static void runInThreads(Candidate &candidate) {
  constexpr int threads = 4, runs = 10;
  auto prepared = candidate.prepare(someDims(*candidate.formula, 6));
  std::vector<std::shared_ptr<Problem>> problems;
  for (uint64_t seed = 0; seed < threads; ++seed)
    problems.push_back(makeProblem(*candidate.formula, prepared, Values::Normal,
                                   Layout::Dense, 40 + seed));
  // Who says so gets one run at a time.
  std::mutex serial;
  std::vector<std::string> faults(threads);
  auto work = [&](size_t number) {
    try {
      for (int i = 0; i < runs; ++i) {
        std::unique_lock<std::mutex> lock(serial, std::defer_lock);
        if (candidate.plugin.isSerial())
          lock.lock();
        solve(*problems[number]);
        for (Array &output : problems[number]->outputs)
          output.refill();
      }
    } catch (const Wrong &fault) {
      faults[number] = fault.text;
    }
  };
  std::vector<std::thread> crew;
  for (size_t i = 0; i < threads; ++i)
    crew.emplace_back(work, i);
  for (std::thread &thread : crew)
    thread.join();
  for (const std::string &fault : faults)
    need(fault.empty(),
         "with " + std::to_string(threads) + " threads: " + fault);
}

static void runCancelled(Candidate &candidate) {
  auto problem = problemOf(candidate, 6, 50);
  Guarded workspace = problem->prepared->workspace();
  std::atomic<bool> cancelled = true;
  const Answer answer = problem->prepared->run(problem->in(), problem->out(),
                                               workspace, &cancelled);
  if (answer.code != FOVEA_CANCELLED)
    judge(*problem, answer);
  for (Array &output : problem->outputs)
    output.refill();
  solve(*problem);
}

void kit::checkLife(Plugin &plugin, Recorder &recorder,
                    const Program &program) {
  std::shared_ptr<Candidate> candidate;
  auto ready = [&]() -> Candidate & {
    if (!candidate)
      candidate = firstClaimed(plugin, {program});
    return *candidate;
  };
  recorder.test(3, "one instance in many threads",
                [&] { runInThreads(ready()); });
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
  recorder.test(3, "cancelled, then run again", [&] { runCancelled(ready()); });
}

//===----------------------------------------------------------------------===//
// Threads and processes that stay
//===----------------------------------------------------------------------===//

void kit::checkThreads(Plugin &plugin, Recorder &recorder,
                       const Program &program) {
  recorder.test(3, "threads and processes that stay", [&] {
    auto candidate = firstClaimed(plugin, {program});
    const std::vector<int64_t> dims = someDims(*candidate->formula, 6);
    // The host's own.
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
