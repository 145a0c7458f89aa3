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

/// The same of all programs of the kit, the simple ones first: a plugin may be
/// for few things. Null if none is.
std::shared_ptr<Candidate> anyClaimed(Plugin &plugin);

/// Values for the dimensions, in which every size can be: of few elements, ...
std::vector<int64_t> someDims(const Formula &formula, int choice);
inline constexpr int dimChoices = 10;
/// `n` along each axis of N, M, ...; payloads (D, E) have 4. K has a quarter: a
/// product of matrices by a library, which nobody can stop, is soon over.
std::vector<int64_t> longDims(const plugin::Cluster &cluster, int64_t n);
/// The elements of ops that the cluster itself says are worth keeping.
int64_t storedElements(const Formula &formula, std::span<const int64_t> dims);

void checkInterface(Plugin &plugin, Recorder &recorder);
/// Whether there is an exe to go on with.
bool checkClaims(Candidate &candidate, Recorder &recorder,
                 const std::string &prefix);
void checkNumbers(Candidate &candidate, Recorder &recorder,
                  const std::string &prefix, const Program &program);
void checkVectors(Plugin &plugin, Recorder &recorder);
void checkLongSums(Plugin &plugin, Recorder &recorder);
void checkLife(Plugin &plugin, Recorder &recorder, const Program &program);
/// With a program that is claimed.
void checkThreads(Plugin &plugin, Recorder &recorder, const Program &program);
void checkLeaks(Plugin &plugin, Recorder &recorder, const Program &program);
void checkCancelling(Plugin &plugin, Recorder &recorder,
                     const Program &program);
void checkMemory(Plugin &plugin, Recorder &recorder, const Program &program);
/// A run, as a host would do it. Wrong and refusals are for the caller.
void checkUse(Plugin &plugin, const Program &program);
/// In one process, and in another.
void checkSaving(Plugin &plugin, Recorder &recorder, const Program &program,
                 int file);
void checkLoading(Plugin &plugin, Recorder &recorder, const Program &program,
                  int file);

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_LEVELS_H
