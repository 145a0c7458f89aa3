//===- Explain.cpp - fovea explain ----------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

using namespace fovea;
using namespace fovea::driver;

std::string driver::explanation(const Options &options, const char *form) {
  const Session session(options.file);
  Plan plan = makePlan(session, options);
  // It is only asked for the sizes, and the reference has them at once.
  plan.request.backend = "reference";
  std::vector<std::string> notes;
  const std::vector<int64_t> dims =
      solveSizes(plan, session.compile(plan.request), notes);
  for (const std::string &note : notes)
    say(note);
  return session.explain(plan.request, form, dims);
}

static Exit certifyVerb(const Options &options) {
  const Session session(options.file);
  const auto [text, holds] =
      session.certify(makePlan(session, options).request);
  print(text);
  finishPrinting();
  return holds ? Exit::Ok : Exit::Differs;
}

static Exit partitionVerb(const Options &options) {
  const Session session(options.file);
  print(session.partition(makePlan(session, options).request,
                          options.json ? "json" : "text"));
  finishPrinting();
  return Exit::Ok;
}

Exit driver::explainVerb(const Options &options) {
  if (options.certify)
    return certifyVerb(options);
  if (options.partition)
    return partitionVerb(options);
  print(explanation(options, options.json ? "json" : "text"));
  finishPrinting();
  return Exit::Ok;
}
