//===- Retype.cpp - types of operations on other operands -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Retype.h"

#include "ir/TypeOf.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using ir::typeOf;

using Axes = SmallVector<ir::AxisAttr>;

/// Without those named in `removed`.
static Axes without(ArrayRef<ir::AxisAttr> axes,
                    ArrayRef<ir::AxisAttr> removed) {
  return llvm::filter_to_vector(axes, [&](ir::AxisAttr axis) {
    return llvm::none_of(removed, [&](ir::AxisAttr other) {
      return other.getName() == axis.getName();
    });
  });
}

static Axes renamed(ir::RenameOp rename) {
  const ir::ArrayType type = typeOf(rename.getOperand());
  Axes axes(type.getAxes());
  SmallVector<Attribute> from, to;
  for (auto [old, fresh] : llvm::zip_equal(rename.getFrom(), rename.getTo())) {
    const ir::AxisAttr axis = type.getAxis(cast<StringAttr>(old));
    if (!axis)
      continue;
    axes[std::distance(type.getAxes().begin(),
                       llvm::find(type.getAxes(), axis))] =
        ir::AxisAttr::get(rename.getContext(), cast<StringAttr>(fresh),
                          axis.getSize());
    from.push_back(old);
    to.push_back(fresh);
  }
  rename.setFromAttr(ArrayAttr::get(rename.getContext(), from));
  rename.setToAttr(ArrayAttr::get(rename.getContext(), to));
  return axes;
}

bool fovea::retype(Operation *op) {
  SmallVector<ir::ArrayType> types;
  for (Value operand : op->getOperands())
    types.push_back(typeOf(operand));
  if (auto at = dyn_cast<ir::AtOp>(op))
    types.front() = types.front().withAxes(
        without(types.front().getAxes(), ir::axesOf(at.getAxes())));
  Axes axes = *ir::unionAxes(types);
  if (auto reduce = dyn_cast<ir::ReduceOp>(op))
    axes = without(axes, ir::axesOf(reduce.getAxes()));
  if (auto rename = dyn_cast<ir::RenameOp>(op))
    axes = renamed(rename);
  Value result = op->getResult(0);
  const ir::ArrayType type = typeOf(result).withAxes(axes);
  if (type == typeOf(result))
    return false;
  result.setType(type);
  return true;
}

void fovea::retypeUsers(Value value) {
  llvm::SetVector<Operation *> work;
  work.insert(value.user_begin(), value.user_end());
  while (!work.empty()) {
    // An output repeats what lacks an axis.
    Operation *op = work.pop_back_val();
    if (!isa<ir::OutputOp>(op) && retype(op))
      work.insert(op->user_begin(), op->user_end());
  }
}
