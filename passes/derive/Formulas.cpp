//===- Formulas.cpp - formulas evaluated in few or many digits ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Formulas.h"

#include "ir/Size.h"
#include "ir/TypeOf.h"
#include "passes/derive/Chain.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

Formulas::Formulas(ArrayRef<ir::AxisAttr> axes,
                   std::function<bool(ir::ReduceOp)> isMember)
    : axes(axes), extent(ir::sizeOfAxes(axes.front().getContext(), axes)),
      isMember(std::move(isMember)) {}

uint64_t Random::next() {
  uint64_t z = state += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/// NaN wins, as in the language.
static Real larger(Real a, Real b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<Real>::quiet_NaN()
                                        : std::max(a, b);
}
static Real smaller(Real a, Real b) { return -larger(-a, -b); }

Real derive::neutralNumber(ir::ReduceKind kind) {
  if (const std::optional<double> neutral = neutralOf(kind))
    return *neutral;
  return ir::isArg(kind) ? -1 : kind == ir::ReduceKind::All;
}

Real derive::joined(ir::ReduceKind kind, Real a, Real b) {
  switch (kind) {
  case ir::ReduceKind::Sum:
    return a + b;
  case ir::ReduceKind::Prod:
    return a * b;
  case ir::ReduceKind::Max:
    return larger(a, b);
  case ir::ReduceKind::Min:
    return smaller(a, b);
  case ir::ReduceKind::Any:
    return a != 0 || b != 0;
  case ir::ReduceKind::All:
    return a != 0 && b != 0;
  case ir::ReduceKind::ArgMax:
  case ir::ReduceKind::ArgMin:
    break;
  }
  llvm_unreachable("a position says nothing of its element");
}

static Real (*comparison(ir::Predicate predicate))(const Real *) {
  switch (predicate) {
  case ir::Predicate::Lt:
    return [](const Real *x) -> Real { return x[0] < x[1]; };
  case ir::Predicate::Le:
    return [](const Real *x) -> Real { return x[0] <= x[1]; };
  case ir::Predicate::Gt:
    return [](const Real *x) -> Real { return x[0] > x[1]; };
  case ir::Predicate::Ge:
    return [](const Real *x) -> Real { return x[0] >= x[1]; };
  case ir::Predicate::Eq:
    return [](const Real *x) -> Real { return x[0] == x[1]; };
  case ir::Predicate::Ne:
    return [](const Real *x) -> Real { return x[0] != x[1]; };
  }
  llvm_unreachable("all predicates are listed");
}

static Real (*conversion(ir::CastOp op))(const Real *) {
  const Type from = typeOf(op.getOperand()).getElementType();
  const Type to = op.getType().getElementType();
  if (to.isInteger(1))
    return [](const Real *x) -> Real { return x[0] != 0; };
  if (isa<FloatType>(from) && isa<IntegerType>(to))
    return [](const Real *x) -> Real {
      return std::isnan(x[0]) ? 0 : std::trunc(x[0]);
    };
  return [](const Real *x) { return x[0]; };
}

/// Null for an operation that is not elementwise.
static auto ruleOf(Operation *op) -> Real (*)(const Real *) {
  using R = const Real *;
  return llvm::TypeSwitch<Operation *, Real (*)(R)>(op)
      .Case([](ir::AbsOp) { return [](R x) { return std::abs(x[0]); }; })
      .Case([](ir::NegOp) { return [](R x) { return -x[0]; }; })
      .Case([](ir::SignOp) {
        return [](R x) -> Real {
          return std::isnan(x[0]) ? x[0] : (x[0] > 0) - (x[0] < 0);
        };
      })
      .Case([](ir::NotOp) { return [](R x) -> Real { return x[0] == 0; }; })
      .Case([](ir::ExpOp) { return [](R x) { return std::exp(x[0]); }; })
      .Case([](ir::Exp2Op) { return [](R x) { return std::exp2(x[0]); }; })
      .Case([](ir::Expm1Op) { return [](R x) { return std::expm1(x[0]); }; })
      .Case([](ir::LogOp) { return [](R x) { return std::log(x[0]); }; })
      .Case([](ir::Log1pOp) { return [](R x) { return std::log1p(x[0]); }; })
      .Case([](ir::SqrtOp) { return [](R x) { return std::sqrt(x[0]); }; })
      .Case([](ir::RsqrtOp) { return [](R x) { return 1 / std::sqrt(x[0]); }; })
      .Case([](ir::TanhOp) { return [](R x) { return std::tanh(x[0]); }; })
      .Case([](ir::SinhOp) { return [](R x) { return std::sinh(x[0]); }; })
      .Case([](ir::CoshOp) { return [](R x) { return std::cosh(x[0]); }; })
      .Case([](ir::SigmoidOp) {
        return [](R x) { return 1 / (1 + std::exp(-x[0])); };
      })
      .Case([](ir::ErfOp) { return [](R x) { return std::erf(x[0]); }; })
      .Case([](ir::SinOp) { return [](R x) { return std::sin(x[0]); }; })
      .Case([](ir::CosOp) { return [](R x) { return std::cos(x[0]); }; })
      .Case([](ir::FloorOp) { return [](R x) { return std::floor(x[0]); }; })
      .Case([](ir::AddOp) { return [](R x) { return x[0] + x[1]; }; })
      .Case([](ir::SubOp) { return [](R x) { return x[0] - x[1]; }; })
      .Case([](ir::MulOp) { return [](R x) { return x[0] * x[1]; }; })
      .Case([](ir::DivOp) { return [](R x) { return x[0] / x[1]; }; })
      .Case([](ir::FloorDivOp) {
        return [](R x) { return std::floor(x[0] / x[1]); };
      })
      .Case([](ir::ModOp) {
        return [](R x) { return x[0] - x[1] * std::floor(x[0] / x[1]); };
      })
      .Case([](ir::PowOp) { return [](R x) { return std::pow(x[0], x[1]); }; })
      .Case([](ir::MinOp) { return [](R x) { return smaller(x[0], x[1]); }; })
      .Case([](ir::MaxOp) { return [](R x) { return larger(x[0], x[1]); }; })
      .Case([](ir::AndOp) {
        return [](R x) -> Real { return x[0] != 0 && x[1] != 0; };
      })
      .Case([](ir::OrOp) {
        return [](R x) -> Real { return x[0] != 0 || x[1] != 0; };
      })
      .Case([](ir::SelectOp) { return [](R x) { return x[0] ? x[1] : x[2]; }; })
      .Case([](ir::CompareOp op) { return comparison(op.getPredicate()); })
      .Case([](ir::CastOp op) { return conversion(op); })
      .Default([](Operation *) { return nullptr; });
}

unsigned Formulas::node(Value value) {
  if (auto found = known.find(value); found != known.end())
    return found->second;
  const unsigned made = make(value);
  order.push_back(value);
  return known[value] = made;
}

unsigned Formulas::make(Value value) {
  Node node;
  const Type element = typeOf(value).getElementType();
  node.precision = precisionOf(element);
  Operation *op = value.getDefiningOp();
  if (!op) {
    nodes.push_back(node);
    return nodes.size() - 1;
  }
  auto reduce = dyn_cast<ir::ReduceOp>(op);
  const bool isKnown = reduce && isMember(reduce);
  node.rule = ruleOf(op);
  // Any numbers will do for a leaf; what it is made from is its identity only.
  for (Value operand : op->getOperands())
    node.args.push_back(this->node(operand));
  const Key key{op->getName().getAsOpaquePointer(),
                op->getAttrDictionary().getAsOpaquePointer(),
                element.getAsOpaquePointer(), node.args};
  const auto [found, isNew] = numbers.try_emplace(key, nodes.size());
  if (!isNew)
    return found->second;
  if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
    node.isConstant = true;
    if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
      node.constant = number.getValueAsDouble();
    else if (auto number = dyn_cast<IntegerAttr>(constant.getValue()))
      node.constant = number.getType().isInteger(1)
                          ? Real(number.getValue().getBoolValue())
                          : Real(number.getInt());
    if (element.isInteger(32) || element.isInteger(64))
      integers.push_back(node.constant);
  } else if (isKnown) {
    node.reduce = reduce;
  } else if (node.rule) {
    node.vanishes = isa<ir::ExpOp, ir::Exp2Op>(op);
    node.isChoice = isa<ir::SelectOp>(op);
  } else {
    auto size = dyn_cast<ir::SizeOp>(op);
    auto folded = llvm::find_if(axes, [&](ir::AxisAttr axis) {
      return typeOf(value).hasAxis(axis.getName());
    });
    const bool varies = folded != axes.end();
    node.leaf = leaves.size();
    leaves.push_back({element,
                      varies,
                      varies && isa<ir::IndexOp>(op)
                          ? static_cast<int>(folded - axes.begin())
                          : -1,
                      size != nullptr,
                      size && size.getSize() == extent,
                      {},
                      {}});
  }
  nodes.push_back(node);
  return nodes.size() - 1;
}

