//===- Scheduler.cpp - chooses how a phase runs ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Scheduler.h"

#include "passes/kernels/Mixtures.h"
#include "passes/kernels/Plan.h"
#include "passes/kernels/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

/// Places that an item has of the second axis of a product's result.
static constexpr int64_t payloadBlock = 256;

namespace {
class Scheduler {
public:
  Scheduler(const Chain &chain, const Facts &facts, const Plan &plan,
            const Machine &machine, bool isForFew)
      : chain(chain), facts(facts), plan(plan), target(machine),
        isForFew(isForFew), cone(plan, chain.roots()) {}

  Schedule run(ArrayRef<ir::AxisAttr> noRows) {
    schedule.stream = llvm::to_vector(chain.axes());
    schedule.grid = plan.rowsOf(chain);
    llvm::erase_if(schedule.grid, [&](ir::AxisAttr axis) {
      return llvm::is_contained(noRows, axis) ||
             isOfMixtures(plan, cone, lastStreamed(), axis);
    });
    chooseLanes();
    chooseTiles();
    chooseCut();
    findOthers();
    return schedule;
  }

private:
  /// The axes that are no choice: those that accumulators, gauges and results
  /// have beside the rows, and those of inner reductions.
  void findOthers() {
    llvm::SetVector<ir::AxisAttr> payload;
    auto add = [&](ir::ArrayType type) {
      for (ir::AxisAttr axis : type.getAxes())
        if (axis != schedule.laneRow && axis != schedule.cutPayload &&
            !llvm::is_contained(schedule.grid, axis))
          payload.insert(axis);
    };
    for (const Chain::Accumulator &part : chain.accumulators())
      add(part.type);
    for (unsigned q = 0; q < chain.numGauges(); ++q)
      add(chain.gaugeType(q));
    for (Value result : chain.getOperation()->getResults())
      add(typeOf(result));
    schedule.payload = plan.layout(payload.getArrayRef());
    llvm::SetVector<ir::AxisAttr> contracted;
    for (Value value : cone.inOrder())
      if (auto reduce = value.getDefiningOp<ir::ReduceOp>();
          reduce && !plan.isStored(value))
        contracted.insert_range(ir::axesOf(reduce.getAxes()));
    schedule.contracted = plan.layout(contracted.getArrayRef());
  }

  ir::AxisAttr lastStreamed() const { return schedule.stream.back(); }

  void setLanes(int64_t &lanes) {
    lanes = lanesFor(target.vectorBytes);
    // So many places of two vectors fill the registers, with what they read,
    // and are enough additions to hide how long one takes.
    schedule.unroll = target.vectorRegisters >= 32 ? 8 : 6;
  }

  void takeRow(ir::AxisAttr axis) {
    schedule.laneRow = axis;
    llvm::erase(schedule.grid, axis);
    setLanes(schedule.lanes);
    schedule.groups = 8;
  }

  void chooseLanes() {
    if (!fitsLanes(facts, cone))
      return;
    if (chooseContraction())
      return;
    bool isHeavy = llvm::any_of(chain.accumulators(), [&](const auto &part) {
      return part.type.getAxes().size() > schedule.grid.size();
    });
    for (Value value : cone.inOrder())
      isHeavy |= value.getDefiningOp<ir::ReduceOp>() && !plan.isStored(value) &&
                 typeOf(value).hasAxis(lastStreamed().getName());
    if (isHeavy)
      chooseBroadcastRow();
    else
      chooseContiguous();
  }

  /// A sum of products of which each factor lacks an axis of the result: the
  /// lanes along one of the two, and several places along the other at a time.
  bool chooseContraction() {
    const Chain::Accumulator &part = chain.accumulators()[0];
    auto product = part.element.getDefiningOp<ir::MulOp>();
    if (chain.getFold() || part.kind != ir::ReduceKind::Sum || !product)
      return false;
    auto lhs = typeOf(product.getLhs()), rhs = typeOf(product.getRhs());
    ir::AxisAttr lane, payload;
    for (auto [one, other] : {std::pair(lhs, rhs), std::pair(rhs, lhs)}) {
      for (ir::AxisAttr axis : schedule.grid) {
        const StringAttr name = axis.getName();
        if (!lane && one.hasAxis(name) && !other.hasAxis(name))
          lane = axis;
        if (lane && other.hasAxis(name) && !one.hasAxis(name))
          payload = axis;
      }
      if (lane && payload)
        break;
      lane = payload = nullptr;
    }
    if (!lane)
      return false;
    takeRow(lane);
    schedule.cutPayload = payload;
    schedule.cutBlock = payloadBlock;
    llvm::erase(schedule.grid, payload);
    return true;
  }

