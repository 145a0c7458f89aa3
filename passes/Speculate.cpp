//===- Speculate.cpp - one check before a run, none in it -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Speculate.h"

#include "ir/Kept.h"
#include "ir/TypeOf.h"
#include "passes/Demand.h"
#include "passes/Pipelines.h"
#include "passes/Retype.h"
#include "passes/kernels/Facts.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SetVector.h"

#include <map>

using namespace mlir;
using namespace fovea;
using ir::typeOf;
using kernels::Facts;

/// Whether the value is cheap to have: made by elementwise operations and reads
/// from what is there before the function runs.
static bool isCheap(Value value) {
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (isa<ir::ReduceOp, ir::FoldOp>(op))
      return false;
    work.insert_range(op->getOperands());
  }
  return true;
}

/// A number of `like`'s element type.
static Value integerLike(OpBuilder &b, Value like, int64_t number) {
  const Type element = typeOf(like).getElementType();
  return ir::ConstantOp::create(
      b, like.getLoc(), ir::ArrayType::get(element, ArrayRef<ir::AxisAttr>()),
      b.getIntegerAttr(element, number));
}

static Value extentOf(OpBuilder &b, Location loc, ir::AxisAttr axis) {
  return ir::SizeOp::create(
      b, loc, ir::ArrayType::get(b.getI64Type(), ArrayRef<ir::AxisAttr>()),
      axis.getSize());
}

/// An index as an i64, which sizes are.
static Value asI64(OpBuilder &b, Value index) {
  const ir::ArrayType type = typeOf(index);
  if (type.getElementType().isInteger(64))
    return index;
  return ir::CastOp::create(b, index.getLoc(), type.withElement(b.getI64Type()),
                            index);
}

/// Of an integer division, or an integer power, the operand that may not be 0.
static unsigned divisorOf(Operation *op) { return isa<ir::PowOp>(op) ? 0 : 1; }

/// Where that fails, needed or not: the operand is 0, and of a power the
/// exponent negative.
static Value divisionFails(OpBuilder &b, Operation *op) {
  const Location loc = op->getLoc();
  Value divisor = op->getOperand(divisorOf(op));
  Value isZero = ir::CompareOp::create(b, loc, ir::Predicate::Eq, divisor,
                                       integerLike(b, divisor, 0));
  if (!isa<ir::PowOp>(op))
    return isZero;
  Value exponent = op->getOperand(1);
  Value isNegative = ir::CompareOp::create(b, loc, ir::Predicate::Lt, exponent,
                                           integerLike(b, exponent, 0));
  return ir::AndOp::create(b, loc, isZero, isNegative);
}

namespace {
/// Makes the check in a copy of a function, and says in both what it covers.
class Speculator {
public:
  explicit Speculator(ir::FuncOp func)
      : func(func), facts(func), b(func.getContext()), loc(func.getLoc()) {
    for (Operation &op : func.getBody().front())
      written.insert(&op);
    b.setInsertionPointToEnd(&func.getBody().front());
  }

  /// Operations that may fail by themselves; none if they cannot be checked.
  std::optional<SmallVector<Operation *>> risks();
  /// Puts the check in the place of the function's outputs.
  void check(ArrayRef<Operation *> risks);
  /// Gives a risk operands with which it does not fail.
  static void secure(Operation *risk);

private:
  Value neededAt(Operation *user, OpOperand &use);
  Value needed(Operation *op);
  Value hardAt(Value value, ir::HardKind kind);
  Value findHard(Value value, ir::HardKind kind);
  Value renamed(ir::RenameOp rename, Value condition);
  Value both(Value x, Value y);
  Value either(Value x, Value y);
  Value negated(Value x) { return ir::NotOp::create(b, loc, x); }
  Value compared(ir::Predicate predicate, Value x, Value y) {
    return ir::CompareOp::create(b, loc, predicate, x, y);
  }
  Value anyAlong(ArrayRef<ir::AxisAttr> axes, Value condition);
  Value atPlacesOf(Operation *op, Value condition);
  Value failureOf(Operation *risk);

  ir::FuncOp func;
  const Facts facts;
  OpBuilder b;
  Location loc;
  /// The function as it is written: what the check adds needs nothing.
  llvm::DenseSet<Operation *> written;
  /// Where the result of an operation is needed; null for everywhere.
  llvm::DenseMap<Operation *, Value> needs;
  /// Where a value is known to be a hard number; null for nowhere.
  std::map<std::pair<void *, ir::HardKind>, Value> hards;
};
} // namespace

std::optional<SmallVector<Operation *>> Speculator::risks() {
  SmallVector<Operation *> found;
  for (Operation &op : func.getBody().front()) {
    if (isa<ir::FoldOp>(op))
      return std::nullopt;
    auto at = dyn_cast<ir::AtOp>(op);
    const bool isRisk =
        op.getNumResults() == 1 &&
        (at ? !facts.isInRange(at) : !facts.isSafeDivision(&op));
    if (!isRisk)
      continue;
    for (Value operand : at ? ValueRange(at.getIndices()) : op.getOperands())
      if (!isCheap(operand))
        return std::nullopt;
    found.push_back(&op);
  }
  return found;
}

