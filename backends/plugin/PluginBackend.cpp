//===- PluginBackend.cpp - clusters on plugins ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/PluginBackend.h"

#include "passes/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <set>

using namespace fovea;
using namespace fovea::plugin;

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

PluginBackend::PluginBackend(std::vector<std::shared_ptr<Device>> devices,
                             Options options)
    : devices(std::move(devices)), options(options) {
  assert(!this->devices.empty() && "nobody to compute anything");
  for (const auto &device : this->devices)
    label += (label.empty() ? "" : ",") + device->name();
}

Expected<ClusterProgram> plugin::clustersOf(ir::FuncOp func) {
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::ModuleOp::create(func.getLoc());
  module->push_back(func->clone());
  mlir::PassManager manager(module->getContext());
  buildOptimizePipeline(manager);
  buildFusePipeline(manager);
  // Of the kernels only the meaning is handed over, so any machine is right;
  // this one, everywhere, gives everybody the same clusters.
  buildKernelPipeline(manager, Machine());
  if (failed(manager.run(*module)))
    return Status::error(StatusCode::Internal, "the optimiser failed on `" +
                                                   func.getSymName().str() +
                                                   "`");
  Expected<ClusterProgram> program =
      flatten(*module->getOps<ir::FuncOp>().begin());
  if (!program)
    return program.status();
  for (const PlacedCluster &placed : program->clusters)
    if (Status status = check(placed.cluster); status.failed())
      return Status::error(StatusCode::Internal, status.message());
  return program;
}

static std::string quoted(const std::string &name) { return "`" + name + "`"; }

/// What a cluster makes, for people.
static std::string labelOf(const Cluster &cluster, size_t number) {
  std::string label;
  for (const fovea_port &port : cluster.outputs)
    if (const std::string name = cluster.string(port.name); !name.empty())
      label += (label.empty() ? "" : ", ") + quoted(name);
  return label.empty() ? "cluster " + std::to_string(number + 1) : label;
}

static std::vector<uint32_t> linesOf(const Cluster &cluster) {
  std::set<uint32_t> lines;
  for (const fovea_op &op : cluster.ops)
    if (op.place != FOVEA_NONE)
      lines.insert(cluster.places[op.place].line);
  return {lines.begin(), lines.end()};
}

Expected<std::pair<std::shared_ptr<Device>, Assignment>>
PluginBackend::assign(const Cluster &cluster, size_t number) {
  Assignment assignment;
  assignment.label = labelOf(cluster, number);
  assignment.lines = linesOf(cluster);
  for (const auto &device : devices) {
    Expected<fovea_claim> claim = device->query(cluster);
    if (!claim)
      return claim.status();
    const bool isDecomposed = claim->kind == FOVEA_CLAIM_DECOMPOSED;
    if (claim->kind == FOVEA_CLAIM_NONE ||
        (isDecomposed && !options.allowMaterialize)) {
      std::string reason = claim->text;
      if (isDecomposed)
        reason = "it would store arrays that fusion avoids" +
                 (reason.empty() ? "" : " (" + reason + ")") +
                 "; --allow-materialize lets it";
      assignment.refusals.push_back(
          {device->name(), reason.empty() ? "no reason is given" : reason,
           cluster.placesOf(claim->op)});
      continue;
    }
    assignment.device = device->name();
    assignment.isDecomposed = isDecomposed;
    assignment.isStatic = claim->sizes == FOVEA_SIZES_STATIC;
    assignment.note = claim->text;
    return std::pair(device, assignment);
  }
  return std::pair(std::shared_ptr<Device>(), assignment);
}

Expected<Partition> PluginBackend::partition(ir::FuncOp func) {
  Expected<ClusterProgram> program = clustersOf(func);
  if (!program)
    return program.status();
  Partition partition;
  for (const PlacedCluster &placed : program->clusters) {
    auto assigned = assign(placed.cluster, partition.size());
    if (!assigned)
      return assigned.status();
    partition.push_back(std::move(assigned->second));
  }
  return partition;
}

/// Nobody computes a cluster.
static Status refused(const Assignment &assignment, const std::string &label) {
  const Refusal &first = assignment.refusals.front();
  std::string text;
  for (const Refusal &refusal : assignment.refusals)
    text += (text.empty() ? "" : "; ") + quoted(refusal.device) +
            " does not compute " + assignment.label + ": " + refusal.reason;
  return Status::error(StatusCode::Unsupported, std::move(text),
                       "`--backend=" + label +
                           ",cpu` lets the cpu backend compute it")
      .withPlaces(first.places);
}

Expected<std::unique_ptr<Executable>> PluginBackend::compile(ir::FuncOp func) {
  Expected<ClusterProgram> program = clustersOf(func);
  if (!program)
    return program.status();
  Partition partition;
  std::vector<ClusterExecutable::Step> steps;
  for (PlacedCluster &placed : program->clusters) {
    auto assigned = assign(placed.cluster, partition.size());
    if (!assigned)
      return assigned.status();
    auto &[device, assignment] = *assigned;
    if (!device)
      return refused(assignment, label);
    auto exe = device->compile(
        std::make_shared<const Cluster>(std::move(placed.cluster)));
    if (!exe)
      return exe.status();
    steps.push_back(
        {*std::move(exe), std::move(placed.inputs), std::move(placed.outputs)});
    partition.push_back(std::move(assignment));
  }
  return std::unique_ptr<Executable>(std::make_unique<ClusterExecutable>(
      signatureOf(func), std::move(steps), std::move(program->between),
      std::move(partition)));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Status ClusterExecutable::execute(std::span<const Tensor> inputs,
                                  std::span<Tensor> outputs,
                                  std::span<const int64_t> dims) const {
  std::vector<Tensor> stored;
  for (const Parameter &parameter : between) {
    std::vector<int64_t> shape;
    for (const SizeExpr &size : parameter.shape) {
      Expected<int64_t> extent = evaluate(size, dims);
      if (!extent)
        return extent.status();
      shape.push_back(*extent);
    }
    Expected<Tensor> tensor =
        Tensor::allocate(parameter.dtype, std::move(shape));
    if (!tensor)
      return tensor.status();
    stored.push_back(*std::move(tensor));
  }
  auto bound = [&](const std::vector<Binding> &bindings) {
    std::vector<Tensor> tensors;
    for (const Binding &binding : bindings)
      tensors.push_back(
          binding.kind == Binding::Kind::Input    ? inputs[binding.number]
          : binding.kind == Binding::Kind::Output ? outputs[binding.number]
                                                  : stored[binding.number]);
    return tensors;
  };
  Copies made;
  for (const Step &step : steps) {
    auto instance = step.exe->prepare(dims);
    if (!instance)
      return instance.status();
    if (Status status = (*instance)->run(bound(step.inputs),
                                         bound(step.outputs), nullptr, made);
        status.failed())
      return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  copied.count += made.count;
  copied.bytes += made.bytes;
  return Status::ok();
}
