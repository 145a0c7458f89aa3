//===- Formula.cpp - operations as formulas of the language ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/certificate/Formula.h"

#include "ir/Size.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::certificate;

static std::string numberText(APFloat value) {
  if (value.isNaN())
    return "nan";
  if (value.isInfinity())
    return value.isNegative() ? "-inf" : "inf";
  // As few digits as tell it from its neighbours in its type.
  for (unsigned digits = 1;; ++digits) {
    SmallString<32> text;
    value.toString(text, digits, /*FormatMaxPadding=*/6);
    if (digits == 17 || APFloat(value.getSemantics(), text) == value)
      return text.str().str();
  }
}

static std::string constantText(Attribute value) {
  if (auto number = dyn_cast<FloatAttr>(value))
    return numberText(number.getValue());
  auto integer = cast<IntegerAttr>(value);
  if (integer.getType().isInteger(1))
    return integer.getValue().getBoolValue() ? "true" : "false";
  return std::to_string(integer.getValue().getSExtValue());
}

static const char *signOf(ir::Predicate predicate) {
  switch (predicate) {
  case ir::Predicate::Lt:
    return " < ";
  case ir::Predicate::Le:
    return " <= ";
  case ir::Predicate::Gt:
    return " > ";
  case ir::Predicate::Ge:
    return " >= ";
  case ir::Predicate::Eq:
    return " == ";
  case ir::Predicate::Ne:
    return " != ";
  }
  llvm_unreachable("all predicates are listed");
}

std::string Formula::text(Value value) {
  budget = longest;
  return text(value, Or);
}

std::string Formula::text(Value value, Binding least) {
  auto [written, binding] = form(value);
  return binding < least ? "(" + written + ")" : written;
}

bool Formula::hasArgument(Value value) {
  if (names.contains(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (auto known = argumentIn.find(value); known != argumentIn.end())
    return known->second;
  bool found = false;
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      found = found || (operand != value && hasArgument(operand));
  });
  return argumentIn[value] = found;
}

std::pair<std::string, Formula::Binding> Formula::form(Value value) {
  if (auto name = names.find(value); name != names.end())
    return {name->second, Atom};
  Operation *op = value.getDefiningOp();
  if (!op || budget-- <= 0)
    return {"...", Atom};
  if (auto input = dyn_cast<ir::InputOp>(op))
    return {read(input.getName(), ir::axesOf(input.getAxes())), Atom};
  if (auto named = dyn_cast<NameLoc>(op->getLoc());
      named && op->getNumResults() == 1 && !hasArgument(value))
    return {
        read(named.getName(), cast<ir::ArrayType>(value.getType()).getAxes()),
        Atom};
  return form(op);
}

