//===- Mutants.cpp - faults planted in emitted code -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/mutation/Mutants.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace fovea::test;
using mlir::Value;
namespace arith = mlir::arith;

volatile int64_t fovea::test::chosenMutant = -1;
volatile bool fovea::test::conditionFailed = false;

namespace {
/// Plants all mutants in a function.
class Mutator {
public:
  Mutator(std::vector<Mutant> &mutants, mlir::LLVM::LLVMFuncOp func);

private:
  void mutate(mlir::Operation *op);
  void mutateNeutral(arith::ConstantOp op);
  void watch(mlir::scf::IfOp op);
  Value copyOf(Value value, mlir::IRMapping &map);
  void offer(const char *what, mlir::Operation *op, Value mutated);
  Value isChosen(const char *what, mlir::Operation *op);
  Value integer(mlir::Type type, int64_t value);
  Value pointerTo(const volatile void *object);

  std::vector<Mutant> &mutants;
  mlir::OpBuilder b;
  mlir::Location loc;
  Value number;
  /// Conditions as they are without mutants.
  llvm::DenseMap<mlir::Operation *, Value> originals;
  /// What they are made of.
  llvm::DenseSet<mlir::Operation *> decides;
  /// What stands for the value that is mutated.
  Value latest;
};
} // namespace

Mutator::Mutator(std::vector<Mutant> &mutants, mlir::LLVM::LLVMFuncOp func)
    : mutants(mutants), b(func.getContext()), loc(func.getLoc()) {
  std::vector<mlir::Operation *> ops;
  func.walk([&](mlir::Operation *op) { ops.push_back(op); });
  b.setInsertionPointToStart(&func.getBody().front());
  number = mlir::LLVM::LoadOp::create(b, loc, b.getI64Type(),
                                      pointerTo(&chosenMutant));
  func.walk([&](mlir::scf::IfOp op) { watch(op); });
  for (mlir::Operation *op : ops)
    mutate(op);
}

Value Mutator::pointerTo(const volatile void *object) {
  return mlir::LLVM::IntToPtrOp::create(
      b, loc, mlir::LLVM::LLVMPointerType::get(b.getContext()),
      integer(b.getI64Type(), reinterpret_cast<int64_t>(object)));
}

Value Mutator::integer(mlir::Type type, int64_t value) {
  mlir::TypedAttr attribute =
      b.getIntegerAttr(getElementTypeOrSelf(type), value);
  if (auto vector = mlir::dyn_cast<mlir::VectorType>(type))
    attribute = mlir::DenseElementsAttr::get(vector, attribute);
  return arith::ConstantOp::create(b, loc, attribute);
}

Value Mutator::isChosen(const char *what, mlir::Operation *op) {
  std::string text;
  llvm::raw_string_ostream(text) << *op;
  Value mine = integer(b.getI64Type(), static_cast<int64_t>(mutants.size()));
  mutants.push_back({what, op->getName().getStringRef().str(),
                     text.substr(0, text.find('\n')), decides.contains(op)});
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, number, mine);
}

/// `mutated` as one more choice for the value of `op` in hand.
void Mutator::offer(const char *what, mlir::Operation *op, Value mutated) {
  latest = arith::SelectOp::create(b, loc, isChosen(what, op), mutated, latest);
}

/// The predicate with its bound moved by one.
static arith::CmpIPredicate neighbour(arith::CmpIPredicate predicate) {
  using P = arith::CmpIPredicate;
  switch (predicate) {
  case P::slt:
    return P::sle;
  case P::sle:
    return P::slt;
  case P::sgt:
    return P::sge;
  case P::sge:
    return P::sgt;
  case P::ult:
    return P::ule;
  case P::ule:
    return P::ult;
  case P::ugt:
    return P::uge;
  case P::uge:
    return P::ugt;
  case P::eq:
    return P::ne;
  case P::ne:
    return P::eq;
  }
  llvm_unreachable("all predicates are listed");
}

/// A choice by numbers: a gauge, which may be any, or a part of a function.
static bool isOfFloats(mlir::Operation *op) {
  auto select = mlir::dyn_cast<arith::SelectOp>(op);
  return select && select.getCondition().getDefiningOp<arith::CmpFOp>();
}

/// A sum in a function, where there is no fused one: its digits may not tell.
static bool isOfPolynomial(mlir::Operation *op) {
  auto isOf = [&](auto test) { return llvm::any_of(op->getOperands(), test); };
  return isOf([](Value value) {
           return value.getDefiningOp<arith::MulFOp>();
         }) &&
         !isOf([](Value value) {
           return !value.getDefiningOp() ||
                  mlir::isa<mlir::scf::ForOp, mlir::LLVM::LoadOp>(
                      value.getDefiningOp());
         });
}

/// Whether it only says what memory to fetch ahead: any will do.
static bool isHint(mlir::Operation *op) {
  return !op->use_empty() &&
         llvm::all_of(op->getUsers(), [](mlir::Operation *user) {
           return mlir::isa<mlir::LLVM::Prefetch>(user) ||
                  (mlir::isa<mlir::LLVM::GEPOp, arith::AddIOp>(user) &&
                   isHint(user));
         });
}

