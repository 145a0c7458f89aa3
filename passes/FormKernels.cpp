//===- FormKernels.cpp - folds and formulas become kernels ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What is stored and in which order (kernels/Plan), how each stage runs
// (kernels/Scheduler), and which stages may follow each other item by item:
// afterwards all of it is said by `fovea.kernel` and `fovea.phase`.
//
//===----------------------------------------------------------------------===//

#include "ir/Kept.h"
#include "passes/Passes.h"
#include "passes/kernels/OutputKeep.h"
#include "passes/kernels/Plan.h"
#include "passes/kernels/Reads.h"
#include "passes/kernels/Scheduler.h"

#include "mlir/IR/IRMapping.h"

#include <set>

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

namespace fovea {
#define GEN_PASS_DEF_FORMKERNELS
#include "passes/Passes.h.inc"
} // namespace fovea

namespace {
/// A stage that is going to be a phase.
struct Planned {
  const Stage *stage;
  Schedule schedule;
  /// For few rows along the axis that has the lanes.
  std::optional<Schedule> forFew;
  /// What it stores.
  SmallVector<Value> results;
  /// What it keeps in an output, or takes from there; a fold's with the group
  /// of its accumulators.
  Value inOutput;
  IntegerAttr groupInOutput;
};

/// Stages that are going to be one kernel.
struct Group {
  std::vector<Planned> stages;
  /// The items of the coarsest.
  SmallVector<Schedule::Cut> items;
};

class KernelFormer {
public:
  KernelFormer(ir::FuncOp func, const Machine &machine)
      : func(func), facts(func), plan(func, facts), machine(machine),
        b(func.getContext()) {}

  void run() {
    formGroups();
    for (Group &group : groups)
      findOutputKeep(group);
    findUses();
    Block &body = func.getBody().front();
    SmallVector<Operation *> old;
    for (Operation &op : body)
      if (!isa<ir::InputOp, ir::LiteralOp>(op))
        old.push_back(&op);
    b.setInsertionPointToEnd(&body);
    for (const Group &group : groups)
      buildKernel(group);
    for (ir::OutputOp output : ir::outputsOf(func))
      buildOutput(output);
    for (Operation *op : llvm::reverse(old))
      op->erase();
  }

private:
  void formGroups() {
    for (const Stage &stage : plan.stages()) {
      Planned planned = {
          &stage, scheduleFor(stage, facts, plan, machine), {}, {}, {}, {}};
      if (planned.schedule.hasFew)
        planned.forFew = scheduleFor(stage, facts, plan, machine,
                                     /*isForFew=*/true);
      if (!isa<ir::OutputOp>(stage.root))
        planned.results.append(stage.root->result_begin(),
                               stage.root->result_end());
      if (groups.empty() ||
          (!joins(planned, groups.back()) && !closes(planned, groups.back()))) {
        groups.emplace_back();
        groups.back().items = planned.schedule.items();
      }
      groups.back().stages.push_back(std::move(planned));
    }
  }

  /// Loops over rows in the order of `items`, and over all else inside of them,
  /// if a map can be done that way.
  static bool arrange(Schedule &schedule, ArrayRef<Schedule::Cut> items) {
    SmallVector<ir::AxisAttr> grid, rest = schedule.grid;
    for (const Schedule::Cut &cut : items) {
      if (cut.axis == schedule.laneRow) {
        schedule.laneRow = nullptr;
        schedule.lanes = 1;
      } else if (!llvm::is_contained(rest, cut.axis)) {
        return false;
      }
      llvm::erase(rest, cut.axis);
      grid.push_back(cut.axis);
    }
    schedule.grid = grid;
    schedule.payload = rest;
    return true;
  }

  /// Whether items of both cover each other, and then the coarser ones: they
  /// may differ in the last axis, by a whole factor.
  static std::optional<SmallVector<Schedule::Cut>>
  common(ArrayRef<Schedule::Cut> a, ArrayRef<Schedule::Cut> b) {
    if (a.empty() && b.empty())
      return SmallVector<Schedule::Cut>();
    if (a.size() != b.size() || a.drop_back() != b.drop_back() ||
        a.back().axis != b.back().axis)
      return std::nullopt;
    const auto [fine, coarse] = std::minmax(a.back().block, b.back().block);
    if (coarse % fine != 0)
      return std::nullopt;
    SmallVector<Schedule::Cut> items(a);
    items.back().block = coarse;
    return items;
  }

