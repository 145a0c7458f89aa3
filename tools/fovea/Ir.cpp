//===- Ir.cpp - fovea ir --------------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

using namespace fovea;
using namespace fovea::driver;

/// What is read and written as clusters.
static bool isClusterFile(const std::string &path) {
  return path.ends_with(".fovc");
}

Exit driver::irVerb(const Options &options) {
  const std::string stage = options.stage.value_or("formula");
  checkStage(stage);
  if (isClusterFile(options.file)) {
    if (options.function || !options.assignments.empty() || options.floatType ||
        !options.outputs.empty() ||
        options.stage.value_or("clusters") != "clusters")
      throw usage("`" + options.file +
                  "` holds clusters, which are printed as they are");
    print(clustersIn(options.file));
    finishPrinting();
    return Exit::Ok;
  }
  if (options.outputs.size() > 1)
    throw usage("one -o is enough for the clusters");
  if (!options.outputs.empty() &&
      (stage != "clusters" || !isClusterFile(options.outputs[0].path)))
    throw usage("-o writes clusters into a .fovc file",
                "write `--stage=clusters -o FILE.fovc`");
  const Session session(options.file);
  const Plan plan = makePlan(session, options);
  if (options.outputs.empty()) {
    print(session.ir(plan.request, stage));
    finishPrinting();
    return Exit::Ok;
  }
  session.saveClusters(plan.request, options.outputs[0].path);
  say("wrote " + options.outputs[0].path);
  return Exit::Ok;
}
