//===- Placement.cpp - which reductions are recomputed --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Placement.h"

#include "ir/TypeOf.h"

#include <utility>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

using AxisNames = llvm::DenseSet<StringAttr>;

static AxisNames namesOf(ArrayRef<ir::AxisAttr> axes) {
  AxisNames names;
  for (ir::AxisAttr axis : axes)
    names.insert(axis.getName());
  return names;
}

Placement::Placement(ir::FuncOp func,
                     const llvm::DenseSet<Operation *> &stored) {
  collectConsumers(func);
  // Consumers come later in the block: they are decided first, and again once
  // what they are made from turns out to be in no memory that they could read.
  for (bool isNew = true; std::exchange(isNew, false);)
    for (Operation &op : llvm::reverse(func.getBody().front()))
      if (auto reduce = dyn_cast<ir::ReduceOp>(op);
          reduce && !isRecomputed(reduce) && !stored.contains(reduce) &&
          mayRecompute(reduce))
        isNew |= recompute(reduce);
  for (auto reduce : func.getBody().getOps<ir::ReduceOp>())
    if (isRecomputed(reduce))
      keepFormulas(reduce);
}

/// Not if what is recomputed for it would then be computed several times.
bool Placement::recompute(ir::ReduceOp reduce) {
  recomputed.insert(reduce);
  const bool isRepeated = llvm::any_of(recomputed, [&](Operation *op) {
    return op != reduce && repeatedBy(cast<ir::ReduceOp>(op));
  });
  if (isRepeated)
    recomputed.erase(reduce);
  return !isRepeated;
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

static Value withoutRenames(Value value) {
  while (auto rename = value.getDefiningOp<ir::RenameOp>())
    value = rename.getOperand();
  return value;
}

bool Placement::isSource(Value value) const {
  Operation *op = withoutRenames(value).getDefiningOp();
  return isa<ir::InputOp>(op) || formulas.contains(op) ||
         (isa<ir::ReduceOp>(op) && !recomputed.contains(op));
}

llvm::SetVector<Value> Placement::sourcesOf(Operation *op) const {
  llvm::SetVector<Value> work, sources;
  work.insert_range(op->getOperands());
  for (size_t i = 0; i < work.size(); ++i)
    if (isSource(work[i]))
      sources.insert(work[i]);
    else
      work.insert_range(work[i].getDefiningOp()->getOperands());
  return sources;
}

static bool covers(Value array, Operation *op) {
  return llvm::all_of(
      typeOf(op->getResult(0)).getAxes(),
      [&](ir::AxisAttr axis) { return typeOf(array).hasAxis(axis.getName()); });
}

bool Placement::isCovered(Operation *op) const {
  return llvm::any_of(sourcesOf(op),
                      [&](Value source) { return covers(source, op); });
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

/// Whether `op` is behind `root`, be it through other reductions.
static bool isMadeFrom(Value root, Operation *op) {
  llvm::SetVector<Value> work;
  work.insert(root);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *maker = work[i].getDefiningOp();
    if (maker == op)
      return true;
    work.insert_range(maker->getOperands());
  }
  return false;
}

/// Whether an element takes a function that costs as much as many products.
bool Placement::isCostly(Value value) {
  if (isSource(value) || typeOf(value).isScalar())
    return false;
  if (auto found = costly.find(value); found != costly.end())
    return found->second;
  Operation *op = value.getDefiningOp();
  bool is = isa<ir::ExpOp, ir::Exp2Op, ir::Expm1Op, ir::LogOp, ir::Log1pOp,
                ir::TanhOp, ir::SinhOp, ir::CoshOp, ir::SigmoidOp, ir::ErfOp,
                ir::SinOp, ir::CosOp>(op);
  // A square is a product.
  if (auto power = dyn_cast<ir::PowOp>(op))
    is = !power.getRhs().getDefiningOp<ir::ConstantOp>();
  for (Value operand : op->getOperands())
    is = is || isCostly(operand);
  return costly[value] = is;
}

/// Whether `value`, taken at every one of `places`, is taken more than once
/// each, inside of the innermost loop. What a reduction over the `streamed`
/// axes is behind belongs to a chain of scores, and is as large as they are.
bool Placement::mayKeep(Value value, const AxisNames &inner,
                        const AxisNames &streamed,
                        ArrayRef<ir::AxisAttr> places) {
  const ArrayRef<ir::AxisAttr> own = typeOf(value).getAxes();
  const bool isInside = llvm::any_of(
      own, [&](ir::AxisAttr axis) { return inner.contains(axis.getName()); });
  if (!isInside || own.size() >= places.size() || !isCostly(value))
    return false;
  Operation *op = value.getDefiningOp();
  return isa<ir::ElementwiseOpInterface>(op) && isCovered(op) &&
         !isBehind(value, [&](ir::ReduceOp reduce) {
           return isRecomputed(reduce) ||
                  llvm::any_of(ir::axesOf(reduce.getAxes()),
                               [&](ir::AxisAttr axis) {
                                 return streamed.contains(axis.getName());
                               });
         });
}

/// What of a recomputed reduction's element is better kept: rotated keys, which
/// every query would turn again.
void Placement::keepFormulas(ir::ReduceOp reduce) {
  const AxisNames inner = namesOf(ir::axesOf(reduce.getAxes()));
  const ArrayRef<ir::AxisAttr> places = typeOf(reduce.getOperand()).getAxes();
  AxisNames streamed;
  for (ir::ReduceOp consumer : consumers.find(reduce)->second)
    streamed.insert_range(namesOf(ir::axesOf(consumer.getAxes())));
  llvm::SetVector<Value> work;
  work.insert(reduce.getOperand());
  for (size_t i = 0; i < work.size(); ++i) {
    Value value = work[i];
    Operation *op = value.getDefiningOp();
    if (mayKeep(value, inner, streamed, places))
      formulas.insert(op);
    else if (auto at = dyn_cast<ir::AtOp>(op))
      work.insert(at.getSource());
    else if (isa<ir::ElementwiseOpInterface, ir::RenameOp>(op))
      work.insert_range(op->getOperands());
  }
}

/// The factors of a product, each once, in the order in which they are written.
static SmallVector<Value> factorsOf(Value value) {
  SmallVector<Value> factors, work = {value};
  llvm::DenseSet<Value> seen;
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    if (Operation *op = next.getDefiningOp();
        isa_and_nonnull<ir::MulOp, ir::DivOp, ir::NegOp>(op))
      llvm::append_range(work, llvm::reverse(op->getOperands()));
    else
      factors.push_back(next);
  }
  return factors;
}