Value Speculator::both(Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return ir::AndOp::create(b, loc, x, y);
}

Value Speculator::either(Value x, Value y) {
  if (!x || !y)
    return x ? x : y;
  return ir::OrOp::create(b, loc, x, y);
}

/// A condition on what is renamed, under the new names.
Value Speculator::renamed(ir::RenameOp rename, Value condition) {
  IRMapping operands;
  operands.map(rename.getOperand(), condition);
  Operation *made = b.clone(*rename, operands);
  made->getResult(0).setType(typeOf(condition));
  retype(made);
  return made->getResult(0);
}

/// Where a value is a hard number of a kind, as far as conditions say that are
/// cheap to know; null for nowhere.
Value Speculator::hardAt(Value value, ir::HardKind kind) {
  const std::pair<void *, ir::HardKind> key{value.getAsOpaquePointer(), kind};
  if (auto found = hards.find(key); found != hards.end())
    return found->second;
  Value condition = findHard(value, kind);
  return hards[key] = condition;
}

Value Speculator::findHard(Value value, ir::HardKind kind) {
  Operation *op = value.getDefiningOp();
  if (auto rename = dyn_cast<ir::RenameOp>(op)) {
    Value condition = hardAt(rename.getOperand(), kind);
    return condition ? renamed(rename, condition) : nullptr;
  }
  // Other places of the source are looked at.
  if (isa<ir::AtOp>(op))
    return nullptr;
  Value any;
  const HardSources sources = hardSources(op, kind);
  auto select = dyn_cast<ir::SelectOp>(op);
  if (!select) {
    for (auto [operand, hard] : sources.operands)
      any = either(any, hardAt(op->getOperand(operand), hard));
    return any;
  }
  Value condition = select.getCondition();
  if (!isCheap(condition))
    return nullptr;
  if (Value taken = hardAt(select.getOnTrue(), kind))
    any = both(condition, taken);
  Value other = hardAt(select.getOnFalse(), kind);
  if (sources.isOwn)
    any = either(any, negated(condition));
  else if (other)
    any = either(any, both(negated(condition), other));
  return any;
}

/// Where `user` needs that operand, at the operand's own places.
Value Speculator::neededAt(Operation *user, OpOperand &use) {
  const unsigned number = use.getOperandNumber();
  // Other places of the operand are looked at.
  if (isa<ir::RenameOp>(user) || (isa<ir::AtOp>(user) && number == 0))
    return nullptr;
  Value own = needed(user), condition;
  if (isa<ir::SelectOp, ir::AndOp, ir::OrOp>(user) && number > 0) {
    condition = user->getOperand(0);
    if (isa<ir::OrOp>(user) || number == 2)
      condition = negated(condition);
  } else if (auto reduce = dyn_cast<ir::ReduceOp>(user)) {
    if (number == 0)
      condition = reduce.getGuard();
    // An axis of the result may have the name of one that is reduced.
    if (own && llvm::any_of(ir::axesOf(reduce.getAxes()), [&](auto axis) {
          return typeOf(own).hasAxis(axis.getName());
        }))
      own = nullptr;
  }
  // What is dear to know may as well hold.
  if (condition && !isCheap(condition))
    condition = nullptr;
  // What absorbs has two operands.
  const unsigned other = 1 - number;
  if (const ir::HardKind kind = absorbingKind(user, other);
      kind != ir::HardKind::None)
    if (Value absorbed = hardAt(user->getOperand(other), kind))
      condition = both(condition, negated(absorbed));
  return both(condition, own);
}

Value Speculator::anyAlong(ArrayRef<ir::AxisAttr> axes, Value condition) {
  if (axes.empty())
    return condition;
  return ir::ReduceOp::create(b, loc, ir::ReduceKind::Any, condition, Value(),
                              ir::axisArray(b.getContext(), axes));
}

/// A condition on those who need an element of `op` as one on that element:
/// whether any of them holds. (If there is none, as along an axis that is
/// empty, none holds. And to look for failures takes no more than the places of
/// the condition and those of the element, not all pairs of them.)
Value Speculator::atPlacesOf(Operation *op, Value condition) {
  SmallVector<ir::AxisAttr> others;
  for (ir::AxisAttr axis : typeOf(condition).getAxes())
    if (!typeOf(op->getResult(0)).hasAxis(axis.getName()))
      others.push_back(axis);
  return anyAlong(others, condition);
}

