//===- Backends.cpp - the backends that are built in ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Registry.h"
#include "backends/cpu/CpuBackend.h"
#include "backends/reference/ReferenceBackend.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include <map>
#include <mutex>

using namespace fovea;

/// The first one is the default.
static const Registry &registry() {
  static const Registry instance = [] {
    Registry made;
    made.add("cpu", createCpuBackend);
    made.add("reference", createReferenceBackend);
    return made;
  }();
  return instance;
}

static const CStrings &names() {
  static const CStrings instance(registry().names());
  return instance;
}

uint64_t fovea_backend_count(void) { return names().size(); }

const char *fovea_backend_name(uint64_t backend) {
  return backend < names().size() ? names().data()[backend] : nullptr;
}

Expected<std::shared_ptr<Backend>> fovea::backendNamed(const char *name) {
  const std::string wanted = name ? name : names().data()[0];
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<Backend>> made;
  std::lock_guard<std::mutex> lock(mutex);
  std::shared_ptr<Backend> &entry = made[wanted];
  if (entry)
    return entry;
  Expected<std::unique_ptr<Backend>> created = registry().create(wanted);
  if (created) {
    entry = *std::move(created);
    return entry;
  }
  made.erase(wanted);
  Status status = created.status();
  const std::string near = didYouMean(wanted, registry().names());
  if (!near.empty())
    status = std::move(status).withFix("did you mean `" + near + "`?");
  return status;
}
