//===- Device.cpp - an opened plugin, seen from C++ -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Device.h"

#include "runtime/Print.h"

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace fovea;
using namespace fovea::plugin;

/// A struct of the interface with its head filled in and zeros behind.
template <class T> static T made() {
  T value{};
  value.size = sizeof(T);
  value.version = FOVEA_PLUGIN_VERSION;
  return value;
}

//===----------------------------------------------------------------------===//
// The host's functions
//===----------------------------------------------------------------------===//

static uint32_t workers(fovea_run_handle *run) {
  return static_cast<uint32_t>(run->pool->numWorkers());
}

static void parallelFor(fovea_run_handle *run, uint64_t count,
                        void (*fn)(void *, uint64_t, uint32_t), void *context) {
  run->pool->parallelFor(
      static_cast<int64_t>(count), [&](int64_t item, int worker) {
        fn(context, static_cast<uint64_t>(item), static_cast<uint32_t>(worker));
      });
}

static int32_t wantsStop(fovea_run_handle *run) {
  return isCancelled(run->cancel);
}

static void logNothing(const fovea_host *, fovea_log_level, const char *) {}

static fovea_code matchNothing(const fovea_host *, const fovea_cluster *,
                               const char *, fovea_match *, int32_t *found,
                               fovea_error *) {
  *found = 0;
  return FOVEA_OK;
}

static fovea_host &table() {
  static fovea_host host = [] {
    auto host = made<fovea_host>();
    host.workers = workers;
    host.parallel_for = parallelFor;
    host.cancelled = wantsStop;
    host.log = logNothing;
    host.match = matchNothing;
    return host;
  }();
  return host;
}

const fovea_host &plugin::host() { return table(); }

void plugin::setHost(Matcher matcher, Logger logger) {
  table().match = matcher ? matcher : matchNothing;
  table().log = logger ? logger : logNothing;
}

//===----------------------------------------------------------------------===//
// Device
//===----------------------------------------------------------------------===//

Status Device::statusOf(const char *what, const Cluster *cluster,
                        fovea_code code, const fovea_error &error) const {
  if (code == FOVEA_OK)
    return Status::ok();
  Status status = statusFromC(code, error);
  // Whatever it is, it is not a fault of Fovea.
  if (status.code() == StatusCode::Internal)
    status = Status::error(StatusCode::Backend, status.message(), status.fix());
  const bool isUsers = code == FOVEA_OUT_OF_RANGE ||
                       code == FOVEA_DIVISION_BY_ZERO ||
                       code == FOVEA_CANCELLED;
  if (!isUsers)
    status = std::move(status).withContext("plugin `" + name() + "`, `" + what +
                                           "`");
  if (cluster)
    if (auto places = cluster->placesOf(error.op); !places.empty())
      status = std::move(status).withPlaces(std::move(places));
  return status;
}

Expected<std::shared_ptr<Device>>
Device::open(std::shared_ptr<const Library> library,
             std::span<const Option> options) {
  std::shared_ptr<Device> device(new Device(std::move(library)));
  std::vector<fovea_backend_option> list;
  for (const Option &option : options)
    list.push_back({option.key.c_str(), option.value.c_str()});
  auto request = made<fovea_open_request>();
  request.host = &host();
  request.options = {list.data(), list.size(), sizeof(list[0])};
  Status status = device->invoke("open", nullptr, [&](fovea_error &error) {
    return device->lib->table().open(&request, &device->backend, &error);
  });
  if (status.failed()) {
    device->backend = nullptr;
    return status;
  }
  if (!device->backend)
    return Status::error(StatusCode::Backend,
                         "plugin `" + device->name() +
                             "` opens without an error, but gives no backend");
  return device;
}

Device::~Device() {
  if (backend)
    lib->table().close(backend);
}

Expected<fovea_claim> Device::query(const Cluster &cluster) {
  auto claim = made<fovea_claim>();
  claim.op = FOVEA_NONE;
  const fovea_cluster view = cluster.view();
  std::lock_guard<std::mutex> lock(mutex);
  Status status = invoke("query", &cluster, [&](fovea_error &error) {
    return lib->table().query(backend, &view, &claim, &error);
  });
  // A number of a later version somewhere: the cluster is not for this plugin.
  if (status.code() == StatusCode::Unsupported) {
    claim.kind = FOVEA_CLAIM_NONE;
    std::snprintf(claim.text, sizeof(claim.text), "%s",
                  status.message().c_str());
    return claim;
  }
  if (status.failed())
    return status;
  if (claim.kind > FOVEA_CLAIM_DECOMPOSED || claim.sizes > FOVEA_SIZES_STATIC)
    return Status::error(StatusCode::Backend,
                         "plugin `" + name() + "` claims a cluster with kind " +
                             std::to_string(claim.kind) + " and sizes " +
                             std::to_string(claim.sizes) +
                             ", which do not exist");
  claim.text[sizeof(claim.text) - 1] = '\0';
  return claim;
}

