//===- Levels.h - the tests of each level -----------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_LEVELS_H
#define FOVEA_TOOLS_KIT_LEVELS_H

#include "tools/kit/Formula.h"

namespace fovea::kit {

/// A cluster of a program, and what a plugin made of it.
class Candidate {
public:
  Candidate(Plugin &plugin, std::shared_ptr<const Formula> formula)
      : formula(std::move(formula)), plugin(plugin) {}

  /// Its claim. Refuses if it claims nothing, wrong if it gives no reason.
  fovea_claim claim(Opened &backend, const Manner &manner = {}) const;
  bool isClaimed() const;
  /// Compiled when it is needed first.
  Compiled &exe();
  /// An instance; refuses if the plugin does not take those sizes.
  std::shared_ptr<Prepared> prepare(std::span<const int64_t> dims,
                                    const Manner &manner = {});
  /// Forgets the exe.
  void drop() { compiled.reset(); }

  std::shared_ptr<const Formula> formula;
  Plugin &plugin;

private:
  std::shared_ptr<Compiled> compiled;
};

/// The first cluster of those programs that is claimed. Refuses if none is.
std::shared_ptr<Candidate> firstClaimed(Plugin &plugin,
                                        const std::vector<Program> &programs);

/// Values for the dimensions, in which every size can be: of few elements, ...
std::vector<int64_t> someDims(const Formula &formula, int choice);
inline constexpr int dimChoices = 9;

void checkInterface(Plugin &plugin, Recorder &recorder);
/// Whether there is an exe to go on with.
bool checkClaims(Candidate &candidate, Recorder &recorder,
                 const std::string &prefix);
void checkNumbers(Candidate &candidate, Recorder &recorder,
                  const std::string &prefix, const Program &program);
void checkVectors(Plugin &plugin, Recorder &recorder);
void checkLife(Plugin &plugin, Recorder &recorder, const Program &program);
void checkThreads(Plugin &plugin, Recorder &recorder);
void checkMemory(Plugin &plugin, Recorder &recorder, const Program &program);
/// In one process, and in another.
void checkSaving(Plugin &plugin, Recorder &recorder, int file);
void checkLoading(Plugin &plugin, Recorder &recorder, int file);

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_LEVELS_H