std::pair<std::string, Formula::Binding> Formula::form(Operation *op) {
  using Form = std::pair<std::string, Binding>;
  return llvm::TypeSwitch<Operation *, Form>(op)
      .Case([&](ir::ConstantOp op) -> Form {
        std::string text = constantText(op.getValue());
        return {text, text.front() == '-' ? Negation : Atom};
      })
      .Case([&](ir::AddOp op) { return Form(infix(op, " + ", Sum), Sum); })
      .Case([&](ir::SubOp op) { return Form(infix(op, " - ", Sum), Sum); })
      .Case([&](ir::MulOp op) {
        return Form(infix(op, " * ", Product), Product);
      })
      .Case([&](ir::DivOp op) {
        return Form(infix(op, " / ", Product), Product);
      })
      .Case([&](ir::FloorDivOp op) {
        return Form(infix(op, " // ", Product), Product);
      })
      .Case([&](ir::ModOp op) {
        return Form(infix(op, " % ", Product), Product);
      })
      .Case([&](ir::PowOp op) {
        // Binds to the right.
        return Form(text(op.getLhs(), Atom) + "^" + text(op.getRhs(), Power),
                    Power);
      })
      .Case([&](ir::NegOp op) {
        return Form("-" + text(op.getOperand(), Power), Negation);
      })
      .Case([&](ir::AndOp op) { return Form(infix(op, " and ", And), And); })
      .Case([&](ir::OrOp op) { return Form(infix(op, " or ", Or), Or); })
      .Case([&](ir::NotOp op) {
        return Form("not " + text(op.getOperand(), Not), Not);
      })
      .Case([&](ir::CompareOp op) {
        return Form(text(op.getLhs(), Sum) + signOf(op.getPredicate()) +
                        text(op.getRhs(), Sum),
                    Compare);
      })
      .Case([&](ir::SelectOp op) {
        return Form(call("where", op->getOperands()), Atom);
      })
      .Case([&](ir::CastOp op) -> Form {
        // Between numbers a cast is of no interest to algebra.
        if (op.getOperand().getType().isBool() != op.getType().isBool())
          return {call(op.getType().isBool() ? "bool" : "number",
                       op->getOperands()),
                  Atom};
        return form(op.getOperand());
      })
      .Case([&](ir::ReduceOp op) {
        return Form(reduction(op.getKind(), op.getAxes(), op.getOperand(),
                              op.getGuard()),
                    Atom);
      })
      .Case([&](ir::IndexOp op) {
        return Form(index(op.getAxis().getName()), Atom);
      })
      .Case([&](ir::SizeOp op) -> Form {
        std::string text = ir::sizeText(op.getSize());
        return {text, text.find(' ') == std::string::npos ? Atom : Sum};
      })
      .Case([&](ir::RenameOp op) -> Form {
        auto outer = indices;
        for (auto [from, to] :
             llvm::zip_equal(op.getFrom().getAsRange<StringAttr>(),
                             op.getTo().getAsRange<StringAttr>()))
          indices[from] = outer.contains(to) ? outer[to] : to.str();
        Form inner = form(op.getOperand());
        indices = std::move(outer);
        return inner;
      })
      .Case([&](ir::AtOp op) -> Form {
        auto outer = indices;
        SmallVector<std::string> at;
        for (Value place : op.getIndices())
          at.push_back(text(place, Or));
        for (auto [axis, place] : llvm::zip_equal(ir::axesOf(op.getAxes()), at))
          indices[axis.getName()] = place;
        Form inner = form(op.getSource());
        indices = std::move(outer);
        return inner;
      })
      .Case([&](ir::FoldOp op) { return Form("(a fold inside of it)", Atom); })
      .Case([&](ir::RandomOp op) {
        return Form(call(ir::stringifyDistribution(op.getDistribution()),
                         op->getOperands()),
                    Atom);
      })
      .Default([&](Operation *op) {
        // Functions of one or two numbers are called as their operations.
        return Form(call(op->getName().stripDialect(), op->getOperands()),
                    Atom);
      });
}

std::string Formula::infix(Operation *op, const char *sign, Binding binding) {
  const Binding right = static_cast<Binding>(binding + 1);
  // a - (b - c) and a / (b / c) need the brackets, a + b + c does not.
  return text(op->getOperand(0), binding) + sign +
         text(op->getOperand(1),
              isa<ir::AddOp, ir::MulOp, ir::AndOp, ir::OrOp>(op) ? binding
                                                                 : right);
}

std::string Formula::call(StringRef function, ValueRange arguments) {
  std::string out = function.str() + "(";
  for (auto [i, argument] : llvm::enumerate(arguments))
    out += (i ? ", " : "") + text(argument, Or);
  return out + ")";
}

std::string Formula::reduction(ir::ReduceKind kind, ArrayAttr axes,
                               Value operand, Value guard) {
  // The indices are bound anew.
  auto outer = indices;
  std::string out = ir::stringifyReduceKind(kind).str() + "[";
  for (auto [i, axis] : llvm::enumerate(ir::axesOf(axes))) {
    indices.erase(axis.getName());
    out += (i ? ", " : "") + axis.getName().str();
  }
  if (guard)
    out += " | " + text(guard, Or);
  out += "](" + text(operand, Or) + ")";
  indices = std::move(outer);
  return out;
}

std::string Formula::index(StringAttr axis) {
  auto found = indices.find(axis);
  return found == indices.end() ? axis.str() : found->second;
}

std::string Formula::read(StringRef array, ArrayRef<ir::AxisAttr> axes) {
  std::string out = array.str();
  for (auto [i, axis] : llvm::enumerate(axes))
    out += (i ? ", " : "[") + index(axis.getName());
  return axes.empty() ? out : out + "]";
}
