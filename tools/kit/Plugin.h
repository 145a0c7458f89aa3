//===- Plugin.h - a plugin's functions, called bare -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The host's own calls (backends/plugin/Device.h) protect the user from
// plugins; these expose them: structs of other sizes, arrays with other
// strides, everything checked that a call must leave as it was.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_PLUGIN_H
#define FOVEA_TOOLS_KIT_PLUGIN_H

#include "backends/plugin/Device.h"
#include "tools/kit/Guarded.h"
#include "tools/kit/Isolate.h"

#include <algorithm>
#include <array>
#include <atomic>

namespace fovea::kit {

/// How a host differs from the one that the plugin was built for.
struct Manner {
  /// Bytes that every struct is longer, and every element of an array of
  /// structs. A multiple of 8, up to 64.
  uint32_t growth = 0;
  /// Whether the tails of requests and clusters, which grow then, ask for
  /// something that nobody knows yet.
  bool asksMore = false;
  const fovea_extension *extensions = nullptr;
  /// Who computes; hostPool, if null.
  ThreadPool *pool = nullptr;
};

/// The host's threads in the process that a group of tests is. The shared pool
/// is without threads in a fork of a process that has used it.
ThreadPool &hostPool();

/// What a function answered.
struct Answer {
  fovea_code code = FOVEA_OK;
  fovea_error error{};

  bool isOk() const { return code == FOVEA_OK; }
  /// `FOVEA_SHAPE (...)`.
  std::string text() const;
};
/// `FOVEA_UNSUPPORTED`, or `4711, which is no fovea_code`.
std::string nameOfCode(fovea_code code);

/// From which byte on a plugin leaves a result of `size` bytes alone. One of a
/// later version than this kit may know its tail, all but the last byte.
template <class T>
size_t untouchedFrom(const fovea_plugin &plugin, size_t size) {
  const bool isLater = plugin.version > FOVEA_PLUGIN_VERSION;
  return isLater && size > sizeof(T) ? size - 1 : sizeof(T);
}

/// A struct of a host of any version: known fields, a tail that belongs to it,
/// and what lies behind it.
template <class T> class Grown {
public:
  explicit Grown(const Manner &manner, bool isRequest = false)
      : size(sizeof(T) + manner.growth) {
    (*this)->size = static_cast<uint32_t>(size);
    (*this)->version =
        manner.growth ? FOVEA_PLUGIN_VERSION + 7 : FOVEA_PLUGIN_VERSION;
    // The last byte: a plugin may be of a later version than this kit, and know
    // the fields that came first.
    if (isRequest && manner.asksMore)
      bytes[size - 1] = 1;
    std::fill(bytes.begin() + size, bytes.end(), '\x5a');
    tail = bytes;
  }
  T *operator->() { return reinterpret_cast<T *>(bytes.data()); }
  T &operator*() { return *operator->(); }
  /// Whether the plugin kept to the fields that it knows, and to `size`.
  bool isTailUntouched(const fovea_plugin &plugin) const {
    const auto from =
        static_cast<std::ptrdiff_t>(untouchedFrom<T>(plugin, size));
    return std::equal(bytes.begin() + from, bytes.end(), tail.begin() + from);
  }

private:
  const size_t size;
  alignas(16) std::array<char, sizeof(T) + 64> bytes{};
  std::array<char, sizeof(T) + 64> tail{};
};

class Opened;
class Compiled;

/// A loaded plugin and the calls to it.
class Plugin {
public:
  Plugin(std::shared_ptr<const plugin::Library> library,
         std::vector<plugin::Option> options, Recorder &recorder)
      : library(std::move(library)), options(std::move(options)),
        recorder(recorder) {}

  const fovea_plugin &table() const { return library->table(); }
  const std::string name() const { return library->name(); }
  bool isSerial() const { return table().flags & FOVEA_PLUGIN_SERIAL_RUN; }

