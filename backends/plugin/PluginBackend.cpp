//===- PluginBackend.cpp - clusters on plugins ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/PluginBackend.h"

#include "passes/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

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

/// All that its ops come from, calls around them included.
static std::vector<SourcePlace> placesOf(const Cluster &cluster) {
  std::vector<SourcePlace> places;
  for (const fovea_place &place : cluster.places)
    places.push_back({cluster.string(place.file), place.line, place.column,
                      place.end_line, place.end_column});
  return places;
}

/// Why a claim does not count.
static Refusal refusalOf(const Device &device, const Cluster &cluster,
                         const Claim &claim) {
  if (claim.kind != FOVEA_CLAIM_NONE)
    return {device.name(),
            "stores",
            "it would store arrays that fusion avoids" +
                (claim.text.empty() ? "" : " (" + claim.text + ")") +
                "; --allow-materialize lets it",
            {}};
  // By fovea_reason; the second is for who says no more than that.
  static constexpr std::pair<const char *, const char *> reasons[] = {
      {"other", "no reason is given"},
      {"op", "it does not have an op of it"},
      {"dtype", "it does not have a dtype of it"},
      {"rank", "it has not so many axes"},
      {"shape", "it does not do its shapes"},
      {"hard", "it has no hard numbers"},
      {"fold", "it does not do that form of fold"},
      {"device", "its device is not there"}};
  const auto &[kind, text] =
      reasons[claim.reason < std::size(reasons) ? claim.reason : 0];
  return {device.name(), kind, claim.text.empty() ? text : claim.text,
          cluster.placesOf(claim.op)};
}

