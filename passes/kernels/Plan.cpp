//===- Plan.cpp - which values are stored, and when -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Plan.h"

#include "ir/Kept.h"
#include "passes/kernels/Chain.h"
#include "passes/kernels/Reads.h"

#include <map>
#include <set>

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

/// Reads that need a check nest conditionals; deeper chains are cut by storing.
static constexpr unsigned maxCheckedReads = 8;
/// Every stage that needs a value has the code of all that is behind it; what
/// is longer than this and used more than once is stored, or a program of n
/// stages could become n^2 long. Formulas of attention and losses stay far
/// below: this must not store a matrix of scores.
static constexpr size_t maxShared = 96;

SmallVector<Value> Stage::roots() const {
  if (Chain::isChain(root))
    return Chain(root).roots();
  return root->getOperands();
}

Plan::Plan(ir::FuncOp func, const Facts &facts) : facts(facts) {
  rankAxes(func);
  for (Operation &op : llvm::reverse(func.getBody().front())) {
    const bool isNeeded =
        isa<ir::OutputOp>(op) || llvm::any_of(op.getResults(), [&](Value v) {
          return needed.contains(v);
        });
    if (isNeeded)
      for (Value value : valuesUsedBy(&op))
        needed.insert(value);
  }
  chooseStored(func, facts);
  makeStages(func);
}

/// Axes get loops in the order in which outputs and inputs list them, which is
/// the order that their memory likes.
void Plan::rankAxes(ir::FuncOp func) {
  auto add = [&](ArrayAttr axes) {
    for (ir::AxisAttr axis : ir::axesOf(axes))
      rank.try_emplace(axis.getName(), rank.size());
  };
  for (ir::OutputOp output : func.getBody().getOps<ir::OutputOp>())
    add(output.getAxes());
  for (ir::InputOp input : func.getBody().getOps<ir::InputOp>())
    add(input.getAxes());
  func.getBody().walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      for (ir::AxisAttr axis : cast<ir::ArrayType>(type).getAxes())
        rank.try_emplace(axis.getName(), rank.size());
  });
}

SmallVector<ir::AxisAttr> Plan::layout(ir::ArrayType type) const {
  return layout(type.getAxes());
}

SmallVector<ir::AxisAttr> Plan::layout(ArrayRef<ir::AxisAttr> unordered) const {
  SmallVector<ir::AxisAttr> axes(unordered);
  llvm::sort(axes, [&](ir::AxisAttr a, ir::AxisAttr b) {
    return rank.lookup(a.getName()) < rank.lookup(b.getName());
  });
  return axes;
}

namespace {
/// Evaluates one element of a read symbolically, as the emitter will do it.
/// Coordinates are numbered: equal numbers are equal coordinates.
class Walk {
public:
  using Coords = SmallVector<unsigned, 4>;

  explicit Walk(const llvm::DenseSet<Value> &stored) : stored(stored) {}

  /// Whether one element of `root` takes many more evaluations than there are
  /// operations behind it.
  bool explodes(Value root) {
    return walk(root,
                [&] { return visited.size() > 64 + 3 * distinct.size(); });
  }
  /// Whether it takes more than `limit` evaluations.
  bool exceeds(Value root, size_t limit) {
    return walk(root, [&] { return visited.size() > limit; });
  }

private:
  bool walk(Value root, llvm::function_ref<bool()> isEnough) {
    Coords coords;
    for (size_t i = 0; i < typeOf(root).getAxes().size(); ++i)
      coords.push_back(numbers++);
    work.push_back({root, coords});
    while (!work.empty()) {
      auto [value, at] = work.pop_back_val();
      if (!visited.insert({value.getAsOpaquePointer(), at}).second)
        continue;
      distinct.insert(value);
      if (isEnough())
        return true;
      if (!stored.contains(value))
        visit(value, at);
    }
    return false;
  }

  void visit(Value value, const Coords &coords) {
    Operation *op = value.getDefiningOp();
    const bool isRead = isa<ir::AtOp, ir::RenameOp>(op);
    const ir::ArrayType type = typeOf(value);
    for (Value operand : op->getOperands().drop_front(isRead ? 1 : 0))
      work.push_back({operand, project(coords, type, typeOf(operand))});
    if (!isRead)
      return;
    Coords inner;
    for (const Origin &origin : originsOf(op))
      inner.push_back(coordinate(op, origin, coords));
    work.push_back({op->getOperand(0), inner});
  }