Expected<std::shared_ptr<Exe>>
Device::compile(std::shared_ptr<const Cluster> cluster) {
  std::shared_ptr<Exe> made(new Exe(shared_from_this(), std::move(cluster)));
  const fovea_cluster view = made->cluster().view();
  std::lock_guard<std::mutex> lock(mutex);
  Status status = invoke("compile", &made->cluster(), [&](fovea_error &error) {
    return lib->table().compile(backend, &view, &made->exe, &error);
  });
  if (status.failed()) {
    made->exe = nullptr;
    return status;
  }
  if (!made->exe)
    return Status::error(StatusCode::Backend,
                         "plugin `" + name() +
                             "` compiles without an error, but gives no exe");
  return made;
}

//===----------------------------------------------------------------------===//
// Exe
//===----------------------------------------------------------------------===//

Exe::~Exe() {
  instances.clear();
  if (exe)
    from->library().table().exe_free(exe);
}

/// So many sizes are kept ready. Who runs ever new ones makes room at once.
static constexpr size_t mostInstances = 64;

Expected<std::shared_ptr<const Instance>>
Exe::prepare(std::span<const int64_t> dims) {
  std::vector<int64_t> key(dims.begin(), dims.end());
  std::lock_guard<std::mutex> lock(mutex);
  if (auto known = instances.find(key); known != instances.end())
    return known->second;
  std::shared_ptr<Instance> made(new Instance(*this, key));
  if (Status status = made->prepare(); status.failed())
    return status;
  if (instances.size() == mostInstances)
    instances.clear();
  instances.emplace(std::move(key), made);
  return std::shared_ptr<const Instance>(std::move(made));
}

//===----------------------------------------------------------------------===//
// Instance
//===----------------------------------------------------------------------===//

/// Requests beyond this are a mistake of the plugin.
static constexpr uint64_t mostAlignment = 1 << 21;

Status Instance::prepare() {
  auto initial = made<fovea_needs>();
  initial.alignment = 1;
  inputNeeds.assign(exe.source->inputs.size(), initial);
  outputNeeds.assign(exe.source->outputs.size(), initial);
  prepared = made<fovea_prepared>();
  prepared.workspace_alignment = bufferAlignment;
  prepared.inputs = inputNeeds.data();
  prepared.input_count = inputNeeds.size();
  prepared.outputs = outputNeeds.data();
  prepared.output_count = outputNeeds.size();
  prepared.needs_stride = sizeof(fovea_needs);
  auto request = made<fovea_prepare_request>();
  request.dims = {dims.data(), dims.size(), sizeof(int64_t)};
  request.workers = static_cast<uint32_t>(ThreadPool::shared().numWorkers());
  Device &device = *exe.from;
  Status status = Status::ok();
  {
    std::lock_guard<std::mutex> lock(device.mutex);
    status =
        device.invoke("prepare", exe.source.get(), [&](fovea_error &error) {
          return device.lib->table().prepare(exe.exe, &request, &prepared,
                                             &error);
        });
  }
  if (status.failed()) {
    prepared.instance = nullptr;
    return status;
  }
  auto isSound = [](uint64_t alignment) {
    return std::has_single_bit(alignment) && alignment <= mostAlignment;
  };
  bool sound = prepared.instance && isSound(prepared.workspace_alignment) &&
               prepared.workspace_bytes <= uint64_t(maxElements) * 8;
  for (const auto *needs : {&inputNeeds, &outputNeeds})
    for (const fovea_needs &need : *needs)
      sound &= isSound(need.alignment);
  if (!sound)
    return Status::error(
        StatusCode::Backend,
        "plugin `" + device.name() +
            "` prepares without an error, but gives no instance, or asks for "
            "memory that is not aligned to a power of two, or for too much");
  return Status::ok();
}

Instance::~Instance() {
  if (prepared.instance)
    exe.from->library().table().instance_free(prepared.instance);
}

