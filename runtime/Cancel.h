//===- Cancel.h - stopping a run --------------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_CANCEL_H
#define FOVEA_RUNTIME_CANCEL_H

#include "runtime/Status.h"

#include <atomic>

namespace fovea {

/// What another thread sets when a run is to stop; null if nobody can.
using CancelFlag = const std::atomic<bool> *;

inline bool isCancelled(CancelFlag flag) {
  return flag && flag->load(std::memory_order_relaxed);
}

inline Status cancelled() {
  return Status::error(StatusCode::Cancelled, "the run was cancelled");
}

} // namespace fovea

#endif // FOVEA_RUNTIME_CANCEL_H
