//===- KernelConstraints.cpp - what kernels must hold to ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/KeptOutput.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/MathExtras.h"

#include <set>

using namespace mlir;
using namespace fovea::ir;

bool fovea::ir::looksElsewhere(Operation *op) {
  if (isa<RenameOp>(op))
    return true;
  auto at = dyn_cast<AtOp>(op);
  return at &&
         llvm::any_of(at.getAxes().getAsRange<AxisAttr>(), [&](AxisAttr axis) {
           return cast<ArrayType>(at.getOperand(0).getType())
               .hasAxis(axis.getName());
         });
}

/// Whether all that `phase` reads of `result`, of another phase of its kernel,
/// belongs to its own item: whatever is made from it, nothing is read of it at
/// other places.
static bool readsOwnItem(PhaseOp phase, Value result) {
  SmallVector<Value> work = {result};
  llvm::SmallPtrSet<const void *, 8> seen;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value.getAsOpaquePointer()).second)
      continue;
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      if (!phase->isProperAncestor(user))
        continue;
      if (use.getOperandNumber() == 0 && looksElsewhere(user))
        return false;
      llvm::append_range(work, user->getResults());
    }
  }
  return true;
}

/// Whether what a phase streams are items, in blocks of whole ones.
static bool streamsItems(PhaseOp phase, ArrayRef<RoleAttr> items,
                         int64_t coarsest) {
  SmallVector<RoleAttr> streamed;
  for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>())
    if (role.getKind() == RoleKind::Stream)
      streamed.push_back(role);
  // A run of blocks of the last axis is a run of items only then.
  for (RoleAttr item : items.drop_back())
    if (item.getBlock() > 1)
      return false;
  if (streamed.size() != items.size() || !streamed.front().getSplit() ||
      streamed.back().getBlock() % coarsest != 0)
    return false;
  return llvm::all_of(llvm::zip(streamed, items), [](const auto &pair) {
    auto [role, item] = pair;
    return role.getAxis() == item.getAxis();
  });
}

LogicalResult KernelOp::verifyRegions() {
  Block &block = getBody().front();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield) // kernel_c1
    return emitOpError("must end in a yield");
  for (Operation &op : block.without_terminator())
    if (!isa<PhaseOp>(op)) // kernel_c1
      return emitOpError("has a ") << op.getName() << ", not only phases";
  for (Value value : yield.getValues())
    if (value.getParentBlock() != &block) // kernel_c1
      return emitOpError("yields what no phase computes");
  if (yield.getValues().getTypes() != getResultTypes()) // kernel_c1
    return emitOpError("yields other types than it has results of");

  SmallVector<PhaseOp, 4> phases;
  for (auto phase : getBody().getOps<PhaseOp>()) {
    auto next = dyn_cast<PhaseOp>(phase->getNextNode());
    if (!phase.getFewAttr())
      phases.push_back(phase);
    else if (!next || next.getFewAttr() ||
             next.getResultTypes() != phase.getResultTypes() ||
             next.getLayouts() != phase.getLayouts()) // phase_c6
      return phase.emitOpError("stands in for a phase that does not follow");
  }
  if (phases.empty()) // kernel_c1
    return emitOpError("has no phase");
  const SmallVector<RoleAttr> first = phases.front().getItemRoles();
  int64_t coarsest = 1;
  bool isClosed = false;
  for (PhaseOp phase : phases) {
    const SmallVector<RoleAttr> own = phase.getItemRoles();
    if (!own.empty())
      coarsest = std::max(coarsest, own.back().getBlock());
    if (phase != phases.front() && own.empty() && !first.empty() &&
        phase.getReduction() && !isClosed) {
      isClosed = true;
      if (!streamsItems(phase, first, coarsest)) // kernel_c2
        return phase.emitOpError("does not stream the items of the phases "
                                 "before it");
      continue;
    }
    bool fits = isClosed ? own.empty() && !phase.getReduction()
                         : first.size() == own.size();
    for (size_t i = 0; fits && i < own.size(); ++i) {
      const int64_t mine = std::max<int64_t>(own[i].getBlock(), 1);
      const int64_t other = std::max<int64_t>(first[i].getBlock(), 1);
      const bool isLast = i + 1 == own.size();
      fits = own[i].getAxis() == first[i].getAxis() &&
             (mine == other ||
              (isLast && std::max(mine, other) % std::min(mine, other) == 0));
    }
    if (!fits) // kernel_c2
      return phase.emitOpError("is cut into other items than the phases "
                               "before it");
  }
  for (PhaseOp phase : phases)
    for (Value result : phase.getResults())
      for (PhaseOp other : phases)
        if (!readsOwnItem(other, result)) // kernel_c3
          return other.emitOpError("reads a result of its kernel at places "
                                   "that may belong to other items");
  if (!outputKeeps(*this).empty() && !keptOutput(*this)) // kernel_c4
    return emitOpError("keeps something in an output that its map does not "
                       "compute");
  return success();
}

