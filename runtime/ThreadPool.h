//===- ThreadPool.h - workers that wait between calls -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_THREADPOOL_H
#define FOVEA_RUNTIME_THREADPOOL_H

#include <cstdint>
#include <memory>
#include <type_traits>

namespace fovea {

/// The number of threads to use when nobody says: FOVEA_NUM_THREADS if that is
/// a number from 1 to 1024, else what the machine (and this process's CPU
/// affinity) has; at least 1.
int defaultNumThreads();

/// A fixed set of workers. They spin for a moment after a call, since the next
/// one often follows at once, and then sleep.
///
/// Which worker gets which item is fixed by the counts alone, and results of
/// compiled code do not depend on it.
///
/// Fork: a child process has none of the workers. The pool notices and runs
/// calls in the child on the calling thread alone; the child may make a pool
/// of its own. Do not fork while a call runs.
class ThreadPool {
public:
  /// One item: `worker` is in [0, numWorkers()), and no two items with the
  /// same worker run at the same time, so it may pick a workspace. Must not
  /// throw.
  using Body = void (*)(void *context, int64_t item, int worker);

  /// Starts `threads` - 1 threads; the caller of `parallelFor` is worker 0.
  /// Starts fewer if the system refuses.
  explicit ThreadPool(int threads = defaultNumThreads());
  ~ThreadPool();
  ThreadPool(const ThreadPool &) = delete;
  ThreadPool &operator=(const ThreadPool &) = delete;

  int numWorkers() const;

  /// Runs body(context, i, w) once for every i in [0, n) and returns when all
  /// are done. The items are cut into min(n, numWorkers()) nearly equal runs;
  /// worker w does run w, in order. A call from inside an item of this pool
  /// runs inline, on that item's worker. Calls from several threads take turns.
  /// Allocates nothing.
  void parallelFor(int64_t n, Body body, void *context);

  /// The same for anything that can be called as fn(item, worker).
  template <class Fn> void parallelFor(int64_t n, Fn &&fn) {
    using Callee = std::remove_reference_t<Fn>;
    Body body = [](void *context, int64_t item, int worker) {
      (*static_cast<Callee *>(context))(item, worker);
    };
    parallelFor(n, body, const_cast<void *>(static_cast<const void *>(&fn)));
  }

  /// The pool of the process with defaultNumThreads() workers, made on first
  /// use and never destroyed.
  static ThreadPool &shared();

private:
  struct State;
  std::unique_ptr<State> state;
};

} // namespace fovea

#endif // FOVEA_RUNTIME_THREADPOOL_H
