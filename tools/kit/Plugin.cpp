//===- Plugin.cpp - a plugin's functions, called bare ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Plugin.h"

#include "tools/kit/Environment.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>

using namespace fovea;
using namespace fovea::kit;

ThreadPool &kit::hostPool() {
  // Never destroyed, as the shared one.
  static ThreadPool *const pool = new ThreadPool();
  return *pool;
}

//===----------------------------------------------------------------------===//
// Answers
//===----------------------------------------------------------------------===//

static constexpr const char *codeNames[] = {"FOVEA_OK",
                                            "FOVEA_INVALID_PROGRAM",
                                            "FOVEA_INVALID_ARGUMENT",
                                            "FOVEA_SHAPE",
                                            "FOVEA_DTYPE",
                                            "FOVEA_OUT_OF_RANGE",
                                            "FOVEA_DIVISION_BY_ZERO",
                                            "FOVEA_UNSUPPORTED",
                                            "FOVEA_UNSUPPORTED_SHAPE",
                                            "FOVEA_IO",
                                            "FOVEA_CANCELLED",
                                            "FOVEA_BACKEND",
                                            "FOVEA_INTERNAL"};

std::string kit::nameOfCode(fovea_code code) {
  if (code >= 0 && static_cast<size_t>(code) < std::size(codeNames))
    return codeNames[code];
  return std::to_string(code) + ", which is no fovea_code";
}

