//===- FoldOps.cpp - chains of reductions as one pass ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/ResultTypes.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/SmallPtrSet.h"

using namespace mlir;
using namespace fovea::ir;

Value LiftOp::getGuard(unsigned k) {
  if (!getGuarded()[k])
    return nullptr;
  return getGuards()[llvm::count(getGuarded().take_front(k), true)];
}

LogicalResult LiftOp::verify() {
  const size_t count = getElements().size();
  if (getKinds().size() != count || getGuarded().size() != count ||
      static_cast<size_t>(llvm::count(getGuarded(), true)) !=
          getGuards().size()) // lift_c1
    return emitOpError("lists ")
           << getKinds().size() << " kinds, " << count << " elements, "
           << getGuarded().size() << " flags and " << getGuards().size()
           << " guards";
  for (unsigned k = 0; k < count; ++k) {
    if (!symbolizeReduceKind(getKinds()[k])) // lift_c1
      return emitOpError("has no kind ") << getKinds()[k];
    if (auto error =
            joinError(getKind(k),
                      cast<ArrayType>(getElements()[k].getType()))) // lift_c2
      return emitOpError(*error);
  }
  return success();
}

ParseResult LiftOp::parse(OpAsmParser &parser, OperationState &result) {
  SmallVector<int32_t> kinds;
  SmallVector<bool> guarded;
  SmallVector<Value> elements, guards;
  auto parseArray = [&](SmallVectorImpl<Value> &into) -> ParseResult {
    OpAsmParser::UnresolvedOperand operand;
    ArrayType type;
    return failure(parser.parseOperand(operand) || parser.parseColon() ||
                   parser.parseCustomTypeWithFallback(type) ||
                   parser.resolveOperand(operand, type, into));
  };
  auto parseOne = [&]() -> ParseResult {
    StringRef word;
    const SMLoc at = parser.getCurrentLocation();
    if (parser.parseKeyword(&word))
      return failure();
    const std::optional<ReduceKind> kind = symbolizeReduceKind(word);
    if (!kind)
      return parser.emitError(at, "no kind of reduction: ") << word;
    kinds.push_back(static_cast<int32_t>(*kind));
    if (parseArray(elements))
      return failure();
    guarded.push_back(succeeded(parser.parseOptionalKeyword("where")));
    return guarded.back() ? parseArray(guards) : success();
  };
  if (parser.parseCommaSeparatedList(parseOne) ||
      parser.parseOptionalAttrDict(result.attributes))
    return failure();
  OpBuilder builder(parser.getContext());
  build(builder, result, kinds, elements, guards, guarded);
  return success();
}

void LiftOp::print(OpAsmPrinter &printer) {
  auto printArray = [&](Value value) {
    printer << ' ' << value << " : ";
    printer.printStrippedAttrOrType(cast<ArrayType>(value.getType()));
  };
  for (unsigned k = 0; k < getElements().size(); ++k) {
    printer << (k == 0 ? " " : ", ") << stringifyReduceKind(getKind(k));
    printArray(getElements()[k]);
    if (Value guard = getGuard(k)) {
      printer << " where";
      printArray(guard);
    }
  }
  printer.printOptionalAttrDict((*this)->getAttrs(),
                                {"kinds", "guarded", "operandSegmentSizes"});
}

LiftOp FoldOp::getLift() {
  return cast<LiftOp>(getElement().front().getTerminator());
}

unsigned FoldOp::getNumAccumulators() { return getLift().getElements().size(); }

ReduceKind FoldOp::getKind(unsigned accumulator) {
  return getLift().getKind(accumulator);
}

ArrayType FoldOp::getAccumulatorType(unsigned accumulator) {
  return cast<ArrayType>(getGauge().front().getArgument(accumulator).getType());
}

unsigned FoldOp::getGaugesBefore(unsigned accumulator) {
  return llvm::count_if(getAfter(), [&](int32_t after) {
    return after <= static_cast<int32_t>(accumulator);
  });
}

ParseResult fovea::ir::parseResultTypes(OpAsmParser &parser,
                                        OperationState &result) {
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

void fovea::ir::printResultTypes(OpAsmPrinter &printer, TypeRange types) {
  printer << " -> ";
  llvm::interleaveComma(types, printer, [&](Type type) {
    printer.printStrippedAttrOrType(cast<ArrayType>(type));
  });
}

static constexpr const char *regionNames[] = {"element", "gauge", "repair",
                                              "finish"};

ParseResult FoldOp::parse(OpAsmParser &parser, OperationState &result) {
  ArrayAttr axes;
  DenseI32ArrayAttr after;
  if (parser.parseKeyword("over") ||
      parser.parseAttribute(axes, "axes", result.attributes))
    return failure();
  SmallVector<int32_t> counts;
  if (succeeded(parser.parseOptionalKeyword("after"))) {
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
          return parser.parseInteger(counts.emplace_back());
        }))
      return failure();
  }
  result.addAttribute("after",
                      parser.getBuilder().getDenseI32ArrayAttr(counts));
  for (const char *name : regionNames) {
    SmallVector<OpAsmParser::Argument> arguments;
    if (parser.parseKeyword(name) ||
        parser.parseArgumentList(arguments, AsmParser::Delimiter::Paren,
                                 /*allowType=*/true) ||
        parser.parseRegion(*result.addRegion(), arguments))
      return failure();
  }
  return failure(parser.parseOptionalAttrDict(result.attributes) ||
                 parseResultTypes(parser, result));
}

