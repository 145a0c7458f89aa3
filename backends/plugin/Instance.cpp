//===- Instance.cpp - a compiled cluster for given sizes ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Device.h"
#include "backends/plugin/Request.h"
#include "runtime/Print.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>

using namespace fovea;
using namespace fovea::plugin;

// Requests beyond these are a mistake of the plugin (fovea_plugin.h).
static constexpr uint64_t mostAlignment = uint64_t(1) << 21;
static constexpr uint64_t mostWorkspace = uint64_t(1) << 43;

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
  const std::string fault = faultOf();
  return fault.empty()
             ? Status::ok()
             : Status::error(StatusCode::Backend,
                             "plugin `" + device.name() +
                                 "` prepares without an error, but " + fault);
}

std::string Instance::faultOf() const {
  if (!prepared.instance)
    return "gives no instance";
  if (prepared.workspace_bytes > mostWorkspace)
    return "asks for a workspace of " +
           std::to_string(prepared.workspace_bytes) +
           " bytes, 2^43 are the most";
  auto aligned = [](uint64_t alignment, const std::string &what) {
    return std::has_single_bit(alignment) && alignment <= mostAlignment
               ? std::string()
               : "asks for " + what + " aligned to " +
                     std::to_string(alignment) +
                     " bytes, which is no power of two up to 2^21";
  };
  std::string fault = aligned(prepared.workspace_alignment, "a workspace");
  auto check = [&](const std::vector<fovea_needs> &needs,
                   const std::vector<fovea_port> &ports, const char *what) {
    for (size_t i = 0; i < needs.size() && fault.empty(); ++i)
      fault =
          aligned(needs[i].alignment,
                  std::string(what) + exe.source->string(ports[i].name) + "`");
  };
  check(inputNeeds, exe.source->inputs, "input `");
  check(outputNeeds, exe.source->outputs, "output `");
  return fault;
}

Instance::~Instance() {
  if (prepared.instance)
    exe.from->release("instance_free", [&] {
      exe.from->library().table().instance_free(prepared.instance);
    });
}

namespace {
/// Memory with any alignment.
class Memory {
public:
  /// `what` it is for, in the message that there is none.
  static Expected<Memory> allocate(uint64_t bytes, uint64_t alignment,
                                   const std::string &what) {
    Memory memory;
    if (bytes == 0)
      return memory;
    alignment = std::max<uint64_t>(alignment, bufferAlignment);
    const uint64_t whole = (bytes + alignment - 1) / alignment * alignment;
    memory.data.reset(std::aligned_alloc(alignment, whole), std::free);
    if (!memory.data)
      return Status::error(StatusCode::Backend,
                           "there is not enough memory for " + what + ", " +
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

static bool hasStrides(const Tensor &tensor, const fovea_needs &need) {
  constexpr fovea_strides known = FOVEA_STRIDES_NOT_NEGATIVE |
                                  FOVEA_STRIDES_NOT_ZERO |
                                  FOVEA_STRIDES_INNER_DENSE;
  if (need.contiguous || (need.strides & ~known))
    return tensor.isContiguous();
  for (size_t axis = 0; axis < tensor.rank(); ++axis) {
    const int64_t stride = tensor.strides()[axis];
    const bool isInner = axis + 1 == tensor.rank();
    if (tensor.dim(axis) > 1 &&
        ((stride < 0 && (need.strides & FOVEA_STRIDES_NOT_NEGATIVE)) ||
         (stride == 0 && (need.strides & FOVEA_STRIDES_NOT_ZERO)) ||
         (stride != 1 && isInner &&
          (need.strides & FOVEA_STRIDES_INNER_DENSE))))
      return false;
  }
  return true;
}

static bool fits(const Tensor &tensor, const fovea_needs &need) {
  return tensor.numElements() == 0 ||
         (reinterpret_cast<uintptr_t>(tensor.data()) % need.alignment == 0 &&
          hasStrides(tensor, need));
}

/// Copies the elements of `array` to `dense`, of the same dtype and shape, or
/// the other way round.
static void copy(const Tensor &array, const Tensor &dense, bool toDense) {
  const size_t bytes = sizeOf(array.dtype());
  int64_t next = 0;
  forEachOffset(array, [&](int64_t offset) {
    void *const here = array.address(offset);
    void *const there = dense.address(next++);
    std::memcpy(toDense ? there : here, toDense ? here : there, bytes);
  });
}

static Expected<Argument> argumentFor(const Tensor &tensor,
                                      const fovea_needs &need, bool isInput,
                                      const std::string &name,
                                      const std::string &plugin,
                                      Copies &copied) {
  if (fits(tensor, need))
    return Argument{tensor, {}, false};
  const uint64_t bytes = tensor.numElements() * sizeOf(tensor.dtype());
  Expected<Memory> memory = Memory::allocate(
      bytes, need.alignment,
      "the copy of `" + name + "` that plugin `" + plugin + "` needs");
  if (!memory)
    return memory.status();
  Argument argument = {
      Tensor::view(memory->get(), tensor.dtype(), tensor.shape()), *memory,
      true};
  if (isInput) {
    copy(tensor, argument.tensor, /*toDense=*/true);
    // The same bytes elsewhere.
    if (tensor.isContiguous())
      argument.tensor.setContentId(tensor.contentId());
  }
  if (!std::ranges::count(copied.arrays, name))
    copied.arrays.push_back(name);
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
    const Cluster &cluster = *exe.source;
    Expected<Argument> argument = argumentFor(
        isInput ? inputs[k] : outputs[k],
        isInput ? inputNeeds[k] : outputNeeds[k], isInput,
        cluster.string((isInput ? cluster.inputs : cluster.outputs)[k].name),
        exe.from->name(), copied);
    if (!argument)
      return argument.status();
    arguments.push_back(*std::move(argument));
  }
  for (size_t i = 0; i < arguments.size(); ++i)
    (i < inputs.size() ? in : out).push_back(toC(arguments[i].tensor));

  Expected<Memory> workspace =
      Memory::allocate(prepared.workspace_bytes, prepared.workspace_alignment,
                       "the workspace of plugin `" + exe.from->name() + "`");
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

  const Library &library = exe.from->library();
  Status status = [&] {
    const auto turn = library.turnToRun(cancel);
    if (isCancelled(cancel))
      return cancelled();
    return exe.from->invoke("run", exe.source.get(), [&](fovea_error &error) {
      return library.table().run(prepared.instance, &request, &error);
    });
  }();
  if (status.code() == StatusCode::Cancelled && isCancelled(cancel))
    return cancelled();
  if (status.code() == StatusCode::Cancelled)
    return Status::error(StatusCode::Backend,
                         "plugin `" + exe.from->name() +
                             "`, `run`: it was cancelled, it says, but nobody "
                             "has asked for that");
  if (status.failed())
    return status;
  for (size_t k = 0; k < outputs.size(); ++k)
    if (const Argument &argument = arguments[inputs.size() + k];
        argument.isCopy)
      copy(outputs[k], argument.tensor, /*toDense=*/false);
  return Status::ok();
}
