//===- Binary.cpp - functions of two numbers ------------------------------===//
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

// The functions of this file take two elements whose numbers are T, and say
// how hardness passes, as the table of ir/Interfaces.td does.

template <class T> static Element sum(Element a, Element b) {
  if (a.hard == Hard::NegInf || b.hard == Hard::NegInf)
    return hardNegInf();
  return element(add(a.as<T>(), b.as<T>()));
}

template <class T> static Element difference(Element a, Element b) {
  if (a.hard == Hard::NegInf)
    return hardNegInf();
  return element(subtract(a.as<T>(), b.as<T>()));
}

template <class T> static Element product(Element a, Element b) {
  if (a.hard == Hard::Zero || b.hard == Hard::Zero)
    return hardZero();
  return element(multiply(a.as<T>(), b.as<T>()));
}

static Element quotient(Element a, Element b) {
  if (a.hard == Hard::Zero)
    return hardZero();
  return element(a.as<double>() / b.as<double>());
}

template <class T> static Element powerOf(Element a, Element b) {
  if (a.hard == Hard::Zero && b.as<T>() > 0)
    return hardZero();
  return element(power(a.as<T>(), b.as<T>()));
}

template <class T, T (*function)(T, T)>
static Element plain(Element a, Element b) {
  return element(function(a.as<T>(), b.as<T>()));
}

namespace {
template <Element (*function)(Element, Element)>
class BinaryNode : public Node {
public:
  BinaryNode(const Node &lhs, const Node &rhs) : lhs(lhs), rhs(rhs) {}
  Element eval(Run &run) const override {
    Element a;
    try {
      a = lhs.eval(run);
    } catch (const Failure &) {
      if (isAbsorbed(run))
        return function(a, rhs.eval(run));
      throw;
    }
    // What a hard number absorbs is not needed.
    if (Element whole = function(a, Element()); whole.hard != Hard::None)
      return whole;
    return function(a, rhs.eval(run));
  }

private:
  /// Whether the second operand can be had and makes the first one unneeded.
  bool isAbsorbed(Run &run) const {
    try {
      return function(Element(), rhs.eval(run)).hard != Hard::None;
    } catch (const Failure &) {
      return false;
    }
  }

  const Node &lhs, &rhs;
};

/// Floor division, modulo and power of integers, which may divide by zero.
template <class T, Element (*function)(Element, Element), bool isPower>
class CheckedNode : public Node {
public:
  CheckedNode(const Node &lhs, const Node &rhs, Place place)
      : lhs(lhs), rhs(rhs), place(std::move(place)) {}
  Element eval(Run &run) const override {
    Element a = lhs.eval(run), b = rhs.eval(run);
    bool byZero = isPower ? a.as<T>() == 0 && b.as<T>() < 0 : b.as<T>() == 0;
    if (byZero)
      run.fail(StatusCode::DivisionByZero, "integer division by zero", place);
    return function(a, b);
  }

private:
  const Node &lhs, &rhs;
  Place place;
};

/// An operation and the nodes that it needs.
struct Site {
  const Node &lhs, &rhs;
  Domain domain;
  Place place;
};
} // namespace

using Result = std::unique_ptr<Node>;

template <Element (*real)(Element, Element), Element (*wide)(Element, Element),
          Element (*narrow)(Element, Element)>
static Result total(const Site &site) {
  if (site.domain == Domain::Float)
    return std::make_unique<BinaryNode<real>>(site.lhs, site.rhs);
  if (site.domain == Domain::I64)
    return std::make_unique<BinaryNode<wide>>(site.lhs, site.rhs);
  return std::make_unique<BinaryNode<narrow>>(site.lhs, site.rhs);
}

template <bool isPower, Element (*real)(Element, Element),
          Element (*wide)(Element, Element),
          Element (*narrow)(Element, Element)>
static Result partial(const Site &site) {
  if (site.domain == Domain::Float)
    return std::make_unique<BinaryNode<real>>(site.lhs, site.rhs);
  if (site.domain == Domain::I64)
    return std::make_unique<CheckedNode<int64_t, wide, isPower>>(
        site.lhs, site.rhs, site.place);
  return std::make_unique<CheckedNode<int32_t, narrow, isPower>>(
      site.lhs, site.rhs, site.place);
}

Result reference::makeBinary(Operation *op, NodeBuilder &build) {
  if (op->getNumOperands() != 2 || op->getNumResults() != 1)
    return nullptr;
  auto type = cast<ir::ArrayType>(op->getResult(0).getType());
  auto site = [&]() -> Site {
    return {build[op->getOperand(0)], build[op->getOperand(1)], domainOf(type),
            build.place(op)};
  };
#define FOVEA_EACH(FUNCTION)                                                   \
  FUNCTION<double>, FUNCTION<int64_t>, FUNCTION<int32_t>
#define FOVEA_PLAIN(FUNCTION)                                                  \
  plain<double, FUNCTION<double>>, plain<int64_t, FUNCTION<int64_t>>,          \
      plain<int32_t, FUNCTION<int32_t>>
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<ir::AddOp>([&](auto) { return total<FOVEA_EACH(sum)>(site()); })
      .Case<ir::SubOp>(
          [&](auto) { return total<FOVEA_EACH(difference)>(site()); })
      .Case<ir::MulOp>([&](auto) { return total<FOVEA_EACH(product)>(site()); })
      .Case<ir::DivOp>([&](auto) {
        return std::make_unique<BinaryNode<quotient>>(site().lhs, site().rhs);
      })
      .Case<ir::MinOp>(
          [&](auto) { return total<FOVEA_PLAIN(smaller)>(site()); })
      .Case<ir::MaxOp>([&](auto) { return total<FOVEA_PLAIN(larger)>(site()); })
      .Case<ir::FloorDivOp>([&](auto) {
        return partial<false, FOVEA_PLAIN(floorDivide)>(site());
      })
      .Case<ir::ModOp>(
          [&](auto) { return partial<false, FOVEA_PLAIN(modulo)>(site()); })
      .Case<ir::PowOp>(
          [&](auto) { return partial<true, FOVEA_EACH(powerOf)>(site()); })
      .Default([](Operation *) { return nullptr; });
#undef FOVEA_EACH
#undef FOVEA_PLAIN
}
