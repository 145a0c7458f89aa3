//===- Formula.cpp - operations as formulas of the language ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"

#include "ir/Size.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/TypeSwitch.h"

#include <charconv>

using namespace mlir;
using namespace fovea::ir;

static std::string numberText(APFloat value) {
  if (value.isNaN())
    return "nan";
  if (value.isInfinity())
    return value.isNegative() ? "-inf" : "inf";
  // As few digits as tell it from its neighbours in its type,
  SmallString<32> digits;
  for (unsigned count = 1;; ++count) {
    digits.clear();
    value.toString(digits, count);
    if (count == 17 || APFloat(value.getSemantics(), digits) == value)
      break;
  }
  // as they are written: 50, 0.1, 1e-8.
  char text[32];
  const double wide = APFloat(APFloat::IEEEdouble(), digits).convertToDouble();
  const std::string number(text, std::to_chars(text, std::end(text), wide).ptr);
  const auto [mantissa, exponent] = StringRef(number).split('e');
  if (exponent.empty())
    return number;
  return (mantissa + "e" + (exponent.starts_with("-") ? "-" : "") +
          exponent.ltrim("+-").ltrim('0'))
      .str();
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

std::string fovea::ir::placeholder(StringRef axis) {
  return ("{" + axis + "}").str();
}

/// Replaces each `{axis}` in a text.
static std::string filled(StringRef pattern,
                          llvm::function_ref<std::string(StringRef)> at) {
  std::string out;
  while (!pattern.empty()) {
    auto [before, rest] = pattern.split('{');
    auto [axis, after] = rest.split('}');
    out += before.str() + (axis.empty() ? "" : at(axis));
    pattern = after;
  }
  return out;
}

static Location namedLoc(StringAttr name, ArrayAttr places, Location place) {
  return NameLoc::get(name, FusedLoc::get({place}, places, place.getContext()));
}

Location fovea::ir::namedLoc(StringRef name, ArrayRef<StringAttr> axes,
                             Location place) {
  Builder b(place.getContext());
  SmallVector<Attribute> places;
  for (StringAttr axis : axes)
    places.push_back(b.getStringAttr(placeholder(axis)));
  return ::namedLoc(b.getStringAttr(name), b.getArrayAttr(places), place);
}

/// What stands at the indices of a name, null if there is none.
static ArrayAttr placesIn(Location location) {
  auto named = dyn_cast<NameLoc>(location);
  auto fused = named ? dyn_cast<FusedLoc>(named.getChildLoc()) : FusedLoc();
  return fused ? dyn_cast_or_null<ArrayAttr>(fused.getMetadata()) : ArrayAttr();
}

Location fovea::ir::withPlaces(Location location,
                               llvm::function_ref<std::string(StringAttr)> at) {
  const ArrayAttr old = placesIn(location);
  if (!old)
    return location;
  Builder b(location.getContext());
  SmallVector<Attribute> places;
  for (auto pattern : old.getAsRange<StringAttr>())
    places.push_back(b.getStringAttr(filled(
        pattern, [&](StringRef axis) { return at(b.getStringAttr(axis)); })));
  return ::namedLoc(cast<NameLoc>(location).getName(), b.getArrayAttr(places),
                    placeIn(location));
}

Location fovea::ir::withName(Location location, Location named) {
  const ArrayAttr places = placesIn(named);
  return places ? ::namedLoc(cast<NameLoc>(named).getName(), places,
                             placeIn(location))
                : location;
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

std::string Formula::pattern(Value value) {
  isPattern = true;
  std::string out = text(value);
  isPattern = false;
  return out;
}

SmallVector<AxisAttr> Formula::shownAxes(Value value) {
  const auto type = cast<ArrayType>(value.getType());
  llvm::SetVector<AxisAttr> axes;
  const std::string shown = pattern(value);
  filled(shown, [&](StringRef name) {
    const auto *axis = llvm::find_if(
        type.getAxes(), [&](AxisAttr own) { return own.getName() == name; });
    if (axis != type.getAxes().end())
      axes.insert(*axis);
    return "";
  });
  // Dots may have taken the place of some.
  axes.insert_range(type.getAxes());
  return axes.takeVector();
}

std::string Formula::writtenOut(Value value) {
  budget = longest;
  SmallVector<Operation *> reads;
  auto outer = indices;
  while (value.getDefiningOp() && isa<AtOp, RenameOp>(value.getDefiningOp())) {
    reads.push_back(value.getDefiningOp());
    value = reads.back()->getOperand(0);
  }
  for (Operation *read : reads)
    replaceIndices(read);
  std::string out = definition(value);
  indices = std::move(outer);
  return out;
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
      .Case([&](MulOp op) { return product(op, " * ", Product, Product); })
      .Case([&](DivOp op) { return product(op, " / ", Negation, Product); })
      .Case([&](FloorDivOp op) {
        return product(op, " // ", Negation, Quotient);
      })
      .Case([&](ModOp op) { return product(op, " % ", Negation, Quotient); })
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
      .Case<RenameOp, AtOp>([&](auto op) -> Form {
        auto outer = indices;
        replaceIndices(op);
        Form inner = form(op->getOperand(0));
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

/// What stands for the axes of what is read, or renamed.
void Formula::replaceIndices(Operation *op) {
  SmallVector<std::pair<StringAttr, std::string>> places;
  if (auto at = dyn_cast<AtOp>(op))
    for (auto [axis, place] :
         llvm::zip_equal(axesOf(at.getAxes()), at.getIndices()))
      places.push_back({axis.getName(), text(place, Or)});
  if (auto rename = dyn_cast<RenameOp>(op))
    for (auto [from, to] :
         llvm::zip_equal(rename.getFrom().getAsRange<StringAttr>(),
                         rename.getTo().getAsRange<StringAttr>()))
      places.push_back({from, index(to)});
  for (auto &[axis, place] : places)
    indices[axis] = place;
}

/// Products are read from the left: in a * b % c all of a * b is divided, so a
/// rounding at the left end is one of the whole, and a * (b % c) needs the
/// brackets that a * (b / c) does not.
std::pair<std::string, Formula::Binding> Formula::product(Operation *op,
                                                          const char *sign,
                                                          Binding right,
                                                          Binding binding) {
  auto [left, leftBinding] = form(op->getOperand(0));
  if (leftBinding < Quotient)
    left = "(" + left + ")";
  else if (leftBinding == Quotient)
    binding = Quotient;
  return {left + sign + text(op->getOperand(1), right), binding};
}

std::string Formula::infix(Operation *op, const char *sign, Binding binding) {
  const Binding right = static_cast<Binding>(binding + 1);
  // a - (b - c) needs the brackets, a + b + c does not.
  return text(op->getOperand(0), binding) + sign +
         text(op->getOperand(1), isa<SubOp>(op) ? right : binding);
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
    indices[axis.getName()] = axis.getName().str();
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
  return fill(cast<StringAttr>(names[number]).getValue(), fold.getContext());
}

std::string Formula::fill(StringRef pattern, MLIRContext *context) {
  return filled(pattern, [&](StringRef axis) {
    return index(StringAttr::get(context, axis));
  });
}

std::string Formula::index(StringAttr axis) {
  auto found = indices.find(axis);
  if (found != indices.end())
    return found->second;
  return isPattern ? placeholder(axis) : axis.str();
}

/// Whether all axes in what stands at an index are those of the value, which
/// may have lost some.
static bool hasAxesOf(StringRef pattern, ArrayType type) {
  bool has = true;
  filled(pattern, [&](StringRef axis) {
    has &= llvm::any_of(type.getAxes(),
                        [&](AxisAttr own) { return own.getName() == axis; });
    return "";
  });
  return has;
}

/// With the axes in the order in which they are written; before them come those
/// of a call for each of whose elements it is computed.
std::string Formula::readNamed(Operation *op) {
  const auto type = cast<ArrayType>(op->getResult(0).getType());
  const ArrayAttr places = placesIn(op->getLoc());
  if (!places)
    return read(nameOf(op), type.getAxes());
  llvm::DenseSet<StringAttr> written;
  std::string list;
  auto add = [&](const std::string &place) {
    list += (list.empty() ? "" : ", ") + place;
  };
  for (auto pattern : places.getAsRange<StringAttr>())
    filled(pattern, [&](StringRef axis) {
      written.insert(StringAttr::get(op->getContext(), axis));
      return "";
    });
  for (AxisAttr axis : type.getAxes())
    if (!written.contains(axis.getName()))
      add(index(axis.getName()));
  for (auto pattern : places.getAsRange<StringAttr>())
    if (hasAxesOf(pattern, type))
      add(fill(pattern, op->getContext()));
  return nameOf(op).str() + (list.empty() ? "" : "[" + list + "]");
}

std::string Formula::read(StringRef array, ArrayRef<AxisAttr> axes) {
  std::string out = array.str();
  for (auto [i, axis] : llvm::enumerate(axes))
    out += (i ? ", " : "[") + index(axis.getName());
  return axes.empty() ? out : out + "]";
}
