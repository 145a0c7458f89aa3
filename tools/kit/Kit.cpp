//===- Kit.cpp - the conformance kit for plugins --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Kit.h"

#include "tools/kit/Levels.h"

#include <algorithm>
#include <chrono>
#include <set>

#include <sys/mman.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::kit;

namespace {
/// A program and what plugins are asked of it.
struct Question {
  Program program;
  std::vector<plugin::Cluster> clusters;
};
} // namespace

/// All programs. They take most of the time of many a check, and are the same
/// for all plugins: made once in a process, before it forks.
static const std::vector<Question> &questions() {
  static const std::vector<Question> &all = *[] {
    auto *made = new std::vector<Question>;
    for (const auto &programs : {formPrograms(), cornerPrograms(), opPrograms(),
                                 randomPrograms(30, 1)})
      for (const Program &program : programs)
        made->push_back({program, clustersOf(program)});
    return made;
  }();
  return all;
}

namespace {
/// One check.
class Check {
public:
  Check(const Subject &subject, int level) : subject(subject) {
    results.spec = subject.spec;
    results.level = level;
  }

  Expected<Results> run() {
    const auto begin = std::chrono::steady_clock::now();
    const int file = memfd_create("saved", MFD_CLOEXEC);
    Status status = addAll(file);
    close(file);
    if (status.failed())
      return status;
    results.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
            .count();
    return std::move(results);
  }

private:
  static constexpr const char *loadTest = "loads";

  using Body = std::function<void(Plugin &, Recorder &)>;

  /// One group with the plugin loaded; an exception outside of tests is a fault
  /// of the kit.
  Status add(int level, const std::string &name, const Body &body) {
    return isolation.run(
        {name, level, [&](Recorder &recorder) {
           auto library = subject.load();
           if (!library)
             return recorder.impossible(library.status());
           Plugin plugin(*library, subject.options, recorder);
           recorder.pending = [&] { return plugin.takePending(); };
           try {
             body(plugin, recorder);
           } catch (const std::exception &fault) {
             recorder.test(0, "the kit itself", [&] { wrong(fault.what()); });
           }
         }});
  }

  /// Whether it loads decides about all that follows.
  Status addLoading() {
    return isolation.run({"library", 0, [&](Recorder &recorder) {
                            std::shared_ptr<const plugin::Library> library;
                            Status impossible = Status::ok();
                            recorder.test(0, loadTest, [&] {
                              auto loaded = subject.load();
                              if (loaded)
                                library = *loaded;
                              else if (loaded.status().code() !=
                                       StatusCode::Backend)
                                impossible = loaded.status();
                              else
                                wrong(loaded.status().text());
                            });
                            if (impossible.failed())
                              recorder.impossible(impossible);
                            if (!library)
                              return;
                            recorder.note("name", library->name());
                            recorder.note("interface", library->version());
                            recorder.note("build", library->table().build);
                            recorder.note("file", library->origin());
                          }});
  }

  Status addPrograms() {
    for (const Question &question : questions()) {
      const Program &program = question.program;
      Status status =
          add(1, program.name, [&](Plugin &plugin, Recorder &recorder) {
            const auto formulas = formulasOf(question.clusters);
            Contents contents;
            for (const auto &formula : formulas) {
              contents.ops += formula->cluster.ops.size();
              const std::vector<Feature> features = formula->features();
              contents.features.insert(contents.features.end(),
                                       features.begin(), features.end());
            }
            recorder.contents(contents);
            for (size_t i = 0; i < formulas.size(); ++i) {
              Candidate candidate(plugin, formulas[i]);
              const std::string prefix =
                  formulas.size() == 1
                      ? ""
                      : "cluster " + std::to_string(i + 1) + ": ";
              if (checkClaims(candidate, recorder, prefix) &&
                  results.level >= 2)
                checkNumbers(candidate, recorder, prefix, program);
            }
          });
      if (status.failed())
        return status;
    }
    return Status::ok();
  }

  bool hasPassed(const std::string &test) const {
    return std::ranges::any_of(results.outcomes, [&](const Outcome &outcome) {
      return outcome.test == test && outcome.state == State::Passed;
    });
  }

  /// The programs of which a test of level 1 with that name passed.
  std::vector<Program> passing(const std::string &test) const {
    std::set<std::string> groups;
    for (const Outcome &outcome : results.outcomes)
      if (outcome.level == 1 && outcome.state == State::Passed &&
          outcome.test.ends_with(test))
        groups.insert(outcome.group);
    std::vector<Program> passing;
    for (const Question &question : questions())
      if (groups.contains(question.program.name))
        passing.push_back(question.program);
    return passing;
  }

