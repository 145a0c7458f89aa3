//===- Verbs.h - what the driver can do -------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_VERBS_H
#define FOVEA_TOOLS_FOVEA_VERBS_H

#include "tools/fovea/Failure.h"
#include "tools/fovea/Inputs.h"
#include "tools/fovea/Options.h"
#include "tools/fovea/Session.h"

namespace fovea::driver {

/// Each does one verb and says how it ended, or throws a Failure.
Exit runVerb(const Options &options);
Exit checkVerb(const Options &options);
Exit testVerb(const Options &options);
Exit irVerb(const Options &options);
Exit explainVerb(const Options &options);
Exit graphVerb(const Options &options);

/// A number for each input that is another one if its bytes are.
std::vector<size_t> checksumsOf(const Inputs &inputs);

/// Computes the same on the reference backend and compares. Says on the
/// standard error how it went; false if a result differs by more than the
/// error model allows (tools/Compare.h). `checksums` are those from before the
/// run: a Failure if it wrote to an input.
bool verify(const Session &session, const Plan &plan, const Inputs &inputs,
            const std::vector<size_t> &checksums,
            const std::vector<Tensor> &results);

/// What becomes of the function that the command line asks for, in a form of
/// fovea_explain. Says which sizes are nobody's.
std::string explanation(const Options &options, const char *form);

/// Allocates the results of `exe` and runs it.
std::vector<Tensor> runExe(const Exe &exe, const Inputs &inputs);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_VERBS_H