  unsigned coordinate(Operation *read, const Origin &origin,
                      const Coords &coords) {
    const ir::ArrayType type = typeOf(read->getResult(0));
    if (origin.index < 0) {
      for (auto [axis, coord] : llvm::zip(type.getAxes(), coords))
        if (axis.getName() == origin.axis)
          return coord;
    }
    Value index = read->getOperand(1 + origin.index);
    auto [found, isNew] = indices.try_emplace(
        {index.getAsOpaquePointer(), project(coords, type, typeOf(index))},
        numbers);
    numbers += isNew;
    return found->second;
  }

  const llvm::DenseSet<Value> &stored;
  unsigned numbers = 0;
  std::map<std::pair<void *, Coords>, unsigned> indices;
  std::set<std::pair<void *, Coords>> visited;
  llvm::DenseSet<Value> distinct;
  SmallVector<std::pair<Value, Coords>> work;
};
} // namespace

/// Whether the elements of `reduce` are only used one by one by folds that
/// stream one of its axes, so that it would be a waste to keep them all. (Of a
/// fold's recomputed reductions that is so for a single row as well: they were
/// chosen for it, derive/Placement.h.)
bool Plan::isVisited(ir::ReduceOp reduce) const {
  const ir::ArrayType type = reduce.getResult().getType();
  SmallVector<Value> work = {reduce.getResult()};
  llvm::DenseSet<Value> seen;
  llvm::SmallPtrSet<Operation *, 4> visitors;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      if (llvm::none_of(user->getResults(),
                        [&](Value v) { return needed.contains(v); }) &&
          user->getParentOp() == reduce->getParentOp() &&
          !isa<ir::OutputOp>(user))
        continue;
      auto visits = [&](Operation *op) {
        const Chain chain(op);
        unsigned streamed = 0;
        for (ir::AxisAttr axis : type.getAxes())
          streamed += chain.isStreamed(axis.getName());
        return streamed > 0 && (streamed < type.getAxes().size() ||
                                isa<ir::FoldOp>(op) || ir::isKept(op));
      };
      if (auto fold = user->getParentOfType<ir::FoldOp>()) {
        if (!visits(fold))
          return false;
        visitors.insert(fold);
        continue;
      }
      if (auto other = dyn_cast<ir::ReduceOp>(user)) {
        if (!visits(other))
          return false;
        visitors.insert(other);
        continue;
      }
      if (auto at = dyn_cast<ir::AtOp>(user);
          at && use.getOperandNumber() == 0 &&
          at.getResult().getType().getAxes().size() < type.getAxes().size())
        continue;
      if (!isa<ir::ElementwiseOpInterface>(user))
        return false;
      work.push_back(user->getResult(0));
    }
  }
  // Several reductions would each compute it again.
  return visitors.size() == 1 ||
         (!visitors.empty() && llvm::all_of(visitors, [](Operation *op) {
           return isa<ir::FoldOp>(op);
         }));
}

SmallVector<ir::AxisAttr> Plan::memoryOrder(Value value) const {
  for (const Stage &stage : order)
    for (auto [k, result] : llvm::enumerate(stage.results))
      if (stage.root->getResult(k) == value)
        return result.axes;
  return layout(typeOf(value));
}

SmallVector<ir::AxisAttr> Plan::rowsOf(const Chain &chain) const {
  std::optional<SmallVector<ir::AxisAttr>> rows;
  auto meet = [&](ir::ArrayType type) {
    if (!rows)
      rows.emplace(type.getAxes());
    llvm::erase_if(*rows, [&](ir::AxisAttr axis) {
      return !type.hasAxis(axis.getName());
    });
  };
  for (const Chain::Accumulator &part : chain.accumulators()) {
    const Cone own(*this, part.element);
    if (llvm::any_of(own.inOrder(),
                     [&](Value value) { return isLoaded(*this, value); }))
      meet(part.type);
  }
  // Where there are no rows, nothing would make a result that lacks them.
  for (Value result : chain.getOperation()->getResults())
    meet(typeOf(result));
  return layout(*rows);
}

