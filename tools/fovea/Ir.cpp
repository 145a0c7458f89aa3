//===- Ir.cpp - fovea ir --------------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

using namespace fovea;
using namespace fovea::driver;

Exit driver::irVerb(const Options &options) {
  checkStage(options.stage);
  const Session session(options.file);
  const Plan plan = makePlan(session, options);
  print(session.ir(plan.request, options.stage));
  finishPrinting();
  return Exit::Ok;
}
