//===- DeriveFolds.cpp - chains of reductions become folds ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
#include "ir/Kept.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"
#include "passes/Passes.h"
#include "passes/Sort.h"
#include "passes/derive/Deriver.h"
#include "passes/derive/Reasons.h"
#include "passes/derive/Writer.h"

namespace fovea {
#define GEN_PASS_DEF_DERIVEFOLDS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

void Deriver::derive() {
  for (Operation &op : llvm::make_early_inc_range(func.getBody().front()))
    if (auto reduce = dyn_cast<ir::ReduceOp>(op);
        reduce && !placement.isRecomputed(reduce))
      enter(reduce);
  uniteSiblings();
  uniteAwaited();
}

llvm::DenseSet<Operation *> Deriver::takenTwice() {
  llvm::DenseSet<Operation *> taken;
  for (const auto &[op, readers] : placement.smallOnes())
    for (ir::ReduceOp reader : readers)
      if (!groups.isEquivalent(memberOf.at(reader),
                               memberOf.at(readers.front())))
        taken.insert(op);
  return taken;
}

/// The finished result of a reduction of a line, as a number that is given.
Expr Deriver::given(Line &line, unsigned number) {
  Algebra &a = line.chain->algebra;
  if (ir::ReduceOp op = (*line.chain)[number].op)
    return a.given(op.getResult());
  assert(number == Chain::count && "maxima of exponents serve one pass only");
  if (!line.count) {
    OpBuilder b = OpBuilder::atBlockBegin(&func.getBody().front());
    const auto scalar =
        ir::ArrayType::get(b.getI64Type(), ArrayRef<ir::AxisAttr>());
    line.count = ir::SizeOp::create(
        b, func.getLoc(), scalar, ir::sizeOfAxes(func.getContext(), line.axes));
  }
  return a.given(line.count);
}

/// A reduction and what it depends on in its pass.
std::set<unsigned> Deriver::closureOf(const Chain &chain,
                                      unsigned number) const {
  std::set<unsigned> numbers = {number};
  SmallVector<unsigned> work = {number};
  while (!work.empty())
    for (unsigned use : chain.usesOf(work.pop_back_val()))
      if (numbers.insert(use).second)
        work.push_back(use);
  return numbers;
}

/// Those of the reductions `tried` that a fold of `numbers` gets wrong.
SmallVector<unsigned> Deriver::wrongOf(Line &line,
                                       const std::set<unsigned> &numbers,
                                       ArrayRef<unsigned> tried) {
  SmallVector<unsigned> wrong;
  if (tried.empty())
    return wrong;
  Block scratch;
  OpBuilder b(func.getContext());
  b.setInsertionPointToEnd(&scratch);
  FoldWriter writer(b, *line.chain, line.axes, placement,
                    SmallVector<unsigned>(numbers.begin(), numbers.end()),
                    tried);
  ir::FoldOp fold = writer.write();
  SmallVector<Value> written;
  for (unsigned number : tried)
    written.push_back(ir::ReduceOp((*line.chain)[number].op).getResult());
  for (unsigned result : line.trial->wrongOf(fold, written))
    wrong.push_back(tried[result]);
  return wrong;
}

/// Whether a fold of a reduction and what it depends on in its pass is right
/// when it is tried.
bool Deriver::holds(Line &line, unsigned number) {
  return !lessons.late.contains((*line.chain)[number].op) &&
         wrongOf(line, closureOf(*line.chain, number), number).empty();
}

void Deriver::check(Lessons &next) {
  for (const Group &group : groupsOfMembers()) {
    const Chain &chain = *group.line->chain;
    SmallVector<unsigned> moving;
    for (unsigned i : group.members)
      if (!chain[members[i].number].element->fresh.empty())
        moving.push_back(members[i].number);
    for (unsigned number : wrongOf(*group.line, group.numbers, moving)) {
      Operation *op = ir::ReduceOp(chain[number].op);
      const bool isAlone = closureOf(chain, number) == group.numbers;
      (isAlone || lessons.apart.contains(op) ? next.late : next.apart)
          .insert(op);
    }
  }
}

void Deriver::enter(ir::ReduceOp reduce) {
  Line &line = lines[reduce.getAxes()];
  if (!line.chain) {
    line.axes = ir::axesOf(reduce.getAxes());
    line.chain = std::make_unique<Chain>();
    line.reader = std::make_unique<Reader>(*line.chain, line.axes);
    line.trial = std::make_unique<Trial>(
        line.axes, [this, axes = reduce.getAxes()](ir::ReduceOp other) {
          return memberOf.count(other) && other.getAxes() == axes;
        });
  }
  const Reader::Formula formula = line.reader->read(reduce);
  const unsigned index = members.size();
  memberOf[reduce] = index;
  members.push_back({reduce, reduce.getAxes(), 0, nullptr, {}});
  unsigned earliest = 1;
  for (unsigned number : formula.finished)
    earliest = std::max(earliest, (*line.chain)[number].pass + 1);
  for (unsigned number : formula.unfinished())
    earliest = std::max(earliest, (*line.chain)[number].pass);
  const unsigned without = passWithoutCycle(reduce, formula, line);
  const bool isAround = without > earliest;
  earliest = std::max(earliest, without);
  const unsigned number = line.chain->enter(
      reduce.getKind(), formula.guards, formula.element, formula.whole,
      formula.argument, reduce, earliest,
      [&](unsigned other) { return given(line, other); },
      [&](unsigned number) { return holds(line, number); });
  DictionaryAttr wait =
      reasonToWait(*line.chain, number, *line.reader, formula.finished,
                   isAround && (*line.chain)[number].pass == without);
  line.reader->define(reduce, number);

  Member &member = members[index];
  member.number = number;
  member.wait = wait;
  for (Value source : placement.sourcesOf(reduce))
    if (llvm::any_of(line.axes, [&](ir::AxisAttr axis) {
          return typeOf(source).hasAxis(axis.getName());
        }))
      member.sources.push_back(source);

  groups.insert(index);
  grouped[index] = {index};
  rows[index] = llvm::to_vector(reduce.getType().getAxes());
  const Names uses = line.chain->usesOf(number);
  for (unsigned other = 0; other < index; ++other)
    if (members[other].axes == member.axes && uses.count(members[other].number))
      unite(index, other);
}

/// Why what another group, or an output, takes of a member is stored; null if
/// that goes without saying. Of what is small it does if somebody says that he
/// waits for it.
DictionaryAttr Deriver::reasonToStoreOf(unsigned member) {
  ir::ReduceOp op = members[member].op;
  Operation *keeper = placement.reasonToKeep(op);
  if (!keeper)
    return nullptr;
  const bool isSmall = placement.isCovered(op);
  const unsigned own = groups.getLeaderValue(member);
  for (unsigned other = 0; isSmall && other < members.size(); ++other)
    if (const unsigned group = groups.getLeaderValue(other);
        group == own ? members[other].op == keeper
                     : members[other].wait && isMadeFrom(group, own))
      return nullptr;
  return reasonToStore(op, keeper, isSmall);
}

void Deriver::rewrite() {
  Block &block = func.getBody().front();
  OpBuilder b = OpBuilder::atBlockEnd(&block);
  const llvm::DenseSet<Operation *> needed = neededOutside();
  for (Operation *op : placement.formulasToKeep())
    op->setAttr(ir::keptName, b.getUnitAttr());
  SmallVector<std::pair<Value, Value>> replaced;
  for (const auto &[own, list, numbers] : groupsOfMembers()) {
    Line &line = *own;
    SmallVector<unsigned> wanted;
    for (unsigned number : numbers)
      if (ir::ReduceOp op = (*line.chain)[number].op; op && needed.contains(op))
        wanted.push_back(number);
    FoldWriter writer(b, *line.chain, line.axes, placement,
                      SmallVector<unsigned>(numbers.begin(), numbers.end()),
                      wanted);
    ir::FoldOp fold = writer.write();
    SmallVector<Attribute> waits, names;
    for (unsigned i : list) {
      if (members[i].wait)
        waits.push_back(members[i].wait);
      auto result = llvm::find(wanted, members[i].number);
      if (members[i].wait || result == wanted.end())
        continue;
      if (DictionaryAttr why = reasonToStoreOf(i)) {
        NamedAttrList entries(why);
        entries.set(resultName, b.getI64IntegerAttr(result - wanted.begin()));
        waits.push_back(entries.getDictionary(b.getContext()));
      }
    }
    for (unsigned number : wanted)
      names.push_back(b.getStringAttr(ir::Formula().pattern(
          ir::ReduceOp((*line.chain)[number].op).getResult())));
    if (!waits.empty())
      fold->setAttr(waitsName, b.getArrayAttr(waits));
    fold->setAttr(ir::foldResultsName, b.getArrayAttr(names));
    for (auto [number, result] : llvm::zip_equal(wanted, fold.getResults()))
      replaced.push_back(
          {ir::ReduceOp((*line.chain)[number].op).getResult(), result});
  }
  for (auto [from, to] : replaced)
    from.replaceAllUsesWith(to);

  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (op.use_empty() && isPure(&op))
      op.erase();
  sortOperations(func);
}

namespace {
struct DeriveFolds : fovea::impl::DeriveFoldsBase<DeriveFolds> {
  void runOnOperation() override {
    ir::settleNames(getOperation());
    for (Lessons lessons;;) {
      Deriver deriver(getOperation(), lessons);
      deriver.derive();
      Lessons next = lessons;
      next.stored.insert_range(deriver.takenTwice());
      if (next.stored.size() == lessons.stored.size())
        deriver.check(next);
      if (next.stored.size() + next.apart.size() + next.late.size() ==
          lessons.stored.size() + lessons.apart.size() + lessons.late.size())
        return deriver.rewrite();
      lessons = std::move(next);
    }
  }
};
} // namespace
