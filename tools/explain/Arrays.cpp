//===- Arrays.cpp - arrays and sizes in the user's words ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/explain/Arrays.h"

#include "backends/SizeExpr.h"
#include "ir/Formula.h"
#include "ir/Size.h"

#include <cstdio>

using namespace mlir;
using namespace fovea;
using namespace fovea::explaining;

std::string fovea::bytesText(int64_t bytes) {
  const char *units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  double number = static_cast<double>(bytes);
  size_t unit = 0;
  while (number >= 1024 && unit + 1 < std::size(units)) {
    number /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text,
                number == static_cast<int64_t>(number) ? "%.0f %s" : "%.1f %s",
                number, units[unit]);
  return text;
}

int64_t Sizes::extent(ir::SizeAttr size) {
  Expected<int64_t> value = evaluate(sizeExprOf(size, func), dims);
  if (value)
    return *value;
  if (!fault.failed())
    fault = value.status();
  return 0;
}

ir::SizeAttr Sizes::sizeOf(ir::ArrayType type) {
  ir::SizeAttr size = ir::sizeConstant(
      type.getContext(),
      static_cast<int64_t>(fovea::sizeOf(dtypeOf(type.getElementType()))));
  for (ir::AxisAttr axis : type.getAxes())
    size = ir::sizeMul(size, axis.getSize());
  return size;
}

ByteCount Sizes::bytes(ir::SizeAttr size) {
  return {ir::sizeText(size), extent(size)};
}

ExplainedAxis Sizes::axis(ir::AxisAttr axis, unsigned passes) {
  return {axis.getName().str(), ir::sizeText(axis.getSize()),
          extent(axis.getSize()), passes};
}

ExplainedArray Sizes::array(Value value) {
  auto type = cast<ir::ArrayType>(value.getType());
  SmallVector<ir::AxisAttr> axes(type.getAxes());
  if (auto input = value.getDefiningOp<ir::InputOp>())
    axes = ir::axesOf(input.getAxes());
  std::string shape;
  for (ir::AxisAttr axis : axes)
    shape += (shape.empty() ? "[" : ", ") + ir::sizeText(axis.getSize());
  return {ir::Formula().text(value),
          std::string(name(dtypeOf(type.getElementType()))) +
              (shape.empty() ? "" : shape + "]"),
          bytes(type)};
}

llvm::SetVector<Value>
explaining::sourcesOf(Operation *op, llvm::function_ref<bool(Value)> isStored) {
  llvm::SetVector<Value> work, sources;
  auto reach = [&](Operation *from) {
    from->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        // What is inside comes by the walk.
        if (Operation *maker = operand.getDefiningOp();
            maker && !from->isProperAncestor(maker))
          work.insert(operand);
    });
  };
  reach(op);
  for (size_t i = 0; i < work.size(); ++i) {
    const Value next = work[i];
    if (isStored(next))
      sources.insert(next);
    else
      reach(next.getDefiningOp());
  }
  return sources;
}
