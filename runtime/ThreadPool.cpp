//===- ThreadPool.cpp - workers that wait between calls -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/ThreadPool.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>
#ifdef __linux__
#include <sched.h>
#endif

using namespace fovea;

/// Processors that this process may use.
static int numProcessors() {
#ifdef __linux__
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
    return CPU_COUNT(&set);
#endif
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int fovea::defaultNumThreads() {
  const char *text = std::getenv("FOVEA_NUM_THREADS");
  if (!text)
    return numProcessors();
  int threads = 0;
  const char *end = text + std::strlen(text);
  const auto [rest, error] = std::from_chars(text, end, threads);
  const bool valid =
      error == std::errc() && rest == end && threads >= 1 && threads <= 1024;
  return valid ? threads : numProcessors();
}

static void relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits until `word` is not `old`: spins for as long as a sleep and a wake-up
/// would take, then sleeps. Returns the new value.
static uint32_t waitForChange(const std::atomic<uint32_t> &word, uint32_t old,
                              bool spin) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + std::chrono::microseconds(50);
  while (spin && Clock::now() < end)
    for (int i = 0; i < 32; ++i) {
      if (word.load(std::memory_order_acquire) != old)
        return word.load(std::memory_order_acquire);
      relax();
    }
  word.wait(old, std::memory_order_acquire);
  return word.load(std::memory_order_acquire);
}

namespace {

/// One parallelFor.
struct Call {
  ThreadPool::Body body;
  void *context;
  int64_t items;
  /// Workers that have items.
  int active;
};

/// One thread besides the caller. Its own line of the cache, since the caller
/// writes to it while its neighbours spin.
struct alignas(64) Worker {
  /// Goes up when there is work or the pool ends.
  std::atomic<uint32_t> ticket = 0;
  std::thread thread;
};

} // namespace

struct ThreadPool::State {
  /// What a thread is inside of; the innermost one first.
  struct Frame {
    const State *pool;
    int worker;
    const Frame *outer;
  };
  static thread_local const Frame *innermost;

  std::vector<Worker> workers;
  int started = 0;
  bool spin = true;
  pid_t process = ::getpid();

  /// Held by the caller whose turn it is; guards what follows.
  std::mutex turn;
  /// Written before the tickets go up, read after.
  Call call = {};
  bool stopping = false;
  /// Threads that still run items of the call.
  std::atomic<uint32_t> busy = 0;

  explicit State(int threads) : workers(static_cast<size_t>(threads) - 1) {}

  void start();
  void serve(int worker);
  void run(int worker) noexcept;
  void wake(Worker &worker) {
    worker.ticket.fetch_add(1, std::memory_order_release);
    worker.ticket.notify_one();
  }
  const Frame *frameOfThisThread() const {
    const Frame *frame = innermost;
    while (frame && frame->pool != this)
      frame = frame->outer;
    return frame;
  }
};

thread_local const ThreadPool::State::Frame *ThreadPool::State::innermost =
    nullptr;

void ThreadPool::State::start() {
  for (Worker &worker : workers) {
    const int number = started + 1;
    try {
      worker.thread = std::thread([this, number] { serve(number); });
    } catch (const std::system_error &) {
      // The system has no thread left: the pool is as large as it is.
      break;
    }
    ++started;
  }
  // A waiter that spins on a processor that another one needs only delays it.
  spin = started < numProcessors();
}

namespace {
/// Lets signal handlers that ask for it (SA_ONSTACK) use a part of the thread's
/// stack that is set aside, so that they can run when the rest is full.
class SignalStack {
public:
  SignalStack() {
    stack_t stack = {};
    stack.ss_sp = bytes;
    stack.ss_size = sizeof bytes;
    sigaltstack(&stack, &before);
  }
  ~SignalStack() { sigaltstack(&before, nullptr); }

private:
  char bytes[1 << 16];
  stack_t before = {};
};
} // namespace

void ThreadPool::State::serve(int worker) {
  const SignalStack signalStack;
  Worker &self = workers[static_cast<size_t>(worker) - 1];
  uint32_t seen = 0;
  while (true) {
    // The first wait may begin before `spin` is known, so it does not ask.
    seen = waitForChange(self.ticket, seen, seen != 0 && spin);
    if (stopping)
      return;
    run(worker);
    if (busy.fetch_sub(1, std::memory_order_acq_rel) == 1)
      busy.notify_one();
  }
}

/// The items of `worker`. An exception out of an item ends the program: the
/// other workers could not be called back.
void ThreadPool::State::run(int worker) noexcept {
  const Frame frame = {this, worker, innermost};
  innermost = &frame;
  const int64_t share = call.items / call.active;
  const int64_t larger = call.items % call.active;
  const int64_t begin = worker * share + std::min<int64_t>(worker, larger);
  const int64_t end = begin + share + (worker < larger);
  for (int64_t item = begin; item < end; ++item)
    call.body(call.context, item, worker);
  innermost = frame.outer;
}

ThreadPool::ThreadPool(int threads)
    : state(std::make_unique<State>(std::clamp(threads, 1, 1024))) {
  state->start();
}

ThreadPool::~ThreadPool() {
  // After a fork the threads are not ours to join: leave everything as it is.
  if (state->process != ::getpid()) {
    static_cast<void>(state.release());
    return;
  }
  state->stopping = true;
  for (int i = 0; i < state->started; ++i)
    state->wake(state->workers[static_cast<size_t>(i)]);
  for (int i = 0; i < state->started; ++i)
    state->workers[static_cast<size_t>(i)].thread.join();
}

int ThreadPool::numWorkers() const { return state->started + 1; }

void ThreadPool::parallelFor(int64_t n, Body body, void *context) {
  if (n <= 0)
    return;
  if (const State::Frame *frame = state->frameOfThisThread()) {
    for (int64_t item = 0; item < n; ++item)
      body(context, item, frame->worker);
    return;
  }

  const std::lock_guard<std::mutex> lock(state->turn);
  const bool alone = state->process != ::getpid();
  const int active =
      alone ? 1 : static_cast<int>(std::min<int64_t>(n, numWorkers()));
  state->call = {body, context, n, active};
  state->busy.store(static_cast<uint32_t>(active - 1),
                    std::memory_order_relaxed);
  for (int i = 0; i + 1 < active; ++i)
    state->wake(state->workers[static_cast<size_t>(i)]);
  state->run(0);
  uint32_t busy = state->busy.load(std::memory_order_acquire);
  while (busy != 0)
    busy = waitForChange(state->busy, busy, state->spin);
}

ThreadPool &ThreadPool::shared() {
  // Never destroyed: other static objects may still call it at exit.
  static ThreadPool *const pool = new ThreadPool();
  return *pool;
}