Nodes Formulas::needs(ArrayRef<unsigned> roots) const {
  std::vector<bool> isNeeded(nodes.size());
  for (unsigned root : roots)
    isNeeded[root] = true;
  Nodes order;
  for (size_t i = nodes.size(); i-- > 0;) {
    const Node &node = nodes[i];
    if (!isNeeded[i] || (!node.rule && !node.isConstant && node.leaf < 0))
      continue;
    order.push_back(i);
    if (node.rule)
      for (unsigned arg : node.args)
        isNeeded[arg] = true;
  }
  std::reverse(order.begin(), order.end());
  return order;
}

Precision derive::precisionOf(Type element) {
  return !isa<FloatType>(element) ? Precision::Exact
         : element.isF64()        ? Precision::Double
                                  : Precision::Single;
}

/// Rounded to `Float`. A number that is nearly 0 has few digits left, and a sum
/// of several that are nearly infinite may be that.
template <typename Float> static Real roundedTo(Real number, bool &isOnEdge) {
  using Limits = std::numeric_limits<Float>;
  const Real size = std::abs(number);
  if (size < Limits::min() ? size != 0 : size > Limits::max() / 1000)
    isOnEdge = isOnEdge || size <= std::numeric_limits<Real>::max();
  return static_cast<Float>(number);
}

