//===- Run.cpp - fovea run ------------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/FileIo.h"
#include "runtime/Npy.h"
#include "runtime/Print.h"
#include "tools/Compare.h"
#include "tools/fovea/Footprint.h"
#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

#include <chrono>
#include <cstdint>
#include <limits>

using namespace fovea;
using namespace fovea::driver;

using Clock = std::chrono::steady_clock;

/// `12.3 ms`.
static std::string timeSince(Clock::time_point start) {
  const double seconds =
      std::chrono::duration<double>(Clock::now() - start).count();
  char text[32];
  if (seconds < 1)
    std::snprintf(text, sizeof text, "%.3g ms", seconds * 1e3);
  else
    std::snprintf(text, sizeof text, "%.3g s", seconds);
  return text;
}

/// For each `-o` the number of its result.
static std::vector<size_t> outputResults(const Options &options,
                                         const Exe &exe) {
  std::vector<std::string> names;
  std::string list;
  for (const Array &result : exe.results()) {
    names.push_back(result.name);
    list += (list.empty() ? "" : ", ") + result.name;
  }
  std::vector<size_t> numbers;
  for (const OutputFile &output : options.outputs) {
    if (output.name.empty() && names.size() != 1)
      throw usage("`-o " + output.path + "` does not say which of the " +
                      std::to_string(names.size()) + " results it is for",
                  "write `-o name=" + output.path + "` with one of " + list);
    size_t number = 0;
    while (!output.name.empty() && number < names.size() &&
           names[number] != output.name)
      ++number;
    if (number == names.size()) {
      const std::string near = nearest(output.name, names);
      throw usage("there is no result `" + output.name + "`",
                  !near.empty()       ? near
                  : names.size() == 1 ? "its result is called `" + list + "`"
                                      : "the results are " + list);
    }
    numbers.push_back(number);
  }
  return numbers;
}

std::vector<Tensor> driver::runExe(const Exe &exe, const Inputs &inputs) {
  std::vector<Tensor> results;
  for (size_t i = 0; i < exe.results().size(); ++i)
    results.push_back(orFail(Tensor::allocate(
        exe.results()[i].dtype, exe.resultShape(i, inputs.dims))));
  exe.run(inputs.arrays, results);
  return results;
}

static void printResult(const std::string &name, const Tensor &result,
                        bool full) {
  std::string text = name + ": " + typeText(result.dtype(), result.shape());
  if (result.rank() == 0) {
    print(text + " = " + elementText(result, 0) + "\n");
    return;
  }
  PrintOptions options;
  if (full) {
    options.wholeUpTo = std::numeric_limits<int64_t>::max();
    options.digits = 0;
  }
  print(text + "\n" + toText(result, options) + "\n");
}

Exit driver::runVerb(const Options &options) {
  const Session session(options.file);
  const Plan plan = makePlan(session, options);
  const Clock::time_point compileStart = Clock::now();
  const Exe exe = session.compile(plan.request);
  const std::vector<size_t> outputs = outputResults(options, exe);
  // Not after a run that took long.
  for (const OutputFile &output : options.outputs)
    if (const Status status = checkWritable(output.path); status.failed())
      throw Failure(status);
  Inputs inputs = withSizes(plan, exe);
  exe.prepare(inputs.dims);
  const std::string compileTime = timeSince(compileStart);
  // The arrays may be large: the compiler need not lie beside them.
  leaveCompiler();
  makeArrays(plan, exe, options.seed, inputs);

  say(exe.signature());
  for (const std::string &note : inputs.notes)
    say("  " + note);
  const std::vector<size_t> checksums =
      options.verify ? checksumsOf(inputs) : std::vector<size_t>();
  const Clock::time_point runStart = Clock::now();
  const std::vector<Tensor> results = runExe(exe, inputs);
  say("compiled in " + compileTime + ", ran in " + timeSince(runStart) +
      " on " + options.backend.value_or("cpu"));
  if (const std::string report = exe.report(); !report.empty())
    showDiagnostics("warning: " + report + "\n");

  for (size_t i = 0; i < results.size(); ++i)
    printResult(exe.results()[i].name, results[i], options.full);
  finishPrinting();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Status status =
        writeNpy(options.outputs[i].path, results[outputs[i]]);
    if (status.failed())
      throw Failure(status);
    say("wrote " + options.outputs[i].path);
  }
  if (options.verify && !verify(session, plan, inputs, checksums, results))
    return Exit::Differs;
  return Exit::Ok;
}
