//===- Step.cpp - what a fold does at each place --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
#include "passes/Demand.h"
#include "passes/derive/Reasons.h"
#include "tools/certificate/Describe.h"
#include "tools/explain/Arrays.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::explaining;

/// Whether `accepts` holds for all that a value is made from.
static bool isMadeOf(Value value,
                     llvm::function_ref<bool(Operation *)> accepts) {
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].getDefiningOp();
    if (!op || !accepts(op))
      return false;
    work.insert_range(op->getOperands());
  }
  return true;
}

/// Whether a value is made from indices, sizes and scalars only.
static bool isOverIndices(Value value) {
  return isMadeOf(value, [](Operation *op) {
    if (auto input = dyn_cast<ir::InputOp>(op))
      return input.getType().isScalar();
    return isa<ir::IndexOp, ir::ConstantOp, ir::SizeOp, ir::RenameOp,
               ir::ElementwiseOpInterface>(op);
  });
}

/// Whether an integer is bounded in a block by looking at data along one axis.
static bool isBounded(Value value) {
  const auto type = cast<ir::ArrayType>(value.getType());
  return !type.isFloat() &&
         (isOverIndices(value) || type.getAxes().size() <= 1);
}

/// Whether blocks in which a condition fails are found by looking data up
/// (backends/cpu/EmitBox.cpp): of a conjunction one part is enough.
static bool isLookedUp(Value condition, llvm::DenseMap<Value, bool> &known) {
  if (auto found = known.find(condition); found != known.end())
    return found->second;
  Operation *op = condition.getDefiningOp();
  auto isPart = [&](Value part) { return isLookedUp(part, known); };
  bool is;
  if (isa_and_nonnull<ir::AndOp>(op))
    is = llvm::any_of(op->getOperands(), isPart);
  else if (isa_and_nonnull<ir::OrOp, ir::NotOp>(op))
    is = llvm::all_of(op->getOperands(), isPart);
  else
    is = isOverIndices(condition) ||
         cast<ir::ArrayType>(condition.getType()).getAxes().size() <= 1 ||
         (isa_and_nonnull<ir::CompareOp>(op) &&
          llvm::all_of(op->getOperands(), isBounded));
  return known[condition] = is;
}

/// Whether a value is the same at all places, whatever the inputs are.
static bool isConstant(Value value) {
  return isMadeOf(value, [](Operation *op) {
    return !isa<ir::IndexOp, ir::InputOp, ir::LiteralOp, ir::FoldOp>(op);
  });
}

/// The choices that leave places out: a hard number of theirs is one of an
/// accumulator, which it does not change.
static llvm::DenseSet<Operation *> choicesOf(ir::LiftOp lift) {
  llvm::SetVector<std::pair<Value, ir::HardKind>> work;
  for (auto [k, element] : llvm::enumerate(lift.getElements())) {
    if (lift.getKind(k) == ir::ReduceKind::Sum)
      work.insert({element, ir::HardKind::Zero});
    else if (lift.getKind(k) == ir::ReduceKind::Max ||
             lift.getKind(k) == ir::ReduceKind::ArgMax)
      work.insert({element, ir::HardKind::NegInf});
  }
  llvm::DenseSet<Operation *> choices;
  for (size_t i = 0; i < work.size(); ++i) {
    Operation *op = work[i].first.getDefiningOp();
    if (!op)
      continue;
    const HardSources sources = hardSources(op, work[i].second);
    if (sources.isOwn)
      choices.insert(op);
    for (auto [operand, hard] : sources.operands)
      work.insert({op->getOperand(operand), hard});
  }
  return choices;
}

static void addMask(Value condition, std::vector<ExplainedMask> &masks) {
  if (isConstant(condition))
    return;
  const std::string text = ir::Formula().definition(condition);
  llvm::DenseMap<Value, bool> lookedUp;
  if (llvm::none_of(masks, [&](const ExplainedMask &mask) {
        return mask.condition == text;
      }))
    masks.push_back(
        {text, isOverIndices(condition), isLookedUp(condition, lookedUp)});
}

