//===- Environment.h - what a call must leave as it was ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_ENVIRONMENT_H
#define FOVEA_TOOLS_KIT_ENVIRONMENT_H

#include <array>
#include <cfenv>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <signal.h>
#include <sys/types.h>

namespace fovea::kit {

/// Of the calling thread: how floats round, what they trap on, whether tiny
/// ones become zero, and which signals are blocked.
struct Environment {
  static Environment now();
  void restore() const;
  /// What differs in `after`: `the rounding mode`; empty if nothing does.
  std::string changeTo(const Environment &after) const;

  std::fenv_t floats;
  int rounding;
  int traps;
  /// The bits that make subnormal numbers zero.
  uint64_t flushes;
  sigset_t blocked;
};

/// Of the whole process, which is the host's: its folder, what signals do, what
/// the standard descriptors are, the umask and the locale.
class Surroundings {
public:
  /// As they are now.
  Surroundings();
  ~Surroundings();
  Surroundings(const Surroundings &) = delete;
  Surroundings &operator=(const Surroundings &) = delete;

  /// What is another one by now: `the working directory`; empty if nothing is.
  /// Makes it what it was.
  std::string undoChange() const;

private:
  struct State {
    static State now();
    std::string folder, locale;
    std::array<struct sigaction, 65> signals;
    std::array<std::pair<dev_t, ino_t>, 3> files;
    mode_t mask;
  };
  const State state;
  /// The files once more; -1 where there is none.
  std::array<int, 3> copies;
};

/// How many threads this process has, once those that are about to end have.
int countThreads();

/// Processes that this one started, or that were left to it, and that go on.
std::vector<pid_t> childProcesses();

/// Kilobytes that this process holds, and the most that it held since
/// `forgetPeak` (if the system lets one forget).
struct Resident {
  int64_t now = 0, peak = 0;
  static Resident read();
};
void forgetPeak();

/// Bytes that malloc has given out, those of the process that are in memory,
/// and open files.
struct Held {
  int64_t allocated = 0, resident = 0, files = 0;
  static Held now();
};

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_ENVIRONMENT_H
