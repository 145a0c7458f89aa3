//===- CrashTest.cpp - the last words of a driver that fails --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Crash.h"
#include "runtime/ThreadPool.h"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// How a child process ended, and what it wrote to its standard error.
struct Death {
  int status;
  std::string words;
};

} // namespace

static Death dieOf(void (*cause)()) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    fovea::driver::installCrashHandler();
    cause();
    _exit(0);
  }
  close(ends[1]);
  Death death = {};
  char text[512];
  for (ssize_t n; (n = read(ends[0], text, sizeof text)) > 0;)
    death.words.append(text, n);
  close(ends[0]);
  waitpid(child, &death.status, 0);
  return death;
}

// The condition never holds, but the compiler cannot know.
__attribute__((noinline)) static int fillStack(volatile char *last) {
  if (last && last[0] == 0)
    return 0;
  volatile char frame[4096];
  frame[0] = last ? last[0] : 1;
  return fillStack(frame) + frame[0];
}

static void checkWords(void (*cause)(), const std::string &reason) {
  const Death death = dieOf(cause);
  CHECK(WIFEXITED(death.status));
  CHECK(WEXITSTATUS(death.status) == 70);
  CHECK(death.words == "internal error: " + reason +
                           "; this is a fault of Fovea, please report it with "
                           "the command and the program\n");
}

TEST_CASE("a crash is an internal error with one line") {
  checkWords([] { raise(SIGSEGV); }, "invalid memory access");
  checkWords([] { std::abort(); }, "abort");
  checkWords([] { raise(SIGFPE); }, "arithmetic fault");
}

TEST_CASE("a full stack can still speak") {
  checkWords([] { fillStack(nullptr); }, "invalid memory access");
}

TEST_CASE("so can a worker whose stack is full") {
  checkWords(
      [] {
        fovea::ThreadPool pool(2);
        pool.parallelFor(2, [](int64_t, int worker) {
          if (worker == 1)
            fillStack(nullptr);
        });
      },
      "invalid memory access");
}
