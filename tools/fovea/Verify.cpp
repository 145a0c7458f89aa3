//===- Verify.cpp - comparing with the reference backend ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Print.h"
#include "tools/Compare.h"
#include "tools/fovea/Talk.h"
#include "tools/fovea/Verbs.h"

#include <cstdio>
#include <functional>
#include <string_view>

using namespace fovea;
using namespace fovea::driver;

/// `result` at [3, 4] is 1.5, the reference is 1.25 (...).
static std::string describe(const std::string &name,
                            const Difference &difference) {
  std::string allowed;
  if (difference.allowed) {
    char number[32];
    std::snprintf(number, sizeof number, "%.3g", *difference.allowed);
    allowed = std::string(", a difference of ") + number + " is allowed";
  }
  const std::string place = difference.position.empty()
                                ? ""
                                : " at " + shapeText(difference.position);
  return "`" + name + "`" + place + " is " + difference.got +
         ", the reference is " + difference.wanted + allowed + "; " +
         std::to_string(difference.count) + " of " +
         std::to_string(difference.total) + " elements differ";
}

std::vector<size_t> driver::checksumsOf(const Inputs &inputs) {
  std::vector<size_t> sums;
  for (const Tensor &array : inputs.arrays)
    // Dense, in whatever order.
    sums.push_back(std::hash<std::string_view>()(
        {static_cast<const char *>(array.data()),
         static_cast<size_t>(array.numElements()) * sizeOf(array.dtype())}));
  return sums;
}

bool driver::verify(const Session &session, const Plan &plan,
                    const Inputs &inputs, const std::vector<size_t> &checksums,
                    const std::vector<Tensor> &results) {
  Request request = plan.request;
  request.backend = "reference";
  const Exe reference = session.compile(request);
  // What was in them is gone: the reference would compute something else.
  const std::vector<size_t> now = checksumsOf(inputs);
  for (size_t i = 0; i < now.size(); ++i)
    if (now[i] != checksums[i])
      throw Failure(Exit::Backend,
                    "backend `" + plan.request.backend.value_or("cpu") +
                        "` wrote to the input `" + reference.inputs()[i].name +
                        "`; nothing can be verified");
  const std::vector<Tensor> wanted = runExe(reference, inputs);
  const std::vector<Tensor> magnitudes =
      runExe(session.compileMagnitudes(request), inputs);
  bool same = true;
  for (size_t i = 0; i < results.size(); ++i) {
    const auto difference =
        orFail(compare(results[i], wanted[i], toleranceOf(results[i].dtype()),
                       &magnitudes[i]));
    if (!difference)
      continue;
    same = false;
    show(Failure(Exit::Differs,
                 describe(reference.results()[i].name, *difference)));
  }
  if (same)
    say("verified: the reference backend agrees");
  return same;
}
