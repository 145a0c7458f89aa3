//===- Guarded.cpp - memory that notices wrong accesses -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Guarded.h"

#include "backends/loader/PluginCall.h"
#include "tools/kit/Isolate.h"

#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <new>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

using namespace fovea::kit;

static constexpr uint64_t pageSize = 4096;

//===----------------------------------------------------------------------===//
// Which block an address belongs to
//===----------------------------------------------------------------------===//

namespace {
/// What a signal handler may read: no containers.
struct Region {
  const char *begin, *end, *block, *blockEnd;
  char name[96];
};
std::array<Region, 512> regions;
std::mutex mutex;
SharedPage *shared = nullptr;
} // namespace

void fovea::kit::notePhase() {
  const char *function = plugin::PluginCall::names().function;
  if (shared && function && !shared->phase[0])
    std::snprintf(shared->phase, sizeof shared->phase, "%s", function);
}

static void explainAccess(const char *at) {
  auto explain = [](const Region &region, long long count, const char *where) {
    std::snprintf(shared->fault, sizeof shared->fault,
                  "it touches %s %lld %s %s", region.name, count,
                  count == 1 ? "byte" : "bytes", where);
  };
  for (const Region &region : regions) {
    if (!region.begin || at < region.begin || at >= region.end)
      continue;
    if (at >= region.blockEnd)
      explain(region, at - region.blockEnd + 1, "after its end");
    else if (at < region.block)
      explain(region, region.block - at, "before its begin");
    else
      std::snprintf(shared->fault, sizeof shared->fault,
                    "it writes to %s, which is read only", region.name);
    break;
  }
}

static void explainFault(int number, siginfo_t *info, void *) {
  notePhase();
  if (number == SIGSEGV || number == SIGBUS)
    explainAccess(static_cast<const char *>(info->si_addr));
  // It kills when this is over.
  std::signal(number, SIG_DFL);
  std::raise(number);
}

void fovea::kit::watchFaults(SharedPage &page) {
  shared = &page;
  static char stack[1 << 16];
  stack_t alternate = {};
  alternate.ss_sp = stack;
  alternate.ss_size = sizeof stack;
  sigaltstack(&alternate, nullptr);
  struct sigaction action = {};
  action.sa_sigaction = explainFault;
  action.sa_flags = SA_ONSTACK | SA_SIGINFO;
  for (int number : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP})
    sigaction(number, &action, nullptr);
  // The parent asks before it ends what hangs.
  std::signal(SIGQUIT, [](int) { notePhase(); });
}

static void enter(const std::string &name, const char *begin, uint64_t length,
                  const char *block, uint64_t bytes) {
  std::lock_guard<std::mutex> lock(mutex);
  for (Region &region : regions) {
    if (region.begin)
      continue;
    std::snprintf(region.name, sizeof region.name, "%s", name.c_str());
    region.end = begin + length;
    region.block = block;
    region.blockEnd = block + bytes;
    region.begin = begin;
    return;
  }
}

static void leave(const char *begin) {
  std::lock_guard<std::mutex> lock(mutex);
  for (Region &region : regions)
    if (region.begin == begin)
      region.begin = nullptr;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

Guarded::Guarded(std::string name, uint64_t bytes, Placing placing)
    : name(std::move(name)), bytes(bytes) {
  const uint64_t alignment = placing.alignment;
  // More than can be addressed; sums of it need not fit.
  if (bytes >> 48)
    throw std::bad_alloc();
  const uint64_t room = bytes + 4 * alignment;
  const uint64_t inner = (room + pageSize - 1) / pageSize * pageSize;
  // A large alignment needs pages to choose from.
  length = inner + 2 * pageSize;
  void *memory = mmap(nullptr, length, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    throw std::bad_alloc();
  pages = static_cast<char *>(memory);
  mprotect(pages, pageSize, PROT_NONE);
  mprotect(pages + pageSize + inner, pageSize, PROT_NONE);
  auto address = reinterpret_cast<uintptr_t>(pages + pageSize);
  if (placing.atEnd)
    address = (address + inner - bytes) / alignment * alignment;
  else
    address = (address + alignment - 1) / alignment * alignment;
  if (address % (2 * alignment) == 0)
    address = placing.atEnd ? address - alignment : address + alignment;
  block = reinterpret_cast<char *>(address);
  refill();
  enter(this->name, pages, length, block, bytes);
}

Guarded::~Guarded() {
  if (!pages)
    return;
  leave(pages);
  munmap(pages, length);
}

void Guarded::swap(Guarded &other) {
  std::swap(name, other.name);
  std::swap(pages, other.pages);
  std::swap(length, other.length);
  std::swap(block, other.block);
  std::swap(bytes, other.bytes);
}

void Guarded::makeReadOnly() {
  if (pages)
    mprotect(pages + pageSize, length - 2 * pageSize, PROT_READ);
}

void Guarded::refill() {
  if (!pages)
    return;
  for (char *at = pages + pageSize; at < pages + length - pageSize; ++at)
    *at = filling(at);
}

std::string Guarded::damage() const {
  if (!pages)
    return "";
  for (const char *at = pages + pageSize; at < pages + length - pageSize;
       ++at) {
    if (at == block && bytes)
      at += bytes;
    if (at >= pages + length - pageSize || *at == filling(at))
      continue;
    return name + " is overrun: byte " + std::to_string(at - block) + " of " +
           std::to_string(bytes) + " was written";
  }
  return "";
}
