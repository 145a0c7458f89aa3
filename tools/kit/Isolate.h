//===- Isolate.h - tests in processes of their own --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A plugin under test may crash, end the process, hang or spoil what it can
// reach. So each group of tests runs in a forked child, which reports what it
// does. If it dies, what it was at is known; the test counts as failed, and
// another child goes on behind it.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_ISOLATE_H
#define FOVEA_TOOLS_KIT_ISOLATE_H

#include "runtime/Status.h"
#include "tools/kit/Environment.h"
#include "tools/kit/Results.h"

#include <chrono>
#include <functional>

namespace fovea::kit {

/// Ends a test: it failed, or (refusal) is not for this plugin.
struct Wrong {
  std::string text;
  bool isRefusal = false;
};
[[noreturn]] void wrong(std::string text);
[[noreturn]] void refuse(std::string text);
/// Ends the test unless `holds`.
inline void need(bool holds, const std::string &text) {
  if (!holds)
    wrong(text);
}

/// What parent and child both see.
struct SharedPage {
  /// Begins and ends of calls of the plugin: as long as it counts on, nothing
  /// hangs. Atomic (std::atomic_ref).
  uint64_t steps;
  /// What the plugin is at: `run`.
  char phase[128];
  /// Where it touched what it may not.
  char fault[256];
  /// Somebody called exit; the test is that.
  bool hasExited, mayExit;
  /// In which function the plugin forked, if the copy came back.
  char forked[128];
};

/// Says on the page what the plugin is at; a text that lives for ever, or "".
void showPhase(SharedPage &page, const char *phase);

/// A copy of this process that a plugin has made and that comes back to the kit
/// would run the tests as well: it ends here, and the test that it comes from
/// fails. In the process itself nothing happens.
void endIfCopy();

/// In the child: runs tests and reports.
class Recorder {
public:
  Recorder(int pipe, SharedPage &page, std::vector<State> done)
      : page(page), pipe(pipe), done(std::move(done)) {}

  /// Runs a test, unless an earlier child did; says whether it passed.
  bool test(int level, const std::string &name,
            const std::function<void()> &body);
  /// Something to be shown.
  void note(const std::string &name, const std::string &value);
  void contents(const Contents &contents);
  /// The check cannot even begin: what fovea_plugin_check returns.
  void impossible(const Status &status);
  /// Everything is reported.
  void finish();
  /// Ends as a host does, with all that destructors and handlers of atexit do.
  /// That is a test, which the parent judges.
  [[noreturn]] void end(int level, const std::string &name);

  SharedPage &page;
  /// Before any plugin was loaded.
  const Surroundings surroundings;
  /// Asked after each test: faults that could not be thrown.
  std::function<std::string()> pending;

private:
  void send(char kind, std::initializer_list<std::string> fields);
  /// What a test that seemed to pass has left behind.
  std::string faultOfProcess(size_t children) const;

  int pipe;
  std::vector<State> done;
  size_t next = 0;
};

struct Group {
  std::string name;
  /// Of what is not run.
  int level;
  std::function<void(Recorder &)> body;
};

/// Says on stderr, if that is a terminal, what goes on in a check that takes
/// more than a moment.
class Progress {
public:
  ~Progress();
  void show(const std::string &group, const std::string &test);

private:
  const std::chrono::steady_clock::time_point begin =
      std::chrono::steady_clock::now();
  bool isShown = false;
};

/// Runs groups one after the other.
class Isolation {
public:
  explicit Isolation(Results &results) : results(results) {}

  /// Error: `impossible`, or there can be no child.
  Status run(const Group &group);
  /// Too much went wrong to go on.
  bool isOver() const { return deaths >= mostDeaths || hangs >= mostHangs; }

  /// A call of the plugin, and what the kit does between two, has so long.
  static constexpr double secondsPerStep = 15;

private:
  static constexpr int mostDeaths = 12, mostDeathsOfGroup = 3, mostHangs = 2;

  /// Whether another child has to go on.
  Expected<bool> runChild(const Group &group, SharedPage &page,
                          std::vector<State> &done);

  Results &results;
  /// Of all groups, and of the one that runs.
  int deaths = 0, deathsOfGroup = 0, hangs = 0;
  Progress progress;
};

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_ISOLATE_H
