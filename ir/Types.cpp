//===- Types.cpp - text form of sizes, axes and arrays -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "ir/Size.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace fovea::ir;

#define GET_ATTRDEF_CLASSES
#include "ir/Attrs.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/Types.cpp.inc"

void FoveaDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/Attrs.cpp.inc"
      >();
}
void FoveaDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "ir/Types.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// Sizes: `2 * G * R + -1 + floordiv(H, G)`
//===----------------------------------------------------------------------===//

void fovea::ir::printSize(AsmPrinter &printer, SizeAttr size) {
  auto operands = [&](StringRef between) {
    llvm::interleave(
        size.getOperands(), printer.getStream(),
        [&](SizeAttr operand) { printSize(printer, operand); }, between);
  };
  switch (size.getKind()) {
  case SizeKind::Constant:
    printer << size.getValue();
    return;
  case SizeKind::Dim:
    printer << size.getName();
    return;
  case SizeKind::Add:
    return operands(" + ");
  case SizeKind::Mul:
    return operands(" * ");
  case SizeKind::FloorDiv:
  case SizeKind::Mod:
    printer << (size.getKind() == SizeKind::Mod ? "mod(" : "floordiv(");
    operands(", ");
    printer << ")";
    return;
  }
}

static FailureOr<SizeAttr> parseAtom(AsmParser &parser) {
  int64_t value;
  OptionalParseResult number = parser.parseOptionalInteger(value);
  if (number.has_value()) {
    if (failed(*number))
      return failure();
    return sizeConstant(parser.getContext(), value);
  }
  StringRef name;
  if (parser.parseKeyword(&name))
    return failure();
  if (name != "floordiv" && name != "mod")
    return sizeDim(parser.getContext(), name);
  if (parser.parseLParen())
    return failure();
  FailureOr<SizeAttr> a = parseSize(parser);
  if (failed(a) || parser.parseComma())
    return failure();
  FailureOr<SizeAttr> b = parseSize(parser);
  if (failed(b) || parser.parseRParen())
    return failure();
  return name == "mod" ? sizeMod(*a, *b) : sizeFloorDiv(*a, *b);
}

static FailureOr<SizeAttr> parseProduct(AsmParser &parser) {
  FailureOr<SizeAttr> product = parseAtom(parser);
  while (succeeded(product) && succeeded(parser.parseOptionalStar())) {
    FailureOr<SizeAttr> factor = parseAtom(parser);
    if (failed(factor))
      return failure();
    product = sizeMul(*product, *factor);
  }
  return product;
}

FailureOr<SizeAttr> fovea::ir::parseSize(AsmParser &parser) {
  FailureOr<SizeAttr> sum = parseProduct(parser);
  while (succeeded(sum) && succeeded(parser.parseOptionalPlus())) {
    FailureOr<SizeAttr> term = parseProduct(parser);
    if (failed(term))
      return failure();
    sum = sizeAdd(*sum, *term);
  }
  return sum;
}

void SizeAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printSize(printer, *this);
  printer << ">";
}

Attribute SizeAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<SizeAttr> size = parseSize(parser);
  if (failed(size) || parser.parseGreater())
    return {};
  return *size;
}

//===----------------------------------------------------------------------===//
// Axes, requirements, arrays
//===----------------------------------------------------------------------===//

static FailureOr<AxisAttr> parseAxis(AsmParser &parser) {
  std::string name;
  if (parser.parseKeywordOrString(&name) || parser.parseColon())
    return failure();
  FailureOr<SizeAttr> size = parseSize(parser);
  if (failed(size))
    return failure();
  return AxisAttr::get(parser.getContext(),
                       parser.getBuilder().getStringAttr(name), *size);
}

static void printAxis(AsmPrinter &printer, AxisAttr axis) {
  printer.printKeywordOrString(axis.getName().getValue());
  printer << ": ";
  printSize(printer, axis.getSize());
}

void AxisAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printAxis(printer, *this);
  printer << ">";
}

Attribute AxisAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<AxisAttr> axis = parseAxis(parser);
  if (failed(axis) || parser.parseGreater())
    return {};
  return *axis;
}

void RequireAttr::print(AsmPrinter &printer) const {
  printer << "<";
  printSize(printer, getLhs());
  printer << " " << stringifyRelation(getRelation()) << " ";
  printSize(printer, getRhs());
  printer << " " << getText() << ">";
}

Attribute RequireAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<SizeAttr> lhs = parseSize(parser);
  StringRef keyword;
  SMLoc loc = parser.getCurrentLocation();
  if (failed(lhs) || parser.parseKeyword(&keyword))
    return {};
  std::optional<Relation> relation = symbolizeRelation(keyword);
  if (!relation) {
    parser.emitError(loc, "expected lt, le, gt, ge, eq or ne, found ")
        << keyword;
    return {};
  }
  FailureOr<SizeAttr> rhs = parseSize(parser);
  StringAttr text;
  if (failed(rhs) || parser.parseAttribute(text) || parser.parseGreater())
    return {};
  return RequireAttr::get(parser.getContext(), *lhs, *relation, *rhs, text);
}

void ArrayType::print(AsmPrinter &printer) const {
  printer << "<" << getElementType();
  for (AxisAttr axis : getAxes()) {
    printer << ", ";
    printAxis(printer, axis);
  }
  printer << ">";
}

Type ArrayType::parse(AsmParser &parser) {
  Type element;
  SmallVector<AxisAttr> axes;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseType(element))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    FailureOr<AxisAttr> axis = parseAxis(parser);
    if (failed(axis))
      return {};
    axes.push_back(*axis);
  }
  if (parser.parseGreater())
    return {};
  llvm::sort(axes, [](AxisAttr a, AxisAttr b) {
    return a.getName().getValue() < b.getName().getValue();
  });
  return ArrayType::getChecked([&] { return parser.emitError(loc); },
                               parser.getContext(), element,
                               ArrayRef<AxisAttr>(axes));
}

ArrayType ArrayType::get(Type element, ArrayRef<AxisAttr> axes) {
  SmallVector<AxisAttr> sorted(axes);
  llvm::sort(sorted, [](AxisAttr a, AxisAttr b) {
    return a.getName().getValue() < b.getName().getValue();
  });
  return Base::get(element.getContext(), element, sorted);
}

LogicalResult ArrayType::verify(function_ref<InFlightDiagnostic()> emitError,
                                Type element, ArrayRef<AxisAttr> axes) {
  // array_c1
  bool legal = element.isInteger(1) || element.isInteger(32) ||
               element.isInteger(64) || element.isF16() || element.isBF16() ||
               element.isF32() || element.isF64();
  if (!legal)
    return emitError() << "element type must be i1, i32, i64, f16, bf16, f32 "
                          "or f64, found "
                       << element;
  // array_c2
  for (size_t i = 1; i < axes.size(); ++i)
    if (axes[i - 1].getName() == axes[i].getName())
      return emitError() << "axis " << axes[i].getName() << " appears twice";
  return success();
}

AxisAttr ArrayType::getAxis(StringAttr name) const {
  for (AxisAttr axis : getAxes())
    if (axis.getName() == name)
      return axis;
  return {};
}

ArrayType ArrayType::withElement(Type element) const {
  return Base::get(getContext(), element, getAxes());
}

ArrayType ArrayType::withAxes(ArrayRef<AxisAttr> axes) const {
  return get(getElementType(), axes);
}
