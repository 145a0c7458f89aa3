//===- Plugin.cpp - the functions that Fovea calls ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The host's side of the device: programs are made in `prepare`, when sizes are
// numbers; a run uploads its arguments, starts the cores and downloads what
// they made.
//
//===----------------------------------------------------------------------===//

#include "Compiler.h"
#include "Machine.h"
#include "Saved.h"

#include "backends/fovea_plugin.hpp"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>

using namespace device;

struct fovea_backend {
  fovea_backend(const fovea_host *host, uint64_t memory, uint64_t cache)
      : host(host), memory(memory), weights(this->memory, cache) {}
  const fovea_host *host;
  DeviceMemory memory;
  WeightCache weights;
};

struct fovea_plugin_exe {
  fovea_backend *backend;
  Model model;
  ProgramsByDims programs; ///< the host never saves beside a prepare
};

struct fovea_instance {
  const fovea_plugin_exe *exe;
  std::shared_ptr<const std::vector<Program>> programs; ///< one an output
  Buffer literals;
};

namespace {

/// The cores' work for one output.
struct Job {
  const Program *program;
  fovea_backend *backend;
  fovea_run_handle *run;
  const std::vector<const Buffer *> *inputs;
  Buffer *output;
  int64_t placesEach;                          ///< of a tile
  std::vector<std::unique_ptr<Machine>> cores; ///< one for each worker
};

/// Ends a run: an element that is needed failed, or the user wants no more.
struct Stopped {
  Event event;
};

} // namespace

/// Runs `work`; what it throws becomes an error.
template <typename Work>
static fovea_code guarded(fovea_error *error, Work work) {
  const auto fill = [&](fovea_code code, const char *text) {
    error->code = code;
    std::snprintf(error->message, sizeof error->message, "%s", text);
    return code;
  };
  try {
    work();
    return FOVEA_OK;
  } catch (const Failure &failure) {
    if (failure.op != FOVEA_NONE)
      error->op = int32_t(failure.op);
    return fill(failure.code, failure.what());
  } catch (const std::bad_alloc &) {
    return fill(FOVEA_BACKEND, "static-device is out of memory");
  } catch (const std::exception &other) {
    return fill(FOVEA_INTERNAL, other.what());
  }
}

/// A request of a later version may ask for what 1.0 does not know. A cluster
/// has no extensions.
template <typename Request>
static void checkVersion(const Request &request,
                         const fovea_extension *extensions) {
  const char *bytes = reinterpret_cast<const char *>(&request);
  bool later = false;
  for (uint64_t i = sizeof(Request); i < request.size; ++i)
    later = later || bytes[i];
  for (; extensions; extensions = extensions->next)
    later = later || extensions->required;
  if (later)
    throw Failure(FOVEA_UNSUPPORTED, "static-device is of version 1.0 and does "
                                     "not know what is asked");
}

/// Whole MiB as bytes.
static uint64_t mebibytes(const fovea_backend_option &option) {
  char *end = nullptr;
  const unsigned long long number = std::strtoull(option.value, &end, 10);
  if (end == option.value || *end || option.value[0] == '-' || number > 1 << 20)
    throw Failure(FOVEA_INVALID_ARGUMENT,
                  "option `" + std::string(option.key) +
                      "` of static-device is a number of MiB up to 2^20");
  return uint64_t(number) << 20;
}

static fovea_code open(const fovea_open_request *request,
                       fovea_backend **backend, fovea_error *error) {
  return guarded(error, [&] {
    checkVersion(*request, request->extensions);
    uint64_t memory = uint64_t(1) << 30;
    uint64_t cache = uint64_t(256) << 20;
    for (uint64_t i = 0; i < request->options.count; ++i) {
      const auto &option = *FOVEA_AT(fovea_backend_option, request->options, i);
      if (!std::strcmp(option.key, "memory"))
        memory = mebibytes(option);
      else if (!std::strcmp(option.key, "cache"))
        cache = mebibytes(option);
      else
        throw Failure(FOVEA_INVALID_ARGUMENT,
                      "static-device has no option `" +
                          std::string(option.key) +
                          "`; there are `memory` and `cache`");
    }
    *backend = new fovea_backend(request->host, memory, cache);
  });
}

static void close(fovea_backend *backend) { delete backend; }

static fovea_code query(fovea_backend *, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  return guarded(error, [&] {
    checkVersion(*cluster, nullptr);
    const Refusal refusal = refusalOf(*cluster);
    const bool refused = !refusal.text.empty();
    claim->kind = refused ? FOVEA_CLAIM_NONE : FOVEA_CLAIM_FUSED;
    claim->sizes = FOVEA_SIZES_STATIC;
    claim->reason = refusal.reason;
    claim->op = refusal.op;
    std::snprintf(claim->text, sizeof claim->text, "%s",
                  refused ? refusal.text.c_str()
                          : "simulated, in lanes of 64, a program per shape");
  });
}

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  return guarded(error, [&] {
    checkVersion(*cluster, nullptr);
    *exe = new fovea_plugin_exe{backend, Model(*cluster), {}};
  });
}