std::string Answer::text() const {
  if (isOk())
    return nameOfCode(code);
  return nameOfCode(code) + " (" + error.message + ")";
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

/// Shows the last of the functions that are not over, and that it goes on.
static void show(const std::vector<const char *> &inside, SharedPage &page) {
  ++std::atomic_ref(page.steps);
  showPhase(page, inside.empty() ? "" : inside.back());
}

void Plugin::enter(const char *what) {
  std::lock_guard<std::mutex> lock(mutex);
  inside.push_back(what);
  show(inside, recorder.page);
}

std::string Plugin::leave(const char *what) {
  std::lock_guard<std::mutex> lock(mutex);
  inside.erase(std::ranges::find(inside, what));
  show(inside, recorder.page);
  // Who is inside may be about to undo what he has changed.
  return inside.empty() ? recorder.surroundings.undoChange() : "";
}

void Plugin::guarded(const char *what, const char *instead,
                     const std::function<void()> &fn) {
  enter(what);
  const Environment environment = Environment::now();
  bool hasThrown = false;
  try {
    fn();
  } catch (...) {
    hasThrown = true;
  }
  endIfCopy();
  const Environment after = Environment::now();
  environment.restore();
  const std::string ofProcess = leave(what);
  need(!hasThrown, std::string("`") + what +
                       "` threw an exception; it has to catch it" + instead);
  if (const std::string change =
          ofProcess.empty() ? environment.changeTo(after) : ofProcess;
      !change.empty())
    wrong(std::string("`") + what + "` changes " + change +
          "; it has to leave it as it was");
}

void Plugin::check(const char *what, const Answer &answer,
                   bool isTailUntouched) {
  const std::string name = std::string("`") + what + "`";
  if (answer.code < 0 ||
      static_cast<size_t>(answer.code) >= std::size(codeNames))
    wrong(name + " returns " + nameOfCode(answer.code));
  need(isTailUntouched, name + " writes beyond the fovea_error that it knows");
  if (answer.isOk())
    return;
  const fovea_error &error = answer.error;
  auto ends = [](const auto &text) {
    return std::memchr(text, 0, sizeof text) != nullptr;
  };
  need(ends(error.message) && ends(error.fix) && ends(error.tensor),
       name + " returns " + nameOfCode(answer.code) +
           " with a text that has no final zero");
  need(error.message[0] != '\0',
       name + " returns " + nameOfCode(answer.code) + " without a message");
  need(error.rank <= FOVEA_MAX_RANK, name + " returns a position of " +
                                         std::to_string(error.rank) +
                                         " coordinates");
}

void Plugin::release(const char *what,
                     const std::function<void()> &fn) noexcept {
  try {
    // It cannot fail.
    guarded(what, "", fn);
  } catch (const Wrong &fault) {
    std::lock_guard<std::mutex> lock(mutex);
    if (pending.empty())
      pending = fault.text;
  } catch (...) {
  }
}

std::string Plugin::takePending() {
  std::lock_guard<std::mutex> lock(mutex);
  return std::exchange(pending, {});
}

/// Elements as a host with longer ones hands them over. Only the last byte
/// holds something: a plugin may be of a later version than this kit, and know
/// the fields that come first.
template <class T>
static std::vector<char> spread(const std::vector<T> &elements, size_t stride) {
  std::vector<char> bytes(elements.size() * stride);
  for (size_t i = 0; i < elements.size(); ++i) {
    std::memcpy(bytes.data() + i * stride, &elements[i], sizeof(T));
    if (stride > sizeof(T))
      bytes[(i + 1) * stride - 1] = '\x5a';
  }
  return bytes;
}

//===----------------------------------------------------------------------===//
// open and close
//===----------------------------------------------------------------------===//

Opened::Opened(Plugin &plugin, fovea_backend *backend, const Manner &manner)
    : plugin(plugin), backend(backend), host(manner) {
  const uint32_t size = host->size, version = host->version;
  *host = plugin::host();
  host->size = size;
  host->version = version;
}

Opened::~Opened() {
  if (backend)
    plugin.release("close", [&] { plugin.table().close(backend); });
}

std::shared_ptr<Opened> Plugin::open(Answer &answer, const Manner &manner,
                                     std::span<const plugin::Option> more) {
  auto opened = std::make_shared<Opened>(*this, nullptr, manner);
  std::vector<plugin::Option> all = options;
  all.insert(all.end(), more.begin(), more.end());
  std::vector<fovea_backend_option> known;
  for (const plugin::Option &option : all)
    known.push_back({option.key.c_str(), option.value.c_str()});
  const size_t stride = sizeof(fovea_backend_option) + manner.growth;
  const std::vector<char> bytes = spread(known, stride);
  Grown<fovea_open_request> request(manner, true);
  request->host = &*opened->host;
  request->options = {all.empty() ? nullptr : bytes.data(), all.size(), stride};
  request->extensions = manner.extensions;
  answer = call("open", manner, [&](fovea_error *error) {
    return table().open(&*request, &opened->backend, error);
  });
  if (!answer.isOk()) {
    opened->backend = nullptr;
    return nullptr;
  }
  need(opened->backend, "`open` returns FOVEA_OK, but gives no backend");
  return opened;
}

std::shared_ptr<Opened> Plugin::backend() {
  if (!kept) {
    Answer answer;
    kept = open(answer);
    need(kept != nullptr, "`open` returns " + answer.text());
  }
  return kept;
}

//===----------------------------------------------------------------------===//
// Clusters
//===----------------------------------------------------------------------===//

namespace {
/// A cluster as a host of that manner hands it over, and takes it away again.
class View {
public:
  View(const plugin::Cluster &cluster, const Manner &manner)
      : cluster(manner, true) {
    fovea_span *span = nullptr;
    const uint32_t size = this->cluster->size, version = this->cluster->version;
    *this->cluster = cluster.view();
    this->cluster->size = size;
    this->cluster->version = version;
    span = &this->cluster->dims;
    plugin::forEachArray(
        cluster, [&]<class T>(const char *, const std::vector<T> &array) {
          // Plain numbers do not grow.
          const size_t stride =
              sizeof(T) + (std::is_class_v<T> ? manner.growth : 0);
          copies.push_back(spread(array, stride));
          *span++ = {copies.back().data(), array.size(), stride};
        });
  }
  ~View() {
    // Whoever kept a pointer shall not find what it pointed to.
    for (std::vector<char> &copy : copies)
      std::memset(copy.data(), 0xEE, copy.size());
  }
  const fovea_cluster *get() { return &*cluster; }

private:
  Grown<fovea_cluster> cluster;
  std::vector<std::vector<char>> copies;
};
} // namespace

Answer Opened::query(const plugin::Cluster &cluster, fovea_claim &claim,
                     const Manner &manner) {
  View view(cluster, manner);
  Grown<fovea_claim> room(manner);
  room->op = FOVEA_NONE;
  Answer answer = plugin.call("query", manner, [&](fovea_error *error) {
    return plugin.table().query(backend, view.get(), &*room, error);
  });
  claim = *room;
  if (!answer.isOk())
    return answer;
  need(room.isTailUntouched(plugin.table()),
       "`query` writes beyond the fovea_claim that it knows");
  need(claim.kind <= FOVEA_CLAIM_DECOMPOSED &&
           claim.sizes <= FOVEA_SIZES_STATIC,
       "`query` claims kind " + std::to_string(claim.kind) + " with sizes " +
           std::to_string(claim.sizes) + ", which do not exist");
  need(std::memchr(claim.text, 0, sizeof claim.text) != nullptr,
       "the text of a claim has no final zero");
  need(claim.op == FOVEA_NONE || claim.op < cluster.ops.size(),
       "`query` blames op " + std::to_string(claim.op) + " of " +
           std::to_string(cluster.ops.size()));
  return answer;
}

std::shared_ptr<Compiled> Opened::compile(const plugin::Cluster &cluster,
                                          Answer &answer,
                                          const Manner &manner) {
  View view(cluster, manner);
  fovea_plugin_exe *exe = nullptr;
  answer = plugin.call("compile", manner, [&](fovea_error *error) {
    return plugin.table().compile(backend, view.get(), &exe, error);
  });
  if (!answer.isOk())
    return nullptr;
  need(exe, "`compile` returns FOVEA_OK, but gives no exe");
  return std::make_shared<Compiled>(
      shared_from_this(), exe, cluster.inputs.size(), cluster.outputs.size());
}

std::shared_ptr<Compiled> Opened::load(const plugin::Cluster &cluster,
                                       const std::string &bytes,
                                       Answer &answer) {
  View view(cluster, {});
  fovea_plugin_exe *exe = nullptr;
  answer = plugin.call("load", {}, [&](fovea_error *error) {
    return plugin.table().load(backend, view.get(), bytes.data(), bytes.size(),
                               &exe, error);
  });
  if (!answer.isOk())
    return nullptr;
  need(exe, "`load` returns FOVEA_OK, but gives no exe");
  return std::make_shared<Compiled>(
      shared_from_this(), exe, cluster.inputs.size(), cluster.outputs.size());
}

//===----------------------------------------------------------------------===//
// Exes and instances
//===----------------------------------------------------------------------===//

Compiled::~Compiled() {
  plugin().release("exe_free", [&] { plugin().table().exe_free(exe); });
}

Answer Compiled::save(std::string &bytes) {
  fovea_write append = [](void *context, const void *data,
                          uint64_t count) -> fovea_code {
    static_cast<std::string *>(context)->append(static_cast<const char *>(data),
                                                count);
    return FOVEA_OK;
  };
  return plugin().call("save", {}, [&](fovea_error *error) {
    return plugin().table().save(exe, append, &bytes, error);
  });
}

Prepared::Prepared(std::shared_ptr<Compiled> exe, std::span<const int64_t> dims)
    : dims(dims.begin(), dims.end()), exe(std::move(exe)) {}

Prepared::~Prepared() {
  if (answer.instance)
    exe->plugin().release("instance_free", [&] {
      exe->plugin().table().instance_free(answer.instance);
    });
}

namespace {
/// Needs that say "anything goes", as a host of that manner hands them over.
class NeedList {
public:
  NeedList(size_t count, const Manner &manner)
      : stride(sizeof(fovea_needs) + manner.growth),
        bytes(count * stride, tail) {
    fovea_needs initial{};
    initial.size = static_cast<uint32_t>(stride);
    initial.version = FOVEA_PLUGIN_VERSION + (manner.growth ? 7 : 0);
    initial.alignment = 1;
    for (size_t i = 0; i < count; ++i)
      std::memcpy(bytes.data() + i * stride, &initial, sizeof initial);
  }
  fovea_needs *data() { return reinterpret_cast<fovea_needs *>(bytes.data()); }
  /// What the plugin said. Wrong: it wrote where the host's own fields are.
  std::vector<fovea_needs> needs(const fovea_plugin &plugin) const {
    const size_t from = untouchedFrom<fovea_needs>(plugin, stride);
    std::vector<fovea_needs> all(bytes.size() / stride);
    for (size_t i = 0; i < all.size(); ++i) {
      const char *one = bytes.data() + i * stride;
      std::memcpy(&all[i], one, sizeof(fovea_needs));
      need(std::all_of(one + from, one + stride,
                       [](char byte) { return byte == tail; }),
           "`prepare` writes beyond a fovea_needs that it knows: step by "
           "`needs_stride` (FOVEA_NEEDS), not by sizeof");
    }
    return all;
  }

  const size_t stride;

private:
  static constexpr char tail = '\x5a';
  std::vector<char> bytes;
};
} // namespace

std::shared_ptr<Prepared> Compiled::prepare(std::span<const int64_t> dims,
                                            Answer &answer,
                                            const Manner &manner) {
  std::shared_ptr<Prepared> made(new Prepared(shared_from_this(), dims));
  NeedList inputs(inputCount, manner), outputs(outputCount, manner);
  Grown<fovea_prepared> prepared(manner);
  prepared->workspace_alignment = 64;
  prepared->inputs = inputs.data();
  prepared->input_count = inputCount;
  prepared->outputs = outputs.data();
  prepared->output_count = outputCount;
  prepared->needs_stride = inputs.stride;
  Grown<fovea_prepare_request> request(manner, true);
  std::vector<int64_t> copy(dims.begin(), dims.end());
  request->dims = {copy.data(), copy.size(), sizeof(int64_t)};
  request->workers = static_cast<uint32_t>(hostPool().numWorkers());
  request->extensions = manner.extensions;
  answer = plugin().call("prepare", manner, [&](fovea_error *error) {
    return plugin().table().prepare(exe, &*request, &*prepared, error);
  });
  std::ranges::fill(copy, -1);
  if (!answer.isOk())
    return nullptr;
  made->answer = *prepared;
  made->inputs = inputs.needs(plugin().table());
  made->outputs = outputs.needs(plugin().table());
  need(made->answer.instance, "`prepare` returns FOVEA_OK, but no instance");
  need(prepared.isTailUntouched(plugin().table()),
       "`prepare` writes beyond the fovea_prepared that it knows");
  auto isSound = [](uint64_t alignment) {
    return std::has_single_bit(alignment) && alignment <= (1 << 21);
  };
  need(isSound(made->answer.workspace_alignment),
       "`prepare` wants a workspace aligned to " +
           std::to_string(made->answer.workspace_alignment) +
           "; a power of two up to 2^21 is needed");
  for (const auto *needs : {&made->inputs, &made->outputs})
    for (const fovea_needs &one : *needs)
      need(isSound(one.alignment) && one.contiguous <= 1,
           "`prepare` wants an array aligned to " +
               std::to_string(one.alignment) + " and contiguous " +
               std::to_string(one.contiguous) +
               "; a power of two up to 2^21, and 0 or 1, are needed");
  return made;
}

/// What a run may have changed on the threads of the pool. Each is woken.
static std::vector<Environment> environmentsOf(ThreadPool &pool) {
  std::vector<Environment> all(static_cast<size_t>(pool.numWorkers()));
  pool.parallelFor(pool.numWorkers(), [&](int64_t, int worker) {
    all[static_cast<size_t>(worker)] = Environment::now();
  });
  return all;
}

Guarded Prepared::workspace() const {
  try {
    return Guarded("the workspace", answer.workspace_bytes,
                   {std::max<uint64_t>(answer.workspace_alignment, 64), true});
  } catch (const std::bad_alloc &) {
    wrong("`prepare` wants a workspace of " +
          std::to_string(answer.workspace_bytes) +
          " bytes, which cannot be had");
  }
}

Answer Prepared::run(std::span<const fovea_tensor> inputs,
                     std::span<const fovea_tensor> outputs, Guarded &workspace,
                     const std::atomic<bool> *cancelled, const Manner &manner) {
  const size_t stride = sizeof(fovea_tensor) + manner.growth;
  auto grown = [&](std::span<const fovea_tensor> given) {
    std::vector<fovea_tensor> tensors(given.begin(), given.end());
    for (fovea_tensor &tensor : tensors)
      tensor.size = static_cast<uint32_t>(stride);
    return spread(tensors, stride);
  };
  const std::vector<char> in = grown(inputs), out = grown(outputs);
  const std::vector<int64_t> copy = dims;
  ThreadPool &pool = manner.pool ? *manner.pool : hostPool();
  fovea_run_handle handle = {&pool, cancelled};
  Grown<fovea_run_request> request(manner, true);
  request->run = &handle;
  request->dims = {copy.data(), copy.size(), sizeof(int64_t)};
  request->inputs = {in.data(), inputs.size(), stride};
  request->outputs = {out.data(), outputs.size(), stride};
  request->workspace = workspace.size() ? workspace.data() : nullptr;
  request->workspace_bytes = workspace.size();
  request->extensions = manner.extensions;
  // Once for each instance: it takes longer than many a run.
  const bool isFirst = !hasRun.exchange(true);
  std::vector<Environment> before, after;
  if (isFirst)
    before = environmentsOf(pool);
  const Answer answered =
      exe->plugin().call("run", manner, [&](fovea_error *error) {
        return exe->plugin().table().run(answer.instance, &*request, error);
      });
  if (isFirst)
    after = environmentsOf(pool);
  for (size_t worker = 0; worker < before.size(); ++worker)
    if (const std::string change = before[worker].changeTo(after[worker]);
        !change.empty())
      wrong("`run` changes " + change +
            " on a thread of the host; an item has to leave it as it was");
  return answered;
}
