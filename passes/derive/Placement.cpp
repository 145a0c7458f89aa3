//===- Placement.cpp - which reductions are recomputed --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Placement.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;

using AxisNames = llvm::DenseSet<StringAttr>;

static ir::ArrayType typeOf(Value value) {
  return cast<ir::ArrayType>(value.getType());
}

static AxisNames namesOf(ArrayRef<ir::AxisAttr> axes) {
  AxisNames names;
  for (ir::AxisAttr axis : axes)
    names.insert(axis.getName());
  return names;
}

Placement::Placement(ir::FuncOp func) {
  collectConsumers(func);
  // Consumers come later in the block: they are decided first.
  for (Operation &op : llvm::reverse(func.getBody().front()))
    if (auto reduce = dyn_cast<ir::ReduceOp>(op);
        reduce && mayRecompute(reduce))
      recomputed.insert(reduce);
}

/// Reads through indices and renames are elementwise for a value behind them
/// only in that its element is needed; a result that is read at other places
/// than where it is made is kept.
void Placement::collectConsumers(ir::FuncOp func) {
  llvm::DenseMap<Value, llvm::SetVector<Operation *>> readers;
  for (Operation &op : llvm::reverse(func.getBody().front())) {
    llvm::SetVector<Operation *> mine;
    Operation *keeper =
        isa<ir::OutputOp, ir::AtOp, ir::RenameOp>(op) ? &op : nullptr;
    if (auto reduce = dyn_cast<ir::ReduceOp>(op)) {
      for (Operation *reader : readers[reduce.getResult()])
        consumers[reduce].push_back(cast<ir::ReduceOp>(reader));
      mine.insert(reduce);
    } else if (op.getNumResults() == 1 && !keeper) {
      mine = readers[op.getResult(0)];
      keeper = kept.lookup(&op);
    }
    for (Value operand : op.getOperands()) {
      readers[operand].insert(mine.begin(), mine.end());
      if (keeper && operand.getDefiningOp())
        kept.try_emplace(operand.getDefiningOp(), keeper);
    }
  }
}

llvm::SetVector<Value> Placement::sourcesOf(Operation *op) const {
  auto isSource = [&](Value value) {
    while (auto rename = value.getDefiningOp<ir::RenameOp>())
      value = rename.getOperand();
    auto reduce = value.getDefiningOp<ir::ReduceOp>();
    return value.getDefiningOp<ir::InputOp>() ||
           (reduce && !recomputed.contains(reduce));
  };
  llvm::SetVector<Value> work, sources;
  work.insert_range(op->getOperands());
  for (size_t i = 0; i < work.size(); ++i)
    if (isSource(work[i]))
      sources.insert(work[i]);
    else
      work.insert_range(work[i].getDefiningOp()->getOperands());
  return sources;
}

/// Whether what it is made from has an array with all the axes of the result,
/// so that keeping the result is cheap beside reading that.
bool Placement::isCovered(ir::ReduceOp reduce) const {
  const ir::ArrayType type = typeOf(reduce->getResult(0));
  return llvm::any_of(sourcesOf(reduce), [&](Value source) {
    return llvm::all_of(type.getAxes(), [&](ir::AxisAttr axis) {
      return typeOf(source).hasAxis(axis.getName());
    });
  });
}

/// Whether a reduction that `accept`s is behind `root` through elementwise
/// operations.
static bool isBehind(Value root,
                     llvm::function_ref<bool(ir::ReduceOp)> accept) {
  llvm::SetVector<Value> work;
  work.insert(root);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    auto reduce = dyn_cast_or_null<ir::ReduceOp>(op);
    if (reduce && accept(reduce))
      return true;
    if (op && !reduce)
      work.insert_range(op->getOperands());
  }
  return false;
}

/// The factors of a product, in the order in which they are written.
static SmallVector<Value> factorsOf(Value value) {
  SmallVector<Value> factors, work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (Operation *op = next.getDefiningOp();
        isa_and_nonnull<ir::MulOp, ir::DivOp, ir::NegOp>(op))
      work.append(op->operand_begin(), op->operand_end());
    else
      factors.push_back(next);
  }
  std::reverse(factors.begin(), factors.end());
  return factors;
}

/// Whether the element of `consumer` takes the factor with `producer` as the
/// one that its rows come from: it holds more than a bare reduction, or all
/// others are plain arrays, or bare reductions written after it. (Of a weighted
/// sum of projections the weights are recomputed and the projections kept.)
static bool bringsRows(ArrayRef<Value> factors, size_t with) {
  if (!isa_and_nonnull<ir::ReduceOp>(factors[with].getDefiningOp()))
    return true;
  for (size_t i = 0; i < factors.size(); ++i) {
    const bool isBare =
        isa_and_nonnull<ir::ReduceOp>(factors[i].getDefiningOp());
    if (i != with && !(isBare && i > with) &&
        isBehind(factors[i], [](ir::ReduceOp) { return true; }))
      return false;
  }
  return true;
}

AxisNames Placement::spaceOf(ir::ReduceOp consumer,
                             ir::ReduceOp producer) const {
  const Value element = consumer.getOperand();
  const SmallVector<Value> factors = factorsOf(element);
  SmallVector<size_t> with;
  for (size_t i = 0; i < factors.size(); ++i)
    if (isBehind(factors[i],
                 [&](ir::ReduceOp reduce) { return reduce == producer; }))
      with.push_back(i);
  const bool isOneFactor = with.size() == 1 && bringsRows(factors, with[0]);
  AxisNames space =
      namesOf(typeOf(isOneFactor ? factors[with[0]] : element).getAxes());
  for (ir::AxisAttr axis : ir::axesOf(consumer.getAxes()))
    space.insert(axis.getName());
  if (!recomputed.contains(consumer))
    return space;
  // Inside a recomputed one the whole nest around it runs.
  auto found = consumers.find(consumer);
  for (ir::ReduceOp host : found->second)
    space.insert_range(spaceOf(host, consumer));
  return space;
}

/// A consumer for which an element would be computed several times.
ir::ReduceOp Placement::repeatedBy(ir::ReduceOp reduce) const {
  const AxisNames own = namesOf(reduce.getType().getAxes());
  for (ir::ReduceOp consumer : consumers.find(reduce)->second)
    for (StringAttr axis : spaceOf(consumer, reduce))
      if (!own.contains(axis))
        return consumer;
  return nullptr;
}

Operation *Placement::reasonToKeep(ir::ReduceOp reduce) const {
  if (recomputed.contains(reduce) || isCovered(reduce))
    return nullptr;
  if (Operation *keeper = kept.lookup(reduce))
    return isa<ir::AtOp>(keeper) ? keeper : nullptr;
  return consumers.contains(reduce) ? repeatedBy(reduce) : nullptr;
}

bool Placement::mayRecompute(ir::ReduceOp reduce) const {
  auto found = consumers.find(reduce);
  if (kept.contains(reduce) || found == consumers.end() ||
      found->second.empty() || isCovered(reduce))
    return false;
  const AxisNames own = namesOf(reduce.getType().getAxes());
  for (ir::ReduceOp consumer : found->second) {
    // It has to vary along what is folded.
    if (llvm::none_of(
            ir::axesOf(consumer.getAxes()),
            [&](ir::AxisAttr axis) { return own.contains(axis.getName()); }) &&
        !recomputed.contains(consumer))
      return false;
  }
  return !repeatedBy(reduce);
}
