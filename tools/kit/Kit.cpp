//===- Kit.cpp - the conformance kit for plugins --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Kit.h"

#include "tools/kit/Levels.h"

#include <chrono>

#include <sys/mman.h>
#include <unistd.h>

using namespace fovea;
using namespace fovea::kit;

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
  using Body = std::function<void(Plugin &, Recorder &)>;

  /// One group with the plugin loaded; an exception outside of tests is a fault
  /// of the kit.
  Status add(const std::string &name, const Body &body) {
    return isolation.run(
        {name, [&](Recorder &recorder) {
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
    return isolation.run({"interface", [&](Recorder &recorder) {
                            auto library = subject.load();
                            if (!library &&
                                library.status().code() != StatusCode::Backend)
                              return recorder.impossible(library.status());
                            const bool loads = recorder.test(0, "loads", [&] {
                              if (!library)
                                wrong(library.status().text());
                            });
                            if (!loads)
                              return;
                            const fovea_plugin &table = (*library)->table();
                            recorder.note("name", (*library)->name());
                            recorder.note("interface", (*library)->version());
                            recorder.note("build", table.build);
                            recorder.note("file", (*library)->origin());
                          }});
  }

  Status addPrograms(const std::vector<Program> &programs) {
    for (const Program &program : programs) {
      Status status = add(program.name, [&](Plugin &plugin,
                                            Recorder &recorder) {
        const auto formulas = formulasOf(program);
        Contents contents;
        for (const auto &formula : formulas) {
          contents.ops += formula->cluster.ops.size();
          const std::vector<Feature> features = formula->features();
          contents.features.insert(contents.features.end(), features.begin(),
                                   features.end());
        }
        recorder.contents(contents);
        for (size_t i = 0; i < formulas.size(); ++i) {
          Candidate candidate(plugin, formulas[i]);
          const std::string prefix =
              formulas.size() == 1 ? ""
                                   : "cluster " + std::to_string(i + 1) + ": ";
          if (checkClaims(candidate, recorder, prefix) && results.level >= 2)
            checkNumbers(candidate, recorder, prefix, program);
        }
      });
      if (status.failed())
        return status;
    }
    return Status::ok();
  }

  Status addAll(int file) {
    Status status = addLoading();
    if (status.failed() || !results.passed())
      return status;
    status = add("interface", checkInterface);
    if (status.isOk() && results.level >= 1)
      for (const auto &programs :
           {opPrograms(), formPrograms(), randomPrograms(30, 1)})
        if (status.isOk())
          status = addPrograms(programs);
    if (status.isOk() && results.level >= 2)
      status = add("published random numbers", checkVectors);
    if (status.isOk() && results.level >= 3)
      status = addLife();
    if (status.isOk() && results.level >= 4) {
      status = add("saved bytes", [&](Plugin &plugin, Recorder &recorder) {
        checkSaving(plugin, recorder, file);
      });
      if (status.isOk())
        status = add("saved bytes", [&](Plugin &plugin, Recorder &recorder) {
          checkLoading(plugin, recorder, file);
        });
    }
    return status;
  }

  Status addLife() {
    for (const Program &program : simplePrograms())
      if (Status status = add(program.name,
                              [&](Plugin &plugin, Recorder &recorder) {
                                checkLife(plugin, recorder, program);
                              });
          status.failed())
        return status;
    if (Status status = add("threads", checkThreads); status.failed())
      return status;
    for (const Program &program : scorePrograms())
      if (Status status = add(program.name,
                              [&](Plugin &plugin, Recorder &recorder) {
                                checkMemory(plugin, recorder, program);
                              });
          status.failed())
        return status;
    return Status::ok();
  }

  const Subject &subject;
  Results results;
  Isolation isolation{results};
};
} // namespace

Expected<Results> kit::check(const Subject &subject, int level) {
  return Check(subject, level).run();
}
