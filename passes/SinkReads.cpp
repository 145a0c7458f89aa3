//===- SinkReads.cpp - reads of formulas become reads of arrays -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/Passes.h"

#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

namespace fovea {
#define GEN_PASS_DEF_SINKREADS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;

static ir::ArrayType typeOf(Value value) {
  return cast<ir::ArrayType>(value.getType());
}

/// Whether an element of the value is made from elements of its operands at the
/// same place.
static bool isFormula(Operation *op) {
  return isa_and_nonnull<ir::ElementwiseOpInterface, ir::ReduceOp>(op);
}

/// The axes that a reduction removes.
static llvm::SmallDenseSet<StringAttr> removedAxes(Operation *op) {
  llvm::SmallDenseSet<StringAttr> names;
  if (auto reduce = dyn_cast<ir::ReduceOp>(op))
    for (ir::AxisAttr axis : ir::axesOf(reduce.getAxes()))
      names.insert(axis.getName());
  return names;
}

/// The operation of `op`'s kind on what `read` makes of each operand.
static Value rebuild(OpBuilder &b, Operation *op,
                     llvm::function_ref<Value(Value)> read) {
  IRMapping operands;
  SmallVector<ir::ArrayType> types;
  for (Value operand : op->getOperands()) {
    Value made = operands.lookupOrNull(operand);
    if (!made)
      operands.map(operand, made = read(operand));
    types.push_back(typeOf(made));
  }
  Operation *made = b.clone(*op, operands);
  SmallVector<ir::AxisAttr> axes = *ir::unionAxes(types);
  const auto removed = removedAxes(op);
  llvm::erase_if(axes, [&](ir::AxisAttr axis) {
    return removed.contains(axis.getName());
  });
  made->getResult(0).setType(
      ir::ArrayType::get(typeOf(op->getResult(0)).getElementType(), axes));
  return made->getResult(0);
}

namespace {
class Sinker {
public:
  explicit Sinker(ir::FuncOp func) : func(func) {}

  void run() {
    func.walk([&](ir::AtOp at) { work.insert(at); });
    while (!work.empty()) {
      auto at = cast<ir::AtOp>(work.pop_back_val());
      if (Value made = sink(at)) {
        at.getResult().replaceAllUsesWith(made);
        at.erase();
      }
    }
  }

private:
  /// What `at` reads, computed where it is read; null if it stays as it is.
  Value sink(ir::AtOp at) {
    auto rename = at.getSource().getDefiningOp<ir::RenameOp>();
    if (rename && isFormula(rename.getOperand().getDefiningOp())) {
      if (!shrinks(at))
        return nullptr;
      Value source = renamed(rename);
      if (!source)
        return nullptr;
      at.getSourceMutable().assign(source);
    }
    Operation *source = at.getSource().getDefiningOp();
    if (!isFormula(source) || !shrinks(at))
      return nullptr;
    const auto removed = removedAxes(source);
    for (Value index : at.getIndices())
      for (ir::AxisAttr axis : typeOf(index).getAxes())
        if (removed.contains(axis.getName()))
          return nullptr;
    OpBuilder b(at);
    return rebuild(b, source,
                   [&](Value operand) { return readOf(b, at, operand); });
  }

  /// Whether there is less of the result than of the source, so that computing
  /// it anew costs nothing beside computing the source.
  static bool shrinks(ir::AtOp at) {
    const ir::ArrayType source = at.getSource().getType();
    const ir::ArrayType result = at.getType();
    return result.getAxes().size() < source.getAxes().size() &&
           llvm::all_of(result.getAxes(), [&](ir::AxisAttr axis) {
             return llvm::is_contained(source.getAxes(), axis);
           });
  }

  /// The same read of an operand. One without the axes is not read; another
  /// one has them, and the check of the index with it.
  Value readOf(OpBuilder &b, ir::AtOp at, Value operand) {
    const ir::ArrayType type = typeOf(operand);
    SmallVector<ir::AxisAttr> replaced = ir::axesOf(at.getAxes());
    auto isReplaced = [&](ir::AxisAttr axis) {
      return llvm::is_contained(replaced, axis);
    };
    if (llvm::none_of(type.getAxes(), isReplaced))
      return operand;
    SmallVector<ir::AxisAttr> kept;
    for (ir::AxisAttr axis : type.getAxes())
      if (!isReplaced(axis))
        kept.push_back(axis);
    SmallVector<ir::ArrayType> types = {type.withAxes(kept)};
    for (Value index : at.getIndices())
      types.push_back(typeOf(index));
    auto read = ir::AtOp::create(
        b, at.getLoc(),
        ir::ArrayType::get(type.getElementType(), *ir::unionAxes(types)),
        operand, at.getIndices(), at.getAxes(), at.getTensor());
    work.insert(read);
    return read;
  }

  /// The formula behind a rename, made under the new names; null if a name is
  /// taken inside.
  Value renamed(ir::RenameOp rename) {
    Operation *source = rename.getOperand().getDefiningOp();
    const auto removed = removedAxes(source);
    for (Attribute to : rename.getTo())
      if (removed.contains(cast<StringAttr>(to)))
        return nullptr;
    OpBuilder b(rename);
    return rebuild(b, source, [&](Value operand) -> Value {
      const ir::ArrayType type = typeOf(operand);
      SmallVector<Attribute> from, to;
      SmallVector<ir::AxisAttr> axes(type.getAxes());
      for (auto [old, fresh] : llvm::zip(rename.getFrom(), rename.getTo()))
        for (ir::AxisAttr &axis : axes)
          if (axis.getName() == old && type.hasAxis(cast<StringAttr>(old))) {
            from.push_back(old);
            to.push_back(fresh);
            axis = ir::AxisAttr::get(axis.getContext(), cast<StringAttr>(fresh),
                                     axis.getSize());
            break;
          }
      if (from.empty())
        return operand;
      return ir::RenameOp::create(
          b, rename.getLoc(), ir::ArrayType::get(type.getElementType(), axes),
          operand, b.getArrayAttr(from), b.getArrayAttr(to));
    });
  }

  ir::FuncOp func;
  llvm::SetVector<Operation *> work;
};

struct SinkReads : fovea::impl::SinkReadsBase<SinkReads> {
  void runOnOperation() override { Sinker(getOperation()).run(); }
};
} // namespace