void FoldOp::print(OpAsmPrinter &printer) {
  printer << " over " << getAxes();
  if (!getAfter().empty())
    printer << " after [" << getAfter() << "]";
  for (auto [name, region] : llvm::zip_equal(regionNames, getRegions())) {
    printer << ' ' << name << '(';
    llvm::interleaveComma(
        region->getArguments(), printer,
        [&](BlockArgument argument) { printer.printRegionArgument(argument); });
    printer << ") ";
    printer.printRegion(*region, /*printEntryBlockArgs=*/false);
  }
  printer.printOptionalAttrDict((*this)->getAttrs(), {"axes", "after"});
  printResultTypes(printer, getResultTypes());
}

namespace {
/// Which arguments of its block a value is made from.
class Origins {
public:
  explicit Origins(Block &block) : count(block.getNumArguments()) {
    for (BlockArgument argument : block.getArguments()) {
      llvm::SmallBitVector &set = sets[argument];
      set.resize(count);
      set.set(argument.getArgNumber());
    }
    for (Operation &op : block)
      for (Value result : op.getResults()) {
        llvm::SmallBitVector set(count);
        for (Value operand : op.getOperands())
          set |= of(operand);
        sets[result] = set;
      }
  }
  llvm::SmallBitVector of(Value value) const {
    auto found = sets.find(value);
    return found == sets.end() ? llvm::SmallBitVector(count) : found->second;
  }

private:
  unsigned count;
  llvm::DenseMap<Value, llvm::SmallBitVector> sets;
};

/// The constraints of one fold.
class FoldVerifier {
public:
  explicit FoldVerifier(FoldOp fold)
      : fold(fold), accumulators(fold.getNumAccumulators()),
        gauges(fold.getNumGauges()) {}

  LogicalResult verify() {
    return success(succeeded(verifyAxes()) && succeeded(verifyArguments()) &&
                   succeeded(verifyYields()) && succeeded(verifyGauges()) &&
                   succeeded(verifyAccumulators()));
  }

private:
  bool isFolded(ArrayType type) {
    return llvm::any_of(axesOf(fold.getAxes()), [&](AxisAttr axis) {
      return type.hasAxis(axis.getName());
    });
  }
  LogicalResult verifyAxes() {
    llvm::SmallPtrSet<const void *, 4> names;
    for (AxisAttr axis : axesOf(fold.getAxes()))
      if (!names.insert(axis.getName().getAsOpaquePointer()).second) // fold_c1
        return fold.emitOpError("axis ") << axis.getName() << " appears twice";
    if (names.empty()) // fold_c1
      return fold.emitOpError("needs an axis to fold over");
    for (Type type : fold.getResultTypes())
      if (isFolded(cast<ArrayType>(type))) // fold_c1
        return fold.emitOpError("result has a folded axis: ") << type;
    return success();
  }

  LogicalResult verifyTypes(const char *region, Block &block,
                            ArrayRef<unsigned> counts) {
    unsigned wanted = 0;
    for (unsigned count : counts)
      wanted += count;
    if (block.getNumArguments() != wanted) // fold_c2
      return fold.emitOpError(region) << " has " << block.getNumArguments()
                                      << " arguments, needs " << wanted;
    for (BlockArgument argument : block.getArguments()) {
      auto type = dyn_cast<ArrayType>(argument.getType());
      if (!type || isFolded(type)) // fold_c1, fold_c2
        return fold.emitOpError(region)
               << " has an argument of type " << argument.getType();
    }
    return success();
  }
  LogicalResult verifyArguments() {
    if (failed(verifyTypes("element", fold.getElement().front(), {gauges})) ||
        failed(verifyTypes("gauge", fold.getGauge().front(),
                           {accumulators, gauges})) ||
        failed(verifyTypes("repair", fold.getRepair().front(),
                           {accumulators, gauges, gauges})) ||
        failed(verifyTypes("finish", fold.getFinish().front(),
                           {accumulators, gauges})))
      return failure();
    auto types = [](Region &region) {
      return llvm::to_vector(region.front().getArgumentTypes());
    };
    const SmallVector<Type> wanted = types(fold.getGauge());
    const ArrayRef<Type> states = wanted;
    SmallVector<Type> repair(states);
    llvm::append_range(repair, states.drop_front(accumulators));
    if (states.drop_front(accumulators) != ArrayRef(types(fold.getElement())) ||
        states != ArrayRef(types(fold.getFinish())) ||
        repair != types(fold.getRepair())) // fold_c2
      return fold.emitOpError("regions disagree on the types of the state");
    return success();
  }

