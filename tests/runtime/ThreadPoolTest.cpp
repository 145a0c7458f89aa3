//===- ThreadPoolTest.cpp - workers that wait between calls ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/ThreadPool.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace fovea;

TEST_CASE("every item runs once, on the worker that the counts say") {
  for (int threads : {1, 2, 3, 7}) {
    ThreadPool pool(threads);
    REQUIRE(pool.numWorkers() == threads);
    for (int64_t n : {0, 1, 2, 3, 5, 7, 8, 100, 1001}) {
      std::vector<int> runs(static_cast<size_t>(n), 0);
      std::vector<int> workers(static_cast<size_t>(n), -1);
      pool.parallelFor(n, [&](int64_t item, int worker) {
        ++runs[static_cast<size_t>(item)];
        workers[static_cast<size_t>(item)] = worker;
      });
      CHECK(std::count(runs.begin(), runs.end(), 1) == n);
      CHECK(std::is_sorted(workers.begin(), workers.end()));
      const int64_t active = std::min<int64_t>(n, threads);
      for (int worker = 0; worker < active; ++worker) {
        const int64_t count =
            std::count(workers.begin(), workers.end(), worker);
        CHECK(count >= n / active);
        CHECK(count <= n / active + 1);
      }
    }
  }
}

TEST_CASE("no items, no calls") {
  ThreadPool pool(2);
  pool.parallelFor(0, [](int64_t, int) { FAIL("called"); });
  pool.parallelFor(-1, [](int64_t, int) { FAIL("called"); });
}

TEST_CASE("many calls in a row, with pauses and without") {
  ThreadPool pool(4);
  int64_t sums[4] = {};
  int64_t expected = 0;
  for (int call = 0; call < 2000; ++call) {
    pool.parallelFor(9,
                     [&](int64_t item, int worker) { sums[worker] += item; });
    expected += 36;
    // Long enough for the workers to fall asleep now and then.
    if (call % 200 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  CHECK(sums[0] + sums[1] + sums[2] + sums[3] == expected);
}

TEST_CASE("a nested call runs inline on its worker") {
  ThreadPool pool(3);
  std::atomic<int> inner = 0, strangers = 0;
  pool.parallelFor(6, [&](int64_t, int outer) {
    const std::thread::id self = std::this_thread::get_id();
    pool.parallelFor(5, [&](int64_t, int worker) {
      inner += 1;
      strangers += worker != outer || std::this_thread::get_id() != self;
    });
  });
  CHECK(inner == 30);
  CHECK(strangers == 0);
}

TEST_CASE("a nested call finds its pool behind another one") {
  ThreadPool outer(2), middle(2);
  std::atomic<int> runs = 0;
  outer.parallelFor(1, [&](int64_t, int) {
    middle.parallelFor(1, [&](int64_t, int) {
      outer.parallelFor(4, [&](int64_t, int worker) { runs += worker == 0; });
    });
  });
  CHECK(runs == 4);
}

TEST_CASE("callers take turns") {
  ThreadPool pool(3);
  std::atomic<int> inside[3] = {};
  std::atomic<int> overlaps = 0, runs = 0;
  std::vector<std::thread> callers;
  for (int i = 0; i < 4; ++i)
    callers.emplace_back([&] {
      for (int call = 0; call < 100; ++call)
        pool.parallelFor(6, [&](int64_t, int worker) {
          overlaps += inside[worker].fetch_add(1) != 0;
          runs += 1;
          inside[worker].fetch_sub(1);
        });
    });
  for (std::thread &caller : callers)
    caller.join();
  CHECK(overlaps == 0);
  CHECK(runs == 4 * 100 * 6);
}

TEST_CASE("pools come and go") {
  std::atomic<int> runs = 0;
  for (int i = 0; i < 50; ++i) {
    ThreadPool pool(3);
    if (i % 2)
      pool.parallelFor(3, [&](int64_t, int) { runs += 1; });
  }
  CHECK(runs == 75);
}

#ifndef __SANITIZE_THREAD__
TEST_CASE("a forked child works alone") {
  ThreadPool pool(3);
  pool.parallelFor(3, [](int64_t, int) {});
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int sum = 0, others = 0;
    {
      ThreadPool own(2);
      pool.parallelFor(4, [&](int64_t item, int worker) {
        sum += static_cast<int>(item);
        others += worker != 0;
      });
      std::atomic<int> runs = 0;
      own.parallelFor(4, [&](int64_t, int) { runs += 1; });
      others += runs != 4;
    }
    pool.~ThreadPool();
    _exit(sum == 6 && others == 0 ? 0 : 1);
  }
  int result = -1;
  REQUIRE(waitpid(child, &result, 0) == child);
  CHECK(result == 0);
}
#endif

TEST_CASE("FOVEA_NUM_THREADS says how many threads there are") {
  const char *old = std::getenv("FOVEA_NUM_THREADS");
  const std::string kept = old ? old : "";
  unsetenv("FOVEA_NUM_THREADS");
  const int machine = defaultNumThreads();
  CHECK(machine >= 1);
  setenv("FOVEA_NUM_THREADS", "5", 1);
  CHECK(defaultNumThreads() == 5);
  for (const char *bad : {"", "0", "-1", "x", "3x", "1025", "99999999999"}) {
    setenv("FOVEA_NUM_THREADS", bad, 1);
    CHECK(defaultNumThreads() == machine);
  }
  unsetenv("FOVEA_NUM_THREADS");
  if (old)
    setenv("FOVEA_NUM_THREADS", kept.c_str(), 1);
}

TEST_CASE("the shared pool is one") {
  ThreadPool &pool = ThreadPool::shared();
  CHECK(&pool == &ThreadPool::shared());
  std::atomic<int> runs = 0;
  pool.parallelFor(10, [&](int64_t, int) { runs += 1; });
  CHECK(runs == 10);
}
