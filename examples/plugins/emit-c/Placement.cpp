//===- Placement.cpp - what is stored, and what is shared -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Plan.h"

#include <algorithm>
#include <set>

using namespace emitc;

//===----------------------------------------------------------------------===//
// What is stored
//===----------------------------------------------------------------------===//

namespace {
/// Finds the folds and reductions that outputs and stored ops are made from
/// place by place: those get loops of their own. What stands within another
/// fold or reduction is computed there, so no array is larger than what it is
/// made for.
class StoredOps {
public:
  explicit StoredOps(const Formula &formula) : f(formula) {
    for (uint32_t op = 0; op < f.ops.size(); ++op)
      for (uint32_t operand : f.operandsOf(op))
        used.insert(operand);
    for (uint32_t k = 0; k < f.folds.size(); ++k)
      noteFold(k);
  }

  Numbers run() {
    for (uint32_t op = 0; op < f.ops.size(); ++op)
      if ((f.ops[op].flags & FOVEA_OP_STORED) && !f.usesState(op)) {
        visit(op);
        // What only leaves the cluster need not be kept within it.
        if (used.count(op) && !isLeaf(f.ops[op].opcode))
          found.insert(op);
      }
    for (const fovea_port &port : f.outputs)
      visit(port.op);
    return Numbers(found.begin(), found.end());
  }

private:
  static bool isLeaf(fovea_opcode opcode) {
    return opcode <= FOVEA_OP_OLD_GAUGE;
  }

  void noteFold(uint32_t number) {
    const fovea_fold &fold = f.folds[number];
    for (uint32_t part = 0; part < fold.accumulators.count; ++part) {
      used.insert(f.accumulatorOf(number, part).element);
      used.insert(f.accumulatorOf(number, part).guard);
    }
    for (uint32_t part = 0; part < fold.gauges.count; ++part)
      used.insert(f.gauges[fold.gauges.first + part].value);
    for (uint32_t result : f.list(fold.results))
      used.insert(result);
  }

  /// A gather along renamed axes is the same array.
  bool isRename(uint32_t op) const {
    const Numbers operands = f.operandsOf(op);
    return std::all_of(operands.begin() + 1, operands.end(), [&](uint32_t one) {
      return f.ops[one].opcode == FOVEA_OP_INDEX;
    });
  }

  void visit(uint32_t op) {
    if (!seen.insert(op).second)
      return;
    const fovea_op &one = f.ops[op];
    if (one.opcode == FOVEA_OP_REDUCE) {
      found.insert(op);
      return;
    }
    if (one.opcode == FOVEA_OP_FOLD) {
      for (uint32_t other = 0; other < f.ops.size(); ++other)
        if (f.ops[other].opcode == FOVEA_OP_FOLD &&
            f.ops[other].selector == one.selector)
          found.insert(other);
      return;
    }
    const Numbers operands = f.operandsOf(op);
    const bool isGather = one.opcode == FOVEA_OP_AT && !isRename(op);
    for (size_t i = isGather ? 1 : 0; i < operands.size(); ++i)
      visit(operands[i]);
  }

  const Formula &f;
  std::set<uint32_t> used, seen, found;
};
} // namespace

Numbers emitc::storedOps(const Formula &formula) {
  return StoredOps(formula).run();
}

//===----------------------------------------------------------------------===//
// What is shared
//===----------------------------------------------------------------------===//

namespace {
/// Walks from roots to the dear ops that are computed in their loops.
class Costs {
public:
  /// For each axis of the cluster those of the loops that it goes along with.
  using Ways = std::vector<Numbers>;

  Costs(const Formula &formula, const std::vector<Stored> &stored)
      : f(formula), stored(stored) {}

  void visit(uint32_t op, const Ways &ways) {
    Numbers along = alongOf(op, ways);
    if (!seen.insert({op, along}).second || isStored(op))
      return;
    const fovea_op &one = f.ops[op];
    const bool isLoop =
        one.opcode == FOVEA_OP_REDUCE || one.opcode == FOVEA_OP_FOLD;
    if (isLoop || isSlow(one.opcode))
      dear.push_back(std::move(along));
    if (isLoop)
      return;
    const Numbers operands = f.operandsOf(op);
    if (one.opcode != FOVEA_OP_AT) {
      for (uint32_t operand : operands)
        visit(operand, ways);
      return;
    }
    Ways inner = ways;
    const Numbers over = f.list(one.over);
    for (size_t k = 0; k < over.size(); ++k) {
      visit(operands[k + 1], ways);
      inner[over[k]] = alongOf(operands[k + 1], ways);
    }
    visit(operands[0], inner);
  }

  /// For each dear op the loops that it varies along.
  std::vector<Numbers> dear;

private:
  Numbers alongOf(uint32_t op, const Ways &ways) const {
    std::set<uint32_t> all;
    for (uint32_t axis : f.axesOf(op))
      all.insert(ways[axis].begin(), ways[axis].end());
    return Numbers(all.begin(), all.end());
  }
  bool isStored(uint32_t op) const {
    return std::any_of(stored.begin(), stored.end(),
                       [&](const Stored &one) { return one.op == op; });
  }
  static bool isSlow(fovea_opcode opcode) {
    return opcode == FOVEA_OP_FOLD_KEY || opcode == FOVEA_OP_RANDOM ||
           opcode == FOVEA_OP_POW ||
           (opcode >= FOVEA_OP_EXP && opcode <= FOVEA_OP_COS);
  }

  const Formula &f;
  const std::vector<Stored> &stored;
  std::set<std::pair<uint32_t, Numbers>> seen;
};
} // namespace

Numbers emitc::sharedAxes(const Formula &f, const Numbers &roots,
                          const Numbers &axes, const Numbers &others,
                          const std::vector<Stored> &stored) {
  Costs::Ways ways(f.axes.size());
  for (const Numbers *some : {&axes, &others})
    for (uint32_t axis : *some)
      ways[axis] = {axis};
  Costs costs(f, stored);
  for (uint32_t root : roots)
    costs.visit(root, ways);
  Numbers shared;
  for (uint32_t axis : axes) {
    auto isShared = [&](const Numbers &along) {
      if (std::binary_search(along.begin(), along.end(), axis))
        return false;
      // Along none of the other loops it is computed outside of all anyway.
      return std::any_of(along.begin(), along.end(), [&](uint32_t other) {
        return others.empty() ||
               std::find(others.begin(), others.end(), other) != others.end();
      });
    };
    // One axis stays, so that there are items to run side by side.
    if (shared.size() + 1 < axes.size() &&
        std::any_of(costs.dear.begin(), costs.dear.end(), isShared))
      shared.push_back(axis);
  }
  return shared;
}