  LogicalResult verifyYield(const char *region, Block &block,
                            TypeRange wanted) {
    auto yield = dyn_cast<YieldOp>(block.getTerminator());
    if (!yield || yield.getValues().size() != wanted.size()) // fold_c5
      return fold.emitOpError(region)
             << " must yield " << wanted.size() << " values";
    for (auto [value, type] : llvm::zip(yield.getValues(), wanted))
      if (failed(verifyFits(region, cast<ArrayType>(value.getType()),
                            cast<ArrayType>(type))))
        return failure();
    return success();
  }
  LogicalResult verifyFits(const char *region, ArrayType value,
                           ArrayType wanted) {
    bool fits = value.getElementType() == wanted.getElementType();
    for (AxisAttr axis : value.getAxes())
      fits = fits && wanted.getAxis(axis.getName()) == axis;
    if (!fits) // fold_c5
      return fold.emitOpError(region)
             << " gives " << value << ", needs " << wanted;
    return success();
  }
  LogicalResult verifyYields() {
    LiftOp lift = fold.getLift();
    const TypeRange state = fold.getGauge().front().getArgumentTypes();
    for (unsigned k = 0; k < accumulators; ++k) {
      auto type = cast<ArrayType>(lift.getElements()[k].getType());
      SmallVector<AxisAttr> axes(type.getAxes());
      if (Value guard = lift.getGuard(k))
        llvm::append_range(axes, cast<ArrayType>(guard.getType()).getAxes());
      llvm::erase_if(axes, [&](AxisAttr axis) {
        return llvm::is_contained(axesOf(fold.getAxes()), axis);
      });
      llvm::sort(axes, [](AxisAttr a, AxisAttr b) {
        return a.getName().getValue() < b.getName().getValue();
      });
      axes.erase(llvm::unique(axes), axes.end());
      Type element = isArg(lift.getKind(k))
                         ? IntegerType::get(fold.getContext(), 64)
                         : type.getElementType();
      auto given = ArrayType::getChecked([&] { return fold.emitOpError(); },
                                         fold.getContext(), element,
                                         ArrayRef<AxisAttr>(axes));
      if (!given ||
          failed(verifyFits("element", given, cast<ArrayType>(state[k]))))
        return failure();
    }
    return success(succeeded(verifyYield("gauge", fold.getGauge().front(),
                                         state.drop_front(accumulators))) &&
                   succeeded(verifyYield("repair", fold.getRepair().front(),
                                         state.take_front(accumulators))) &&
                   succeeded(verifyYield("finish", fold.getFinish().front(),
                                         fold.getResultTypes())));
  }

  LogicalResult verifyGauges() {
    Block &block = fold.getGauge().front();
    const Origins origins(block);
    int32_t last = 0;
    for (unsigned q = 0; q < gauges; ++q) {
      const int32_t after = fold.getAfter()[q];
      if (after < last || after > static_cast<int32_t>(accumulators)) // fold_c3
        return fold.emitOpError("gauge ")
               << q << " is made after " << after << " of " << accumulators
               << " accumulators";
      last = after;
      const llvm::SmallBitVector origin =
          origins.of(block.getTerminator()->getOperand(q));
      for (unsigned used : origin.set_bits())
        if (used < accumulators ? static_cast<int32_t>(used) >= after
                                : used - accumulators >= q) // fold_c3
          return fold.emitOpError("gauge ")
                 << q << " is made from what comes after it";
    }
    return success();
  }

  LogicalResult verifyAccumulators() {
    Block &element = fold.getElement().front();
    Block &repair = fold.getRepair().front();
    const Origins inElement(element), inRepair(repair);
    LiftOp lift = fold.getLift();
    for (unsigned k = 0; k < accumulators; ++k) {
      const unsigned visible = fold.getGaugesBefore(k);
      llvm::SmallBitVector used = inElement.of(lift.getElements()[k]);
      if (Value guard = lift.getGuard(k))
        used |= inElement.of(guard);
      if (used.find_last() >= static_cast<int>(visible)) // fold_c4
        return fold.emitOpError("accumulator ")
               << k << " is lifted at a gauge that is not known yet";
      const llvm::SmallBitVector origin =
          inRepair.of(repair.getTerminator()->getOperand(k));
      for (unsigned other : origin.set_bits()) {
        const bool isState = other < accumulators;
        if (isState ? fold.getGaugesBefore(other) != visible
                    : (other - accumulators) % gauges >= visible) // fold_c4
          return fold.emitOpError("accumulator ")
                 << k << " is repaired from what is not known yet";
      }
    }
    return success();
  }

  FoldOp fold;
  const unsigned accumulators, gauges;
};
} // namespace

LogicalResult FoldOp::verifyRegions() {
  // How many accumulators there are is asked of the lift.
  if (!isa<LiftOp>(getElement().front().getTerminator())) // fold_c5
    return emitOpError("element must end in a lift");
  return FoldVerifier(*this).verify();
}