  /// The row axis that most of what is read lacks: those are read once for all
  /// lanes.
  void chooseBroadcastRow() {
    ir::AxisAttr best;
    int most = 0;
    for (ir::AxisAttr axis : schedule.grid) {
      int lacking = 0;
      for (Value value : cone.inOrder())
        lacking += isLoaded(plan, value) && !typeOf(value).getAxes().empty() &&
                   !typeOf(value).hasAxis(axis.getName());
      if (!best || lacking >= most) {
        best = axis;
        most = lacking;
      }
    }
    // Lanes along a row that all reads have would gather, and of a single one
    // they would be idle.
    const bool isShared =
        best && (most > 0 || readsAlong(plan, cone, best.getName()));
    const bool isSingle = best && best.getSize().getConstant() == 1;
    const auto inner = innerOfBlock();
    if (inner && (!isShared || isSingle || isForFew)) {
      chooseBlocks(*inner);
      return;
    }
    if (!best)
      return;
    takeRow(best);
    // No places of a block are left over, to share a loop with fewer.
    schedule.streamBlock -= schedule.streamBlock % schedule.unroll;
    schedule.hasFew = inner && !best.getSize().getConstant();
  }

  /// The inner reductions that there are at each place of a block; none if
  /// they cannot be kept.
  std::optional<SmallVector<Value>> innerOfBlock() {
    SmallVector<Value> inner;
    for (Value value : cone.inOrder()) {
      auto reduce = value.getDefiningOp<ir::ReduceOp>();
      if (!reduce || plan.isStored(value) || !hasStream(value))
        continue;
      if (!fitsTile(value) || value.getParentRegion() != chainRegion())
        return std::nullopt;
      inner.push_back(value);
    }
    return inner;
  }

  /// Lanes within a block.
  void chooseBlocks(ArrayRef<Value> inner) {
    schedule.innerTiles.assign(inner.begin(), inner.end());
    setLanes(schedule.blockLanes);
    schedule.streamBlock = 256;
  }

  /// The axis along which most of what is read lies side by side.
  void chooseContiguous() {
    llvm::DenseMap<StringAttr, int> votes;
    for (Value value : cone.inOrder())
      if (isLoaded(plan, value))
        if (StringAttr axis = contiguousAxis(plan, value))
          votes[axis] += typeOf(value).getAxes().size();
    ir::AxisAttr best;
    int most = 0;
    bool isRow = false;
    for (ir::AxisAttr axis : schedule.grid)
      if (int count = votes.lookup(axis.getName()); count > most) {
        best = axis;
        most = count;
        isRow = true;
      }
    for (ir::AxisAttr axis : schedule.stream)
      if (int count = votes.lookup(axis.getName()); count >= most && count) {
        best = axis;
        most = count;
        isRow = false;
      }
    if (!best)
      return;
    if (isRow) {
      takeRow(best);
      return;
    }
    const bool isOrdered =
        llvm::any_of(chain.accumulators(),
                     [](const auto &part) { return ir::isArg(part.kind); });
    if (schedule.grid.empty() && !chain.isSteady())
      return;
    if (best != lastStreamed()) {
      if (isOrdered)
        return;
      llvm::erase(schedule.stream, best);
      schedule.stream.push_back(best);
    }
    // To combine the states of lanes takes as long as hundreds of elements:
    // nothing beside a whole array, but much beside a row.
    schedule.streamsLanes = schedule.grid.empty();
    setLanes(schedule.streamsLanes ? schedule.lanes : schedule.blockLanes);
    schedule.unroll = 4;
    schedule.streamBlock = Schedule::lightBlock;
  }

  /// A piece has enough blocks that nobody minds a state more.
  void chooseCut() {
    const int64_t two = 2 * schedule.leastPlaces();
    int64_t places = 1;
    for (ir::AxisAttr axis : schedule.stream) {
      const int64_t extent = axis.getSize().getConstant().value_or(two);
      places = std::min(places * std::min(extent, two), two);
    }
    if (chain.isSteady() && places == two)
      schedule.isSplit = true;
  }

  bool isPayload(StringAttr axis) const {
    return axis != lastStreamed().getName() &&
           (!schedule.laneRow || axis != schedule.laneRow.getName()) &&
           llvm::none_of(schedule.grid, [&](ir::AxisAttr row) {
             return row.getName() == axis;
           });
  }
  bool hasLanes(Value value) const {
    return schedule.laneRow &&
           typeOf(value).hasAxis(schedule.laneRow.getName());
  }
  bool hasStream(Value value) const {
    return typeOf(value).hasAxis(lastStreamed().getName());
  }
  /// Whether a tile can hold it: nothing but rows and the last streamed axis.
  bool fitsTile(Value value) const {
    return hasStream(value) && !facts.mayFail(value) &&
           llvm::none_of(typeOf(value).getAxes(), [&](ir::AxisAttr axis) {
             return isPayload(axis.getName());
           });
  }

