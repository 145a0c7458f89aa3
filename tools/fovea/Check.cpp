//===- Check.cpp - fovea check --------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

using namespace fovea;
using namespace fovea::driver;

/// `1 function`, `3 functions`.
static std::string count(size_t number, const std::string &what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

Exit driver::checkVerb(const Options &options) {
  const Session session(options.file);
  session.check();
  print(options.file + ": " + count(session.functions().size(), "function") +
        ", " + count(session.tests().size(), "test") + ", no errors\n");
  finishPrinting();
  return Exit::Ok;
}
