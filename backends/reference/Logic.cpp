//===- Logic.cpp - comparisons, and, or, not, select ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/NodeBuilder.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

/// With NaN only Ne holds.
template <class T> static bool holds(ir::Predicate predicate, T a, T b) {
  switch (predicate) {
  case ir::Predicate::Lt:
    return a < b;
  case ir::Predicate::Le:
    return a <= b;
  case ir::Predicate::Gt:
    return a > b;
  case ir::Predicate::Ge:
    return a >= b;
  case ir::Predicate::Eq:
    return a == b;
  case ir::Predicate::Ne:
    return a != b;
  }
  llvm_unreachable("all predicates are listed");
}

namespace {
template <class T> class CompareNode : public Node {
public:
  CompareNode(ir::Predicate predicate, const Node &lhs, const Node &rhs)
      : predicate(predicate), lhs(lhs), rhs(rhs) {}
  Element eval(Run &run) const override {
    T a = lhs.eval(run).as<T>();
    return element(holds(predicate, a, rhs.eval(run).as<T>()));
  }

private:
  ir::Predicate predicate;
  const Node &lhs, &rhs;
};

class NotNode : public Node {
public:
  explicit NotNode(const Node &operand) : operand(operand) {}
  Element eval(Run &run) const override {
    return element(!operand.eval(run).as<bool>());
  }

private:
  const Node &operand;
};

/// `and` and `or`: the second operand is needed only where the first does not
/// decide.
template <bool decisive> class LazyNode : public Node {
public:
  LazyNode(const Node &lhs, const Node &rhs) : lhs(lhs), rhs(rhs) {}
  Element eval(Run &run) const override {
    if (lhs.eval(run).as<bool>() == decisive)
      return element(decisive);
    return element(rhs.eval(run).as<bool>());
  }

private:
  const Node &lhs, &rhs;
};

class SelectNode : public Node {
public:
  SelectNode(const Node &condition, const Node &onTrue, const Node &onFalse,
             ir::HardKind hard)
      : condition(condition), onTrue(onTrue), onFalse(onFalse), hard(hard) {}
  Element eval(Run &run) const override {
    if (condition.eval(run).as<bool>())
      return onTrue.eval(run);
    if (hard == ir::HardKind::Zero)
      return hardZero();
    if (hard == ir::HardKind::NegInf)
      return hardNegInf();
    return onFalse.eval(run);
  }

private:
  const Node &condition, &onTrue, &onFalse;
  ir::HardKind hard;
};
} // namespace

static std::unique_ptr<Node> makeCompare(ir::CompareOp op, NodeBuilder &build) {
  const Node &lhs = build[op.getLhs()], &rhs = build[op.getRhs()];
  if (op.getLhs().getType().isFloat())
    return std::make_unique<CompareNode<double>>(op.getPredicate(), lhs, rhs);
  return std::make_unique<CompareNode<int64_t>>(op.getPredicate(), lhs, rhs);
}

std::unique_ptr<Node> reference::makeLogic(Operation *op, NodeBuilder &build) {
  using Result = std::unique_ptr<Node>;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case([&](ir::CompareOp op) { return makeCompare(op, build); })
      .Case([&](ir::NotOp op) {
        return std::make_unique<NotNode>(build[op.getOperand()]);
      })
      .Case([&](ir::AndOp op) {
        return std::make_unique<LazyNode<false>>(build[op.getLhs()],
                                                 build[op.getRhs()]);
      })
      .Case([&](ir::OrOp op) {
        return std::make_unique<LazyNode<true>>(build[op.getLhs()],
                                                build[op.getRhs()]);
      })
      .Case([&](ir::SelectOp op) {
        return std::make_unique<SelectNode>(
            build[op.getCondition()], build[op.getOnTrue()],
            build[op.getOnFalse()], op.getHard());
      })
      .Default([](Operation *) { return nullptr; });
}