  /// Roughly in operations of one element.
  unsigned cost(Value value) {
    auto [found, isNew] = costs.try_emplace(value, 0);
    if (!isNew)
      return found->second;
    unsigned sum = 0;
    Operation *op = value.getDefiningOp();
    if (!op) {
      sum = 1;
    } else if (llvm::is_contained(schedule.innerTiles, value)) {
      sum = 1;
    } else if (isLoaded(plan, value)) {
      const bool isStrided =
          schedule.lanes > 1 && hasLanes(value) &&
          contiguousAxis(plan, value) != schedule.laneRow.getName();
      sum = isStrided ? expensive : 1;
    } else {
      sum = ownCost(op);
      for (Value operand : op->getOperands())
        sum = std::min(sum + cost(operand), 1000u);
    }
    return costs[value] = sum;
  }

  void chooseTiles() {
    const auto parts = chain.accumulators();
    SmallVector<SmallVector<Value>> groups;
    for (unsigned k = 0; k < parts.size(); ++k) {
      if (k == 0 || parts[k].gauges != parts[k - 1].gauges)
        groups.emplace_back();
      groups.back().push_back(parts[k].element);
      if (parts[k].guard)
        groups.back().push_back(parts[k].guard);
    }
    schedule.streamTiles.resize(groups.size());
    if (schedule.streamsLanes) {
      chooseVisits(groups);
      return;
    }
    chooseMixtures();
    chooseShared(groups);
    unsigned group = 0;
    for (unsigned k = 0; k < parts.size(); ++k) {
      group += k > 0 && parts[k].gauges != parts[k - 1].gauges;
      choosePayloadTiles(parts[k], group);
    }
    for (SmallVector<Value> &tiles : schedule.streamTiles)
      sortByPlace(tiles);
    chooseVisits(groups);
    if (schedule.lanes > 1)
      chooseRowTiles();
  }

  /// Inner reductions want many places at once. Of short formulas several
  /// places hide how long an addition takes; of long ones they would only be
  /// more code.
  void chooseVisits(ArrayRef<SmallVector<Value>> groups) {
    llvm::DenseSet<Value> done;
    for (auto [group, roots] : llvm::enumerate(groups)) {
      const Cone own(plan, roots);
      unsigned work = 0;
      bool isInner = false;
      SmallVector<Value> next(roots);
      llvm::DenseSet<Value> seen;
      while (!next.empty()) {
        Value value = next.pop_back_val();
        Operation *op = value.getDefiningOp();
        if (!op || !seen.insert(value).second || done.contains(value) ||
            isLoaded(plan, value))
          continue;
        isInner |= isa<ir::ReduceOp>(op) && schedule.blockLanes == 1;
        work += isa<ir::ReduceOp>(op) ? 0 : ownCost(op);
        if (!isa<ir::ReduceOp>(op))
          next.append(op->operand_begin(), op->operand_end());
      }
      const bool isVector = schedule.lanes > 1 || schedule.blockLanes > 1;
      schedule.visits.push_back(!isVector  ? 1
                                : isInner  ? schedule.unroll
                                : work < 8 ? 4
                                           : 1);
      if (group < schedule.streamTiles.size())
        done.insert(schedule.streamTiles[group].begin(),
                    schedule.streamTiles[group].end());
    }
  }

  /// Operands first.
  void sortByPlace(SmallVector<Value> &tiles) {
    SmallVector<Value> sorted;
    for (Value value : cone.inOrder())
      if (llvm::is_contained(tiles, value))
        sorted.push_back(value);
    tiles = sorted;
  }

  bool isTile(Value value) const {
    return llvm::any_of(schedule.streamTiles, [&](const auto &tiles) {
      return llvm::is_contained(tiles, value);
    });
  }

