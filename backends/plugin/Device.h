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
#include "backends/plugin/Host.h"
#include "runtime/Tensor.h"

#include <future>
#include <map>
#include <mutex>
#include <span>

#include <unistd.h>

namespace fovea::plugin {

/// An option for `open`.
struct Option {
  std::string key;
  std::string value;
};

/// What a plugin answers to `query`: numbers that are known, and text that is
/// fit to be shown.
struct Claim {
  fovea_claim_kind kind;
  fovea_claim_sizes sizes;
  fovea_reason reason;
  uint32_t op;
  std::string text;
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

  // Calls of these and of Exe::prepare take turns.
  Expected<Claim> query(const Cluster &cluster);
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
    const PluginCall call = lib->enter(what);
    const Process process;
    try {
      const fovea_code code = fn(error);
      return statusOf(what, cluster, code, error);
    } catch (...) {
      return thrownIn(what);
    }
  }

  /// Calls fn(), in which the plugin's function `what` frees something. It has
  /// no way to fail, so the user is warned of what it throws, and that is all.
  template <class Fn> void release(const char *what, Fn &&fn) const noexcept {
    const PluginCall call = lib->enter(what);
    const Process process;
    try {
      fn();
    } catch (...) {
      warn(thrownIn(what));
    }
  }

private:
  /// A copy of the process that a plugin has made by fork, and that comes back
  /// out of its function, would go on as the host: it ends here.
  class Process {
  public:
    ~Process() {
      if (getpid() != number)
        _exit(1);
    }

  private:
    const pid_t number = getpid();
  };

  explicit Device(std::shared_ptr<const Library> library)
      : lib(std::move(library)) {}
  Status statusOf(const char *what, const Cluster *cluster, fovea_code code,
                  const fovea_error &error) const;
  Status thrownIn(const char *what) const;
  static void warn(const Status &status);

  friend class Exe;
  friend class Instance;
  std::shared_ptr<const Library> lib;
  fovea_backend *backend = nullptr;
  std::mutex mutex;
};

/// Arrays that were copied because a plugin needs another layout.
struct Copies {
  /// Their names in the program, each once; empty: one between clusters.
  std::vector<std::string> arrays;
  uint64_t bytes = 0;
};

/// A compiled cluster for given sizes; goes before its exe.
class Instance {
public:
  ~Instance();

  /// Computes; arrays are as the cluster's ports say. Copies what the plugin
  /// needs otherwise, and adds it to `copied`. Waits for its turn if the plugin
  /// says FOVEA_PLUGIN_SERIAL_RUN.
  Status run(std::span<const Tensor> inputs, std::span<const Tensor> outputs,
             CancelFlag cancel, Copies &copied) const;

private:
  friend class Exe;
  Instance(const Exe &exe, std::vector<int64_t> dims)
      : exe(exe), dims(std::move(dims)) {}
  Status prepare();
  /// What is wrong with what the plugin asks for, or nothing.
  std::string faultOf() const;

  const Exe &exe;
  std::vector<int64_t> dims;
  fovea_prepared prepared{};
  std::vector<fovea_needs> inputNeeds, outputNeeds;
};

/// A compiled cluster. Any number of threads may use it.
class Exe {
public:
  ~Exe();

  using Prepared = Expected<std::shared_ptr<const Instance>>;
  /// So many sizes are kept; those that were not used for the longest time go.
  static constexpr size_t mostSizes = 64;

  /// The instance for those sizes, which is made once and kept for a while; so
  /// is the plugin's answer that it does not do them (UnsupportedShape). While
  /// it is made, only who wants the same sizes waits.
  Prepared prepare(std::span<const int64_t> dims);

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
  struct Kept {
    std::shared_future<Prepared> prepared;
    uint64_t lastUse;
    bool isMade = false;
  };
  using Key = std::vector<int64_t>;
  Prepared make(const Key &key);
  /// Ends the making of what `prepare` has begun; makes room.
  void keep(const Key &key, bool isWorthIt);
  std::map<Key, Kept> kept;
  uint64_t uses = 0;
};

} // namespace fovea::plugin

#endif // FOVEA_BACKENDS_PLUGIN_DEVICE_H
