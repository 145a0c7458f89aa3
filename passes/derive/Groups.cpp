//===- Groups.cpp - which reductions share a fold -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/TypeOf.h"
#include "passes/derive/Deriver.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;

/// The first pass in which `reduce` can share a fold with what it depends on,
/// without two folds waiting for each other: what else it is made from must not
/// be made from that fold.
unsigned Deriver::passWithoutCycle(ir::ReduceOp reduce,
                                   const Reader::Formula &formula, Line &line) {
  unsigned pass = 1;
  for (unsigned number : formula.unfinished()) {
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