  /// What several groups of accumulators need is kept from the first on.
  void chooseShared(ArrayRef<SmallVector<Value>> groups) {
    std::vector<Cone> cones;
    for (const SmallVector<Value> &roots : groups)
      cones.emplace_back(plan, roots);
    auto isShared = [&](Value value, size_t group) {
      for (size_t other = 0; other < cones.size(); ++other)
        if (other != group && cones[other].contains(value))
          return true;
      return false;
    };
    for (size_t group = 0; group < cones.size(); ++group) {
      auto add = [&](Value value) {
        if (isShared(value, group) && fitsTile(value) &&
            cost(value) >= expensive && !isTile(value))
          schedule.streamTiles[group].push_back(value);
      };
      for (Value root : groups[group])
        add(root);
      for (Value value : cones[group].inOrder())
        if (Operation *op = value.getDefiningOp();
            op && !isShared(value, group) && !plan.isStored(value))
          for (Value operand : op->getOperands())
            add(operand);
    }
  }

  /// What several places along other axes are mixed from, for all of an item's.
  void chooseMixtures() {
    if (schedule.laneRow)
      schedule.innerTiles =
          mixturesIn(plan, chain, lastStreamed(), [&](Value value) {
            return hasStream(value) && hasLanes(value) &&
                   !facts.mayFail(value) &&
                   value.getParentRegion() == chainRegion() &&
                   llvm::any_of(typeOf(value).getAxes(),
                                [&](ir::AxisAttr axis) {
                                  return isPayload(axis.getName());
                                });
          });
    sortByPlace(schedule.innerTiles);
  }

  /// The parts of an element that do not vary along the axes over which the
  /// accumulator is repeated.
  void choosePayloadTiles(const Chain::Accumulator &part, unsigned group) {
    auto varies = [&](Value value) {
      return llvm::any_of(typeOf(value).getAxes(), [&](ir::AxisAttr axis) {
        return part.type.hasAxis(axis.getName()) && isPayload(axis.getName());
      });
    };
    if (llvm::none_of(part.type.getAxes(), [&](ir::AxisAttr axis) {
          return isPayload(axis.getName());
        }))
      return;
    llvm::SetVector<Value> work;
    work.insert(part.element);
    if (part.guard && (schedule.lanes > 1 || schedule.blockLanes > 1))
      work.insert(part.guard);
    for (size_t i = 0; i < work.size(); ++i) {
      Value value = work[i];
      if (varies(value)) {
        Operation *op = value.getDefiningOp();
        if (isa_and_present<ir::ElementwiseOpInterface>(op) &&
            !plan.isStored(value))
          work.insert_range(op->getOperands());
        continue;
      }
      const unsigned bound = hasLanes(value) ? 2 : expensive;
      if (fitsTile(value) && cost(value) >= bound && !isTile(value))
        schedule.streamTiles[group].push_back(value);
    }
  }

  /// What inner reductions read along the lanes, if it lies in another order.
  void chooseRowTiles() {
    for (Value value : cone.inOrder()) {
      auto reduce = value.getDefiningOp<ir::ReduceOp>();
      if (!reduce || plan.isStored(value) || !hasLanes(value))
        continue;
      llvm::SetVector<Value> work;
      work.insert(reduce.getOperand());
      for (size_t i = 0; i < work.size(); ++i) {
        Value part = work[i];
        const auto type = typeOf(part);
        bool isInner = false, isFree = hasLanes(part) && !facts.mayFail(part);
        for (ir::AxisAttr axis : type.getAxes()) {
          const bool isReduced =
              llvm::is_contained(ir::axesOf(reduce.getAxes()), axis);
          isInner |= isReduced;
          isFree &= isReduced || axis == schedule.laneRow ||
                    llvm::is_contained(schedule.grid, axis);
        }
        isFree &= part.getParentRegion() == chainRegion();
        if (isFree && isInner && cost(part) >= 2) {
          if (!llvm::is_contained(schedule.rowTiles, part))
            schedule.rowTiles.push_back(part);
          continue;
        }
        Operation *op = part.getDefiningOp();
        if (isa_and_present<ir::ElementwiseOpInterface>(op) &&
            !plan.isStored(part))
          work.insert_range(op->getOperands());
      }
    }
  }
  Region *chainRegion() const {
    return chain.getOperation()->getParentRegion();
  }

  const Chain &chain;
  const Facts &facts;
  const Plan &plan;
  const Machine &target;
  const bool isForFew;
  Schedule schedule;
  const Cone cone;
  llvm::DenseMap<Value, unsigned> costs;
};
} // namespace

Schedule kernels::scheduleFor(const Stage &stage, const Facts &facts,
                              const Plan &plan, const Machine &machine,
                              bool isForFew, ArrayRef<ir::AxisAttr> noRows) {
  if (!Chain::isChain(stage.root))
    return mapSchedule(stage, facts, plan, machine);
  return Scheduler(Chain(stage.root), facts, plan, machine, isForFew)
      .run(noRows);
}
