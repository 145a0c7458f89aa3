//===- WriterClone.cpp - parts of a fold as they are written --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/TypeOf.h"
#include "passes/derive/Writer.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

/// What varies along the folded axes is computed inside, from what is kept.
Value FoldWriter::clone(Region &region, Value value) {
  auto isOutside = [&](Value v) {
    if (v.getDefiningOp<ir::LiteralOp>())
      return true;
    if (!v.getDefiningOp<ir::RenameOp>() && placement.isSource(v))
      return true;
    return llvm::none_of(axes, [&](ir::AxisAttr axis) {
      return typeOf(v).hasAxis(axis.getName());
    });
  };
  llvm::SetVector<Operation *> inside;
  SmallVector<Value> work = {value};
  while (!work.empty()) {
    Value next = work.pop_back_val();
    if (region.cloned.contains(next) || isOutside(next) ||
        !inside.insert(next.getDefiningOp()))
      continue;
    llvm::append_range(work, next.getDefiningOp()->getOperands());
  }
  SmallVector<Operation *> order = inside.takeVector();
  llvm::sort(order,
             [](Operation *x, Operation *y) { return x->isBeforeInBlock(y); });
  for (Operation *op : order)
    b.clone(*op, region.cloned);
  return region.cloned.lookupOrDefault(value);
}

/// The operation of `op`'s kind on other operands.
static Value like(OpBuilder &b, Operation *op, ArrayRef<Value> operands) {
  IRMapping map;
  for (auto [from, to] : llvm::zip_equal(op->getOperands(), operands))
    map.map(from, to);
  Operation *made = b.clone(*op, map);
  SmallVector<ir::ArrayType> types;
  for (auto [i, operand] : llvm::enumerate(operands)) {
    made->setOperand(i, operand);
    types.push_back(typeOf(operand));
  }
  const Type element = typeOf(op->getResult(0)).getElementType();
  made->getResult(0).setType(
      ir::ArrayType::get(element, *ir::unionAxes(types)));
  return made->getResult(0);
}

Value FoldWriter::other(Region &region, Expr e) {
  SmallVector<Value> operands;
  for (auto [i, arg] : llvm::enumerate(e->args))
    operands.push_back(
        emit(region, arg, typeOf(e->like->getOperand(i)).getElementType()));
  return like(b, e->like, operands);
}

/// The element as it is written, at the place that has the extremum.
Value FoldWriter::atExtremum(Region &region, const Argument &argument,
                             Value state, Type element) {
  if (argument.falls)
    state = ir::NegOp::create(b, loc, state);
  llvm::DenseMap<Value, Value> made;
  made[argument.value] =
      converted(state, typeOf(argument.value).getElementType());
  for (auto [number, value] : region.fresh)
    if (ir::ReduceOp reduce = chain[number].op)
      made[reduce.getResult()] = value;
  // What needs none of these is as it is outside: null.
  auto make = [&](auto &&self, Value value) -> Value {
    if (auto found = made.find(value); found != made.end())
      return found->second;
    Operation *op = value.getDefiningOp();
    SmallVector<Value> operands;
    if (isa<ir::ElementwiseOpInterface>(op))
      for (Value operand : op->getOperands())
        operands.push_back(self(self, operand));
    if (llvm::none_of(operands, [](Value operand) { return bool(operand); }))
      return made[value] = nullptr;
    for (auto [operand, written] : llvm::zip_equal(operands, op->getOperands()))
      if (!operand)
        operand = clone(region, written);
    return made[value] = like(b, op, operands);
  };
  return converted(make(make, argument.element), element);
}