static bool isGather(ir::AtOp read) {
  return !llvm::all_of(read.getIndices(), isOverIndices);
}

/// Reductions, gathers, random numbers and what has a name; what stands in one
/// that is told already is left out.
static void addRecomputed(ir::FoldOp fold, std::vector<std::string> &into) {
  for (Operation &op : llvm::reverse(fold.getElement().front())) {
    if (op.getNumResults() != 1)
      continue;
    const StringRef name = ir::nameOf(&op);
    auto read = dyn_cast<ir::AtOp>(op);
    if (name.empty() && !isa<ir::ReduceOp, ir::RandomOp>(op) &&
        !(read && isGather(read)))
      continue;
    const Value value = op.getResult(0);
    const std::string formula = ir::Formula().definition(value);
    const std::string line =
        name.empty() ? formula : ir::Formula().text(value) + " = " + formula;
    if (llvm::any_of(into, [&](const std::string &told) {
          return name.empty() ? told.find(formula) != std::string::npos
                              : told == line;
        }))
      continue;
    into.push_back(line);
  }
  std::reverse(into.begin(), into.end());
}

bool explaining::hasReasonToStore(Value value) {
  auto fold = value.getDefiningOp<ir::FoldOp>();
  auto waits =
      fold ? fold->getAttrOfType<ArrayAttr>(derive::waitsName) : ArrayAttr();
  return waits &&
         llvm::any_of(waits.getAsRange<DictionaryAttr>(), [&](auto wait) {
           auto result = wait.template getAs<IntegerAttr>(derive::resultName);
           return result && fold.getResult(result.getInt()) == value;
         });
}

/// What waits, and what is stored of the results that are `needed` in memory.
static void addRefusals(ir::FoldOp fold,
                        llvm::function_ref<bool(Value)> isNeeded,
                        std::vector<ExplainedRefusal> &into) {
  auto waits = fold->getAttrOfType<ArrayAttr>(derive::waitsName);
  if (!waits)
    return;
  for (auto wait : waits.getAsRange<DictionaryAttr>()) {
    auto part = [&](StringRef key) {
      return wait.getAs<StringAttr>(key).str();
    };
    if (auto result = wait.getAs<IntegerAttr>(derive::resultName);
        result && !isNeeded(fold.getResult(result.getInt())))
      continue;
    ExplainedRefusal refusal{part("kind"),   part("reduction"), "", 0,
                             part("reason"), part("hint")};
    if (auto place = placeOf(wait.getAs<LocationAttr>("at"))) {
      refusal.file = place->file;
      refusal.line = place->first;
    }
    into.push_back(std::move(refusal));
  }
}

void explaining::explainStep(ir::FoldOp fold,
                             llvm::function_ref<bool(Value)> isNeeded,
                             ExplainedKernel &into) {
  const FoldCertificate formulas =
      certificate::described(fold, {into.accumulators.size(),
                                    into.gauges.size(), into.results.size()});
  auto add = [](std::vector<std::string> &list,
                const std::vector<std::string> &more) {
    list.insert(list.end(), more.begin(), more.end());
  };
  add(into.accumulators, formulas.accumulators);
  add(into.gauges, formulas.gauges);
  add(into.repairs, formulas.repairs);
  for (auto [number, formula] : llvm::enumerate(formulas.results)) {
    // `o[i, e] = ..`; a result without a name has been told as its formula.
    const std::string name = ir::Formula().text(fold.getResult(number));
    const size_t equals = formula.find(" = ");
    into.results.push_back(name.find('(') == std::string::npos
                               ? name + formula.substr(equals)
                               : formula);
  }
  ir::LiftOp lift = fold.getLift();
  for (Value guard : lift.getGuards())
    addMask(guard, into.masks);
  const llvm::DenseSet<Operation *> choices = choicesOf(lift);
  fold.getElement().walk([&](ir::SelectOp select) {
    if (choices.contains(select))
      addMask(select.getCondition(), into.masks);
  });
  addRecomputed(fold, into.recomputed);
  addRefusals(fold, isNeeded, into.refusals);
}
