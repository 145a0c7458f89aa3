//===- NodeBuilder.cpp - from operations to nodes -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/NodeBuilder.h"

#include "backends/Places.h"
#include "backends/SizeExpr.h"
#include "backends/reference/Stored.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

static std::unique_ptr<Node> makeNode(Operation *op, NodeBuilder &build) {
  for (auto *make : {makeLeaf, makeUnary, makeBinary, makeLogic, makeCast,
                     makeReduce, makeIndex, makeRandom})
    if (std::unique_ptr<Node> node = make(op, build))
      return node;
  return nullptr;
}

Status NodeBuilder::translate(Block &block) {
  for (Operation &op : block)
    if (op.getNumResults() > 0)
      if (Status status = translate(op); status.failed())
        return status;
  return Status::ok();
}

Status NodeBuilder::translate(Operation &op) {
  if (auto fold = dyn_cast<ir::FoldOp>(op))
    return makeFold(fold, *this);
  std::unique_ptr<Node> node = makeNode(&op, *this);
  if (!node)
    return Status::error(StatusCode::Unsupported,
                         "the reference backend takes a formula as the "
                         "frontend makes it, perhaps with folds; found `" +
                             op.getName().getStringRef().str() + "`");
  Value value = op.getResult(0);
  const Node *made = &own(std::move(node));
  AxisIds states = statesOf(op);
  if (plan.store(&op)) {
    AxisIds over = axes(cast<ir::ArrayType>(value.getType()));
    over.insert(over.end(), states.begin(), states.end());
    made = &stored(*made, std::move(over));
  }
  set(value, *made, std::move(states));
  return Status::ok();
}

AxisIds NodeBuilder::statesOf(Operation &op) const {
  AxisIds states;
  for (Value operand : op.getOperands())
    for (AxisId state : stateAxes.lookup(operand))
      if (!llvm::is_contained(states, state))
        states.push_back(state);
  return states;
}

const Node &NodeBuilder::stored(const Node &node, AxisIds axes) {
  return own(std::make_unique<StoredNode>(node, newTable(), std::move(axes)));
}

Fold NodeBuilder::openFold(AxisIds axes) {
  // How many states there are is known when the function is run.
  auto number = [&](const char *name) {
    made.axes.push_back({name, SizeExpr::constant(0)});
    return static_cast<AxisId>(made.axes.size() - 1);
  };
  Fold fold = {made.folds.size(), std::move(axes), number("state"),
               number("old state")};
  made.folds.push_back(fold);
  open.insert(open.end(), {fold.state, fold.old});
  return fold;
}

void NodeBuilder::closeFold() { open.resize(open.size() - 2); }

AxisId NodeBuilder::axis(ir::AxisAttr axis) {
  auto [entry, isNew] = axisIds.try_emplace(axis.getName(), made.axes.size());
  if (isNew)
    made.axes.push_back({axis.getName().str(), size(axis.getSize())});
  return entry->second;
}

AxisIds NodeBuilder::axes(ir::ArrayType type) {
  AxisIds ids;
  for (ir::AxisAttr attr : type.getAxes())
    ids.push_back(axis(attr));
  return ids;
}

AxisIds NodeBuilder::axes(ArrayAttr list) {
  AxisIds ids;
  for (ir::AxisAttr attr : list.getAsRange<ir::AxisAttr>())
    ids.push_back(axis(attr));
  return ids;
}

SizeExpr NodeBuilder::size(ir::SizeAttr size) { return sizeExprOf(size, func); }

Place NodeBuilder::place(Operation *op) {
  return {axes(cast<ir::ArrayType>(op->getResult(0).getType())),
          placesOf(op->getLoc())};
}

size_t NodeBuilder::input(ir::InputOp op) {
  auto inputs = ir::inputsOf(func);
  return llvm::find(inputs, op) - inputs.begin();
}

Domain reference::domainOf(ir::ArrayType type) {
  if (type.isFloat())
    return Domain::Float;
  if (type.isBool())
    return Domain::Bool;
  return type.getElementType().isInteger(32) ? Domain::I32 : Domain::I64;
}
