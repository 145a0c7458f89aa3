//===- Cone.cpp - what an element is made from ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/Cone.h"

#include "backends/cpu/Reads.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::cpu;

Cone::Cone(const Plan &plan, ArrayRef<Value> roots) {
  SmallVector<std::pair<Value, bool>> work;
  for (Value root : llvm::reverse(roots))
    work.push_back({root, false});
  while (!work.empty()) {
    auto [value, isDone] = work.pop_back_val();
    if (isDone) {
      order.push_back(value);
      continue;
    }
    if (!values.insert(value).second)
      continue;
    work.push_back({value, true});
    Operation *op = value.getDefiningOp();
    if (!op || plan.isStored(value))
      continue;
    for (Value operand : llvm::reverse(op->getOperands()))
      work.push_back({operand, false});
  }
}

bool cpu::isLoaded(const Plan &plan, Value value) {
  Operation *op = value.getDefiningOp();
  while (isa_and_present<ir::RenameOp, ir::AtOp>(op) && !plan.isStored(value)) {
    value = op->getOperand(0);
    op = value.getDefiningOp();
  }
  return op && (isa<ir::InputOp, ir::LiteralOp>(op) || plan.isStored(value));
}

/// What `name`, an axis of the source of a read, is called in its result; null
/// if the read does not go along it.
static StringAttr nameInResult(Operation *read, StringAttr name) {
  auto source = arrayType(read->getOperand(0));
  for (auto [axis, origin] :
       llvm::zip_equal(source.getAxes(), originsOf(read))) {
    if (axis.getName() != name)
      continue;
    if (origin.index < 0)
      return origin.axis;
    auto index =
        read->getOperand(1 + origin.index).getDefiningOp<ir::IndexOp>();
    return index ? index.getAxis().getName() : nullptr;
  }
  return nullptr;
}

StringAttr cpu::contiguousAxis(const Plan &plan, Value value) {
  Operation *op = value.getDefiningOp();
  if (isa<ir::RenameOp, ir::AtOp>(op) && !plan.isStored(value)) {
    StringAttr inner = contiguousAxis(plan, op->getOperand(0));
    return inner ? nameInResult(op, inner) : nullptr;
  }
  SmallVector<ir::AxisAttr> axes;
  if (auto input = dyn_cast<ir::InputOp>(op))
    axes = ir::axesOf(input.getAxes());
  else if (auto literal = dyn_cast<ir::LiteralOp>(op))
    axes = ir::axesOf(literal.getAxes());
  else
    axes = plan.memoryOrder(value);
  return axes.empty() ? nullptr : axes.back().getName();
}

bool cpu::readsAlong(const Plan &plan, const Cone &cone, StringAttr axis) {
  return llvm::any_of(cone.inOrder(), [&](Value value) {
    return isLoaded(plan, value) && contiguousAxis(plan, value) == axis;
  });
}

bool cpu::fitsLanes(const Facts &facts, const Cone &cone) {
  return llvm::none_of(cone.inOrder(),
                       [&](Value value) { return facts.mayFail(value); });
}

int64_t cpu::lanesFor(const Cone &cone, int64_t vectorBytes) {
  // Two registers of f32, so of f64 there are four.
  return vectorBytes / 4 * 2;
}