static void freeExe(fovea_plugin_exe *exe) { delete exe; }

/// Programs are kept for so many sizes, to be saved.
static constexpr size_t mostSizes = 64;

static std::shared_ptr<const std::vector<Program>>
programsFor(fovea_plugin_exe &exe, fovea_span dims) {
  std::vector<int64_t> key;
  for (uint64_t i = 0; i < dims.count; ++i)
    key.push_back(*FOVEA_AT(int64_t, dims, i));
  if (auto known = exe.programs.find(key); known != exe.programs.end())
    return known->second;
  const Extents extents(exe.model, dims);
  std::vector<Program> programs;
  for (uint32_t i = 0; i < exe.model.outputs.size(); ++i)
    programs.push_back(compileOutput(exe.model, extents, i));
  auto made = std::make_shared<const std::vector<Program>>(std::move(programs));
  if (exe.programs.size() < mostSizes)
    exe.programs[key] = made;
  return made;
}

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  return guarded(error, [&] {
    checkVersion(*request, request->extensions);
    const Model &model = exe->model;
    DeviceMemory &memory = exe->backend->memory;
    std::unique_ptr<fovea_instance> instance(
        new fovea_instance{exe, programsFor(*exe, request->dims), {}});
    for (const Program &program : *instance->programs)
      if (Machine::bytesFor(program) > memory.size())
        throw Failure(FOVEA_UNSUPPORTED_SHAPE,
                      "a core needs " +
                          std::to_string(Machine::bytesFor(program)) +
                          " bytes for its registers and the states of folds, "
                          "static-device has " +
                          std::to_string(memory.size()));
    const uint64_t literals = model.bytes.size() * sizeof(uint64_t);
    instance->literals = memory.allocate(literals);
    memory.upload(instance->literals, model.bytes.data(), literals);
    for (uint64_t i = 0; i < prepared->input_count; ++i) {
      FOVEA_NEEDS(prepared, inputs, i)->alignment = 64;
      FOVEA_NEEDS(prepared, inputs, i)->contiguous = 1;
    }
    for (uint64_t i = 0; i < prepared->output_count; ++i) {
      FOVEA_NEEDS(prepared, outputs, i)->alignment = 64;
      FOVEA_NEEDS(prepared, outputs, i)->contiguous = 1;
    }
    prepared->instance = instance.release();
  });
}

static void freeInstance(fovea_instance *instance) { delete instance; }

static uint64_t bytesOf(const fovea_tensor &tensor) {
  uint64_t bytes = device::bytesOf(tensor.dtype);
  for (uint32_t k = 0; k < tensor.rank; ++k)
    bytes *= uint64_t(tensor.shape[k]);
  return bytes;
}

static void *dataOf(const fovea_tensor &tensor) {
  return static_cast<std::byte *>(tensor.buffer.data) + tensor.byte_offset;
}

/// An item of parallelFor: a tile.
static void computeTile(Job &job, uint64_t item, uint32_t worker) {
  auto &core = job.cores[worker];
  if (!core)
    core = std::make_unique<Machine>(*job.program, job.backend->memory,
                                     *job.inputs, *job.output);
  const int64_t first = int64_t(item) * job.placesEach;
  const int64_t count = std::min(job.placesEach, job.program->places - first);
  Event event = core->run(first, uint32_t(count), [&] {
    return job.backend->host->cancelled(job.run) != 0;
  });
  if (event.code)
    throw Stopped{std::move(event)};
}

/// Fills in where it was; throws the rest.
[[noreturn]] static void report(const Model &model, const Event &event,
                                fovea_error *error) {
  if (event.code == FOVEA_CANCELLED)
    throw Failure(FOVEA_CANCELLED, "cancelled");
  const fovea_op &op = model.ops[event.op];
  error->rank =
      uint32_t(std::min<size_t>(event.position.size(), FOVEA_MAX_RANK));
  std::copy_n(event.position.begin(), error->rank, error->position);
  std::string place;
  const Axes axes = model.list(op.axes);
  for (size_t k = 0; k < event.position.size(); ++k)
    place += (k ? ", " : " (at ") +
             std::string(model.name(model.axes[axes[k]].name)) + " = " +
             std::to_string(event.position[k]);
  place += place.empty() ? "" : ")";
  if (event.code != FOVEA_OUT_OF_RANGE)
    throw Failure(event.code, "integer division by zero" + place, event.op);
  error->value = event.value;
  error->has_value = 1;
  const std::string name = model.name(op.name);
  std::snprintf(error->tensor, sizeof error->tensor, "%s", name.c_str());
  throw Failure(FOVEA_OUT_OF_RANGE,
                "`" + name + "` is read at index " +
                    std::to_string(event.value) + " along an axis of extent " +
                    std::to_string(event.extent) + place,
                event.op);
}

