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
#include "passes/derive/Placement.h"
#include "passes/derive/Reader.h"
#include "passes/derive/Reasons.h"
#include "passes/derive/Trial.h"
#include "passes/derive/Writer.h"

#include "mlir/Analysis/TopologicalSortUtils.h"
#include "llvm/ADT/EquivalenceClasses.h"
#include "llvm/ADT/MapVector.h"

namespace fovea {
#define GEN_PASS_DEF_DERIVEFOLDS
#include "passes/Passes.h.inc"
} // namespace fovea

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::typeOf;

namespace {
/// A kept reduction and where it stands.
struct Member {
  ir::ReduceOp op;
  ArrayAttr axes;
  unsigned number;
  /// Why it is not in the pass of what it depends on, or null.
  DictionaryAttr wait;
  /// Arrays that vary along the folded axes and are read.
  SmallVector<Value> sources;
};

/// Reductions over one set of axes.
struct Line {
  std::unique_ptr<Chain> chain;
  std::unique_ptr<Reader> reader;
  std::unique_ptr<Trial> trial;
  SmallVector<ir::AxisAttr> axes;
  /// Their number of places, once it was asked for.
  Value count;
};

/// What was found out about reductions, for the next try.
struct Lessons {
  /// Recomputed ones that are as well stored.
  llvm::DenseSet<Operation *> stored;
  /// Those that share no fold with siblings; those that wait in any case.
  llvm::DenseSet<Operation *> apart, late;
};

/// What one function goes through.
class Deriver {
public:
  Deriver(ir::FuncOp func, const Lessons &lessons)
      : func(func), lessons(lessons), placement(func, lessons.stored) {}

  void derive();
  /// Recomputed reductions that are as well stored, since several folds take
  /// them.
  llvm::DenseSet<Operation *> takenTwice();
  /// What is wrong in the folds as they are, though it was right by itself.
  void check(Lessons &next);
  void rewrite();

private:
  void enter(ir::ReduceOp reduce);
  Expr given(Line &line, unsigned number);
  std::set<unsigned> closureOf(const Chain &chain, unsigned number) const;
  SmallVector<unsigned> wrongOf(Line &line, const std::set<unsigned> &numbers,
                                ArrayRef<unsigned> tried);
  bool holds(Line &line, unsigned number);
  /// The folds: by leader their members, and numbers of their chain.
  struct Group {
    Line *line;
    SmallVector<unsigned> members;
    std::set<unsigned> numbers;
  };
  std::vector<Group> groupsOfMembers();
  DictionaryAttr reasonToStoreOf(unsigned member);
  unsigned passWithoutCycle(ir::ReduceOp reduce, const Reader::Formula &formula,
                            Line &line);
  bool isMadeFrom(unsigned group, unsigned from);
  void uniteSiblings();
  void uniteAwaited();
  bool mayShare(unsigned a, unsigned b);
  void unite(unsigned a, unsigned b);
  const Reduction &reductionOf(unsigned member) {
    return (*lines[members[member].axes].chain)[members[member].number];
  }
  llvm::DenseSet<Operation *> neededOutside();
  const llvm::DenseSet<Operation *> &neededBy(Operation *root);

  ir::FuncOp func;
  const Lessons &lessons;
  Placement placement;
  llvm::MapVector<Attribute, Line> lines;
  std::vector<Member> members;
  llvm::DenseMap<Operation *, unsigned> memberOf;
  /// References to these stay valid.
  std::map<Operation *, llvm::DenseSet<Operation *>> needs;
  llvm::EquivalenceClasses<unsigned> groups;
  /// For each leader of a group its members, and the axes that all of its
  /// results have.
  llvm::DenseMap<unsigned, SmallVector<unsigned>> grouped;
  llvm::DenseMap<unsigned, SmallVector<ir::AxisAttr>> rows;
};
} // namespace

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
  for (auto [i, number] : llvm::enumerate(tried)) {
    ir::ReduceOp op = (*line.chain)[number].op;
    if (!line.trial->agrees(fold, i, op.getResult()))
      wrong.push_back(number);
  }
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

