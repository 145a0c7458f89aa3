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

/// Of a function that is optimised and fused, on a copy.
static Expected<Cut> cut(ir::FuncOp func) {
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
  return Cut::of(std::move(module));
}

Expected<ClusterProgram> plugin::clustersOf(ir::FuncOp func) {
  Expected<Cut> whole = cut(func);
  if (!whole)
    return whole.status();
  return std::move(whole->program);
}

Expected<Cluster> plugin::wholeOf(ir::FuncOp func) {
  Expected<Cut> whole = cut(func);
  if (!whole)
    return whole.status();
  auto joined = whole->join(0, whole->program.clusters.size());
  if (!joined)
    return joined.status();
  return std::move(joined->cluster);
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

static Assignment unassigned(const Cluster &cluster, size_t number) {
  Assignment assignment;
  assignment.label = labelOf(cluster, number);
  assignment.places = placesOf(cluster);
  return assignment;
}

/// Says who takes it.
static void take(Assignment &assignment, const Device &device,
                 const Claim &claim) {
  assignment.device = device.name();
  assignment.isDecomposed = claim.kind == FOVEA_CLAIM_DECOMPOSED;
  assignment.isStatic = claim.sizes == FOVEA_SIZES_STATIC;
  assignment.note = claim.text;
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
  Assignment assignment = unassigned(cluster, number);
  for (size_t i = first; i < list.size(); ++i) {
    Expected<Claim> claim = list[i]->query(cluster);
    if (!claim)
      return claim.status();
    const bool isDecomposed = claim->kind == FOVEA_CLAIM_DECOMPOSED;
    if (claim->kind == FOVEA_CLAIM_NONE || (isDecomposed && !mayMaterialize)) {
      assignment.refusals.push_back(refusalOf(*list[i], cluster, *claim));
      continue;
    }
    take(assignment, *list[i], *claim);
    return std::pair(i, assignment);
  }
  return std::pair(list.size(), assignment);
}

namespace {
/// A cluster and who gets it.
struct Assigned {
  PlacedCluster placed;
  /// Of the devices; behind the last: nobody.
  size_t device;
  Assignment assignment;
  size_t number;
  /// So many of those that follow are this one in pieces.
  size_t pieces = 0;
};

/// A function in clusters.
struct AssignedProgram {
  std::vector<Assigned> clusters;
  /// What goes from one to others.
  std::vector<Parameter> between;
};

/// Gives the clusters of a function to devices. Neighbours that go to the same
/// one become one cluster, if it claims that as it does each of them.
class Assigner {
public:
  Assigner(const Devices &devices, Cut &cut) : devices(devices), cut(cut) {}

  Expected<std::vector<Assigned>> run() {
    for (PlacedCluster &placed : cut.program.clusters) {
      const size_t number = pieces.size();
      auto assigned = devices.assign(placed.cluster, number);
      if (!assigned)
        return assigned.status();
      pieces.push_back({std::move(placed), assigned->first,
                        std::move(assigned->second), number});
    }
    for (size_t first = 0, end; first < pieces.size(); first = end) {
      end = first + 1;
      while (end < pieces.size() && joins(pieces[first].device) &&
             areAlike(first, end))
        ++end;
      if (Status status = add(first, end); status.failed())
        return status;
    }
    return std::move(all);
  }

private:
  bool joins(size_t device) const {
    return device != devices.list.size() &&
           devices.list[device]->library().table().flags & FOVEA_PLUGIN_JOINS;
  }
  /// Whether two pieces may become one.
  bool areAlike(size_t a, size_t b) const {
    const Assignment &x = pieces[a].assignment, &y = pieces[b].assignment;
    return pieces[a].device == pieces[b].device &&
           x.isDecomposed == y.isDecomposed && x.isStatic == y.isStatic;
  }

  /// Adds the pieces from `first` to before `end` as one, else as two halves,
  /// so that who claims no two as one is not asked about each number of them.
  Status add(size_t first, size_t end) {
    const size_t count = end - first;
    Expected<std::optional<Assigned>> joined = join(first, end);
    if (!joined)
      return joined.status();
    if (*joined)
      all.push_back(**std::move(joined));
    if (*joined || count == 1) {
      std::move(pieces.begin() + first, pieces.begin() + end,
                std::back_inserter(all));
      return Status::ok();
    }
    const size_t middle = first + count / 2;
    Status status = add(first, middle);
    return status.failed() ? status : add(middle, end);
  }

  /// Those pieces as one, if their device claims that.
  Expected<std::optional<Assigned>> join(size_t first, size_t end) const {
    const size_t number = pieces[first].device;
    if (end - first == 1)
      return std::optional<Assigned>();
    Expected<PlacedCluster> placed = cut.join(first, end);
    if (!placed)
      return placed.status();
    Device &device = *devices.list[number];
    Expected<Claim> claim = device.query(placed->cluster);
    if (!claim)
      return claim.status();
    Assignment assignment = unassigned(placed->cluster, first);
    take(assignment, device, *claim);
    const Assignment &piece = pieces[first].assignment;
    if (claim->kind == FOVEA_CLAIM_NONE ||
        assignment.isDecomposed != piece.isDecomposed ||
        assignment.isStatic != piece.isStatic)
      return std::optional<Assigned>();
    for (size_t i = first; i < end; ++i)
      for (const Refusal &refusal : pieces[i].assignment.refusals)
        if (!llvm::is_contained(assignment.refusals, refusal))
          assignment.refusals.push_back(refusal);
    return std::optional<Assigned>({*std::move(placed), number,
                                    std::move(assignment), first, end - first});
  }

  const Devices &devices;
  Cut &cut;
  /// The clusters, each by itself.
  std::vector<Assigned> pieces;
  std::vector<Assigned> all;
};
} // namespace

static Expected<AssignedProgram> assign(const Devices &devices,
                                        ir::FuncOp func) {
  Expected<Cut> whole = cut(func);
  if (!whole)
    return whole.status();
  auto clusters = Assigner(devices, *whole).run();
  if (!clusters)
    return clusters.status();
  return AssignedProgram{*std::move(clusters),
                         std::move(whole->program.between)};
}

Expected<Partition> PluginBackend::partition(ir::FuncOp func) const {
  auto assigned = assign(devices, func);
  if (!assigned)
    return assigned.status();
  Partition partition;
  for (size_t i = 0; i < assigned->clusters.size();
       i += 1 + assigned->clusters[i].pieces)
    partition.push_back(std::move(assigned->clusters[i].assignment));
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
  auto assigned = assign(devices, func);
  if (!assigned)
    return assigned.status();
  std::vector<ClusterExecutable::Step> steps;
  size_t piecesBefore = 0;
  for (Assigned &one : assigned->clusters) {
    if (one.device == devices.list.size())
      return refused(StatusCode::Unsupported, one.assignment, label);
    ClusterExecutable::Step step;
    step.cluster =
        std::make_shared<const Cluster>(std::move(one.placed.cluster));
    step.inputs = std::move(one.placed.inputs);
    step.outputs = std::move(one.placed.outputs);
    step.number = one.number;
    step.pieces = one.pieces;
    // Sizes that it does not do its pieces may.
    if (step.pieces)
      step.rest.emplace();
    // A piece is compiled when the whole does not do.
    if (piecesBefore) {
      --piecesBefore;
    } else {
      auto exe = devices.list[one.device]->compile(step.cluster);
      if (!exe)
        return exe.status();
      step.candidates.push_back(
          {one.device, *std::move(exe), std::move(one.assignment)});
      piecesBefore = step.pieces;
    }
    steps.push_back(std::move(step));
  }
  return std::unique_ptr<Executable>(std::make_unique<ClusterExecutable>(
      signatureOf(func), devices, label, std::move(steps),
      std::move(assigned->between)));
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

ClusterExecutable::ClusterExecutable(Signature signature, Devices given,
                                     std::string label, std::vector<Step> made,
                                     std::vector<Parameter> between)
    : Executable(std::move(signature)), devices(std::move(given)),
      label(std::move(label)), between(std::move(between)),
      steps(std::move(made)), lastPicks(steps.size()) {
  for (size_t i = 0; i < steps.size(); i += 1 + steps[i].pieces)
    lastPicks[i].isUsed = true;
}

Assignment ClusterExecutable::assignmentOf(const Step &step,
                                           const Pick &pick) const {
  const bool isNobody = pick.candidate == step.candidates.size();
  Assignment assignment = isNobody ? unassigned(*step.cluster, step.number)
                                   : step.candidates[pick.candidate].assignment;
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
    if (lastPicks[i].isUsed)
      report.partition.push_back(assignmentOf(steps[i], lastPicks[i]));
  return report;
}

/// Finds who comes next for a cluster, or that nobody does.
Status ClusterExecutable::addCandidate(size_t number) const {
  Step &step = steps[number];
  auto assigned = devices.assign(
      *step.cluster, step.number,
      step.candidates.empty() ? 0 : step.candidates.back().device + 1);
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

static Expected<Tensor> allocate(const Parameter &parameter,
                                 std::span<const int64_t> dims) {
  std::vector<int64_t> shape;
  for (const SizeExpr &size : parameter.shape) {
    Expected<int64_t> extent = evaluate(size, dims);
    if (!extent)
      return extent.status();
    shape.push_back(*extent);
  }
  return Tensor::allocate(parameter.dtype, std::move(shape));
}

Status ClusterExecutable::execute(std::span<const Tensor> inputs,
                                  std::span<Tensor> outputs,
                                  std::span<const int64_t> dims,
                                  CancelFlag cancel) const {
  // Made when the first cluster uses them: some lie within a joined one.
  std::vector<std::optional<Tensor>> stored(between.size());
  auto tensorOf = [&](const Binding &binding) -> Expected<Tensor> {
    if (binding.kind == Binding::Kind::Input)
      return inputs[binding.number];
    if (binding.kind == Binding::Kind::Output)
      return outputs[binding.number];
    std::optional<Tensor> &array = stored[binding.number];
    if (!array) {
      Expected<Tensor> made = allocate(between[binding.number], dims);
      if (!made)
        return made;
      array = *std::move(made);
    }
    return *array;
  };
  auto tensorsOf = [&](const std::vector<Binding> &bindings)
      -> Expected<std::vector<Tensor>> {
    std::vector<Tensor> tensors;
    for (const Binding &binding : bindings) {
      Expected<Tensor> tensor = tensorOf(binding);
      if (!tensor)
        return tensor.status();
      tensors.push_back(*std::move(tensor));
    }
    return tensors;
  };
  Copies made;
  std::vector<Pick> picks(steps.size());
  for (size_t i = 0; i < steps.size();) {
    // What is read here of a step never changes.
    const size_t pieces = steps[i].pieces;
    auto instance = instanceFor(i, dims, picks[i]);
    if (!instance) {
      if (instance.status().code() != StatusCode::UnsupportedShape || !pieces)
        return instance.status();
      // Its pieces are next.
      ++i;
      continue;
    }
    auto in = tensorsOf(steps[i].inputs), out = tensorsOf(steps[i].outputs);
    if (!in || !out)
      return in ? out.status() : in.status();
    if (Status status = (*instance)->run(*in, *out, cancel, made);
        status.failed())
      return status;
    picks[i].isUsed = true;
    i += 1 + pieces;
  }
  std::lock_guard<std::mutex> lock(mutex);
  lastPicks = std::move(picks);
  lastCopies = std::move(made);
  return Status::ok();
}