/// The arguments on the device: uploaded, or weights that are there.
static std::vector<std::shared_ptr<const Buffer>>
uploadInputs(fovea_backend &backend, const fovea_run_request &request) {
  std::vector<std::shared_ptr<const Buffer>> inputs;
  for (uint64_t i = 0; i < request.inputs.count; ++i) {
    const auto &tensor = *FOVEA_AT(fovea_tensor, request.inputs, i);
    const uint64_t bytes = bytesOf(tensor);
    std::shared_ptr<const Buffer> buffer;
    if (tensor.buffer.content_id) {
      bool hit = false;
      buffer = backend.weights.get(
          {tensor.buffer.content_id, tensor.byte_offset, bytes}, dataOf(tensor),
          hit);
      if (hit) {
        char line[96];
        std::snprintf(line, sizeof line,
                      "static-device: %" PRIu64 " bytes are there already",
                      bytes);
        backend.host->log(backend.host, FOVEA_LOG_DEBUG, line);
      }
    }
    if (!buffer) {
      Buffer fresh = backend.memory.allocate(bytes);
      backend.memory.upload(fresh, dataOf(tensor), bytes);
      buffer = std::make_shared<const Buffer>(std::move(fresh));
    }
    inputs.push_back(std::move(buffer));
  }
  return inputs;
}

static fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  return guarded(error, [&] {
    checkVersion(*request, request->extensions);
    fovea_backend &backend = *instance->exe->backend;
    const uint32_t workers = backend.host->workers(request->run);
    const auto held = uploadInputs(backend, *request);
    std::vector<const Buffer *> inputs;
    for (const auto &buffer : held)
      inputs.push_back(buffer.get());
    inputs.push_back(&instance->literals);
    for (uint64_t i = 0; i < request->outputs.count; ++i) {
      const auto &tensor = *FOVEA_AT(fovea_tensor, request->outputs, i);
      const uint64_t bytes = bytesOf(tensor);
      Buffer output = backend.memory.allocate(bytes);
      const Program &program = (*instance->programs)[i];
      // Few places are spread over all cores, in tiles that are not full.
      const int64_t each = std::clamp<int64_t>(
          (program.places + workers - 1) / workers, 1, laneCount);
      Job job{&program, &backend, request->run, &inputs, &output, each, {}};
      job.cores.resize(workers);
      const int64_t tiles = (program.places + each - 1) / each;
      try {
        fovea::sdk::parallelFor(*backend.host, request->run, uint64_t(tiles),
                                [&](uint64_t item, uint32_t worker) {
                                  computeTile(job, item, worker);
                                });
      } catch (const Stopped &stopped) {
        report(instance->exe->model, stopped.event, error);
      }
      backend.memory.download(dataOf(tensor), output, bytes);
    }
    char line[128];
    std::snprintf(line, sizeof line,
                  "static-device: %" PRIu64 " bytes went up and %" PRIu64
                  " down so far",
                  backend.memory.uploaded(), backend.memory.downloaded());
    backend.host->log(backend.host, FOVEA_LOG_DEBUG, line);
  });
}

static fovea_code save(fovea_plugin_exe *exe, fovea_write write, void *context,
                       fovea_error *error) {
  return guarded(error, [&] {
    const std::string bytes = toBytes(exe->programs);
    if (const fovea_code code = write(context, bytes.data(), bytes.size()))
      throw Failure(code, "the host does not take the saved bytes");
  });
}

static fovea_code load(fovea_backend *backend, const fovea_cluster *cluster,
                       const void *data, uint64_t bytes, fovea_plugin_exe **exe,
                       fovea_error *error) {
  return guarded(error, [&] {
    checkVersion(*cluster, nullptr);
    *exe =
        new fovea_plugin_exe{backend, Model(*cluster), fromBytes(data, bytes)};
  });
}

extern "C" const fovea_plugin *fovea_plugin_entry(uint32_t host_version) {
  static const fovea_plugin plugin = {sizeof(fovea_plugin),
                                      FOVEA_PLUGIN_VERSION,
                                      "static-device",
                                      "1",
                                      0,
                                      open,
                                      close,
                                      query,
                                      compile,
                                      freeExe,
                                      prepare,
                                      freeInstance,
                                      run,
                                      save,
                                      load};
  return host_version >> 16 == FOVEA_PLUGIN_MAJOR ? &plugin : nullptr;
}
