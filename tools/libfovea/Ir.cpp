//===- Ir.cpp - the compiler's view of a function -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuBackend.h"
#include "backends/plugin/ClusterText.h"
#include "backends/plugin/Container.h"
#include "backends/plugin/PluginBackend.h"
#include "passes/Pipelines.h"
#include "runtime/FileIo.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include <algorithm>

using namespace fovea;
using plugin::Cluster;

/// The last one is no form of the IR but what plugins are handed.
static constexpr const char *stages[] = {"formula", "optimized", "fused",
                                         "kernels", "clusters"};

const char *fovea_stage_name(uint64_t stage) {
  return stage < std::size(stages) ? stages[stage] : nullptr;
}

Status fovea::runPasses(mlir::ModuleOp module,
                        void (*build)(mlir::OpPassManager &)) {
  CompilerMessages messages(*module.getContext());
  mlir::PassManager manager(module.getContext());
  build(manager);
  if (mlir::succeeded(manager.run(module)))
    return Status::ok();
  Status said = messages.statusIfAny();
  return said.failed() ? said
                       : Status::error(StatusCode::Internal,
                                       "a pass failed without a reason");
}

void fovea::buildHostKernels(mlir::OpPassManager &manager) {
  buildKernelPipeline(manager, hostMachine());
}

/// Brings a module from the frontend to stage number `stage`, and writes it.
static Status writeAt(mlir::ModuleOp module, size_t stage, std::string &text) {
  static constexpr void (*builds[])(mlir::OpPassManager &) = {
      buildOptimizePipeline, buildFusePipeline, buildHostKernels};
  for (auto *build : std::span(builds).first(stage))
    if (Status status = runPasses(module, build); status.failed())
      return status;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return Status::ok();
}

static std::string textOf(const std::vector<Cluster> &clusters) {
  std::string text;
  for (size_t i = 0; i < clusters.size(); ++i)
    text += (i ? "\ncluster " : "cluster ") + std::to_string(i + 1) + " of " +
            std::to_string(clusters.size()) + "\n" + plugin::text(clusters[i]);
  return text;
}

static Expected<std::vector<Cluster>> clustersIn(mlir::ModuleOp module) {
  auto program = plugin::clustersOf(functionIn(module));
  if (!program)
    return program.status();
  std::vector<Cluster> clusters;
  for (plugin::PlacedCluster &placed : program->clusters)
    clusters.push_back(std::move(placed.cluster));
  return clusters;
}

fovea_code fovea_ir(const fovea_program *program, const fovea_request *request,
                    const char *stage, fovea_call *call, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !stage || !call)
      return misuse("`program`, `stage` or `call` is null");
    Expected<fovea_request> asked = fovea::request(request, "the request");
    if (!asked)
      return asked.status();
    const auto *found = std::ranges::find(stages, std::string_view(stage));
    if (found == std::end(stages)) {
      std::string known;
      for (const char *name : stages)
        known += (known.empty() ? "`" : ", `") + std::string(name) + "`";
      return misuse("there is no stage `" + std::string(stage) +
                    "`; there is " + known);
    }
    Expected<Instantiated> source = instantiate(*program, *asked, call);
    if (!source)
      return source.status();
    if (found + 1 != std::end(stages))
      return writeAt(*source->module, found - std::begin(stages), call->text);
    auto clusters = clustersIn(*source->module);
    if (!clusters)
      return clusters.status();
    call->text = textOf(*clusters);
    return Status::ok();
  });
}

fovea_code fovea_save_clusters(const fovea_program *program,
                               const fovea_request *request, const char *path,
                               fovea_call *call, fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!program || !path)
      return misuse("`program` or `path` is null");
    Expected<fovea_request> asked = fovea::request(request, "the request");
    if (!asked)
      return asked.status();
    Expected<Instantiated> source = instantiate(*program, *asked, call);
    if (!source)
      return source.status();
    auto clusters = clustersIn(*source->module);
    if (!clusters)
      return clusters.status();
    std::vector<std::string> containers;
    for (const Cluster &cluster : *clusters)
      containers.push_back(plugin::toContainer(cluster));
    return writeFileAtomically(path, std::vector<std::string_view>(
                                         containers.begin(), containers.end()));
  });
}

fovea_code fovea_load_clusters(const char *path, fovea_call *call,
                               fovea_error *error) {
  return entry(error, [&]() -> Status {
    startCall(call);
    if (!path || !call)
      return misuse("`path` or `call` is null");
    Expected<InputFile> file = InputFile::open(path);
    if (!file)
      return file.status();
    std::string bytes(file->size(), '\0');
    if (Status status = file->read(0, bytes.size(), bytes.data());
        status.failed())
      return status;
    auto clusters = plugin::fromContainers(bytes);
    if (!clusters)
      return Status(clusters.status())
          .withContext("`" + std::string(path) + "`");
    call->text = textOf(*clusters);
    return Status::ok();
  });
}
