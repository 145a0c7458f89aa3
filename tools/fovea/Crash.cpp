//===- Crash.cpp - the last words of a driver that fails ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Crash.h"

#include "backends/loader/PluginCall.h"
#include "backends/loader/PluginCode.h"
#include "backends/loader/Search.h"
#include "tools/fovea/Failure.h"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <unistd.h>
#include <unwind.h>

using namespace fovea;
using namespace fovea::driver;
using plugin::PluginCall;

static constexpr int signals[] = {SIGSEGV, SIGBUS,  SIGILL,
                                  SIGFPE,  SIGABRT, SIGTRAP};

using CurrentPlugin = const char *(*)(const char **);
using PluginOfCode = const char *(*)(const void *);
static std::atomic<CurrentPlugin> currentPluginOfLibrary = nullptr;
static std::atomic<PluginOfCode> pluginOfCodeOfLibrary = nullptr;
static_assert(std::atomic<CurrentPlugin>::is_always_lock_free);

void fovea::driver::askInCrash(CurrentPlugin currentPlugin,
                               PluginOfCode pluginOfCode) {
  currentPluginOfLibrary = currentPlugin;
  pluginOfCodeOfLibrary = pluginOfCode;
}

/// What --backend says, if more than our own backends are in it.
static std::atomic<const char *> suspects = nullptr;

void fovea::driver::suspectInCrash(const std::string &backends) {
  for (size_t at = 0; at < backends.size();) {
    const size_t end = std::min(backends.find(',', at), backends.size());
    const std::string name = backends.substr(at, end - at);
    at = end + 1;
    if (std::ranges::any_of(plugin::builtInBackends, [&](const auto &one) {
          return name.substr(0, name.find(':')) == one.name;
        }))
      continue;
    suspects = strdup(name.c_str());
    return;
  }
}

/// What the host knows of this thread.
static PluginCall::Names current() {
  PluginCall::Names names = PluginCall::names();
  if (const CurrentPlugin ask = currentPluginOfLibrary; ask && !names.plugin)
    names.plugin = ask(&names.function);
  return names;
}

static const char *pluginOfCode(const void *address) {
  const char *name = plugin::pluginOfCode(address);
  const PluginOfCode ask = pluginOfCodeOfLibrary;
  return ask && !name ? ask(address) : name;
}

/// The innermost plugin on this thread's stack, or null.
static const char *pluginOnStack() {
  const char *found = nullptr;
  auto visit = [](_Unwind_Context *frame, void *found) {
    const auto code = _Unwind_GetIP(frame);
    auto &name = *static_cast<const char **>(found);
    name = pluginOfCode(reinterpret_cast<const void *>(code));
    return name ? _URC_NORMAL_STOP : _URC_NO_REASON;
  };
  _Unwind_Backtrace(visit, &found);
  return found;
}

/// The plugin whose fault it is that this thread ends the process, if any.
static PluginCall::Names guilty() {
  PluginCall::Names names = current();
  if (!names.plugin && !names.function)
    names.plugin = pluginOnStack();
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

[[noreturn]] static void blame(PluginCall::Names guilty, const char *deed,
                               const char *reason) {
  const auto [plugin, function] = guilty;
  end({"error: plugin `", plugin, "` ", deed, function ? " in `" : "",
       function ? function : "", function ? "`" : "", reason ? ": " : "",
       reason ? reason : "", "; this is a fault of the plugin\n"},
      Exit::Backend);
}

static pid_t process = 0;

/// A plugin that calls exit must not make a run succeed that never ended. A
/// copy that it has made by fork is not the run.
static void lastWordsOfExit() {
  const PluginCall::Names names = guilty();
  if (names.plugin && getpid() != process)
    _exit(EXIT_FAILURE);
  if (names.plugin)
    blame(names, "ended the process", nullptr);
}

static void lastWords(int number) {
  // One thread speaks. If it crashes while it looks at its stack, the stack is
  // what is broken.
  static std::atomic<pid_t> speaker = 0;
  pid_t first = 0;
  const bool isFirst = speaker.compare_exchange_strong(first, gettid());
  while (!isFirst && first != gettid())
    pause();
  const char *reason = number == SIGSEGV   ? "invalid memory access"
                       : number == SIGABRT ? "abort"
                       : number == SIGFPE  ? "arithmetic fault"
                                           : "invalid instruction or address";
  const PluginCall::Names names = isFirst ? guilty() : current();
  if (names.plugin)
    blame(names, "crashed", reason);
  if (const char *suspect = suspects)
    end({"internal error: ", reason, "; plugin `", suspect,
         "` may have spoilt memory that is not its own: `fovea plugin check ",
         suspect,
         "` tells. If it conforms, this is a fault of Fovea, please report it "
         "with the command and the program\n"},
        Exit::Internal);
  end({"internal error: ", reason,
       "; this is a fault of Fovea, please report it with the command and the "
       "program\n"},
      Exit::Internal);
}

void fovea::driver::installCrashHandler() {
  process = getpid();
  std::atexit(lastWordsOfExit);
  // A stack of its own, for when the usual one is full.
  static char stack[1 << 16];
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_handler = lastWords;
  action.sa_flags = SA_ONSTACK | SA_NODEFER;
  for (int number : signals)
    sigaction(number, &action, nullptr);
}
