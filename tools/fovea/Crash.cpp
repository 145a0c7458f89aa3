//===- Crash.cpp - the last words of a driver that fails ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Crash.h"

#include "tools/fovea/Failure.h"

#include <csignal>
#include <cstring>
#include <iterator>
#include <unistd.h>

using namespace fovea::driver;

static constexpr int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

static void lastWords(int number) {
  const char *reason = number == SIGSEGV   ? "invalid memory access"
                       : number == SIGABRT ? "abort"
                       : number == SIGFPE  ? "arithmetic fault"
                                           : "invalid instruction or address";
  // Only what may be called in a signal handler.
  for (const char *part : {"internal error: ", reason,
                           "; this is a fault of Fovea, please report it "
                           "with the command and the program\n"})
    if (write(STDERR_FILENO, part, std::strlen(part)) < 0)
      break;
  _exit(static_cast<int>(Exit::Internal));
}

void fovea::driver::installCrashHandler() {
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
