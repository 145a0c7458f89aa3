//===- Device.h - an opened plugin, seen from C++ ---------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What a plugin makes, owned: backend, exes, instances. Calls go through here
// and nowhere else: errors become a Status, exceptions stop, calls that may not
// overlap take turns, and things are freed in the order that the interface
// promises.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_PLUGIN_DEVICE_H
#define FOVEA_BACKENDS_PLUGIN_DEVICE_H

#include "backends/loader/Library.h"
#include "backends/plugin/Cluster.h"
#include "runtime/Cancel.h"
#include "runtime/Tensor.h"
#include "runtime/ThreadPool.h"

#include <map>
#include <mutex>
#include <span>

/// What a run may ask of the host.
struct fovea_run_handle {
  fovea::ThreadPool *pool;
  fovea::CancelFlag cancel;
};

namespace fovea::plugin {

/// Matches a cluster with a pattern (fovea_host::match): the frontend is above
/// this folder, so who has one says how.
using Matcher = fovea_code (*)(const fovea_host *, const fovea_cluster *,
                               const char *, fovea_match *, int32_t *,
                               fovea_error *);
/// Shows a plugin's line to the user.
using Logger = void (*)(const fovea_host *, fovea_log_level, const char *);
/// The host's functions for plugins; null: nothing matches, and nothing is
/// shown. The table lives for ever.
void setHost(Matcher matcher, Logger logger);
const fovea_host &host();

/// An option for `open`.
struct Option {
  std::string key;
  std::string value;
};

class Exe;

/// An opened backend of a plugin.
class Device : public std::enable_shared_from_this<Device> {
public:
  static Expected<std::shared_ptr<Device>>
  open(std::shared_ptr<const Library> library, std::span<const Option> options);
  ~Device();

  const Library &library() const { return *lib; }
  std::string name() const { return lib->name(); }

  /// The plugin's claim, with numbers that are known; the text ends.
  Expected<fovea_claim> query(const Cluster &cluster);
  Expected<std::shared_ptr<Exe>>
  compile(std::shared_ptr<const Cluster> cluster);

  /// Calls fn(error) -> code. `what` is the plugin's function; if there is a
  /// cluster, an op that the error names is shown in the program.
  template <class Fn>
  Status invoke(const char *what, const Cluster *cluster, Fn &&fn) const {
    fovea_error error{};
    error.size = sizeof(error);
    error.version = FOVEA_ABI_VERSION;
    error.op = -1;
    try {
      const fovea_code code = fn(error);
      return statusOf(what, cluster, code, error);
    } catch (...) {
      return Status::error(StatusCode::Backend,
                           "plugin `" + name() +
                               "` threw an exception out of `" + what + "`",
                           "it has to catch it and return a code");
    }
  }

private:
  explicit Device(std::shared_ptr<const Library> library)
      : lib(std::move(library)) {}
  Status statusOf(const char *what, const Cluster *cluster, fovea_code code,
                  const fovea_error &error) const;

  friend class Exe;
  friend class Instance;
  std::shared_ptr<const Library> lib;
  fovea_backend *backend = nullptr;
  std::mutex mutex;
};

/// Arrays that were copied because a plugin needs another layout.
struct Copies {
  uint64_t count = 0;
  uint64_t bytes = 0;
};

/// A compiled cluster for given sizes; goes before its exe.
class Instance {
public:
  ~Instance();

  /// Computes; arrays are as the cluster's ports say. Copies what the plugin
  /// needs otherwise, and counts it in `copied`.
  Status run(std::span<const Tensor> inputs, std::span<const Tensor> outputs,
             CancelFlag cancel, Copies &copied) const;

private:
  friend class Exe;
  Instance(const Exe &exe, std::vector<int64_t> dims)
      : exe(exe), dims(std::move(dims)) {}
  Status prepare();

  const Exe &exe;
  std::vector<int64_t> dims;
  fovea_prepared prepared{};
  std::vector<fovea_needs> inputNeeds, outputNeeds;
  mutable std::mutex serial;
};

/// A compiled cluster. Any number of threads may use it.
class Exe {
public:
  ~Exe();

  /// The instance for those sizes, which is made once and kept for a while.
  Expected<std::shared_ptr<const Instance>>
  prepare(std::span<const int64_t> dims);

  const Cluster &cluster() const { return *source; }
  Device &device() const { return *from; }

private:
  friend class Device;
  friend class Instance;
  Exe(std::shared_ptr<Device> device, std::shared_ptr<const Cluster> cluster)
      : from(std::move(device)), source(std::move(cluster)) {}

  std::shared_ptr<Device> from;
  std::shared_ptr<const Cluster> source;
  fovea_plugin_exe *exe = nullptr;
  std::mutex mutex;
  std::map<std::vector<int64_t>, std::shared_ptr<const Instance>> instances;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_DEVICE_H