/// Reductions of the chain that a formula needs at its own place.
static Names unfinishedIn(const Reader::Formula &formula) {
  Names names = formula.element->fresh;
  for (Expr guard : formula.guards)
    names.insert(guard->fresh.begin(), guard->fresh.end());
  return names;
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
  for (unsigned number : unfinishedIn(formula))
    earliest = std::max(earliest, (*line.chain)[number].pass);
  const unsigned without = passWithoutCycle(reduce, formula, line);
  const bool isAround = without > earliest;
  earliest = std::max(earliest, without);
  const unsigned number = line.chain->enter(
      reduce.getKind(), formula.guards, formula.element, formula.whole, reduce,
      earliest, [&](unsigned other) { return given(line, other); },
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

/// The first pass in which `reduce` can share a fold with what it depends on,
/// without two folds waiting for each other: what else it is made from must not
/// be made from that fold.
unsigned Deriver::passWithoutCycle(ir::ReduceOp reduce,
                                   const Reader::Formula &formula, Line &line) {
  unsigned pass = 1;
  for (unsigned number : unfinishedIn(formula)) {
    ir::ReduceOp op = (*line.chain)[number].op;
    if (!op)
      continue;
    const unsigned group = groups.getLeaderValue(memberOf.at(op));
    for (Operation *needed : neededBy(reduce)) {
      const unsigned other = groups.getLeaderValue(memberOf.at(needed));
      if (other != group && isMadeFrom(other, group))
        pass = std::max(pass, (*line.chain)[number].pass + 1);
    }
  }
  return pass;
}

/// Whether a group needs results of another, perhaps through others.
bool Deriver::isMadeFrom(unsigned group, unsigned from) {
  llvm::SetVector<unsigned> work;
  work.insert(group);
  for (size_t next = 0; next < work.size(); ++next)
    for (unsigned member : grouped[work[next]])
      for (Operation *op : neededBy(members[member].op)) {
        const unsigned other = groups.getLeaderValue(memberOf.at(op));
        if (other == from && other != group)
          return true;
        work.insert(other);
      }
  return false;
}

static SmallVector<ir::AxisAttr> common(ArrayRef<ir::AxisAttr> a,
                                        ArrayRef<ir::AxisAttr> b) {
  SmallVector<ir::AxisAttr> both;
  for (ir::AxisAttr axis : a)
    if (llvm::is_contained(b, axis))
      both.push_back(axis);
  return both;
}

/// Whether one fold could do what two members' folds do, computing nothing more
/// often: the rows of a group are the axes that all of its results have, and
/// one of the two has no other rows.
bool Deriver::mayShare(unsigned a, unsigned b) {
  if (lessons.apart.contains(members[a].op) ||
      lessons.apart.contains(members[b].op))
    return false;
  const unsigned x = groups.getLeaderValue(a), y = groups.getLeaderValue(b);
  const size_t shared = common(rows[x], rows[y]).size();
  return x != y && members[a].axes == members[b].axes &&
         reductionOf(a).pass == reductionOf(b).pass &&
         (shared == rows[x].size() || shared == rows[y].size()) &&
         !isMadeFrom(x, y) && !isMadeFrom(y, x);
}

void Deriver::unite(unsigned a, unsigned b) {
  a = groups.getLeaderValue(a), b = groups.getLeaderValue(b);
  if (a == b)
    return;
  const auto shared = common(rows[a], rows[b]);
  SmallVector<unsigned> both = std::move(grouped[a]);
  llvm::append_range(both, grouped[b]);
  groups.unionSets(a, b);
  grouped[groups.getLeaderValue(a)] = std::move(both);
  rows[groups.getLeaderValue(a)] = shared;
}

/// Reductions that read the same array in the same pass share it.
void Deriver::uniteSiblings() {
  llvm::DenseMap<Value, SmallVector<unsigned>> readers;
  for (unsigned i = 0; i < members.size(); ++i)
    for (Value source : members[i].sources) {
      for (unsigned other : readers[source])
        if (mayShare(i, other))
          unite(i, other);
      // One of each group is enough.
      if (llvm::none_of(readers[source], [&](unsigned other) {
            return groups.isEquivalent(i, other);
          }))
        readers[source].push_back(i);
    }
}

/// What the same reduction waits for takes one pass for all of it, whatever it
/// reads, if the rows are the same.
void Deriver::uniteAwaited() {
  for (Member &member : members) {
    SmallVector<unsigned> awaited;
    for (Operation *op : neededBy(member.op)) {
      const unsigned other = memberOf.at(op);
      if (members[other].axes == member.axes &&
          reductionOf(other).pass < reductionOf(memberOf.at(member.op)).pass)
        awaited.push_back(other);
    }
    llvm::sort(awaited);
    for (unsigned i = 0; i + 1 < awaited.size(); ++i) {
      const unsigned a = awaited[i], b = awaited[i + 1];
      if (rows[groups.getLeaderValue(a)] == rows[groups.getLeaderValue(b)] &&
          mayShare(a, b))
        unite(a, b);
    }
  }
}

/// Kept reductions whose results an output needs, or another group.
llvm::DenseSet<Operation *> Deriver::neededOutside() {
  llvm::DenseSet<Operation *> wanted;
  for (ir::OutputOp output : func.getBody().getOps<ir::OutputOp>())
    wanted.insert_range(neededBy(output));
  for (unsigned i = 0; i < members.size(); ++i)
    for (Operation *op : neededBy(members[i].op))
      if (!groups.isEquivalent(i, memberOf.at(op)))
        wanted.insert(op);
  return wanted;
}

/// Kept reductions whose results `root` is made from.
const llvm::DenseSet<Operation *> &Deriver::neededBy(Operation *root) {
  auto found = needs.find(root);
  if (found != needs.end())
    return found->second;
  llvm::DenseSet<Operation *> result;
  llvm::SetVector<Operation *> work;
  work.insert(root);
  for (size_t i = 0; i < work.size(); ++i)
    for (Value operand : work[i]->getOperands()) {
      Operation *op = operand.getDefiningOp();
      if (memberOf.count(op))
        result.insert(op);
      else
        work.insert(op);
    }
  return needs[root] = std::move(result);
}

std::vector<Deriver::Group> Deriver::groupsOfMembers() {
  llvm::MapVector<unsigned, SmallVector<unsigned>> lists;
  for (unsigned i = 0; i < members.size(); ++i)
    lists[groups.getLeaderValue(i)].push_back(i);
  std::vector<Group> folds;
  for (auto &[leader, list] : lists) {
    Line &line = lines[members[leader].axes];
    std::set<unsigned> numbers;
    for (unsigned i : list) {
      numbers.insert(members[i].number);
      // Counts and maxima of exponents come along.
      for (unsigned use : line.chain->usesOf(members[i].number))
        if (!(*line.chain)[use].op)
          numbers.insert(use);
    }
    folds.push_back({&line, std::move(list), std::move(numbers)});
  }
  return folds;
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
      DictionaryAttr wait = members[i].wait;
      if (!wait && llvm::is_contained(wanted, members[i].number))
        wait = reasonToStoreOf(i);
      if (wait)
        waits.push_back(wait);
    }
    for (unsigned number : wanted)
      names.push_back(b.getStringAttr(callOf((*line.chain)[number].op)));
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
  // The order of outputs is part of the signature.
  const SmallVector<ir::OutputOp> outputs = ir::outputsOf(func);
  sortTopologically(&block);
  for (ir::OutputOp output : outputs)
    output->moveBefore(&block, block.end());
}

namespace {
struct DeriveFolds : fovea::impl::DeriveFoldsBase<DeriveFolds> {
  void runOnOperation() override {
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
