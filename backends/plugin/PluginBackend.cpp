//===- PluginBackend.cpp - clusters on plugins ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/PluginBackend.h"

#include "backends/plugin/ClusterExecutable.h"
#include "passes/Pipelines.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

using namespace fovea;
using namespace fovea::plugin;

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
