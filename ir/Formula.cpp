//===- Formula.cpp - operations as formulas of the language ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"

#include "ir/Size.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea::ir;

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

static bool isZero(Value value) {
  auto constant = value.getDefiningOp<ConstantOp>();
  auto number =
      constant ? dyn_cast<FloatAttr>(constant.getValue()) : FloatAttr();
  return number && number.getValue().isZero();
}

static const char *signOf(Predicate predicate) {
  switch (predicate) {
  case Predicate::Lt:
    return " < ";
  case Predicate::Le:
    return " <= ";
  case Predicate::Gt:
    return " > ";
  case Predicate::Ge:
    return " >= ";
  case Predicate::Eq:
    return " == ";
  case Predicate::Ne:
    return " != ";
  }
  llvm_unreachable("all predicates are listed");
}

Location fovea::ir::namedLoc(StringRef name, ArrayRef<Attribute> axes,
                             Location place) {
  MLIRContext *context = place.getContext();
  return NameLoc::get(
      StringAttr::get(context, name),
      FusedLoc::get({place}, ArrayAttr::get(context, axes), context));
}

Location fovea::ir::placeIn(Location location) {
  auto named = dyn_cast<NameLoc>(location);
  if (!named)
    return location;
  auto fused = dyn_cast<FusedLoc>(named.getChildLoc());
  return fused && fused.getMetadata() ? fused.getLocations().front()
                                      : named.getChildLoc();
}

/// Constants are made by folders, in the place of what has a name.
StringRef fovea::ir::nameOf(Operation *op) {
  auto named = dyn_cast<NameLoc>(op->getLoc());
  if (!named || op->getNumResults() != 1 || isa<ConstantOp, SizeOp>(op))
    return {};
  return named.getName();
}

std::string Formula::text(Value value) {
  budget = longest;
  return text(value, Or);
}

std::string Formula::definition(Value value) {
  budget = longest;
  Operation *op = value.getDefiningOp();
  return !op || isa<InputOp>(op) ? text(value) : form(op).first;
}

std::string Formula::text(Value value, Binding least) {
  auto [written, binding] = form(value);
  return binding < least ? "(" + written + ")" : written;
}

bool Formula::hasArgument(Value value) {
  if (names.contains(value))
    return true;
  Operation *op = value.getDefiningOp();
  // Arguments are known inside of their regions only.
  if (!op || isa<FuncOp>(op->getParentOp()))
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
  if (auto input = dyn_cast<InputOp>(op))
    return {read(input.getName(), axesOf(input.getAxes())), Atom};
  if (auto fold = dyn_cast<FoldOp>(op))
    return {resultOf(fold, cast<OpResult>(value).getResultNumber()), Atom};
  if (StringRef name = nameOf(op); !name.empty() && !hasArgument(value))
    return {readNamed(op), Atom};
  return form(op);
}

