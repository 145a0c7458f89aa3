//===- Kit.h - the conformance kit for plugins ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
//   L0  the interface: tables, versions, sizes of structs, options, extensions
//   L1  claims: the same answer every time, reasons, compiling what is claimed
//   L2  numbers, against the f64 reference, and failures
//   L3  life: threads, order, cancelling, faults, memory
//   L4  saved bytes, if the plugin saves any
//
// Nothing here knows a plugin; the built-in backends are tried the same way.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_KIT_H
#define FOVEA_TOOLS_KIT_KIT_H

#include "backends/loader/Library.h"
#include "backends/plugin/Device.h"
#include "tools/kit/Results.h"

#include <functional>

namespace fovea::kit {

/// What is checked.
struct Subject {
  /// As the user named it.
  std::string spec;
  /// Loads it; called in children only.
  std::function<Expected<std::shared_ptr<const plugin::Library>>()> load;
  std::vector<plugin::Option> options;
};

/// Runs the levels from 0 to `level`. Error: there is no such plugin or option,
/// or the system gives no processes.
Expected<Results> check(const Subject &subject, int level);

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_KIT_H
