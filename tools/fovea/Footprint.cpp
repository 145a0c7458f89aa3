//===- Footprint.cpp - memory that only compiling needs -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Footprint.h"

#include <cstddef>
#include <cstdint>
#include <link.h>
#include <malloc.h>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

/// Gives the pages of one loaded library back that nobody can have written to.
static int leaveLibrary(dl_phdr_info *info, size_t /*size*/, void * /*data*/) {
  const std::string_view name = info->dlpi_name;
  if (name.find("/libLLVM") == name.npos && name.find("/libMLIR") == name.npos)
    return 0;
  const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  for (size_t i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr) &segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W))
      continue;
    const uintptr_t start = info->dlpi_addr + segment.p_vaddr;
    const uintptr_t begin = start / page * page;
    // A failure leaves the pages where they are.
    (void)madvise(reinterpret_cast<void *>(begin),
                  start + segment.p_memsz - begin, MADV_DONTNEED);
  }
  return 0;
}

void fovea::driver::leaveCompiler() {
  dl_iterate_phdr(leaveLibrary, nullptr);
  malloc_trim(0);
}
