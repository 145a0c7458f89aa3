//===- Crash.cpp - the last words of a driver that fails ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Crash.h"

#include "backends/loader/PluginCall.h"
#include "tools/fovea/Failure.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <unistd.h>

using namespace fovea::driver;

static constexpr int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

using CurrentPlugin = const char *(*)(const char **);
static std::atomic<CurrentPlugin> currentPluginOfLibrary = nullptr;
static_assert(std::atomic<CurrentPlugin>::is_always_lock_free);

void fovea::driver::askInCrash(CurrentPlugin currentPlugin) {
  currentPluginOfLibrary = currentPlugin;
}

/// The plugin that this thread is inside of, if any.
static fovea::plugin::PluginCall::Names guilty() {
  fovea::plugin::PluginCall::Names names = fovea::plugin::PluginCall::names();
  if (const CurrentPlugin ask = currentPluginOfLibrary; ask && !names.plugin)
    names.plugin = ask(&names.function);
  return names;
}

/// Ends with these words. Only what may be called in a signal handler.
[[noreturn]] static void end(std::initializer_list<const char *> parts,
                             Exit exit) {
  for (const char *part : parts)
    if (write(STDERR_FILENO, part, std::strlen(part)) < 0)
      break;
  _exit(static_cast<int>(exit));
}

/// A plugin that calls exit must not make a run succeed that never ended.
static void lastWordsOfExit() {
  if (const auto [plugin, function] = guilty(); plugin)
    end({"error: plugin `", plugin, "` ended the process in `", function,
         "`; this is a fault of the plugin\n"},
        Exit::Backend);
}

static void lastWords(int number) {
  const char *reason = number == SIGSEGV   ? "invalid memory access"
                       : number == SIGABRT ? "abort"
                       : number == SIGFPE  ? "arithmetic fault"
                                           : "invalid instruction or address";
  const auto [plugin, function] = guilty();
  if (plugin)
    end({"error: plugin `", plugin, "` crashed in `", function, "`: ", reason,
         "; this is a fault of the plugin\n"},
        Exit::Backend);
  end({"internal error: ", reason,
       "; this is a fault of Fovea, please report it with the command and the "
       "program\n"},
      Exit::Internal);
}

void fovea::driver::installCrashHandler() {
  std::atexit(lastWordsOfExit);
  // A stack of its own, for when the usual one is full.
  static char stack[1 << 16];
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_handler = lastWords;
  action.sa_flags = SA_ONSTACK | SA_RESETHAND;
  for (int number : signals)
    sigaction(number, &action, nullptr);
}
