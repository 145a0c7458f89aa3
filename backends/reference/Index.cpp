//===- Index.cpp - coordinates and reads through them ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/NodeBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

namespace {
class IndexNode : public Node {
public:
  explicit IndexNode(AxisId axis) : axis(axis) {}
  Element eval(Run &run) const override { return element(run.coords[axis]); }

private:
  AxisId axis;
};

/// The operand at the place where its axes `from` have the coordinates that
/// `to` have here.
class RenameNode : public Node {
public:
  RenameNode(const Node &operand, AxisIds from, AxisIds to)
      : operand(operand), from(std::move(from)), to(std::move(to)) {}
  Element eval(Run &run) const override {
    // Names may be exchanged, so all are read before one is bound.
    llvm::SmallVector<int64_t, 4> here;
    for (AxisId axis : to)
      here.push_back(run.coords[axis]);
    Rebind outer(run, from);
    for (size_t i = 0; i < from.size(); ++i)
      run.coords[from[i]] = here[i];
    return operand.eval(run);
  }

private:
  const Node &operand;
  AxisIds from, to;
};

/// The source at the place where `axes` have the coordinates `indices`.
class AtNode : public Node {
public:
  AtNode(const Node &source, std::vector<const Node *> indices, AxisIds axes,
         Place place, std::string tensor)
      : source(source), indices(std::move(indices)), axes(std::move(axes)),
        place(std::move(place)), tensor(std::move(tensor)) {}
  Element eval(Run &run) const override {
    // An index may vary along the axis that it replaces, so all are evaluated
    // before one is bound.
    llvm::SmallVector<int64_t, 4> there;
    for (size_t i = 0; i < axes.size(); ++i) {
      there.push_back(indices[i]->eval(run).as<int64_t>());
      if (there[i] < 0 || there[i] >= run.extents[axes[i]])
        fail(run, there[i], run.extents[axes[i]]);
    }
    Rebind outer(run, axes);
    for (size_t i = 0; i < axes.size(); ++i)
      run.coords[axes[i]] = there[i];
    return source.eval(run);
  }

private:
  [[noreturn]] void fail(const Run &run, int64_t index, int64_t extent) const {
    run.fail(StatusCode::OutOfRange,
             "`" + tensor + "` is read at index " + std::to_string(index) +
                 " along an axis of extent " + std::to_string(extent),
             place, tensor, index);
  }

  const Node &source;
  std::vector<const Node *> indices;
  AxisIds axes;
  Place place;
  std::string tensor;
};
} // namespace

static std::unique_ptr<Node> makeRename(ir::RenameOp op, NodeBuilder &build) {
  ir::ArrayType operand = op.getOperand().getType();
  AxisIds from, to;
  for (StringAttr name : op.getFrom().getAsRange<StringAttr>())
    from.push_back(build.axis(operand.getAxis(name)));
  for (StringAttr name : op.getTo().getAsRange<StringAttr>())
    to.push_back(build.axis(op.getType().getAxis(name)));
  return std::make_unique<RenameNode>(build[op.getOperand()], std::move(from),
                                      std::move(to));
}

static std::unique_ptr<Node> makeAt(ir::AtOp op, NodeBuilder &build) {
  std::vector<const Node *> indices;
  for (Value index : op.getIndices())
    indices.push_back(&build[index]);
  return std::make_unique<AtNode>(build[op.getSource()], std::move(indices),
                                  build.axes(op.getAxes()), build.place(op),
                                  op.getTensor().str());
}

std::unique_ptr<Node> reference::makeIndex(Operation *op, NodeBuilder &build) {
  return llvm::TypeSwitch<Operation *, std::unique_ptr<Node>>(op)
      .Case([&](ir::IndexOp op) {
        return std::make_unique<IndexNode>(build.axis(op.getAxis()));
      })
      .Case([&](ir::RenameOp op) { return makeRename(op, build); })
      .Case([&](ir::AtOp op) { return makeAt(op, build); })
      .Default([](Operation *) { return nullptr; });
}
