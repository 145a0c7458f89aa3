//===- Crash.h - the last words of a driver that fails ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_FOVEA_CRASH_H
#define FOVEA_TOOLS_FOVEA_CRASH_H

#include <string>

namespace fovea::driver {

/// From now on a signal that would kill the process with a core dump (a wild
/// pointer, abort, a stack that is full) says in one line whose fault it is,
/// and exits: with 4 if the thread is inside of a plugin, whose name and
/// function it gives, or if code of a plugin is at work without the host (in a
/// thread of its own), else Fovea is at fault, with 70. A plugin that calls
/// exit is told in the same way. The library never does this: signals belong to
/// the application.
void installCrashHandler();

/// Lets the handler ask libfovea as well, which loads most plugins
/// (fovea_current_plugin, fovea_plugin_of_code).
void askInCrash(const char *(*currentPlugin)(const char **function),
                const char *(*pluginOfCode)(const void *address));

/// The backends that the user asks for. A plugin among them is named when Fovea
/// seems to be at fault: it may have written where it must not.
void suspectInCrash(const std::string &backends);

} // namespace fovea::driver

#endif // FOVEA_TOOLS_FOVEA_CRASH_H
