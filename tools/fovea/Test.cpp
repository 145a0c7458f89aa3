//===- Test.cpp - fovea test ----------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

#include <algorithm>

using namespace fovea;
using namespace fovea::driver;

Exit driver::testVerb(const Options &options) {
  const Session session(options.file);
  if (options.backend)
    checkBackend(*options.backend);
  // A test has numbers for sizes: two dimensions may be equal by chance there.
  session.check();
  const std::vector<std::string> &tests = session.tests();
  size_t passed = 0;
  // A test that could not run weighs more than one that failed.
  Exit worst = Exit::Ok;
  for (size_t i = 0; i < tests.size(); ++i) {
    const TestResult result =
        session.runTest(i, options.backend, options.allowMaterialize);
    print((result.passed ? "pass  " : "FAIL  ") + tests[i] + "\n");
    finishPrinting();
    passed += result.passed;
    if (result.passed)
      continue;
    if (result.failure) {
      show(*result.failure);
      worst = result.failure->exit;
      continue;
    }
    showDiagnostics(result.report);
    if (worst == Exit::Ok)
      worst = Exit::Differs;
  }
  if (tests.empty())
    print(options.file + " has no tests\n");
  else
    print(std::to_string(passed) + " of " + std::to_string(tests.size()) +
          " tests pass\n");
  finishPrinting();
  return worst;
}