/// Whether an element takes the factors `with` a producer as those that its
/// rows come from: one holds more than a bare reduction, or it is written
/// before all others, which are plain arrays or bare reductions. (Of a weighted
/// sum of projections the weights are recomputed and the projections kept; of
/// queries times a sum over the keys that sum is kept. What does not vary along
/// what is reduced, a normaliser, is as well taken out of the sum.)
static bool bringRows(ArrayRef<Value> factors, ArrayRef<size_t> with,
                      ArrayRef<ir::AxisAttr> reduced) {
  auto isBare = [](Value factor) {
    return isa_and_nonnull<ir::ReduceOp>(factor.getDefiningOp());
  };
  if (with.empty())
    return false;
  if (llvm::any_of(with, [&](size_t i) { return !isBare(factors[i]); }))
    return true;
  const size_t only = with.front();
  auto varies = [&](Value factor) {
    return llvm::any_of(reduced, [&](ir::AxisAttr axis) {
      return typeOf(factor).hasAxis(axis.getName());
    });
  };
  for (size_t i = 0; i < factors.size(); ++i)
    if (i != only && varies(factors[i]) &&
        ((i < only && !typeOf(factors[i]).isScalar()) ||
         (!isBare(factors[i]) &&
          isBehind(factors[i], [](ir::ReduceOp) { return true; }))))
      return false;
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
  AxisNames space;
  if (bringRows(factors, with, ir::axesOf(consumer.getAxes())))
    for (size_t i : with)
      space.insert_range(namesOf(typeOf(factors[i]).getAxes()));
  else
    space = namesOf(typeOf(element).getAxes());
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

/// Whether a recomputed reduction is over axes of another one's results, times
/// weights: scores that are mixed are kept for a block, for all mixtures of it.
/// (Projections under a function of others, tanh(a[i, h] + b[j, h]), are not;
/// nor are keys that queries are multiplied with, which have no rows but those
/// of the queries: they are not many.)
bool Placement::isMixedBy(ir::ReduceOp reduce, ir::ReduceOp consumer) const {
  if (!recomputed.contains(consumer))
    return false;
  AxisNames rows = namesOf(reduce.getType().getAxes());
  auto leaveOut = [&](ArrayRef<ir::AxisAttr> axes) {
    for (ir::AxisAttr axis : axes)
      rows.erase(axis.getName());
  };
  leaveOut(ir::axesOf(consumer.getAxes()));
  for (ir::ReduceOp host : consumers.find(consumer)->second)
    leaveOut(ir::axesOf(host.getAxes()));
  for (Value factor : factorsOf(consumer.getOperand()))
    if (!isMadeFrom(factor, reduce))
      leaveOut(typeOf(factor).getAxes());
  if (rows.empty())
    return false;
  auto isWithin = [&](ArrayRef<ir::AxisAttr> axes) {
    return llvm::all_of(axes, [&](ir::AxisAttr axis) {
      return reduce.getType().hasAxis(axis.getName());
    });
  };
  return isWithin(ir::axesOf(consumer.getAxes())) &&
         llvm::all_of(factorsOf(consumer.getOperand()), [&](Value factor) {
           return isWithin(typeOf(factor).getAxes()) ||
                  !isBehind(factor, [&](ir::ReduceOp other) {
                    return other == reduce;
                  });
         });
}

/// A consumer for which an element would be computed several times.
ir::ReduceOp Placement::repeatedBy(ir::ReduceOp reduce) const {
  const AxisNames own = namesOf(reduce.getType().getAxes());
  for (ir::ReduceOp consumer : consumers.find(reduce)->second)
    for (StringAttr axis :
         isMixedBy(reduce, consumer) ? AxisNames() : spaceOf(consumer, reduce))
      if (!own.contains(axis))
        return consumer;
  return nullptr;
}

Operation *Placement::reasonToKeep(ir::ReduceOp reduce) const {
  if (recomputed.contains(reduce))
    return nullptr;
  if (Operation *keeper = kept.lookup(reduce)) {
    if (isCovered(reduce))
      return nullptr;
    // An output that shows it as it is stores it in any case.
    auto output = dyn_cast<ir::OutputOp>(keeper);
    const bool isNeededAgain =
        output && consumers.contains(reduce) &&
        withoutRenames(output.getValue()) != reduce.getResult();
    return isNeededAgain || isa<ir::AtOp>(keeper) ? keeper : nullptr;
  }
  return consumers.contains(reduce) ? repeatedBy(reduce) : nullptr;
}

/// Whether a reduction is a sum of products of which some factor is the same
/// for all places where it is taken, by who has rows of its own: a query's
/// scores, taken for every element of the values. (Those that are made of
/// contractions again are as well stored: a fold would nest these.)
bool Placement::isRowOfScores(ir::ReduceOp reduce) const {
  if (isBehind(reduce.getOperand(), [&](ir::ReduceOp other) {
        return !kept.contains(other) && !isCovered(other);
      }))
    return false;
  const AxisNames own = namesOf(reduce.getType().getAxes());
  AxisNames streamed;
  bool hasRows = false;
  for (ir::ReduceOp consumer : consumers.find(reduce)->second) {
    if (recomputed.contains(consumer))
      return false;
    streamed.insert_range(namesOf(ir::axesOf(consumer.getAxes())));
    hasRows |=
        llvm::any_of(consumer.getType().getAxes(), [&](ir::AxisAttr axis) {
          return !own.contains(axis.getName());
        });
  }
  return hasRows && reduce.getKind() == ir::ReduceKind::Sum &&
         llvm::any_of(factorsOf(reduce.getOperand()), [&](Value factor) {
           const AxisNames axes = namesOf(typeOf(factor).getAxes());
           return !axes.empty() && llvm::none_of(axes, [&](StringAttr axis) {
             return streamed.contains(axis);
           });
         });
}

llvm::DenseMap<Operation *, SmallVector<ir::ReduceOp>>
Placement::smallOnes() const {
  llvm::DenseMap<Operation *, SmallVector<ir::ReduceOp>> found;
  for (const auto &[op, readers] : consumers)
    if (recomputed.contains(op) && isCovered(op))
      found[op] = readers;
  return found;
}

/// Whether an array has two axes of one size that is not constant.
static bool growsWithSquare(ir::ArrayType type) {
  llvm::DenseSet<ir::SizeAttr> sizes;
  return llvm::any_of(type.getAxes(), [&](ir::AxisAttr axis) {
    return !axis.getSize().getConstant() &&
           !sizes.insert(axis.getSize()).second;
  });
}

bool Placement::mayRecompute(ir::ReduceOp reduce) const {
  auto found = consumers.find(reduce);
  if (kept.contains(reduce) || found == consumers.end() ||
      found->second.empty() || (isCovered(reduce) && !isRowOfScores(reduce)))
    return false;
  // The end of a chain over large numbers stays with them: recomputed, it would
  // need the weights of that chain stored. Scores of normalised projections are
  // larger than these: they have the length of the text twice.
  const SmallVector<ir::AxisAttr> reduced = ir::axesOf(reduce.getAxes());
  const bool isEnd = isBehind(reduce.getOperand(), [&](ir::ReduceOp other) {
    return llvm::any_of(ir::axesOf(other.getAxes()), [&](ir::AxisAttr axis) {
      return llvm::is_contained(reduced, axis);
    });
  });
  const bool isSquare = growsWithSquare(reduce.getType());
  if (isEnd && isBehind(reduce.getOperand(), [&](ir::ReduceOp other) {
        return !isCovered(other) && !kept.contains(other) &&
               (!isSquare || growsWithSquare(other.getType()));
      }))
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