  /// Calls fn(error) -> code for the plugin's function `what`. Wrong: an
  /// exception, no known code, an error without a text, another environment
  /// of floats or signals, or another state of the process than before.
  template <class Fn>
  Answer call(const char *what, const Manner &manner, Fn &&fn) {
    Grown<fovea_error> error(manner);
    error->version = FOVEA_ABI_VERSION;
    error->op = -1;
    Answer answer;
    guarded(what, " and return a code", [&] { answer.code = fn(&*error); });
    answer.error = *error;
    check(what, answer, error.isTailUntouched(table()));
    return answer;
  }
  /// The same for functions that free. What is wrong is kept for `pending`.
  void release(const char *what, const std::function<void()> &fn) noexcept;
  /// What went wrong in `release` since it was asked last.
  std::string takePending();

  /// Null if it answers with an error.
  std::shared_ptr<Opened> open(Answer &answer, const Manner &manner = {},
                               std::span<const plugin::Option> more = {});
  /// The one that most tests use. Wrong: it cannot be had.
  std::shared_ptr<Opened> backend();

private:
  /// `instead`: what else it does that does not throw.
  void guarded(const char *what, const char *instead,
               const std::function<void()> &fn);
  /// What the plugin is at, for the last words of the process. Several threads
  /// may be in it at once: what was begun last and is not over is shown. Who
  /// leaves last is told what has changed of the process meanwhile.
  void enter(const char *what);
  std::string leave(const char *what);
  void check(const char *what, const Answer &answer, bool isTailUntouched);

  std::shared_ptr<const plugin::Library> library;
  std::vector<plugin::Option> options;
  Recorder &recorder;
  std::mutex mutex;
  std::string pending;              ///< guarded
  std::vector<const char *> inside; ///< guarded; functions that are not over
  std::shared_ptr<Opened> kept;
};

/// An opened backend.
class Opened : public std::enable_shared_from_this<Opened> {
public:
  Opened(Plugin &plugin, fovea_backend *backend, const Manner &manner);
  ~Opened();

  /// What it says to a cluster. Only fields that exist are looked at.
  Answer query(const plugin::Cluster &cluster, fovea_claim &claim,
               const Manner &manner = {});
  /// Null if it answers with an error.
  std::shared_ptr<Compiled> compile(const plugin::Cluster &cluster,
                                    Answer &answer, const Manner &manner = {});
  std::shared_ptr<Compiled> load(const plugin::Cluster &cluster,
                                 const std::string &bytes, Answer &answer);

  Plugin &plugin;

private:
  friend class Plugin;
  fovea_backend *backend;
  Grown<fovea_host> host;
};

/// A compiled cluster for given sizes.
class Prepared {
public:
  ~Prepared();

  /// Computes. `stride` bytes lie between the tensors.
  Answer run(std::span<const fovea_tensor> inputs,
             std::span<const fovea_tensor> outputs, Guarded &workspace,
             const std::atomic<bool> *cancelled, const Manner &manner = {});
  /// What a run needs; wrong: it is no such memory.
  Guarded workspace() const;

  const std::vector<int64_t> dims;
  fovea_prepared answer{};
  std::vector<fovea_needs> inputs, outputs;

private:
  friend class Compiled;
  Prepared(std::shared_ptr<Compiled> exe, std::span<const int64_t> dims);
  std::shared_ptr<Compiled> exe;
  std::atomic<bool> hasRun = false;
};

/// A compiled cluster.
class Compiled : public std::enable_shared_from_this<Compiled> {
public:
  Compiled(std::shared_ptr<Opened> backend, fovea_plugin_exe *exe,
           size_t inputs, size_t outputs)
      : backend(std::move(backend)), exe(exe), inputCount(inputs),
        outputCount(outputs) {}
  ~Compiled();

  /// Null if it answers with an error.
  std::shared_ptr<Prepared> prepare(std::span<const int64_t> dims,
                                    Answer &answer, const Manner &manner = {});
  Answer save(std::string &bytes);

  Plugin &plugin() const { return backend->plugin; }

private:
  friend class Prepared;
  std::shared_ptr<Opened> backend;
  fovea_plugin_exe *exe;
  size_t inputCount, outputCount;
};

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_PLUGIN_H
