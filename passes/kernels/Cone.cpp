//===- Cone.cpp - what an element is made from ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Cone.h"

#include "passes/kernels/Reads.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;

Cone::Cone(const Memory &memory, ArrayRef<Value> roots) {
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
    if (!op || memory.isStored(value))
      continue;
    for (Value operand : llvm::reverse(op->getOperands()))
      work.push_back({operand, false});
  }
}

bool kernels::isLoaded(const Memory &memory, Value value) {
  Operation *op = value.getDefiningOp();
  while (isa_and_present<ir::RenameOp, ir::AtOp>(op) &&
         !memory.isStored(value)) {
    value = op->getOperand(0);
    op = value.getDefiningOp();
  }
  return op && (isa<ir::InputOp, ir::LiteralOp>(op) || memory.isStored(value));
}

/// What `name`, an axis of the source of a read, is called in its result; null
/// if the read does not go along it.
static StringAttr nameInResult(Operation *read, StringAttr name) {
  auto source = typeOf(read->getOperand(0));
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

StringAttr kernels::contiguousAxis(const Memory &memory, Value value) {
  Operation *op = value.getDefiningOp();
  if (isa<ir::RenameOp, ir::AtOp>(op) && !memory.isStored(value)) {
    StringAttr inner = contiguousAxis(memory, op->getOperand(0));
    return inner ? nameInResult(op, inner) : nullptr;
  }
  SmallVector<ir::AxisAttr> axes;
  if (auto input = dyn_cast<ir::InputOp>(op))
    axes = ir::axesOf(input.getAxes());
  else if (auto literal = dyn_cast<ir::LiteralOp>(op))
    axes = ir::axesOf(literal.getAxes());
  else
    return memory.innerAxis(value);
  return axes.empty() ? nullptr : axes.back().getName();
}

bool kernels::readsAlong(const Memory &memory, const Cone &cone,
                         StringAttr axis) {
  return llvm::any_of(cone.inOrder(), [&](Value value) {
    return isLoaded(memory, value) && contiguousAxis(memory, value) == axis;
  });
}

bool kernels::fitsLanes(const Facts &facts, const Cone &cone) {
  return llvm::none_of(cone.inOrder(),
                       [&](Value value) { return facts.mayFail(value); });
}

int64_t kernels::lanesFor(int64_t vectorBytes) { return vectorBytes / 4 * 2; }

unsigned kernels::ownCost(Operation *op) {
  return llvm::TypeSwitch<Operation *, unsigned>(op)
      .Case<ir::ConstantOp, ir::SizeOp, ir::IndexOp, ir::RenameOp>(
          [](auto) { return 0u; })
      .Case<ir::ReduceOp>([](auto) { return 100u; })
      .Case<ir::ExpOp, ir::Exp2Op, ir::Expm1Op, ir::LogOp, ir::Log1pOp,
            ir::TanhOp, ir::SinhOp, ir::CoshOp, ir::SigmoidOp, ir::ErfOp,
            ir::SinOp, ir::CosOp, ir::PowOp, ir::RandomOp, ir::FoldKeyOp,
            ir::FloorDivOp, ir::ModOp>([](auto) { return 10u; })
      .Case<ir::DivOp, ir::SqrtOp, ir::RsqrtOp>([](auto) { return 4u; })
      .Case<ir::AtOp>([](auto) { return 2u; })
      .Default([](Operation *) { return 1u; });
}
