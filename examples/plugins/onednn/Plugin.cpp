//===- Plugin.cpp - oneDNN as a backend of Fovea --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A cluster becomes a plan (Lower.cpp), a plan with sizes becomes kernels
// (Primitives.cpp, Loops.cpp), and a run executes them one after the other.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include <omp.h>

#include <cstdlib>

using namespace onednn;

namespace {

/// How many threads OpenMP takes, for as long as this lives: oneDNN divides the
/// work when a primitive is made, and wants as many when it is executed.
class ThreadCount {
public:
  explicit ThreadCount(int count) : before(omp_get_max_threads()) {
    omp_set_num_threads(count);
  }
  ThreadCount(const ThreadCount &) = delete;
  ~ThreadCount() { omp_set_num_threads(before); }

private:
  int before;
};

/// Calls `fn`; what oneDNN throws becomes an error with `code`.
template <class Fn> void checked(fovea_code code, const Fn &fn) {
  try {
    fn();
  } catch (const dnnl::error &thrown) {
    throw fovea::sdk::plugin_error(thrown.status == dnnl_unimplemented ||
                                           thrown.status ==
                                               dnnl_invalid_arguments
                                       ? code
                                       : FOVEA_BACKEND,
                                   std::string("oneDNN: ") + thrown.what());
  }
}

class OneDnnInstance : public fovea::sdk::Instance {
public:
  OneDnnInstance(const fovea_host &host, const dnnl::engine &engine,
                 const Plan &plan, const Shapes &shapes, int threads)
      : host(host), engine(engine), values(plan.values), threads(threads) {
    const ThreadCount count(threads);
    std::vector<size_t> lastUse(values.size(), 0);
    for (size_t at = 0; at < plan.steps.size(); ++at)
      for (const Operand &in : plan.steps[at].inputs)
        lastUse[in.value] = at;
    offsets.resize(values.size());
    numbers.resize(values.size());
    for (uint32_t v = 0; v < values.size(); ++v)
      if (values[v].place == Value::Place::Scalar)
        numbers[v] = shapes.number(values[v].number);
    std::vector<uint32_t> live;
    for (size_t at = 0; at < plan.steps.size(); ++at) {
      const Step &step = plan.steps[at];
      place(step.output.value, shapes, live);
      addKernels(step, shapes, engine, kernels);
      live.erase(std::remove_if(live.begin(), live.end(),
                                [&](uint32_t v) { return lastUse[v] <= at; }),
                 live.end());
    }
    for (const auto &kernel : kernels)
      scratch = std::max(scratch, kernel->scratchBytes());
  }

  uint64_t workspaceBytes() const { return bytes + scratch; }

  void run(const fovea_run_request &request) override {
    const ThreadCount count(threads);
    const fovea::sdk::view<fovea_tensor> in(request.inputs),
        out(request.outputs);
    auto begin = [](const fovea_tensor &tensor) {
      return reinterpret_cast<float *>(static_cast<char *>(tensor.buffer.data) +
                                       tensor.byte_offset);
    };
    auto *workspace = static_cast<char *>(request.workspace);
    // Kernels write to outputs and the workspace only.
    std::vector<float> scalars = numbers;
    std::vector<float *> data(values.size());
    for (size_t v = 0; v < values.size(); ++v)
      switch (values[v].place) {
      case Value::Place::Input:
        data[v] = begin(in[values[v].number]);
        break;
      case Value::Place::Output:
        data[v] = begin(out[values[v].number]);
        break;
      case Value::Place::Scalar:
        data[v] = &scalars[v];
        break;
      case Value::Place::Workspace:
        data[v] = reinterpret_cast<float *>(workspace + offsets[v]);
        break;
      }
    checked(FOVEA_BACKEND, [&] {
      dnnl::stream stream(engine);
      Context context{{host, request.run},
                      engine,
                      stream,
                      std::move(data),
                      workspace + bytes};
      for (const auto &kernel : kernels) {
        if (host.cancelled(request.run))
          throw fovea::sdk::plugin_error(FOVEA_CANCELLED, "cancelled");
        kernel->run(context);
      }
    });
  }

private:
  /// Finds room for a value beside those that are still needed.
  void place(uint32_t v, const Shapes &shapes, std::vector<uint32_t> &live) {
    if (values[v].place != Value::Place::Workspace)
      return;
    auto sizeOf = [&](uint32_t value) {
      const int64_t size = fovea::sdk::checkedProduct(
          shapes.count(values[value].axes), sizeof(float));
      return (static_cast<uint64_t>(size) + 63) / 64 * 64;
    };
    std::sort(live.begin(), live.end(),
              [&](uint32_t a, uint32_t b) { return offsets[a] < offsets[b]; });
    uint64_t at = 0;
    for (uint32_t other : live) {
      if (offsets[other] >= at + sizeOf(v))
        break;
      at = std::max(at, offsets[other] + sizeOf(other));
    }
    offsets[v] = at;
    bytes = std::max(bytes, at + sizeOf(v));
    live.push_back(v);
  }