/// A number that rounding may make of another one.
static Real moved(Precision precision, Real number, Random &random) {
  const Real unit = precision == Precision::Double ? 0x1p-52L : 0x1p-23L;
  return number * (1 + unit * (2 * random.uniform() - 1));
}

void Formulas::begin(uint64_t number) {
  sample = number;
  random = Random(~number);
}

Real Formulas::rounded(Precision precision, Real number, Rounding rounding,
                       bool &isOnEdge) {
  if (rounding == Rounding::None || precision == Precision::Exact)
    return number;
  if (rounding == Rounding::Random)
    number = moved(precision, number, random);
  return precision == Precision::Double ? roundedTo<double>(number, isOnEdge)
                                        : roundedTo<float>(number, isOnEdge);
}

void Formulas::compute(const Nodes &list, size_t place, Rounding rounding,
                       Values &values) {
  for (unsigned i : list) {
    const Node &node = nodes[i];
    bool isOnEdge = false;
    if (node.isConstant) {
      bool ignored = false;
      values.numbers[i] =
          rounded(node.precision, node.constant,
                  std::min(rounding, Rounding::Nearest), ignored);
    } else if (node.leaf >= 0) {
      const Leaf &leaf = leaves[node.leaf];
      const size_t at = leaf.varies ? place : 0;
      Real number = leaf.numbers[at];
      if (rounding == Rounding::Random && node.precision != Precision::Exact) {
        Random near(((sample << 16) + node.leaf) * 64 + at);
        number = moved(node.precision, number, near);
      }
      values.numbers[i] = number;
    } else {
      Real args[3];
      bool areFinite = true;
      for (auto [k, arg] : llvm::enumerate(node.args)) {
        args[k] = values.numbers[arg];
        areFinite = areFinite && std::isfinite(args[k]);
      }
      const Real number = node.rule(args);
      values.numbers[i] = rounded(node.precision, number, rounding, isOnEdge);
      if (node.vanishes && number < 1)
        isOnEdge = false;
      isOnEdge = isOnEdge || (!std::isfinite(number) && areFinite);
      // A branch that is not taken does not count.
      for (auto [k, arg] : llvm::enumerate(node.args))
        if (!node.isChoice || k == 0 || (k == 1) == (args[0] != 0))
          isOnEdge = isOnEdge || values.isOnEdge[arg];
    }
    values.isOnEdge[i] = isOnEdge;
  }
}

Nodes Formulas::reductionsBehind(unsigned node) const {
  Nodes reductions;
  std::vector<bool> seen(nodes.size());
  auto visit = [&](auto &&self, unsigned i) -> void {
    if (seen[i])
      return;
    seen[i] = true;
    if (nodes[i].leaf < 0)
      for (unsigned arg : nodes[i].args)
        self(self, arg);
    if (nodes[i].reduce)
      reductions.push_back(i);
  };
  visit(visit, node);
  return reductions;
}

void Formulas::forget(Mark since) {
  // Also those that are equal to operations that stay.
  for (Value value : ArrayRef(order).drop_front(since.values))
    known.erase(value);
  order.resize(since.values);
  integers.resize(since.integers);
  std::erase_if(numbers,
                [&](const auto &entry) { return entry.second >= since.nodes; });
  for (size_t i = since.nodes; i < nodes.size(); ++i)
    if (nodes[i].leaf >= 0)
      leaves.pop_back();
  nodes.resize(since.nodes);
}
