//===- ReferenceBackend.h - the oracle --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_REFERENCEBACKEND_H
#define FOVEA_BACKENDS_REFERENCE_REFERENCEBACKEND_H

#include "backends/Backend.h"
#include "backends/reference/FoldSchedule.h"

namespace fovea {

/// Choices that results do not depend on, up to rounding.
struct ReferenceOptions {
  FoldSchedule folds = {cutEvery(64), FoldSchedule::Joining::Step};
  /// Whether sums of floats carry along what they round away: the oracle is to
  /// be better than what it judges. Without it one sees what rounding may do.
  bool compensatedSums = true;
};

/// Evaluates the formula as written, in f64 (integers in i64), element by
/// element, on demand. Slow and obvious; shares no code with the compiler. What
/// a `fovea.fold` visits is split as the options say.
Expected<std::unique_ptr<Backend>>
createReferenceBackend(ReferenceOptions options);
Expected<std::unique_ptr<Backend>> createReferenceBackend();

} // namespace fovea

#endif // FOVEA_BACKENDS_REFERENCE_REFERENCEBACKEND_H
