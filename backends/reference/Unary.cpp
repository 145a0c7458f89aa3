//===- Unary.cpp - functions of one number --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/NodeBuilder.h"
#include "backends/reference/Number.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

namespace {
/// How hardness passes: as the table of ir/Interfaces.td says.
enum class Rule { Plain, KeepsZero, Exponential };

template <class T, Rule rule, T (*function)(T)> class UnaryNode : public Node {
public:
  explicit UnaryNode(const Node &operand) : operand(operand) {}
  Element eval(Run &run) const override {
    Element a = operand.eval(run);
    if (rule == Rule::KeepsZero && a.hard == Hard::Zero)
      return hardZero();
    if (rule == Rule::Exponential && a.hard == Hard::NegInf)
      return hardZero();
    return element(function(a.as<T>()));
  }

private:
  const Node &operand;
};
} // namespace

static double rsqrt(double a) { return 1 / std::sqrt(a); }

/// A function of all numbers.
template <Rule rule, double (*real)(double), int64_t (*wide)(int64_t),
          int32_t (*narrow)(int32_t)>
static std::unique_ptr<Node> number(Operation *op, NodeBuilder &build) {
  const Node &operand = build[op->getOperand(0)];
  switch (domainOf(cast<ir::ArrayType>(op->getResult(0).getType()))) {
  case Domain::Float:
    return std::make_unique<UnaryNode<double, rule, real>>(operand);
  case Domain::I64:
    return std::make_unique<UnaryNode<int64_t, rule, wide>>(operand);
  case Domain::I32:
    return std::make_unique<UnaryNode<int32_t, rule, narrow>>(operand);
  case Domain::Bool:
    break;
  }
  llvm_unreachable("the verifier takes numbers only");
}

std::unique_ptr<Node> reference::makeUnary(Operation *op, NodeBuilder &build) {
  using Result = std::unique_ptr<Node>;
  // A function of floats.
  auto real = [&]<double (*function)(double), Rule rule = Rule::Plain>() {
    return [&](auto op) -> Result {
      return std::make_unique<UnaryNode<double, rule, function>>(
          build[op.getOperand()]);
    };
  };
#define FOVEA_REAL(...) real.template operator()<__VA_ARGS__>()
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<ir::AbsOp>([&](auto) {
        return number<Rule::Plain, absolute<double>, absolute<int64_t>,
                      absolute<int32_t>>(op, build);
      })
      .Case<ir::NegOp>([&](auto) {
        return number<Rule::KeepsZero, negate<double>, negate<int64_t>,
                      negate<int32_t>>(op, build);
      })
      .Case<ir::SignOp>([&](auto) {
        return number<Rule::Plain, sign<double>, sign<int64_t>, sign<int32_t>>(
            op, build);
      })
      .Case<ir::ExpOp>(FOVEA_REAL(std::exp, Rule::Exponential))
      .Case<ir::Exp2Op>(FOVEA_REAL(std::exp2, Rule::Exponential))
      .Case<ir::Expm1Op>(FOVEA_REAL(std::expm1))
      .Case<ir::LogOp>(FOVEA_REAL(std::log))
      .Case<ir::Log1pOp>(FOVEA_REAL(std::log1p))
      .Case<ir::SqrtOp>(FOVEA_REAL(std::sqrt, Rule::KeepsZero))
      .Case<ir::RsqrtOp>(FOVEA_REAL(rsqrt))
      .Case<ir::TanhOp>(FOVEA_REAL(std::tanh))
      .Case<ir::SinhOp>(FOVEA_REAL(std::sinh))
      .Case<ir::CoshOp>(FOVEA_REAL(std::cosh))
      .Case<ir::SigmoidOp>(FOVEA_REAL(sigmoid))
      .Case<ir::ErfOp>(FOVEA_REAL(std::erf))
      .Case<ir::SinOp>(FOVEA_REAL(std::sin))
      .Case<ir::CosOp>(FOVEA_REAL(std::cos))
      .Case<ir::FloorOp>(FOVEA_REAL(std::floor))
      .Default([](Operation *) { return nullptr; });
#undef FOVEA_REAL
}