/// 0, -inf and inf, where a state begins or a place is left out.
void Mutator::mutateNeutral(arith::ConstantOp op) {
  mlir::Attribute attribute = op.getValue();
  if (auto dense = mlir::dyn_cast<mlir::SplatElementsAttr>(attribute))
    attribute = dense.getSplatValue<mlir::Attribute>();
  auto number = mlir::dyn_cast<mlir::FloatAttr>(attribute);
  if (!number || (number.getValueAsDouble() != 0 &&
                  std::isfinite(number.getValueAsDouble())))
    return;
  mlir::TypedAttr other =
      b.getFloatAttr(number.getType(), number.getValueAsDouble() == 0 ? 1 : 0);
  if (auto vector = mlir::dyn_cast<mlir::VectorType>(op.getType()))
    other = mlir::DenseElementsAttr::get(vector, other);
  std::vector<mlir::OpOperand *> uses;
  for (mlir::OpOperand &use : op->getUses())
    uses.push_back(&use);
  for (mlir::OpOperand *use : uses) {
    mlir::Operation *user = use->getOwner();
    if (isOfFloats(user) ||
        !mlir::isa<mlir::scf::ForOp, arith::SelectOp, mlir::LLVM::StoreOp>(
            user))
      continue;
    b.setInsertionPoint(user);
    latest = op;
    offer("other neutral element", user,
          arith::ConstantOp::create(b, loc, other));
    use->set(latest);
  }
}

/// The value as it is without mutants, as far as it is made of numbers.
Value Mutator::copyOf(Value value, mlir::IRMapping &map) {
  mlir::Operation *op = value.getDefiningOp();
  if (!op || map.contains(value) || op->getNumRegions() || !mlir::isPure(op))
    return map.lookupOrDefault(value);
  decides.insert(op);
  for (Value operand : op->getOperands())
    copyOf(operand, map);
  return b.clone(*op, map)->getResult(0);
}

/// Notes where a condition fails that holds without mutants.
void Mutator::watch(mlir::scf::IfOp op) {
  b.setInsertionPoint(op);
  mlir::IRMapping map;
  originals[op] = copyOf(op.getCondition(), map);
}

void Mutator::mutate(mlir::Operation *op) {
  if (mlir::isa<mlir::scf::IfOp>(op)) {
    b.setInsertionPoint(op);
    latest = op->getOperand(0);
    Value yes = integer(b.getI1Type(), 1);
    offer("other branch", op, arith::XOrIOp::create(b, loc, latest, yes));
    op->setOperand(0, latest);
    Value isLess =
        arith::AndIOp::create(b, loc, originals.lookup(op),
                              arith::XOrIOp::create(b, loc, latest, yes));
    Value address = pointerTo(&conditionFailed);
    Value before = mlir::LLVM::LoadOp::create(b, loc, b.getI8Type(), address);
    Value bit = arith::ExtUIOp::create(b, loc, b.getI8Type(), isLess);
    mlir::LLVM::StoreOp::create(
        b, loc, arith::OrIOp::create(b, loc, before, bit), address);
    return;
  }
  if (auto constant = mlir::dyn_cast<arith::ConstantOp>(op))
    return mutateNeutral(constant);
  if (op->getNumResults() != 1 || isHint(op))
    return;
  b.setInsertionPointAfter(op);
  latest = op->getResult(0);
  std::vector<mlir::OpOperand *> uses;
  for (mlir::OpOperand &use : latest.getUses())
    uses.push_back(&use);
  const mlir::Type element = mlir::getElementTypeOrSelf(latest);
  if (auto compare = mlir::dyn_cast<arith::CmpIOp>(op)) {
    offer("bound moved", op,
          arith::CmpIOp::create(b, loc, neighbour(compare.getPredicate()),
                                compare.getLhs(), compare.getRhs()));
  } else if (mlir::isa<arith::AddIOp, arith::SubIOp>(op) &&
             element.isInteger(64)) {
    const Value sum = latest, one = integer(sum.getType(), 1);
    offer("one more", op, arith::AddIOp::create(b, loc, sum, one));
    offer("one less", op, arith::SubIOp::create(b, loc, sum, one));
  } else if (mlir::isa<arith::MinSIOp, arith::MaximumFOp, arith::MinimumFOp>(
                 op) ||
             (mlir::isa<arith::AddFOp>(op) && !isOfPolynomial(op)) ||
             (mlir::isa<arith::AndIOp, arith::OrIOp>(op) &&
              element.isInteger(1))) {
    // x + 0 is x.
    if (!op->getOperand(1).getDefiningOp<arith::ConstantOp>())
      offer("first alone", op, op->getOperand(0));
    offer("second alone", op, op->getOperand(1));
  } else if (auto select = mlir::dyn_cast<arith::SelectOp>(op);
             select && !isOfFloats(select)) {
    offer("always the first", op, select.getTrueValue());
    offer("always the second", op, select.getFalseValue());
  }
  for (mlir::OpOperand *use : uses)
    use->set(latest);
}

void fovea::test::plantMutants(mlir::LLVM::LLVMFuncOp func,
                               std::vector<Mutant> &mutants) {
  Mutator(mutants, func);
}
