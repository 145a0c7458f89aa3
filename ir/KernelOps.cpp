//===- KernelOps.cpp - how folds and maps run -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Dialect.h"
#include "ir/Size.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Support/MathExtras.h"

#include <set>

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
    return role.getSplit();
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

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static ParseResult parseTypes(OpAsmParser &parser, OperationState &result) {
  SmallVector<Type> types;
  auto parseType = [&]() -> ParseResult {
    ArrayType type;
    if (parser.parseCustomTypeWithFallback(type))
      return failure();
    types.push_back(type);
    return success();
  };
  if (parser.parseArrow() || parser.parseCommaSeparatedList(parseType))
    return failure();
  result.addTypes(types);
  return success();
}

static void printTypes(OpAsmPrinter &printer, TypeRange types) {
  printer << " -> ";
  llvm::interleaveComma(types, printer, [&](Type type) {
    printer.printStrippedAttrOrType(cast<ArrayType>(type));
  });
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  return failure(parser.parseRegion(*result.addRegion(), {}) ||
                 parser.parseOptionalAttrDict(result.attributes) ||
                 parseTypes(parser, result));
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printRegion(getBody());
  printer.printOptionalAttrDict((*this)->getAttrs());
  printTypes(printer, getResultTypes());
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
      std::string name;
      const SMLoc at = parser.getCurrentLocation();
      if (parser.parseKeywordOrString(&name))
        return failure();
      for (Attribute role : roles)
        if (AxisAttr axis = cast<RoleAttr>(role).getAxis();
            axis.getName() == name) {
          axes.push_back(axis);
          return success();
        }
      return parser.emitError(at, "no role for axis ") << name;
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
                 parseTypes(parser, result));
}

void PhaseOp::print(OpAsmPrinter &printer) {
  printer << " roles(";
  llvm::interleaveComma(getRoles().getAsRange<RoleAttr>(), printer,
                        [&](RoleAttr role) { printRoleBody(printer, role); });
  printer << ')';
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
  printer.printOptionalAttrDict((*this)->getAttrs(),
                                {"roles", "layouts", "visits", "unroll"});
  printTypes(printer, getResultTypes());
}

//===----------------------------------------------------------------------===//
// Constraints
//===----------------------------------------------------------------------===//

/// Whether all that `phase` reads of `result`, of another phase of its kernel,
/// belongs to its own item: whatever is made from it, nothing is read of it at
/// other places.
static bool readsOwnItem(PhaseOp phase, Value result) {
  SmallVector<Value> work = {result};
  llvm::SmallPtrSet<const void *, 8> seen;
  while (!work.empty()) {
    Value value = work.pop_back_val();
    if (!seen.insert(value.getAsOpaquePointer()).second)
      continue;
    for (OpOperand &use : value.getUses()) {
      Operation *user = use.getOwner();
      if (!phase->isProperAncestor(user))
        continue;
      if (isa<RenameOp, AtOp>(user) && use.getOperandNumber() == 0)
        return false;
      llvm::append_range(work, user->getResults());
    }
  }
  return true;
}

LogicalResult KernelOp::verifyRegions() {
  Block &block = getBody().front();
  auto yield = dyn_cast<YieldOp>(block.getTerminator());
  if (!yield) // kernel_c1
    return emitOpError("must end in a yield");
  for (Operation &op : block.without_terminator())
    if (!isa<PhaseOp>(op)) // kernel_c1
      return emitOpError("has a ") << op.getName() << ", not only phases";
  for (Value value : yield.getValues())
    if (value.getParentBlock() != &block) // kernel_c1
      return emitOpError("yields what no phase computes");
  if (yield.getValues().getTypes() != getResultTypes()) // kernel_c1
    return emitOpError("yields other types than it has results of");

  auto phases = llvm::to_vector(getBody().getOps<PhaseOp>());
  for (PhaseOp phase : llvm::drop_begin(phases)) {
    const SmallVector<RoleAttr> first = phases.front().getItemRoles();
    const SmallVector<RoleAttr> own = phase.getItemRoles();
    bool fits = first.size() == own.size();
    for (size_t i = 0; fits && i < own.size(); ++i) {
      auto [fine, coarse] =
          std::minmax(std::max<int64_t>(own[i].getBlock(), 1),
                      std::max<int64_t>(first[i].getBlock(), 1));
      fits = own[i].getAxis() == first[i].getAxis() &&
             (i + 1 == own.size() ? coarse % fine == 0 : coarse == fine);
    }
    if (!fits) // kernel_c2
      return phase.emitOpError("is cut into other items than the phases "
                               "before it");
  }
  for (PhaseOp phase : phases)
    for (Value result : phase.getResults())
      for (PhaseOp other : phases)
        if (!readsOwnItem(other, result)) // kernel_c3
          return other.emitOpError("reads a result of its kernel at places "
                                   "that may belong to other items");
  return success();
}

namespace {
/// The constraints of one phase.
class PhaseVerifier {
public:
  explicit PhaseVerifier(PhaseOp phase) : phase(phase) {}

  LogicalResult verify() {
    if (!isa<YieldOp>(phase.getBody().front().getTerminator())) // phase_c4
      return phase.emitOpError("must end in a yield");
    return success(succeeded(verifyRoles()) && succeeded(verifyStream()) &&
                   succeeded(verifyResults()) && succeeded(verifyBody()) &&
                   succeeded(verifyGroups()));
  }

private:
  /// The role of an axis outside of elements, or null.
  RoleAttr roleOf(AxisAttr axis) {
    for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>())
      if (role.getAxis() == axis && role.getKind() != RoleKind::Contract)
        return role;
    return {};
  }

