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

/// Evaluates the formula as written, in f64 (integers in i64), element by
/// element, on demand. Slow and obvious; shares no code with the compiler.
Expected<std::unique_ptr<Backend>> createReferenceBackend();
/// The same, which splits what a `fovea.fold` visits as told (else: steps over
/// blocks of 64 places).
Expected<std::unique_ptr<Backend>>
createReferenceBackend(FoldSchedule schedule);

} // namespace fovea

#endif // FOVEA_BACKENDS_REFERENCE_REFERENCEBACKEND_H
