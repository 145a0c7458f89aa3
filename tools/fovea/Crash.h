//===- Crash.h - the last words of a driver that fails ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_CRASH_H
#define FOVEA_TOOLS_FOVEA_CRASH_H

namespace fovea::driver {

/// From now on a signal that would kill the process with a core dump (a wild
/// pointer, abort, a stack that is full) says in one line that Fovea is at
/// fault, and exits with 70. The library never does this: signals belong to
/// the application.
void installCrashHandler();

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_CRASH_H
