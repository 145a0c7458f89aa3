//===- Mixtures.cpp - inner reductions that many places share -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Mixtures.h"

#include "ir/TypeOf.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;
using ir::typeOf;

/// Whether a value is a reduction inside of an element that varies along the
/// stream.
static bool isInner(const Memory &memory, Value value, ir::AxisAttr stream) {
  return value.getDefiningOp<ir::ReduceOp>() && !memory.isStored(value) &&
         typeOf(value).hasAxis(stream.getName());
}

bool kernels::isOfMixtures(const Memory &memory, const Cone &cone,
                           ir::AxisAttr stream, ir::AxisAttr axis) {
  return llvm::any_of(cone.inOrder(), [&](Value value) {
    if (!isInner(memory, value, stream))
      return false;
    const Cone own(memory, value.getDefiningOp<ir::ReduceOp>().getOperand());
    return llvm::any_of(own.inOrder(), [&](Value part) {
      return isInner(memory, part, stream) &&
             !typeOf(part).hasAxis(axis.getName());
    });
  });
}

namespace {
class Finder {
public:
  Finder(const Memory &memory, ArrayRef<Value> roots, ir::AxisAttr stream,
         llvm::function_ref<bool(Value)> fit)
      : memory(memory), fit(fit) {
    const Cone cone(memory, roots);
    for (Value value : cone.inOrder()) {
      Operation *op = memory.isStored(value) ? nullptr : value.getDefiningOp();
      if (op && (isInner(memory, value, stream) ||
                 llvm::any_of(op->getOperands(), [&](Value operand) {
                   return hasInner.contains(operand);
                 })))
        hasInner.insert(value);
    }
  }

  /// `around`: the axes of the loops around the value.
  void visit(Value value, ArrayRef<ir::AxisAttr> around) {
    Operation *op = value.getDefiningOp();
    if (!op || isLoaded(memory, value) || !hasInner.contains(value))
      return;
    const ArrayRef<ir::AxisAttr> own = typeOf(value).getAxes();
    const bool isFirst = visited.insert(value).second;
    // What is needed more than once is so wherever it stands.
    if (!isFirst && !repeated.insert(value).second)
      return;
    const bool isRepeated = !isFirst || llvm::any_of(around, [&](auto axis) {
      return !llvm::is_contained(own, axis);
    });
    if (isRepeated && fit(value)) {
      found.insert(value);
      if (!isFirst)
        return;
      around = own;
    }
    SmallVector<ir::AxisAttr> inside(around);
    if (auto reduce = dyn_cast<ir::ReduceOp>(op))
      llvm::append_range(inside, ir::axesOf(reduce.getAxes()));
    else if (!isa<ir::ElementwiseOpInterface>(op))
      return;
    for (Value operand : op->getOperands())
      visit(operand, inside);
  }

  llvm::SetVector<Value> found;

private:
  const Memory &memory;
  const llvm::function_ref<bool(Value)> fit;
  /// Inner reductions, and what is made from some.
  llvm::DenseSet<Value> hasInner;
  llvm::DenseSet<Value> visited, repeated;
};
} // namespace

SmallVector<Value> kernels::mixturesIn(const Memory &memory, const Chain &chain,
                                       ir::AxisAttr stream,
                                       llvm::function_ref<bool(Value)> fit) {
  SmallVector<Value> roots;
  for (const Chain::Accumulator &part : chain.accumulators())
    roots.push_back(part.element);
  Finder finder(memory, roots, stream, fit);
  for (const Chain::Accumulator &part : chain.accumulators()) {
    SmallVector<ir::AxisAttr> around(part.type.getAxes());
    around.push_back(stream);
    finder.visit(part.element, around);
  }
  return finder.found.takeVector();
}
