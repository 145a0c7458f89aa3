//===- PluginCode.cpp - whose code lies at an address ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/loader/PluginCode.h"

#include <algorithm>
#include <atomic>
#include <iterator>
#include <span>
#include <vector>

#include <link.h>

using namespace fovea;
using namespace fovea::plugin;

namespace {
struct Range {
  uintptr_t begin, end;
  const char *plugin = nullptr;
};
} // namespace

// An array of its own, since a signal handler reads it. What does not fit is
// not told.
static Range ranges[256];
static std::atomic<size_t> numRanges = 0;

/// Where the objects lie that are loaded.
static std::vector<Range> loadedRanges() {
  std::vector<Range> all;
  auto add = [](dl_phdr_info *info, size_t, void *all) {
    Range range = {UINTPTR_MAX, 0};
    for (const auto &part : std::span(info->dlpi_phdr, info->dlpi_phnum)) {
      if (part.p_type != PT_LOAD)
        continue;
      const uintptr_t begin = info->dlpi_addr + part.p_vaddr;
      range.begin = std::min(range.begin, begin);
      range.end = std::max(range.end, begin + part.p_memsz);
    }
    static_cast<std::vector<Range> *>(all)->push_back(range);
    return 0;
  };
  dl_iterate_phdr(add, &all);
  return all;
}

LoadedCode LoadedCode::now() {
  LoadedCode code;
  for (const Range &range : loadedRanges())
    code.begins.insert(range.begin);
  return code;
}

void LoadedCode::giveTheRestTo(const char *plugin) const {
  size_t next = numRanges;
  for (Range range : loadedRanges()) {
    if (begins.count(range.begin) || next == std::size(ranges))
      continue;
    range.plugin = plugin;
    ranges[next++] = range;
  }
  numRanges.store(next, std::memory_order_release);
}

const char *plugin::pluginOfCode(const void *address) {
  const auto at = reinterpret_cast<uintptr_t>(address);
  for (const Range &range :
       std::span(ranges, numRanges.load(std::memory_order_acquire)))
    if (range.begin <= at && at < range.end)
      return range.plugin;
  return nullptr;
}