namespace {
/// Memory with any alignment.
class Memory {
public:
  static Expected<Memory> allocate(uint64_t bytes, uint64_t alignment) {
    Memory memory;
    if (bytes == 0)
      return memory;
    alignment = std::max<uint64_t>(alignment, bufferAlignment);
    const uint64_t whole = (bytes + alignment - 1) / alignment * alignment;
    memory.data.reset(std::aligned_alloc(alignment, whole), std::free);
    if (!memory.data)
      return Status::error(StatusCode::Backend,
                           "there is not enough memory for " +
                               std::to_string(bytes) + " bytes");
    return memory;
  }
  void *get() const { return data.get(); }

private:
  std::shared_ptr<void> data;
};

/// An array of a run, as the plugin needs it.
struct Argument {
  Tensor tensor;
  Memory memory;
  bool isCopy = false;
};
} // namespace

static bool fits(const Tensor &tensor, const fovea_needs &need) {
  return tensor.numElements() == 0 ||
         (reinterpret_cast<uintptr_t>(tensor.data()) % need.alignment == 0 &&
          (!need.contiguous || tensor.isContiguous()));
}

/// Copies element by element; both have one dtype and shape.
static void copy(const Tensor &from, const Tensor &to) {
  const size_t bytes = sizeOf(from.dtype());
  std::vector<int64_t> offsets;
  offsets.reserve(from.numElements());
  forEachOffset(from, [&](int64_t offset) { offsets.push_back(offset); });
  size_t next = 0;
  forEachOffset(to, [&](int64_t offset) {
    std::memcpy(to.address(offset), from.address(offsets[next++]), bytes);
  });
}

static Expected<Argument> argumentFor(const Tensor &tensor,
                                      const fovea_needs &need, bool isInput,
                                      Copies &copied) {
  if (fits(tensor, need))
    return Argument{tensor, {}, false};
  const uint64_t bytes = tensor.numElements() * sizeOf(tensor.dtype());
  Expected<Memory> memory = Memory::allocate(bytes, need.alignment);
  if (!memory)
    return memory.status();
  Argument argument = {
      Tensor::view(memory->get(), tensor.dtype(), tensor.shape()), *memory,
      true};
  if (isInput) {
    copy(tensor, argument.tensor);
    // The same bytes elsewhere.
    if (tensor.isContiguous())
      argument.tensor.setContentId(tensor.contentId());
  }
  ++copied.count;
  copied.bytes += bytes;
  return argument;
}

Status Instance::run(std::span<const Tensor> inputs,
                     std::span<const Tensor> outputs, CancelFlag cancel,
                     Copies &copied) const {
  std::vector<Argument> arguments;
  std::vector<fovea_tensor> in, out;
  for (size_t i = 0; i < inputs.size() + outputs.size(); ++i) {
    const bool isInput = i < inputs.size();
    const size_t k = isInput ? i : i - inputs.size();
    Expected<Argument> argument =
        argumentFor(isInput ? inputs[k] : outputs[k],
                    isInput ? inputNeeds[k] : outputNeeds[k], isInput, copied);
    if (!argument)
      return argument.status();
    arguments.push_back(*std::move(argument));
  }
  for (size_t i = 0; i < arguments.size(); ++i)
    (i < inputs.size() ? in : out).push_back(toC(arguments[i].tensor));

  Expected<Memory> workspace =
      Memory::allocate(prepared.workspace_bytes, prepared.workspace_alignment);
  if (!workspace)
    return workspace.status();
  fovea_run_handle handle = {&ThreadPool::shared(), cancel};
  auto request = made<fovea_run_request>();
  request.run = &handle;
  request.dims = {dims.data(), dims.size(), sizeof(int64_t)};
  request.inputs = {in.data(), in.size(), sizeof(fovea_tensor)};
  request.outputs = {out.data(), out.size(), sizeof(fovea_tensor)};
  request.workspace = workspace->get();
  request.workspace_bytes = prepared.workspace_bytes;

  const fovea_plugin &table = exe.from->library().table();
  std::unique_lock<std::mutex> lock(serial, std::defer_lock);
  if (table.flags & FOVEA_PLUGIN_SERIAL_RUN)
    lock.lock();
  Status status =
      exe.from->invoke("run", exe.source.get(), [&](fovea_error &error) {
        return table.run(prepared.instance, &request, &error);
      });
  if (status.failed())
    return status;
  for (size_t k = 0; k < outputs.size(); ++k)
    if (const Argument &argument = arguments[inputs.size() + k];
        argument.isCopy)
      copy(argument.tensor, outputs[k]);
  return Status::ok();
}