std::pair<std::string, Formula::Binding> Formula::form(Operation *op) {
  using Form = std::pair<std::string, Binding>;
  return llvm::TypeSwitch<Operation *, Form>(op)
      .Case([&](ConstantOp op) -> Form {
        std::string text = constantText(op.getValue());
        return {text, text.front() == '-' ? Negation : Atom};
      })
      .Case([&](AddOp op) {
        // Adding 0 makes a hard number an ordinary one; algebra sees nothing.
        return isZero(op.getRhs()) ? form(op.getLhs())
                                   : Form(infix(op, " + ", Sum), Sum);
      })
      .Case([&](SubOp op) { return Form(infix(op, " - ", Sum), Sum); })
      .Case([&](MulOp op) { return Form(infix(op, " * ", Product), Product); })
      .Case([&](DivOp op) { return Form(infix(op, " / ", Product), Product); })
      .Case([&](FloorDivOp op) {
        return Form(infix(op, " // ", Product), Product);
      })
      .Case([&](ModOp op) { return Form(infix(op, " % ", Product), Product); })
      .Case([&](PowOp op) {
        // Binds to the right.
        return Form(text(op.getLhs(), Atom) + "^" + text(op.getRhs(), Power),
                    Power);
      })
      .Case([&](NegOp op) {
        return Form("-" + text(op.getOperand(), Power), Negation);
      })
      .Case([&](AndOp op) { return Form(infix(op, " and ", And), And); })
      .Case([&](OrOp op) { return Form(infix(op, " or ", Or), Or); })
      .Case([&](NotOp op) {
        return Form("not " + text(op.getOperand(), Not), Not);
      })
      .Case([&](CompareOp op) {
        return Form(text(op.getLhs(), Sum) + signOf(op.getPredicate()) +
                        text(op.getRhs(), Sum),
                    Compare);
      })
      .Case([&](SelectOp op) {
        return Form(call("where", op->getOperands()), Atom);
      })
      .Case([&](CastOp op) -> Form {
        // Between numbers a cast is of no interest to algebra.
        if (op.getOperand().getType().isBool() != op.getType().isBool())
          return {call(op.getType().isBool() ? "bool" : "number",
                       op->getOperands()),
                  Atom};
        return form(op.getOperand());
      })
      .Case([&](ReduceOp op) {
        return Form(reduction(op.getKind(), op.getAxes(), op.getOperand(),
                              op.getGuard()),
                    Atom);
      })
      .Case(
          [&](IndexOp op) { return Form(index(op.getAxis().getName()), Atom); })
      .Case([&](SizeOp op) -> Form {
        std::string text = sizeText(op.getSize());
        return {text, text.find(' ') == std::string::npos ? Atom : Sum};
      })
      .Case([&](RenameOp op) -> Form {
        auto outer = indices;
        for (auto [from, to] :
             llvm::zip_equal(op.getFrom().getAsRange<StringAttr>(),
                             op.getTo().getAsRange<StringAttr>()))
          indices[from] = outer.contains(to) ? outer[to] : to.str();
        Form inner = form(op.getOperand());
        indices = std::move(outer);
        return inner;
      })
      .Case([&](AtOp op) -> Form {
        auto outer = indices;
        SmallVector<std::string> at;
        for (Value place : op.getIndices())
          at.push_back(text(place, Or));
        for (auto [axis, place] : llvm::zip_equal(axesOf(op.getAxes()), at))
          indices[axis.getName()] = place;
        Form inner = form(op.getSource());
        indices = std::move(outer);
        return inner;
      })
      .Case([&](FoldKeyOp op) {
        // `uniform(seed, a, j)`: all of it stands in the call.
        return Form(text(op.getKey(), Or) + ", " + text(op.getIndex(), Or),
                    Atom);
      })
      .Case([&](RandomOp op) {
        return Form(call(stringifyDistribution(op.getDistribution()),
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
              isa<AddOp, MulOp, AndOp, OrOp>(op) ? binding : right);
}

std::string Formula::call(StringRef function, ValueRange arguments) {
  std::string out = function.str() + "(";
  for (auto [i, argument] : llvm::enumerate(arguments))
    out += (i ? ", " : "") + text(argument, Or);
  return out + ")";
}

std::string Formula::reduction(ReduceKind kind, ArrayAttr axes, Value operand,
                               Value guard) {
  // The indices are bound anew.
  auto outer = indices;
  std::string out = fovea::ir::stringifyReduceKind(kind).str() + "[";
  for (auto [i, axis] : llvm::enumerate(axesOf(axes))) {
    indices.erase(axis.getName());
    out += (i ? ", " : "") + axis.getName().str();
  }
  if (guard)
    out += " | " + text(guard, Or);
  out += "](" + text(operand, Or) + ")";
  indices = std::move(outer);
  return out;
}

std::string Formula::resultOf(FoldOp fold, unsigned number) {
  auto names = fold->getAttrOfType<ArrayAttr>(foldResultsName);
  if (!names)
    return "(a fold inside of it)";
  const StringRef text = cast<StringAttr>(names[number]).getValue();
  if (text.contains('('))
    return text.str();
  // A name with indices, which may stand for others here.
  auto [name, list] = text.split('[');
  SmallVector<StringRef> axes;
  list.rtrim(']').split(axes, ", ", /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  std::string out = name.str();
  for (auto [i, axis] : llvm::enumerate(axes))
    out += (i ? ", " : "[") + index(StringAttr::get(fold.getContext(), axis));
  return axes.empty() ? out : out + "]";
}

std::string Formula::index(StringAttr axis) {
  auto found = indices.find(axis);
  return found == indices.end() ? axis.str() : found->second;
}

/// With the axes in the order in which they are written; before them come those
/// of a call for each of whose elements it is computed.
std::string Formula::readNamed(Operation *op) {
  const auto type = cast<ArrayType>(op->getResult(0).getType());
  auto fused = dyn_cast<FusedLoc>(cast<NameLoc>(op->getLoc()).getChildLoc());
  auto order =
      fused ? dyn_cast_or_null<ArrayAttr>(fused.getMetadata()) : ArrayAttr();
  if (!order)
    return read(nameOf(op), type.getAxes());
  SmallVector<AxisAttr> axes;
  for (AxisAttr axis : type.getAxes())
    if (!llvm::is_contained(order, axis.getName()))
      axes.push_back(axis);
  for (auto name : order.getAsRange<StringAttr>())
    if (AxisAttr axis = type.getAxis(name))
      axes.push_back(axis);
  return read(nameOf(op), axes);
}

std::string Formula::read(StringRef array, ArrayRef<AxisAttr> axes) {
  std::string out = array.str();
  for (auto [i, axis] : llvm::enumerate(axes))
    out += (i ? ", " : "[") + index(axis.getName());
  return axes.empty() ? out : out + "]";
}