  /// Who refuses everything has not been seen at work: no test failed, and
  /// nothing was shown. Who was not asked everything fails for that.
  void needShown(size_t claimed, size_t compiled) {
    auto add = [&](int level, const char *test, bool isShown,
                   const std::string &text) {
      results.outcomes.push_back({level, "all programs", test,
                                  isShown ? State::Passed : State::Failed,
                                  isShown ? "" : text, 0});
    };
    const std::string all = std::to_string(questions().size());
    const size_t asked = results.countAsked();
    if (asked > 0)
      results.notes.emplace_back(
          "claims", std::to_string(claimed) + " of " +
                        (asked == questions().size()
                             ? all + " programs"
                             : std::to_string(asked) +
                                   " programs that it was asked, of " + all));
    if (claimed == 0 && asked < questions().size())
      return;
    add(1, "some are claimed", claimed > 0,
        "it claims none of the " + all +
            " programs of the kit: nothing was shown");
    if (claimed > 0)
      add(1, "some compile", compiled > 0,
          "it compiles none of the " + std::to_string(claimed) +
              " programs that it claims: nothing was shown");
    if (compiled > 0 && results.level >= 2)
      add(2, "some are computed", results.count(2, State::Passed) > 0,
          "it computes none of the " + std::to_string(compiled) +
              " programs that it compiles: nothing was shown");
  }

  Status addAll(int file) {
    Status status = addLoading();
    if (status.failed() || !hasPassed(loadTest))
      return status;
    status = add(0, "interface", checkInterface);
    if (status.failed() || results.level < 1)
      return status;
    if (status = addPrograms(); status.failed())
      return status;
    const std::vector<Program> compiled = passing(compileTest);
    needShown(passing(queryTest).size(), compiled.size());
    if (results.level >= 2)
      status = add(2, "published random numbers", checkVectors);
    if (status.isOk() && results.level >= 2)
      status = add(2, "long sums", checkLongSums);
    // Without an exe there is nothing that lives.
    if (compiled.empty())
      return status;
    if (status.isOk() && results.level >= 3)
      status = addLife(compiled);
    if (status.isOk() && results.level >= 4)
      status = addSaving(compiled.front(), file);
    return status;
  }

  /// The same of a program.
  using Of = void (*)(Plugin &, Recorder &, const Program &);
  Status add(const Program &program, Of check) {
    return add(3, program.name, [&](Plugin &plugin, Recorder &recorder) {
      check(plugin, recorder, program);
    });
  }

  Status addLife(const std::vector<Program> &compiled) {
    // The simple ones come first, if there are any.
    std::vector<Program> lively;
    for (const Program &simple : simplePrograms())
      for (const Program &program : compiled)
        if (program.name == simple.name)
          lively.push_back(program);
    if (lively.empty())
      lively = {compiled.front()};
    Status status = Status::ok();
    auto each = [&](const std::vector<Program> &programs, Of check) {
      for (const Program &program : programs)
        if (status.isOk())
          status = add(program, check);
    };
    each(lively, checkLife);
    each({lively.front()}, checkThreads);
    each(scorePrograms(), checkMemory);
    each({lively.front()}, checkLeaks);
    // Of several one that has more to free.
    if (lively.size() > 1)
      each({lively.back()}, checkLeaks);
    each(longPrograms(), checkCancelling);
    if (status.isOk())
      status = addEnd(lively.front());
    return status;
  }

  /// All other groups end at once; a host runs destructors.
  Status addEnd(const Program &program) {
    constexpr const char *test = "a process that has used it ends";
    // What else is in this process may not end well in a child.
    Results without;
    Status status = Isolation(without).run(
        {"", 3, [&](Recorder &recorder) { recorder.end(3, test); }});
    if (status.failed() || !without.passed())
      return status;
    return isolation.run({"library", 3, [&](Recorder &recorder) {
                            auto library = subject.load();
                            if (!library)
                              return recorder.impossible(library.status());
                            try {
                              Plugin plugin(*library, subject.options,
                                            recorder);
                              checkUse(plugin, program);
                            } catch (const Wrong &) {
                              // Of another test.
                            }
                            recorder.end(3, test);
                          }});
  }

  Status addSaving(const Program &program, int file) {
    Status status =
        add(4, "saved bytes", [&](Plugin &plugin, Recorder &recorder) {
          checkSaving(plugin, recorder, program, file);
        });
    if (status.isOk())
      status = add(4, "saved bytes", [&](Plugin &plugin, Recorder &recorder) {
        checkLoading(plugin, recorder, program, file);
      });
    return status;
  }

  const Subject &subject;
  Results results;
  Isolation isolation{results};
};
} // namespace

Expected<Results> kit::check(const Subject &subject, int level) {
  return Check(subject, level).run();
}
