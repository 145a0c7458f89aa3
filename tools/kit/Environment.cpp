//===- Environment.cpp - what a call must leave as it was -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Environment.h"

#include <chrono>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include <fcntl.h>
#include <malloc.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

using namespace fovea::kit;

static uint64_t flushBits() {
#if defined(__SSE__)
  return _mm_getcsr() & (0x8000 | 0x0040);
#elif defined(__aarch64__)
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  return control & ((uint64_t(1) << 24) | (uint64_t(1) << 19));
#else
  return 0;
#endif
}

Environment Environment::now() {
  Environment environment{};
  std::fegetenv(&environment.floats);
  environment.rounding = std::fegetround();
  environment.traps = fegetexcept();
  environment.flushes = flushBits();
  pthread_sigmask(SIG_SETMASK, nullptr, &environment.blocked);
  return environment;
}

void Environment::restore() const {
  std::fesetenv(&floats);
  pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
}

static const char *nameOfRounding(int mode) {
  switch (mode) {
  case FE_TONEAREST:
    return "to nearest";
  case FE_TOWARDZERO:
    return "towards zero";
  case FE_UPWARD:
    return "upwards";
  default:
    return "downwards";
  }
}

std::string Environment::changeTo(const Environment &after) const {
  if (rounding != after.rounding)
    return std::string("the rounding mode from ") + nameOfRounding(rounding) +
           " to " + nameOfRounding(after.rounding);
  if (flushes != after.flushes)
    return "whether subnormal numbers become zero (FTZ, DAZ)";
  if (traps != after.traps)
    return "which floating-point exceptions trap";
  for (int number = 1; number < 32; ++number)
    if (sigismember(&blocked, number) != sigismember(&after.blocked, number))
      return "which signals are blocked";
  return "";
}

Surroundings::State Surroundings::State::now() {
  State state{};
  std::error_code ignored;
  state.folder = std::filesystem::current_path(ignored).string();
  if (const char *locale = std::setlocale(LC_ALL, nullptr))
    state.locale = locale;
  for (int number = 1; number < static_cast<int>(state.signals.size());
       ++number)
    sigaction(number, nullptr, &state.signals[number]);
  for (int number = 0; number < 3; ++number) {
    struct stat info = {};
    if (fstat(number, &info) == 0)
      state.files[number] = {info.st_dev, info.st_ino};
  }
  // There is no other way to ask.
  state.mask = umask(077);
  umask(state.mask);
  return state;
}

Surroundings::Surroundings() : state(State::now()) {
  for (int number = 0; number < 3; ++number)
    copies[number] = fcntl(number, F_DUPFD_CLOEXEC, 3);
}

Surroundings::~Surroundings() {
  for (int copy : copies)
    if (copy >= 0)
      close(copy);
}

std::string Surroundings::undoChange() const {
  const State after = State::now();
  std::string change;
  auto note = [&](const std::string &what) {
    change += (change.empty() ? "" : ", ") + what;
  };
  if (state.folder != after.folder) {
    note("the working directory");
    std::error_code ignored;
    std::filesystem::current_path(state.folder, ignored);
  }
  for (int number = 1; number < static_cast<int>(state.signals.size());
       ++number) {
    const auto &before = state.signals[number], &now = after.signals[number];
    if (before.sa_handler == now.sa_handler && before.sa_flags == now.sa_flags)
      continue;
    const char *name = sigabbrev_np(number);
    note("what happens on SIG" + (name ? name : std::to_string(number)));
    sigaction(number, &before, nullptr);
  }
  for (int number = 0; number < 3; ++number) {
    if (state.files[number] == after.files[number])
      continue;
    static constexpr const char *names[] = {"stdin", "stdout", "stderr"};
    note(std::string("which file ") + names[number] + " is");
    if (copies[number] >= 0)
      dup2(copies[number], number);
    else
      close(number);
  }
  if (state.mask != after.mask) {
    note("the umask");
    umask(state.mask);
  }
  if (state.locale != after.locale) {
    note("the locale");
    std::setlocale(LC_ALL, state.locale.c_str());
  }
  return change;
}

std::vector<pid_t> fovea::kit::childProcesses() {
  siginfo_t info{};
  if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
    return {};
  std::vector<pid_t> all;
  for (const auto &entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line))
      continue;
    // 17 (a name, which may be anything) S 12 ...
    int number = 0, parent = 0;
    char state = 0;
    if (std::sscanf(line.c_str(), "%d", &number) == 1 &&
        std::sscanf(line.c_str() + line.rfind(')') + 1, " %c %d", &state,
                    &parent) == 2 &&
        parent == getpid() && state != 'Z' && state != 'X')
      all.push_back(number);
  }
  return all;
}

static int countEntries(const char *folder) {
  int count = 0;
  for ([[maybe_unused]] const auto &entry :
       std::filesystem::directory_iterator(folder))
    ++count;
  return count;
}

int fovea::kit::countThreads() {
  auto count = [] { return countEntries("/proc/self/task"); };
  int last = count();
  for (int i = 0; i < 10; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const int next = count();
    if (next >= last && i >= 2)
      return next;
    last = next;
  }
  return last;
}

Resident Resident::read() {
  Resident resident;
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    long long number = 0;
    if (std::sscanf(line.c_str(), "VmRSS: %lld", &number) == 1)
      resident.now = number;
    if (std::sscanf(line.c_str(), "VmHWM: %lld", &number) == 1)
      resident.peak = number;
  }
  return resident;
}

void fovea::kit::forgetPeak() { std::ofstream("/proc/self/clear_refs") << "5"; }

Held Held::now() {
  const struct mallinfo2 info = mallinfo2();
  return {static_cast<int64_t>(info.uordblks + info.hblkhd),
          Resident::read().now * 1024, countEntries("/proc/self/fd")};
}