  /// Whether items are cut along an axis.
  static bool cutsAlong(ArrayRef<Schedule::Cut> items, ir::AxisAttr axis) {
    return llvm::any_of(
        items, [&](const Schedule::Cut &cut) { return cut.axis == axis; });
  }

  /// A kernel whose folds have all places along the axes that the items of the
  /// next one lack, if that is mixed from theirs; else nothing.
  std::optional<Group> widened(const Group &group, const Schedule &next) const {
    const Cone cone(plan, next.innerTiles);
    SmallVector<ir::AxisAttr> noRows;
    for (const Schedule::Cut &cut : group.items)
      if (!cutsAlong(next.items(), cut.axis))
        noRows.push_back(cut.axis);
    const bool isMixed = llvm::any_of(group.stages, [&](const Planned &stage) {
      return llvm::any_of(stage.results,
                          [&](Value result) { return cone.contains(result); });
    });
    if (noRows.empty() || !isMixed)
      return std::nullopt;
    Group wide = group;
    for (Planned &stage : wide.stages) {
      stage.schedule = scheduleFor(*stage.stage, facts, plan, machine,
                                   /*isForFew=*/false, noRows);
      stage.forFew.reset();
      if (stage.schedule.items() != next.items())
        return std::nullopt;
    }
    wide.items = next.items();
    return wide;
  }

  /// Makes a stage part of a kernel, if its items need nothing but the same
  /// items of the stages before it.
  bool joins(Planned &stage, Group &group) const {
    Schedule schedule = stage.schedule;
    std::optional<Group> wide = widened(group, schedule);
    const Group &host = wide ? *wide : group;
    if (host.items.empty()) {
      // Two passes over all that there is share nothing.
      if (Chain::isChain(stage.stage->root) || !stage.stage->axes.empty())
        return false;
    } else if (!Chain::isChain(stage.stage->root) &&
               !arrange(schedule, host.items)) {
      return false;
    }
    const auto items = common(host.items, schedule.items());
    if (!items || !readsOwnItem(stage, host))
      return false;
    stage.schedule = schedule;
    if (wide)
      group = std::move(*wide);
    group.items = *items;
    return true;
  }

  /// Makes a fold over the rows of a kernel its end, if it is made from what
  /// they have: its pieces are runs of items.
  bool closes(Planned &stage, Group &group) const {
    Schedule schedule = stage.schedule;
    SmallVector<ir::AxisAttr> rows;
    for (const Schedule::Cut &cut : group.items)
      rows.push_back(cut.axis);
    // A run of blocks of the last axis is a run of items only then.
    const bool isRun =
        llvm::all_of(llvm::drop_end(group.items),
                     [](const Schedule::Cut &cut) { return cut.block == 1; });
    if (rows.empty() || !isRun || !schedule.isSplit ||
        !schedule.items().empty() || rows.size() != schedule.stream.size() ||
        !llvm::all_of(schedule.stream,
                      [&](ir::AxisAttr axis) {
                        return llvm::is_contained(rows, axis);
                      }) ||
        (schedule.streamsLanes && schedule.stream.back() != rows.back()) ||
        !readsOwnItem(stage, group))
      return false;
    // Of equal elements the first counts, in the order in which it is written.
    const Chain chain(stage.stage->root);
    if (llvm::any_of(chain.accumulators(),
                     [](const auto &part) { return ir::isArg(part.kind); }) &&
        ArrayRef<ir::AxisAttr>(rows) != chain.axes())
      return false;
    const llvm::DenseSet<Value> made = madeBy(group);
    const Cone cone(plan, stage.stage->roots());
    if (llvm::none_of(cone.inOrder(),
                      [&](Value value) { return made.contains(value); }))
      return false;
    schedule.stream = rows;
    schedule.streamBlock = std::max<int64_t>(64, group.items.back().block);
    stage.schedule = schedule;
    // What follows may be made from the one result.
    group.items.clear();
    return true;
  }

  static llvm::DenseSet<Value> madeBy(const Group &group) {
    llvm::DenseSet<Value> made;
    for (const Planned &stage : group.stages)
      made.insert(stage.results.begin(), stage.results.end());
    return made;
  }