StringAttr Plan::innerAxis(Value value) const {
  const SmallVector<ir::AxisAttr> axes = memoryOrder(value);
  return axes.empty() ? nullptr : axes.back().getName();
}

void Plan::chooseStored(ir::FuncOp func, const Facts &facts) {
  llvm::DenseMap<Value, unsigned> checkedReads;
  for (Operation &op : func.getBody().front()) {
    if (isa<ir::FoldOp>(op)) {
      stored.insert(op.result_begin(), op.result_end());
      continue;
    }
    if (op.getNumResults() != 1 || !needed.contains(op.getResult(0)))
      continue;
    Value result = op.getResult(0);
    if (ir::isKept(&op)) {
      stored.insert(result);
      continue;
    }
    if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
      if (!isVisited(reduce))
        stored.insert(result);
      continue;
    }
    unsigned depth = 0;
    for (Value operand : op.getOperands())
      if (!isStored(operand))
        depth = std::max(depth, checkedReads.lookup(operand));
    auto at = dyn_cast<ir::AtOp>(op);
    const bool checked = at && !facts.isInRange(at);
    checkedReads[result] = depth + checked;
    if (!at && !isa<ir::RenameOp>(op)) {
      if (!result.hasOneUse() && Walk(stored).exceeds(result, maxShared))
        stored.insert(result);
      continue;
    }

    Value source = op.getOperand(0);
    if (isa<ir::InputOp, ir::LiteralOp, ir::ConstantOp>(
            source.getDefiningOp()) ||
        isStored(source))
      continue;
    if (Walk(stored).explodes(result) || depth + checked > maxCheckedReads) {
      stored.insert(source);
      checkedReads[result] = checked;
    }
  }
}

/// The chain's result that `output` shows through renames, and the names that
/// its axes have there, outermost first; null if it shows no such result, or
/// repeats one along an axis.
static std::pair<Value, SmallVector<ir::AxisAttr>>
shownResult(ir::OutputOp output) {
  SmallVector<StringAttr> names;
  for (ir::AxisAttr axis : ir::axesOf(output.getAxes()))
    names.push_back(axis.getName());
  Value value = output.getValue();
  while (auto rename = value.getDefiningOp<ir::RenameOp>()) {
    for (StringAttr &name : names)
      for (auto [from, to] : llvm::zip(rename.getFrom(), rename.getTo()))
        if (to == name) {
          name = cast<StringAttr>(from);
          break;
        }
    value = rename.getOperand();
  }
  SmallVector<ir::AxisAttr> axes;
  if (!Chain::isChain(value.getDefiningOp()))
    return {nullptr, axes};
  auto type = typeOf(value);
  for (StringAttr name : names) {
    if (!type.hasAxis(name))
      return {nullptr, {}};
    axes.push_back(type.getAxis(name));
  }
  return {axes.size() == type.getAxes().size() ? value : nullptr, axes};
}

void Plan::makeStages(ir::FuncOp func) {
  llvm::DenseMap<Value, Stage::Result> direct;
  for (ir::OutputOp output : func.getBody().getOps<ir::OutputOp>()) {
    auto [value, axes] = shownResult(output);
    // Others may read such a result from the output: if an element of it fails,
    // so does the run.
    if (value)
      direct.try_emplace(value, Stage::Result{axes, output});
  }

  llvm::DenseSet<Operation *> done;
  for (Operation &op : func.getBody().front()) {
    if (op.getNumResults() == 0 || !isStored(op.getResult(0)))
      continue;
    if (!Chain::isChain(&op)) {
      order.push_back({&op, layout(typeOf(op.getResult(0))), {}});
      continue;
    }
    Stage stage{&op, {}, {}};
    for (Value result : op.getResults()) {
      auto found = direct.find(result);
      if (found != direct.end()) {
        stage.results.push_back(found->second);
        done.insert(found->second.output);
      } else {
        stage.results.push_back({layout(typeOf(result)), nullptr});
      }
    }
    order.push_back(std::move(stage));
  }
  for (ir::OutputOp output : func.getBody().getOps<ir::OutputOp>())
    if (!done.contains(output))
      order.push_back({output, ir::axesOf(output.getAxes()), {}});
}
