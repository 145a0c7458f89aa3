//===- KernelOps.cpp - how folds and maps run -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/ResultTypes.h"
#include "ir/Size.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace fovea::ir;

YieldOp KernelOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

YieldOp PhaseOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

Operation *PhaseOp::getReduction() {
  YieldOp yield = getYield();
  if (yield.getValues().empty())
    return nullptr;
  Operation *op = yield.getValues().front().getDefiningOp();
  return isa_and_present<FoldOp, ReduceOp>(op) &&
                 op->getParentOp() == getOperation()
             ? op
             : nullptr;
}

SmallVector<AxisAttr> PhaseOp::getLayout(unsigned k) {
  return axesOf(cast<ArrayAttr>(getLayouts()[k]));
}

/// Whether places of an axis of that role belong to different items.
static bool isCut(RoleAttr role) {
  switch (role.getKind()) {
  case RoleKind::Grid:
    return true;
  case RoleKind::Payload:
  case RoleKind::Lane:
    return role.getBlock() > 0;
  case RoleKind::Stream:
  case RoleKind::Contract:
    return false;
  }
  return false;
}

SmallVector<RoleAttr> PhaseOp::getItemRoles() {
  SmallVector<RoleAttr> cut;
  for (RoleAttr role : getRoles().getAsRange<RoleAttr>())
    if (isCut(role))
      cut.push_back(role);
  return cut;
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  return failure(parser.parseRegion(*result.addRegion(), {}) ||
                 parser.parseOptionalAttrDict(result.attributes) ||
                 parseResultTypes(parser, result));
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printRegion(getBody());
  printer.printOptionalAttrDict((*this)->getAttrs());
  printResultTypes(printer, getResultTypes());
}

/// One role of a list, without the name of the attribute.
static FailureOr<RoleAttr> parseRoleBody(AsmParser &parser) {
  std::string name;
  FailureOr<SizeAttr> size = failure();
  if (parser.parseKeywordOrString(&name) || parser.parseColon() ||
      failed(size = parseSize(parser)))
    return failure();
  StringRef word;
  const SMLoc at = parser.getCurrentLocation();
  if (parser.parseKeyword(&word))
    return failure();
  const std::optional<RoleKind> kind = symbolizeRoleKind(word);
  if (!kind)
    return parser.emitError(at, "no role of an axis: ") << word;
  int64_t block = 0, lanes = 1;
  if (succeeded(parser.parseOptionalKeyword("by")) &&
      parser.parseInteger(block))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("lanes")) &&
      parser.parseInteger(lanes))
    return failure();
  const bool split = succeeded(parser.parseOptionalKeyword("split"));
  auto axis = AxisAttr::get(parser.getContext(),
                            parser.getBuilder().getStringAttr(name), *size);
  return RoleAttr::get(parser.getContext(), axis, *kind, block, lanes, split);
}

static void printRoleBody(AsmPrinter &printer, RoleAttr role) {
  printer.printKeywordOrString(role.getAxis().getName().getValue());
  printer << ": ";
  printSize(printer, role.getAxis().getSize());
  printer << ' ' << stringifyRoleKind(role.getKind());
  if (role.getBlock() > 0)
    printer << " by " << role.getBlock();
  if (role.getLanes() > 1)
    printer << " lanes " << role.getLanes();
  if (role.getSplit())
    printer << " split";
}

Attribute RoleAttr::parse(AsmParser &parser, Type) {
  if (parser.parseLess())
    return {};
  FailureOr<RoleAttr> role = parseRoleBody(parser);
  if (failed(role) || parser.parseGreater())
    return {};
  return *role;
}

void RoleAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printRoleBody(printer, *this);
  printer << '>';
}

/// The name of an axis that has one of the roles.
static FailureOr<AxisAttr> parseAxisOf(OpAsmParser &parser,
                                       ArrayRef<Attribute> roles) {
  std::string name;
  const SMLoc at = parser.getCurrentLocation();
  if (parser.parseKeywordOrString(&name))
    return failure();
  for (Attribute role : roles)
    if (AxisAttr axis = cast<RoleAttr>(role).getAxis(); axis.getName() == name)
      return axis;
  return parser.emitError(at, "no role for axis ") << name;
}

ParseResult PhaseOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  SmallVector<Attribute> roles, layouts;
  auto parseRole = [&]() -> ParseResult {
    FailureOr<RoleAttr> role = parseRoleBody(parser);
    if (failed(role))
      return failure();
    roles.push_back(*role);
    return success();
  };
  if (parser.parseKeyword("roles") ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, parseRole))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("few"))) {
    FailureOr<AxisAttr> few = parseAxisOf(parser, roles);
    if (failed(few))
      return failure();
    result.addAttribute("few", *few);
  }
  SmallVector<int64_t> visits;
  int64_t unroll = 1;
  if (succeeded(parser.parseOptionalKeyword("visits")) &&
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
        return parser.parseInteger(visits.emplace_back());
      }))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("unroll")) &&
      parser.parseInteger(unroll))
    return failure();
  if (parser.parseRegion(*result.addRegion(), {}) ||
      parser.parseKeyword("layouts"))
    return failure();
  auto parseLayout = [&]() -> ParseResult {
    SmallVector<Attribute> axes;
    auto parseName = [&]() -> ParseResult {
      FailureOr<AxisAttr> axis = parseAxisOf(parser, roles);
      if (failed(axis))
        return failure();
      axes.push_back(*axis);
      return success();
    };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseName))
      return failure();
    layouts.push_back(builder.getArrayAttr(axes));
    return success();
  };
  if (parser.parseCommaSeparatedList(parseLayout))
    return failure();
  result.addAttribute("roles", builder.getArrayAttr(roles));
  result.addAttribute("layouts", builder.getArrayAttr(layouts));
  result.addAttribute("visits", builder.getDenseI64ArrayAttr(visits));
  result.addAttribute("unroll", builder.getI64IntegerAttr(unroll));
  return failure(parser.parseOptionalAttrDict(result.attributes) ||
                 parseResultTypes(parser, result));
}

void PhaseOp::print(OpAsmPrinter &printer) {
  printer << " roles(";
  llvm::interleaveComma(getRoles().getAsRange<RoleAttr>(), printer,
                        [&](RoleAttr role) { printRoleBody(printer, role); });
  printer << ')';
  if (AxisAttr few = getFewAttr()) {
    printer << " few ";
    printer.printKeywordOrString(few.getName().getValue());
  }
  if (!getVisits().empty()) {
    printer << " visits [";
    llvm::interleaveComma(getVisits(), printer);
    printer << ']';
  }
  if (getUnroll() != 1)
    printer << " unroll " << getUnroll();
  printer << ' ';
  printer.printRegion(getBody());
  printer << " layouts ";
  llvm::interleaveComma(getLayouts(), printer, [&](Attribute layout) {
    printer << '[';
    llvm::interleaveComma(cast<ArrayAttr>(layout).getAsRange<AxisAttr>(),
                          printer, [&](AxisAttr axis) {
                            printer.printKeywordOrString(
                                axis.getName().getValue());
                          });
    printer << ']';
  });
  printer.printOptionalAttrDict(
      (*this)->getAttrs(), {"roles", "layouts", "visits", "unroll", "few"});
  printResultTypes(printer, getResultTypes());
}
