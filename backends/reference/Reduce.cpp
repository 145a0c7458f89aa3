//===- Reduce.cpp - many elements to one ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Join.h"
#include "backends/reference/Places.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

namespace {
template <class Join> class ReduceNode : public Node {
public:
  ReduceNode(const Node &operand, const Node *guard, AxisIds axes)
      : operand(operand), guard(guard), axes(std::move(axes)) {}
  Element eval(Run &run) const override {
    Rebind outer(run, axes);
    Join join;
    for (Places place(run, axes); place.valid(); place.next())
      if (!guard || guard->eval(run).as<bool>())
        join.visit(operand.eval(run).template as<typename Join::Number>(),
                   place.position());
    return element(join.result());
  }

private:
  const Node &operand;
  const Node *guard;
  AxisIds axes;
};
} // namespace

std::unique_ptr<Node> reference::makeReduce(Operation *op, NodeBuilder &build) {
  auto reduce = dyn_cast<ir::ReduceOp>(op);
  if (!reduce)
    return nullptr;
  const Node *guard = reduce.getGuard() ? &build[reduce.getGuard()] : nullptr;
  return withJoin(
      reduce.getKind(), reduce.getOperand().getType(), build.compensates(),
      [&]<class Join>(std::type_identity<Join>) -> std::unique_ptr<Node> {
        return std::make_unique<ReduceNode<Join>>(
            build[reduce.getOperand()], guard, build.axes(reduce.getAxes()));
      });
}