  LogicalResult verifyRoles() {
    llvm::SmallPtrSet<const void *, 8> names;
    bool hasLanes = false;
    for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>()) {
      StringAttr name = role.getAxis().getName();
      if (role.getKind() != RoleKind::Contract &&
          !names.insert(name.getAsOpaquePointer()).second) // phase_c1
        return phase.emitOpError("axis ") << name << " has two roles";
      const int64_t lanes = role.getLanes();
      if (!llvm::isPowerOf2_64(lanes) || role.getBlock() < 0 ||
          role.getBlock() % lanes != 0) // phase_c1
        return phase.emitOpError("axis ")
               << name << " has " << lanes << " lanes in blocks of "
               << role.getBlock();
      if (lanes > 1 && std::exchange(hasLanes, true)) // phase_c1
        return phase.emitOpError("a second axis has lanes: ") << name;
    }
    return success();
  }

  LogicalResult verifyStream() {
    SmallVector<AxisAttr> reduced;
    Operation *reduction = phase.getReduction();
    if (auto fold = dyn_cast_or_null<FoldOp>(reduction))
      reduced = axesOf(fold.getAxes());
    else if (auto reduce = dyn_cast_or_null<ReduceOp>(reduction))
      reduced = axesOf(reduce.getAxes());
    for (RoleAttr role : phase.getRoles().getAsRange<RoleAttr>()) {
      if (role.getKind() == RoleKind::Contract)
        continue;
      const bool isReduced = llvm::is_contained(reduced, role.getAxis());
      if (isReduced != (role.getKind() == RoleKind::Stream)) // phase_c2
        return phase.emitOpError("axis ")
               << role.getAxis().getName()
               << (isReduced ? " is reduced but not streamed"
                             : " is streamed but not reduced");
    }
    for (AxisAttr axis : reduced)
      if (!roleOf(axis)) // phase_c2
        return phase.emitOpError("axis ")
               << axis.getName() << " is reduced but not streamed";
    return success();
  }

  LogicalResult verifyResults() {
    if (phase.getLayouts().size() != phase->getNumResults()) // phase_c3
      return phase.emitOpError("has ")
             << phase.getLayouts().size() << " layouts for "
             << phase->getNumResults() << " results";
    for (unsigned k = 0; k < phase->getNumResults(); ++k) {
      SmallVector<AxisAttr> layout = phase.getLayout(k);
      auto type = cast<ArrayType>(phase->getResult(k).getType());
      for (AxisAttr axis : type.getAxes()) {
        RoleAttr role = roleOf(axis);
        if (!role || role.getKind() == RoleKind::Stream) // phase_c3
          return phase.emitOpError("axis ")
                 << axis.getName() << " of a result is not walked along";
      }
      if (layout.size() != type.getAxes().size() ||
          type != type.withAxes(layout)) // phase_c3
        return phase.emitOpError("layout ")
               << k << " does not list the axes of its result";
    }
    return success();
  }

  LogicalResult verifyBody() {
    const ValueRange given = phase.getYield().getValues();
    if (given.size() != phase->getNumResults() || given.empty()) // phase_c4
      return phase.emitOpError("yields ")
             << given.size() << " values for " << phase->getNumResults()
             << " results";
    for (auto [value, result] : llvm::zip(given, phase->getResults())) {
      auto type = cast<ArrayType>(value.getType());
      auto wanted = cast<ArrayType>(result.getType());
      bool fits = type.getElementType() == wanted.getElementType();
      for (AxisAttr axis : type.getAxes())
        fits = fits && wanted.getAxis(axis.getName()) == axis;
      if (!fits) // phase_c4
        return phase.emitOpError("yields ") << type << ", needs " << wanted;
    }
    Operation *reduction = phase.getReduction();
    if (!reduction && given.size() != 1) // phase_c4
      return phase.emitOpError("is a map, which yields one value");
    if (reduction && given != ValueRange(reduction->getResults())) // phase_c4
      return phase.emitOpError("must yield all results of its reduction");
    return success();
  }

  LogicalResult verifyGroups() {
    size_t groups = 0;
    if (auto fold = dyn_cast_or_null<FoldOp>(phase.getReduction())) {
      std::set<unsigned> known;
      for (unsigned k = 0; k < fold.getNumAccumulators(); ++k)
        known.insert(fold.getGaugesBefore(k));
      groups = known.size();
    } else if (phase.getReduction()) {
      groups = 1;
    }
    if (phase.getVisits().size() != groups) // phase_c5
      return phase.emitOpError("has ")
             << phase.getVisits().size() << " visits for " << groups
             << " groups of accumulators";
    if (phase.getUnroll() < 1 ||
        llvm::any_of(phase.getVisits(),
                     [](int64_t visit) { return visit < 1; })) // phase_c5
      return phase.emitOpError("visits less than one place at a time");
    const WalkResult walk = phase.getBody().walk([&](KeepOp keep) {
      const std::optional<uint32_t> group = keep.getGroup();
      return group && *group >= groups ? WalkResult::interrupt()
                                       : WalkResult::advance();
    });
    if (walk.wasInterrupted()) // phase_c5
      return phase.emitOpError("keeps a value for a group that it lacks");
    return success();
  }

  PhaseOp phase;
};
} // namespace

LogicalResult PhaseOp::verifyRegions() { return PhaseVerifier(*this).verify(); }
