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
  return ir::sizeMul(
      ir::sizeConstant(type.getContext(), static_cast<int64_t>(fovea::sizeOf(
                                              dtypeOf(type.getElementType())))),
      ir::sizeOfAxes(type.getContext(), type.getAxes()));
}

ByteCount Sizes::bytes(ir::SizeAttr size) {
  return {ir::sizeText(size), extent(size)};
}

ExplainedAxis Sizes::axis(ir::AxisAttr axis, unsigned passes) {
  return {axis.getName().str(), ir::sizeText(axis.getSize()),
          extent(axis.getSize()), passes};
}

ExplainedArray Sizes::array(Value value) {
  if (auto input = value.getDefiningOp<ir::InputOp>())
    return array(value, input.getName(), ir::axesOf(input.getAxes()));
  return array(value, ir::Formula().text(value),
               ir::Formula().shownAxes(value));
}

ExplainedArray Sizes::array(Value value, StringRef called,
                            ArrayRef<ir::AxisAttr> axes) {
  auto type = cast<ir::ArrayType>(value.getType());
  std::string shape;
  for (ir::AxisAttr axis : axes)
    shape += (shape.empty() ? "[" : ", ") + ir::sizeText(axis.getSize());
  return {called.str(),
          std::string(name(dtypeOf(type.getElementType()))) +
              (shape.empty() ? "" : shape + "]"),
          bytes(type)};
}

ExplainedArray Sizes::array(ir::OutputOp output) {
  return array(output.getValue(), output.getName(),
               ir::axesOf(output.getAxes()));
}

ExplainedArray Sizes::read(Value value, ir::ArrayType places) {
  ExplainedArray array = this->array(value);
  const ByteCount few = bytes(places.withElement(
      cast<ir::ArrayType>(value.getType()).getElementType()));
  if (few.count < array.bytes.count)
    array.bytes = few;
  return array;
}

Sources explaining::sourcesOf(Operation *op,
                              llvm::function_ref<bool(Value)> isStored) {
  // Values to be looked at, and the read through indices behind which they are
  // (null: they are read at their own places).
  llvm::SetVector<std::pair<Value, Operation *>> work;
  auto reach = [&](Operation *from, Operation *read) {
    from->walk([&](Operation *inner) {
      auto at = dyn_cast<ir::AtOp>(inner);
      if (isa<ir::RenameOp>(inner) && inner != from)
        return;
      for (auto [i, operand] : llvm::enumerate(inner->getOperands())) {
        // What is inside comes by the walk, renames with who reads them.
        Value source = operand;
        Operation *maker = source.getDefiningOp();
        while (isa_and_nonnull<ir::RenameOp>(maker) &&
               from->isProperAncestor(maker)) {
          source = maker->getOperand(0);
          maker = source.getDefiningOp();
        }
        if (maker && !from->isProperAncestor(maker))
          work.insert({source, at && i == 0 ? inner : read});
      }
    });
  };
  reach(op, nullptr);
  Sources sources;
  for (size_t i = 0; i < work.size(); ++i) {
    auto [next, read] = work[i];
    if (!isStored(next)) {
      reach(next.getDefiningOp(), read);
      continue;
    }
    const auto type = cast<ir::ArrayType>(next.getType());
    ir::ArrayType &places = sources[next];
    // Several reads: all of it.
    places = places || !read
                 ? type
                 : cast<ir::ArrayType>(read->getResult(0).getType());
  }
  return sources;
}
