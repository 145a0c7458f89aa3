//===- Plan.cpp - which values are stored, and when -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Plan.h"

#include "backends/cpu/Reads.h"

#include <map>
#include <set>

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

/// Reads that need a check nest conditionals; deeper chains are cut by storing.
static constexpr unsigned maxCheckedReads = 8;
/// Every stage that needs a value has the code of all that is behind it; what
/// is longer than this and used more than once is stored, or a program of n
/// stages could become n^2 long. Formulas of attention and losses stay far
/// below: this must not store a matrix of scores.
static constexpr size_t maxShared = 96;

Plan::Plan(ir::FuncOp func, const Facts &facts) {
  rankAxes(func);
  for (Operation &op : llvm::reverse(func.getBody().front())) {
    if (isa<ir::OutputOp>(op) ||
        (op.getNumResults() == 1 && needed.contains(op.getResult(0))))
      needed.insert(op.operand_begin(), op.operand_end());
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
  for (Operation &op : func.getBody().front())
    for (Type type : op.getResultTypes())
      for (ir::AxisAttr axis : cast<ir::ArrayType>(type).getAxes())
        rank.try_emplace(axis.getName(), rank.size());
}

SmallVector<ir::AxisAttr> Plan::layout(ir::ArrayType type) const {
  SmallVector<ir::AxisAttr> axes(type.getAxes());
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
    for (size_t i = 0; i < arrayType(root).getAxes().size(); ++i)
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
    const ir::ArrayType type = arrayType(value);
    for (Value operand : op->getOperands().drop_front(isRead ? 1 : 0))
      work.push_back({operand, project(coords, type, arrayType(operand))});
    if (!isRead)
      return;
    Coords inner;
    for (const Origin &origin : originsOf(op))
      inner.push_back(coordinate(op, origin, coords));
    work.push_back({op->getOperand(0), inner});
  }

  unsigned coordinate(Operation *read, const Origin &origin,
                      const Coords &coords) {
    const ir::ArrayType type = arrayType(read->getResult(0));
    if (origin.index < 0) {
      for (auto [axis, coord] : llvm::zip(type.getAxes(), coords))
        if (axis.getName() == origin.axis)
          return coord;
    }
    Value index = read->getOperand(1 + origin.index);
    auto [found, isNew] = indices.try_emplace(
        {index.getAsOpaquePointer(), project(coords, type, arrayType(index))},
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

void Plan::chooseStored(ir::FuncOp func, const Facts &facts) {
  llvm::DenseMap<Value, unsigned> checkedReads;
  for (Operation &op : func.getBody().front()) {
    if (op.getNumResults() != 1 || !needed.contains(op.getResult(0)))
      continue;
    Value result = op.getResult(0);
    if (isa<ir::ReduceOp>(op)) {
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

/// The names that the axes of `output` have in the reduction that it shows
/// through renames, outermost first; none if it shows no reduction, or repeats
/// one along an axis.
static std::pair<ir::ReduceOp, SmallVector<ir::AxisAttr>>
shownReduction(ir::OutputOp output) {
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
  auto reduce = value.getDefiningOp<ir::ReduceOp>();
  SmallVector<ir::AxisAttr> axes;
  if (!reduce)
    return {nullptr, axes};
  auto type = arrayType(value);
  for (StringAttr name : names) {
    if (!type.hasAxis(name))
      return {nullptr, {}};
    axes.push_back(type.getAxis(name));
  }
  return {axes.size() == type.getAxes().size() ? reduce : nullptr, axes};
}

void Plan::makeStages(ir::FuncOp func) {
  struct Direct {
    ir::OutputOp output;
    SmallVector<ir::AxisAttr> axes;
  };
  llvm::DenseMap<Operation *, Direct> direct;
  for (ir::OutputOp output : func.getBody().getOps<ir::OutputOp>()) {
    auto [reduce, axes] = shownReduction(output);
    // Others may read such a result from the output: if an element of it fails,
    // so does the run.
    if (reduce)
      direct.try_emplace(reduce, Direct{output, axes});
  }

  for (Operation &op : func.getBody().front()) {
    if (op.getNumResults() != 1 || !isStored(op.getResult(0)))
      continue;
    if (auto found = direct.find(&op); found != direct.end()) {
      order.push_back({&op, found->second.axes, found->second.output});
      continue;
    }
    order.push_back({&op, layout(arrayType(op.getResult(0))), nullptr});
  }
  for (ir::OutputOp output : func.getBody().getOps<ir::OutputOp>()) {
    const bool done = llvm::any_of(
        order, [&](const Stage &stage) { return stage.output == output; });
    if (!done)
      order.push_back({output, ir::axesOf(output.getAxes()), nullptr});
  }
}