/// The condition under which some output needs an element, at the places of the
/// element: an upper bound.
Value Speculator::needed(Operation *op) {
  if (auto found = needs.find(op); found != needs.end())
    return found->second;
  Value any;
  bool isAlways = false;
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : op->getUses())
    if (written.contains(use.getOwner()))
      uses.push_back(&use);
  for (OpOperand *use : uses) {
    Operation *user = use->getOwner();
    Value here = isa<ir::OutputOp>(user) ? Value() : neededAt(user, *use);
    isAlways = isAlways || !here;
    if (!isAlways)
      any = either(any, atPlacesOf(op, here));
  }
  if (isAlways)
    any = nullptr;
  return needs[op] = any;
}

/// Where a risk fails, needed or not.
Value Speculator::failureOf(Operation *risk) {
  auto at = dyn_cast<ir::AtOp>(risk);
  if (!at)
    return divisionFails(b, risk);
  Value any;
  for (auto [index, axis] :
       llvm::zip_equal(at.getIndices(), ir::axesOf(at.getAxes()))) {
    Value wide = asI64(b, index);
    Value isOutside =
        either(compared(ir::Predicate::Lt, wide, integerLike(b, wide, 0)),
               compared(ir::Predicate::Ge, wide, extentOf(b, loc, axis)));
    any = any ? either(any, isOutside) : isOutside;
  }
  return any;
}

void Speculator::check(ArrayRef<Operation *> risks) {
  // Before anything is added that takes these values as well.
  for (Operation *risk : risks)
    needed(risk);
  Value fails;
  for (Operation *risk : risks) {
    Value failure = both(needed(risk), failureOf(risk));
    fails = either(fails, anyAlong(typeOf(failure).getAxes(), failure));
  }
  for (ir::OutputOp output : ir::outputsOf(func))
    output.erase();
  ir::OutputOp::create(b, loc, b.getStringAttr("fails"), fails,
                       b.getArrayAttr({}));
}

void Speculator::secure(Operation *risk) {
  OpBuilder b(risk);
  const Location loc = risk->getLoc();
  risk->setAttr(ir::checkedName, b.getUnitAttr());
  if (auto at = dyn_cast<ir::AtOp>(risk)) {
    for (auto [k, axis] : llvm::enumerate(ir::axesOf(at.getAxes()))) {
      Value index = asI64(b, at.getIndices()[k]);
      Value last = ir::SubOp::create(b, loc, extentOf(b, loc, axis),
                                     integerLike(b, index, 1));
      index = ir::MinOp::create(b, loc, index, last);
      index = ir::MaxOp::create(b, loc, index, integerLike(b, index, 0));
      at.getIndicesMutable()[k].set(index);
    }
    return;
  }
  const unsigned number = divisorOf(risk);
  Value divisor = risk->getOperand(number);
  risk->setOperand(number, ir::SelectOp::create(b, loc, divisionFails(b, risk),
                                                integerLike(b, divisor, 1),
                                                divisor, ir::HardKind::None));
}

static OwningOpRef<ModuleOp> moduleWith(ir::FuncOp func) {
  OwningOpRef<ModuleOp> module = ModuleOp::create(func.getLoc());
  module->push_back(func->clone());
  return module;
}

static ir::FuncOp functionOf(ModuleOp module) {
  return *module.getOps<ir::FuncOp>().begin();
}

std::optional<CheckedFunction> fovea::speculate(ir::FuncOp func) {
  // Most functions have none of these: nothing is worked out for them.
  if (llvm::none_of(func.getBody().front(),
                    [](Operation &op) { return isFallible(&op); }))
    return std::nullopt;
  OwningOpRef<ModuleOp> source = moduleWith(func);
  PassManager manager(func.getContext());
  buildOptimizePipeline(manager);
  if (failed(manager.run(*source)))
    return std::nullopt;
  const auto risks = Speculator(functionOf(*source)).risks();
  if (!risks || risks->empty())
    return std::nullopt;
  // The risks of copies: the operations are in the same order.
  llvm::DenseSet<Operation *> isRisk(risks->begin(), risks->end());
  auto risksIn = [&](ModuleOp copy) {
    SmallVector<Operation *> found;
    for (auto [mine, theirs] :
         llvm::zip_equal(functionOf(*source).getBody().front(),
                         functionOf(copy).getBody().front()))
      if (isRisk.contains(&mine))
        found.push_back(&theirs);
    return found;
  };
  CheckedFunction made{
      moduleWith(functionOf(*source)), moduleWith(functionOf(*source)), {}};
  for (Operation *risk : *risks)
    if (auto at = dyn_cast<ir::AtOp>(risk))
      for (ir::AxisAttr axis : ir::axesOf(at.getAxes()))
        if (!llvm::is_contained(made.extents, axis.getSize()))
          made.extents.push_back(axis.getSize());
  const SmallVector<Operation *> inCheck = risksIn(*made.check);
  Speculator(functionOf(*made.check)).check(inCheck);
  // What is checked is read for the check as well.
  for (Operation *risk : inCheck)
    Speculator::secure(risk);
  for (Operation *risk : risksIn(*made.fast))
    Speculator::secure(risk);
  return made;
}