namespace {
/// The constraints of one phase.
class PhaseVerifier {
public:
  explicit PhaseVerifier(PhaseOp phase) : phase(phase) {}

  LogicalResult verify() {
    if (!isa<YieldOp>(phase.getBody().front().getTerminator())) // phase_c4
      return phase.emitOpError("must end in a yield");
    return success(succeeded(verifyRoles()) && succeeded(verifyStream()) &&
                   succeeded(verifyResults()) && succeeded(verifyBody()) &&
                   succeeded(verifyGroups()));
  }

private:
  /// The role of an axis outside of elements, or null.
  RoleAttr roleOf(AxisAttr axis) {
    for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>())
      if (role.getAxis() == axis && role.getKind() != RoleKind::Contract)
        return role;
    return {};
  }

  LogicalResult verifyRoles() {
    llvm::SmallPtrSet<const void *, 8> names;
    bool hasLanes = false;
    for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>()) {
      StringAttr name = role.getAxis().getName();
      if (role.getKind() != RoleKind::Contract &&
          !names.insert(name.getAsOpaquePointer()).second) // phase_c1
        return phase.emitOpError("axis ") << name << " has two roles";
      const int64_t lanes = role.getLanes();
      const bool isStream = role.getKind() == RoleKind::Stream;
      const bool isGrid = role.getKind() == RoleKind::Grid;
      if ((isStream && role.getBlock() == 0) ||
          (isGrid && (role.getBlock() > 0 || lanes > 1)) ||
          (role.getSplit() && !isStream)) // phase_c1
        return phase.emitOpError("axis ")
               << name << " has a role that does not go with its numbers";
      if (!llvm::isPowerOf2_64(lanes) || role.getBlock() < 0 ||
          role.getBlock() % lanes != 0) // phase_c1
        return phase.emitOpError("axis ")
               << name << " has " << lanes << " lanes in blocks of "
               << role.getBlock();
      if (lanes > 1 && std::exchange(hasLanes, true)) // phase_c1
        return phase.emitOpError("a second axis has lanes: ") << name;
    }
    return success();
  }

  LogicalResult verifyStream() {
    SmallVector<AxisAttr> reduced;
    Operation *reduction = phase.getReduction();
    if (auto fold = dyn_cast_or_null<FoldOp>(reduction))
      reduced = axesOf(fold.getAxes());
    else if (auto reduce = dyn_cast_or_null<ReduceOp>(reduction))
      reduced = axesOf(reduce.getAxes());
    for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>()) {
      if (role.getKind() == RoleKind::Contract)
        continue;
      const bool isReduced = llvm::is_contained(reduced, role.getAxis());
      if (isReduced != (role.getKind() == RoleKind::Stream)) // phase_c2
        return phase.emitOpError("axis ")
               << role.getAxis().getName()
               << (isReduced ? " is reduced but not streamed"
                             : " is streamed but not reduced");
    }
    for (AxisAttr axis : reduced)
      if (!roleOf(axis)) // phase_c2
        return phase.emitOpError("axis ")
               << axis.getName() << " is reduced but not streamed";
    return success();
  }

  LogicalResult verifyResults() {
    if (phase.getLayouts().size() != phase->getNumResults()) // phase_c3
      return phase.emitOpError("has ")
             << phase.getLayouts().size() << " layouts for "
             << phase->getNumResults() << " results";
    for (unsigned k = 0; k < phase->getNumResults(); ++k) {
      auto names = dyn_cast<ArrayAttr>(phase.getLayouts()[k]);
      if (!names || !llvm::all_of(names, llvm::IsaPred<AxisAttr>)) // phase_c3
        return phase.emitOpError("layout ") << k << " is no list of axes";
      SmallVector<AxisAttr> layout = phase.getLayout(k);
      auto type = cast<ArrayType>(phase->getResult(k).getType());
      for (AxisAttr axis : type.getAxes()) {
        RoleAttr role = roleOf(axis);
        if (!role || role.getKind() == RoleKind::Stream) // phase_c3
          return phase.emitOpError("axis ")
                 << axis.getName() << " of a result is not walked along";
      }
      if (layout.size() != type.getAxes().size() ||
          type != type.withAxes(layout)) // phase_c3
        return phase.emitOpError("layout ")
               << k << " does not list the axes of its result";
    }
    return success();
  }

  LogicalResult verifyBody() {
    const ValueRange given = phase.getYield().getValues();
    if (given.size() != phase->getNumResults() || given.empty()) // phase_c4
      return phase.emitOpError("yields ")
             << given.size() << " values for " << phase->getNumResults()
             << " results";
    for (auto [value, result] : llvm::zip(given, phase->getResults())) {
      auto type = cast<ArrayType>(value.getType());
      auto wanted = cast<ArrayType>(result.getType());
      bool fits = type.getElementType() == wanted.getElementType();
      for (AxisAttr axis : type.getAxes())
        fits = fits && wanted.getAxis(axis.getName()) == axis;
      if (!fits) // phase_c4
        return phase.emitOpError("yields ") << type << ", needs " << wanted;
    }
    Operation *reduction = phase.getReduction();
    if (!reduction && given.size() != 1) // phase_c4
      return phase.emitOpError("is a map, which yields one value");
    if (reduction && given != ValueRange(reduction->getResults())) // phase_c4
      return phase.emitOpError("must yield all results of its reduction");
    return success();
  }

  LogicalResult verifyGroups() {
    size_t groups = 0;
    if (auto fold = dyn_cast_or_null<FoldOp>(phase.getReduction())) {
      std::set<unsigned> known;
      for (unsigned k = 0; k < fold.getNumAccumulators(); ++k)
        known.insert(fold.getGaugesBefore(k));
      groups = known.size();
    } else if (phase.getReduction()) {
      groups = 1;
    }
    if (phase.getVisits().size() != groups) // phase_c5
      return phase.emitOpError("has ")
             << phase.getVisits().size() << " visits for " << groups
             << " groups of accumulators";
    if (phase.getUnroll() < 1 ||
        llvm::any_of(phase.getVisits(),
                     [](int64_t visit) { return visit < 1; })) // phase_c5
      return phase.emitOpError("visits less than one place at a time");
    const WalkResult walk = phase.getBody().walk([&](KeepOp keep) {
      const std::optional<uint32_t> group = keep.getGroup();
      return group && *group >= groups ? WalkResult::interrupt()
                                       : WalkResult::advance();
    });
    if (walk.wasInterrupted()) // phase_c5
      return phase.emitOpError("keeps a value for a group that it lacks");
    return success();
  }

  PhaseOp phase;
};
} // namespace

LogicalResult PhaseOp::verifyRegions() { return PhaseVerifier(*this).verify(); }
