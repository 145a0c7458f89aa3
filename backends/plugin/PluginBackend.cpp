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

PluginBackend::PluginBackend(Devices given, std::string label)
    : devices(std::move(given)), label(std::move(label)) {
  assert(!devices.list.empty() && "nobody to compute anything");
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

Expected<std::pair<size_t, Assignment>>
Devices::assign(const Cluster &cluster, size_t number, size_t first) const {
  Assignment assignment;
  assignment.label = labelOf(cluster, number);
  assignment.lines = linesOf(cluster);
  for (size_t i = first; i < list.size(); ++i) {
    Expected<fovea_claim> claim = list[i]->query(cluster);
    if (!claim)
      return claim.status();
    const bool isDecomposed = claim->kind == FOVEA_CLAIM_DECOMPOSED;
    if (claim->kind == FOVEA_CLAIM_NONE || (isDecomposed && !mayMaterialize)) {
      std::string reason = claim->text;
      if (isDecomposed)
        reason = "it would store arrays that fusion avoids" +
                 (reason.empty() ? "" : " (" + reason + ")") +
                 "; --allow-materialize lets it";
      assignment.refusals.push_back(
          {list[i]->name(), reason.empty() ? "no reason is given" : reason,
           cluster.placesOf(claim->op)});
      continue;
    }
    assignment.device = list[i]->name();
    assignment.isDecomposed = isDecomposed;
    assignment.isStatic = claim->sizes == FOVEA_SIZES_STATIC;
    assignment.note = claim->text;
    return std::pair(i, assignment);
  }
  return std::pair(list.size(), assignment);
}

Expected<Partition> PluginBackend::partition(ir::FuncOp func) const {
  Expected<ClusterProgram> program = clustersOf(func);
  if (!program)
    return program.status();
  Partition partition;
  for (const PlacedCluster &placed : program->clusters) {
    auto assigned = devices.assign(placed.cluster, partition.size());
    if (!assigned)
      return assigned.status();
    partition.push_back(std::move(assigned->second));
  }
  return partition;
}

/// Nobody computes a cluster.
static Status refused(const Assignment &assignment, const std::string &label) {
  std::string text;
  for (const Refusal &refusal : assignment.refusals)
    text += (text.empty() ? "" : "; ") + quoted(refusal.device) +
            " does not compute " + assignment.label + ": " + refusal.reason;
  return Status::error(StatusCode::Unsupported, std::move(text),
                       "`--backend=" + label +
                           ",cpu` lets the cpu backend compute it")
      .withPlaces(assignment.refusals.front().places);
}

Expected<std::unique_ptr<Executable>> PluginBackend::compile(ir::FuncOp func) {
  Expected<ClusterProgram> program = clustersOf(func);
  if (!program)
    return program.status();
  Partition partition;
  std::vector<ClusterExecutable::Step> steps;
  for (PlacedCluster &placed : program->clusters) {
    auto assigned = devices.assign(placed.cluster, partition.size());
    if (!assigned)
      return assigned.status();
    auto &[number, assignment] = *assigned;
    if (number == devices.list.size())
      return refused(assignment, label);
    ClusterExecutable::Step step = {
        std::make_shared<const Cluster>(std::move(placed.cluster)),
        std::move(placed.inputs),
        std::move(placed.outputs),
        {},
        number};
    auto exe = devices.list[number]->compile(step.cluster);
    if (!exe)
      return exe.status();
    step.exes.push_back(*std::move(exe));
    steps.push_back(std::move(step));
    partition.push_back(std::move(assignment));
  }
  return std::unique_ptr<Executable>(std::make_unique<ClusterExecutable>(
      signatureOf(func), devices, std::move(steps), std::move(program->between),
      std::move(partition)));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

Partition ClusterExecutable::partition() const {
  std::lock_guard<std::mutex> lock(mutex);
  return who;
}

Copies ClusterExecutable::copies() const {
  std::lock_guard<std::mutex> lock(mutex);
  return copied;
}

Expected<std::shared_ptr<const Instance>>
ClusterExecutable::instanceFor(size_t number,
                               std::span<const int64_t> dims) const {
  std::lock_guard<std::mutex> lock(mutex);
  Step &step = steps[number];
  for (size_t i = 0;; ++i) {
    Exe &exe = *step.exes[i];
    auto instance = exe.prepare(dims);
    if (instance || instance.status().code() != StatusCode::UnsupportedShape)
      return instance;
    if (i + 1 < step.exes.size())
      continue;
    auto assigned = devices.assign(*step.cluster, number, step.device + 1);
    if (!assigned)
      return assigned.status();
    auto &[next, assignment] = *assigned;
    if (next == devices.list.size())
      return instance;
    auto made = devices.list[next]->compile(step.cluster);
    if (!made)
      return made.status();
    step.exes.push_back(*std::move(made));
    step.device = next;
    std::vector<Refusal> refusals = std::move(who[number].refusals);
    refusals.push_back({exe.device().name(), instance.status().message(), {}});
    refusals.insert(refusals.end(), assignment.refusals.begin(),
                    assignment.refusals.end());
    who[number] = std::move(assignment);
    who[number].refusals = std::move(refusals);
  }
}

Status ClusterExecutable::execute(std::span<const Tensor> inputs,
                                  std::span<Tensor> outputs,
                                  std::span<const int64_t> dims,
                                  CancelFlag cancel) const {
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
  for (size_t i = 0; i < steps.size(); ++i) {
    auto instance = instanceFor(i, dims);
    if (!instance)
      return instance.status();
    // The bindings never change.
    if (Status status = (*instance)->run(bound(steps[i].inputs),
                                         bound(steps[i].outputs), cancel, made);
        status.failed())
      return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  copied.count += made.count;
  copied.bytes += made.bytes;
  return Status::ok();
}
