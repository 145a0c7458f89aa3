//===- LargeStack.h - a call with room for deep recursion -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_LARGESTACK_H
#define FOVEA_BACKENDS_REFERENCE_LARGESTACK_H

#include "runtime/Status.h"

#include <functional>

namespace fovea::reference {

/// Runs `body`, which must not throw, on a thread with a stack of `bytes`
/// bytes and waits for it. Memory is used only as far as the stack grows.
/// Error (Backend): there is no such thread to be had.
Status onLargeStack(size_t bytes, const std::function<void()> &body);

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_LARGESTACK_H
