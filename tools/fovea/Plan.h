//===- Plan.h - which function, of which types ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Brings together what the command line, the program's example and its
// defaults say, as far as that can be without compiling: the function, its
// options, and which inputs it gets with which dtypes and ranks.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_PLAN_H
#define FOVEA_TOOLS_FOVEA_PLAN_H

#include "runtime/Npy.h"
#include "tools/fovea/Options.h"
#include "tools/fovea/Session.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace fovea::driver {

/// Who says what a setting is.
enum class Origin { CommandLine, Example, Nobody };

struct Setting {
  Value value;
  Origin origin;
};

/// One input that the function will get.
struct PlannedInput {
  const Param *param;
  Setting setting;
  DType dtype;
  size_t rank;
  /// What its file holds, if it comes from one.
  std::optional<NpyType> file;
};

struct Plan {
  const Function *function;
  std::vector<PlannedInput> inputs;
  /// Dimensions, and packs (`S=[2,3]`).
  std::map<std::string, Setting> sizes;
  Request request;
};

/// Makes the plan. Reads what the files of inputs hold, not their elements.
/// Failure (Usage) if the parts contradict each other or the function.
Plan makePlan(const Session &session, const Options &options);

/// The names in a dimension as written: `G * R` has G and R. A pack is named
/// with its dots.
std::vector<std::string> namesIn(const std::string &dim);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_PLAN_H