  bool readsOwnItem(const Planned &stage, const Group &group) const {
    const llvm::DenseSet<Value> made = madeBy(group);
    auto isOverItems = [&](ir::ReduceOp reduce) {
      return llvm::any_of(ir::axesOf(reduce.getAxes()), [&](ir::AxisAttr axis) {
        return cutsAlong(group.items, axis);
      });
    };
    // Whoever reads through an index or inside of a reduction over rows may see
    // other items.
    SmallVector<std::pair<Value, bool>> work;
    std::set<std::pair<void *, bool>> seen;
    for (Value root : stage.stage->roots())
      work.push_back({root, true});
    while (!work.empty()) {
      auto [value, isSame] = work.pop_back_val();
      if (!seen.insert({value.getAsOpaquePointer(), isSame}).second)
        continue;
      if (made.contains(value) && !isSame)
        return false;
      Operation *op = value.getDefiningOp();
      if (!op || made.contains(value) || plan.isStored(value))
        continue;
      auto reduce = dyn_cast<ir::ReduceOp>(op);
      isSame &= !(reduce && isOverItems(reduce)) && !ir::looksElsewhere(op);
      for (Value operand : op->getOperands())
        work.push_back({operand, isSame});
    }
    return true;
  }

  /// A map that is cut into the items of a fold may take elements of it.
  void findOutputKeep(Group &group) {
    for (auto [i, map] : llvm::enumerate(group.stages))
      for (Planned &fold : llvm::MutableArrayRef(group.stages).take_front(i))
        if (const auto keep =
                outputKeepFor(*fold.stage, fold.schedule, *map.stage,
                              map.schedule, plan, facts)) {
          fold.inOutput = keep->element;
          fold.groupInOutput = b.getI32IntegerAttr(keep->group);
          map.inOutput = keep->value;
          return;
        }
  }

  /// Which stored values are read by other kernels, or shown as they are.
  void findUses() {
    llvm::DenseMap<Value, size_t> maker;
    for (auto [number, group] : llvm::enumerate(groups))
      for (const Planned &planned : group.stages) {
        const Cone cone(plan, planned.stage->roots());
        for (Value value : cone.inOrder())
          if (auto made = maker.find(value);
              made != maker.end() && made->second != number)
            usedOutside.insert(value);
        for (Value result : planned.results)
          maker[result] = number;
      }
    for (const Group &group : groups)
      for (const Planned &planned : group.stages)
        for (auto [k, result] : llvm::enumerate(planned.stage->results))
          if (result.output)
            usedOutside.insert(planned.results[k]);
  }

  void buildKernel(const Group &group) {
    SmallVector<Location> places;
    SmallVector<Type> types;
    for (const Planned &planned : group.stages) {
      places.push_back(planned.stage->root->getLoc());
      if (auto output = dyn_cast<ir::OutputOp>(planned.stage->root))
        types.push_back(resultType(output));
      for (Value result : planned.results)
        if (usedOutside.contains(result))
          types.push_back(result.getType());
    }
    auto kernel = ir::KernelOp::create(b, b.getFusedLoc(places), types);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&kernel.getBody().emplaceBlock());
    SmallVector<Value> yielded;
    unsigned next = 0;
    SmallVector<std::pair<Value, Value>> results;
    for (const Planned &planned : group.stages) {
      if (planned.forFew)
        buildPhase(planned, *planned.forFew, planned.schedule.laneRow);
      ir::PhaseOp phase = buildPhase(planned, planned.schedule);
      if (auto output = dyn_cast<ir::OutputOp>(planned.stage->root)) {
        yielded.push_back(phase->getResult(0));
        shown[output] = kernel->getResult(next++);
      }
      for (auto [result, made] :
           llvm::zip(planned.results, phase->getResults())) {
        stored.map(result, made);
        if (!usedOutside.contains(result))
          continue;
        yielded.push_back(made);
        results.push_back({result, kernel->getResult(next++)});
      }
    }
    ir::YieldOp::create(b, kernel.getLoc(), yielded);
    for (auto [result, outside] : results)
      stored.map(result, outside);
  }

  static ir::ArrayType resultType(ir::OutputOp output) {
    return typeOf(output.getValue()).withAxes(ir::axesOf(output.getAxes()));
  }