Expected<std::pair<size_t, Assignment>>
Devices::assign(const Cluster &cluster, size_t number, size_t first) const {
  Assignment assignment;
  assignment.label = labelOf(cluster, number);
  assignment.places = placesOf(cluster);
  for (size_t i = first; i < list.size(); ++i) {
    Expected<Claim> claim = list[i]->query(cluster);
    if (!claim)
      return claim.status();
    const bool isDecomposed = claim->kind == FOVEA_CLAIM_DECOMPOSED;
    if (claim->kind == FOVEA_CLAIM_NONE || (isDecomposed && !mayMaterialize)) {
      assignment.refusals.push_back(refusalOf(*list[i], cluster, *claim));
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
static Status refused(StatusCode code, const Assignment &assignment,
                      const std::string &label) {
  std::string text;
  for (const Refusal &refusal : assignment.refusals)
    text += (text.empty() ? "" : "; ") + quoted(refusal.device) +
            " does not compute " + assignment.label +
            (refusal.kind == "sizes" ? " for these sizes: " : ": ") +
            refusal.reason;
  return Status::error(code, std::move(text),
                       "`--backend=" + label +
                           ",cpu` lets the cpu backend compute it")
      .withPlaces(assignment.refusals.front().places);
}

Expected<std::unique_ptr<Executable>> PluginBackend::compile(ir::FuncOp func) {
  Expected<ClusterProgram> program = clustersOf(func);
  if (!program)
    return program.status();
  std::vector<ClusterExecutable::Step> steps;
  for (PlacedCluster &placed : program->clusters) {
    auto assigned = devices.assign(placed.cluster, steps.size());
    if (!assigned)
      return assigned.status();
    auto &[number, assignment] = *assigned;
    if (number == devices.list.size())
      return refused(StatusCode::Unsupported, assignment, label);
    ClusterExecutable::Step step = {
        std::make_shared<const Cluster>(std::move(placed.cluster)),
        std::move(placed.inputs),
        std::move(placed.outputs),
        {},
        {}};
    auto exe = devices.list[number]->compile(step.cluster);
    if (!exe)
      return exe.status();
    step.candidates.push_back({number, *std::move(exe), std::move(assignment)});
    steps.push_back(std::move(step));
  }
  return std::unique_ptr<Executable>(std::make_unique<ClusterExecutable>(
      signatureOf(func), devices, label, std::move(steps),
      std::move(program->between)));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

ClusterExecutable::ClusterExecutable(Signature signature, Devices given,
                                     std::string label, std::vector<Step> made,
                                     std::vector<Parameter> between)
    : Executable(std::move(signature)), devices(std::move(given)),
      label(std::move(label)), between(std::move(between)),
      steps(std::move(made)), lastPicks(steps.size()) {}

Assignment ClusterExecutable::assignmentOf(const Step &step,
                                           const Pick &pick) const {
  // If nobody was picked, the first says what it is.
  const bool isNobody = pick.candidate == step.candidates.size();
  Assignment assignment =
      step.candidates[isNobody ? 0 : pick.candidate].assignment;
  assignment.refusals.clear();
  auto add = [&](const std::vector<Refusal> &more) {
    assignment.refusals.insert(assignment.refusals.end(), more.begin(),
                               more.end());
  };
  for (size_t i = 0; i < pick.candidate; ++i) {
    add(step.candidates[i].assignment.refusals);
    add({pick.refused[i]});
  }
  add(isNobody ? *step.rest
               : step.candidates[pick.candidate].assignment.refusals);
  return assignment;
}

RunReport ClusterExecutable::lastRun() const {
  std::lock_guard<std::mutex> lock(mutex);
  RunReport report{{}, lastCopies};
  for (size_t i = 0; i < steps.size(); ++i)
    report.partition.push_back(assignmentOf(steps[i], lastPicks[i]));
  return report;
}

/// Finds who comes next for a cluster, or that nobody does.
Status ClusterExecutable::addCandidate(size_t number) const {
  Step &step = steps[number];
  auto assigned =
      devices.assign(*step.cluster, number, step.candidates.back().device + 1);
  if (!assigned)
    return assigned.status();
  auto &[next, assignment] = *assigned;
  if (next == devices.list.size()) {
    std::lock_guard<std::mutex> lock(mutex);
    step.rest = std::move(assignment.refusals);
    return Status::ok();
  }
  auto exe = devices.list[next]->compile(step.cluster);
  if (!exe)
    return exe.status();
  std::lock_guard<std::mutex> lock(mutex);
  step.candidates.push_back({next, *std::move(exe), std::move(assignment)});
  return Status::ok();
}

Expected<std::shared_ptr<Exe>>
ClusterExecutable::exeOf(size_t number, size_t candidate) const {
  const Step &step = steps[number];
  auto isKnown = [&] {
    std::lock_guard<std::mutex> lock(mutex);
    return candidate < step.candidates.size() || step.rest;
  };
  if (!isKnown()) {
    std::lock_guard<std::mutex> lock(growing);
    // Another thread may have found it meanwhile.
    if (!isKnown())
      if (Status status = addCandidate(number); status.failed())
        return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  return candidate < step.candidates.size() ? step.candidates[candidate].exe
                                            : std::shared_ptr<Exe>();
}

Expected<std::shared_ptr<const Instance>>
ClusterExecutable::instanceFor(size_t number, std::span<const int64_t> dims,
                               Pick &pick) const {
  for (;; ++pick.candidate) {
    auto exe = exeOf(number, pick.candidate);
    if (!exe)
      return exe.status();
    if (!*exe) {
      std::lock_guard<std::mutex> lock(mutex);
      return refused(StatusCode::UnsupportedShape,
                     assignmentOf(steps[number], pick), label);
    }
    auto instance = (*exe)->prepare(dims);
    if (instance || instance.status().code() != StatusCode::UnsupportedShape)
      return instance;
    pick.refused.push_back({(*exe)->device().name(), "sizes",
                            instance.status().message(),
                            instance.status().details().places});
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
  std::vector<Pick> picks(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    auto instance = instanceFor(i, dims, picks[i]);
    if (!instance)
      return instance.status();
    // The bindings never change, nor does the number of steps.
    if (Status status = (*instance)->run(bound(steps[i].inputs),
                                         bound(steps[i].outputs), cancel, made);
        status.failed())
      return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  lastPicks = std::move(picks);
  lastCopies = std::move(made);
  return Status::ok();
}
