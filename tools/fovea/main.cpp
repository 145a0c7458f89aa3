//===- main.cpp - the driver ----------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Crash.h"
#include "tools/fovea/Failure.h"
#include "tools/fovea/Options.h"
#include "tools/fovea/Plugin.h"
#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

using namespace fovea;
using namespace fovea::driver;

static Exit dispatch(const Options &options) {
  if (options.backend)
    suspectInCrash(*options.backend);
  switch (options.verb) {
  case Verb::Run:
    return runVerb(options);
  case Verb::Check:
    return checkVerb(options);
  case Verb::Test:
    return testVerb(options);
  case Verb::Ir:
    return irVerb(options);
  case Verb::Explain:
    return explainVerb(options);
  case Verb::Graph:
    return graphVerb(options);
  case Verb::None:
    break;
  }
  return Exit::Ok;
}

static Exit runDriver(int argc, char **argv) {
  try {
    if (argc > 1 && std::string_view(argv[1]) == "plugin")
      return pluginVerb({argv + 2, argv + argc});
    const std::optional<Options> options = parseCommandLine(argc, argv);
    return options ? dispatch(*options) : Exit::Ok;
  } catch (const Failure &failure) {
    show(failure);
    return failure.exit;
  } catch (const std::bad_alloc &) {
    show(Failure(Exit::Backend, "there is not enough memory"));
    return Exit::Backend;
  } catch (const std::exception &fault) {
    show(Failure(Exit::Internal, fault.what(),
                 "this is a fault of Fovea; please report it"));
    return Exit::Internal;
  }
}

int main(int argc, char **argv) {
  installCrashHandler();
  return static_cast<int>(runDriver(argc, argv));
}