  const fovea_host &host;
  dnnl::engine engine;
  std::vector<Value> values;
  /// For each value: bytes from the start of the workspace, and its number.
  std::vector<uint64_t> offsets;
  std::vector<float> numbers;
  Kernels kernels;
  int threads;
  uint64_t bytes = 0, scratch = 0;
};

class OneDnnExe : public fovea::sdk::Exe {
public:
  OneDnnExe(const fovea_host &host, Plan plan, int threads)
      : host(host), plan(std::move(plan)), threads(threads) {}

  std::unique_ptr<fovea::sdk::Instance>
  prepare(const fovea_prepare_request &request,
          fovea_prepared &prepared) override {
    std::unique_ptr<OneDnnInstance> made;
    checked(FOVEA_UNSUPPORTED_SHAPE, [&] {
      made = std::make_unique<OneDnnInstance>(
          host, dnnl::engine(dnnl::engine::kind::cpu, 0), plan,
          Shapes(plan, request.dims),
          threads ? threads : static_cast<int>(request.workers));
    });
    prepared.workspace_bytes = made->workspaceBytes();
    // Strides are part of oneDNN's primitives, and those of the arguments are
    // known to a run only.
    for (uint64_t i = 0; i < prepared.input_count; ++i)
      FOVEA_NEEDS(&prepared, inputs, i)->contiguous = 1;
    for (uint64_t i = 0; i < prepared.output_count; ++i)
      FOVEA_NEEDS(&prepared, outputs, i)->contiguous = 1;
    return made;
  }

private:
  const fovea_host &host;
  Plan plan;
  int threads;
};

class OneDnn : public fovea::sdk::Backend {
public:
  explicit OneDnn(const fovea_open_request &request) : host(*request.host) {
    for (const auto &[key, value] : fovea::sdk::options(request, {"threads"})) {
      char *end = nullptr;
      const long count = std::strtol(value.c_str(), &end, 10);
      if (value.empty() || *end || count < 0 || count > 4096)
        throw fovea::sdk::plugin_error(
            FOVEA_INVALID_ARGUMENT,
            "option `threads` is a number from 0 to 4096 "
            "(0: as many as the host's workers), not `" +
                value + "`");
      threads = static_cast<int>(count);
    }
    // DNNL_VERBOSE would make it write to stdout, which is the host's.
    dnnl_set_verbose(0);
  }

  void query(const fovea_cluster &cluster, fovea_claim &claim) override {
    try {
      const Plan made = plan(host, cluster);
      claim.kind =
          made.isDecomposed ? FOVEA_CLAIM_DECOMPOSED : FOVEA_CLAIM_FUSED;
      claim.sizes = FOVEA_SIZES_ANY;
      fovea::sdk::setText(claim, describe(made));
    } catch (const Refusal &refusal) {
      claim.kind = FOVEA_CLAIM_NONE;
      claim.reason = refusal.reason;
      claim.op = refusal.op;
      fovea::sdk::setText(claim, refusal.text);
    }
  }

  std::unique_ptr<fovea::sdk::Exe>
  compile(const fovea_cluster &cluster) override {
    try {
      return std::make_unique<OneDnnExe>(host, plan(host, cluster), threads);
    } catch (const Refusal &refusal) {
      throw fovea::sdk::plugin_error(FOVEA_UNSUPPORTED, refusal.text)
          .atOp(refusal.op);
    }
  }

private:
  const fovea_host &host;
  int threads = 0;
};

/// What is compiled depends on the oneDNN that is loaded too.
const char *buildName() {
  static const std::string name = [] {
    const dnnl_version_t *version = dnnl_version();
    return "1 oneDNN " + std::to_string(version->major) + "." +
           std::to_string(version->minor) + "." +
           std::to_string(version->patch);
  }();
  return name.c_str();
}

} // namespace

// oneDNN keeps the threads of OpenMP.
FOVEA_PLUGIN(OneDnn, "onednn", buildName(), FOVEA_PLUGIN_OWN_THREADS)