  ir::PhaseOp buildPhase(const Planned &planned, const Schedule &schedule,
                         ir::AxisAttr few = {}) {
    const Stage &stage = *planned.stage;
    const bool isChain = Chain::isChain(stage.root);
    SmallVector<Type> types;
    SmallVector<Attribute> layouts;
    if (auto output = dyn_cast<ir::OutputOp>(stage.root))
      types.push_back(resultType(output));
    else
      types.append(stage.root->result_type_begin(),
                   stage.root->result_type_end());
    if (!isChain)
      layouts.push_back(ir::axisArray(b.getContext(), stage.axes));
    for (const Stage::Result &result : stage.results)
      layouts.push_back(ir::axisArray(b.getContext(), result.axes));
    SmallVector<Attribute> roles;
    for (ir::RoleAttr role : schedule.roles())
      roles.push_back(role);
    auto phase = ir::PhaseOp::create(
        b, stage.root->getLoc(), types, b.getArrayAttr(roles),
        b.getArrayAttr(layouts), schedule.visits, schedule.unroll, few);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(&phase.getBody().emplaceBlock());
    IRMapping mapping = stored;
    const Cone cone(plan, stage.roots());
    for (Value value : cone.inOrder())
      if (Operation *op = value.getDefiningOp(); op && isComputed(op, mapping))
        b.clone(*op, mapping);
    if (auto output = dyn_cast<ir::OutputOp>(stage.root))
      ir::YieldOp::create(b, phase.getLoc(),
                          mapping.lookupOrDefault(output.getValue()));
    else {
      Operation *root = b.clone(*stage.root, mapping);
      root->removeAttr(ir::keptName);
      ir::YieldOp::create(b, phase.getLoc(), root->getResults());
    }
    auto keep = [&](Value value, ir::KeepPlace place, IntegerAttr group) {
      keepValue(phase, mapping.lookupOrDefault(value), place, group);
    };
    for (Value value : schedule.rowTiles)
      keep(value, ir::KeepPlace::Rows, {});
    for (Value value : schedule.innerTiles)
      keep(value, ir::KeepPlace::Block, b.getI32IntegerAttr(0));
    for (auto [group, tiles] : llvm::enumerate(schedule.streamTiles))
      for (Value value : tiles)
        keep(value, ir::KeepPlace::Block,
             b.getI32IntegerAttr(static_cast<int32_t>(group)));
    if (planned.inOutput)
      keep(planned.inOutput, ir::KeepPlace::Output, planned.groupInOutput);
    return phase;
  }

  /// Whether a phase computes it by itself.
  bool isComputed(Operation *op, const IRMapping &mapping) const {
    return op->getParentOp() == func && !isa<ir::InputOp, ir::LiteralOp>(op) &&
           !plan.isStored(op->getResult(0)) &&
           !mapping.contains(op->getResult(0));
  }

  /// All of the phase gets `value` from there.
  void keepValue(ir::PhaseOp phase, Value value, ir::KeepPlace place,
                 IntegerAttr group) {
    OpBuilder::InsertionGuard guard(b);
    if (phase->isProperAncestor(value.getParentRegion()->getParentOp()) ||
        value.getParentRegion() == &phase.getBody())
      b.setInsertionPointAfterValue(value);
    else
      b.setInsertionPointToStart(&phase.getBody().front());
    auto kept = ir::KeepOp::create(
        b, value.getLoc(), value.getType(), value,
        ir::KeepPlaceAttr::get(b.getContext(), place), group);
    value.replaceUsesWithIf(kept.getResult(), [&](OpOperand &use) {
      return phase->isProperAncestor(use.getOwner()) && use.getOwner() != kept;
    });
  }

  /// An output shows a phase of its own, or a result under other names.
  void buildOutput(ir::OutputOp output) {
    Value value = shown.lookup(output);
    if (!value) {
      SmallVector<Operation *> renames;
      Value result = output.getValue();
      while (auto rename = result.getDefiningOp<ir::RenameOp>()) {
        renames.push_back(rename);
        result = rename.getOperand();
      }
      IRMapping mapping = stored;
      for (Operation *rename : llvm::reverse(renames))
        b.clone(*rename, mapping);
      value = mapping.lookup(output.getValue());
    }
    ir::OutputOp::create(b, output.getLoc(), output.getName(), value,
                         output.getAxes());
  }

  ir::FuncOp func;
  const Facts facts;
  const Plan plan;
  const Machine machine;
  OpBuilder b;
  std::vector<Group> groups;
  llvm::DenseSet<Value> usedOutside;
  /// What stands for a stored value.
  IRMapping stored;
  llvm::DenseMap<Operation *, Value> shown;
};

struct FormKernels : fovea::impl::FormKernelsBase<FormKernels> {
  using FormKernelsBase::FormKernelsBase;

  void runOnOperation() override {
    prepareFolds(getOperation());
    KernelFormer(getOperation(), Machine{vectorBytes, vectorRegisters}).run();
  }
};
} // namespace
