//===- Damage.h - right clusters with one thing changed ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_BACKENDS_PLUGIN_DAMAGE_H
#define FOVEA_TESTS_BACKENDS_PLUGIN_DAMAGE_H

#include "tests/backends/plugin/Clusters.h"

#include <algorithm>
#include <functional>

namespace fovea::test {
using namespace fovea::plugin;

/// A change to a right cluster; says whether there was something to change.
struct Damage {
  const char *complaint;
  std::function<bool(Cluster &)> make;
};
inline constexpr uint32_t nowhere = 1 << 20;

/// The first op of a kind that `fits`.
inline fovea_op *find(Cluster &c, fovea_opcode opcode,
                      const std::function<bool(const fovea_op &)> &fits = {}) {
  for (fovea_op &op : c.ops)
    if (op.opcode == opcode && (!fits || fits(op)))
      return &op;
  return nullptr;
}

inline bool hasAxes(const fovea_op &op) { return op.axes.count > 0; }

/// A change to the first op of a kind.
inline std::function<bool(Cluster &)>
op(fovea_opcode opcode, const std::function<void(fovea_op &)> &change,
   const std::function<bool(const fovea_op &)> &fits = {}) {
  return [=](Cluster &c) {
    fovea_op *found = find(c, opcode, fits);
    if (found)
      change(*found);
    return found != nullptr;
  };
}

/// A change to a fold with a gauge and at least two accumulators.
inline std::function<bool(Cluster &)>
fold(const std::function<void(Cluster &, fovea_fold &)> &change) {
  return [=](Cluster &c) {
    for (fovea_fold &fold : c.folds)
      if (fold.gauges.count > 0 && fold.accumulators.count > 1) {
        change(c, fold);
        return true;
      }
    return false;
  };
}
inline fovea_accumulator &part(Cluster &c, const fovea_fold &fold, uint32_t k) {
  return c.accumulators[fold.accumulators.first + k];
}
inline fovea_gauge &gauge(Cluster &c, const fovea_fold &fold) {
  return c.gauges[fold.gauges.first];
}

inline std::function<bool(Cluster &)>
always(const std::function<void(Cluster &)> &change) {
  return [=](Cluster &c) {
    change(c);
    return true;
  };
}

inline fovea_list newList(Cluster &c, std::vector<uint32_t> numbers) {
  const auto first = static_cast<uint32_t>(c.lists.size());
  c.lists.insert(c.lists.end(), numbers.begin(), numbers.end());
  return {first, static_cast<uint32_t>(numbers.size())};
}

/// An axis that nothing has yet, of a size that is not constant.
inline uint32_t newAxis(Cluster &c, const std::string &name) {
  fovea_axis axis = c.axes.front();
  axis.name = static_cast<uint32_t>(c.text.size());
  c.text.insert(c.text.end(), name.begin(), name.end());
  c.text.push_back('\0');
  c.axes.push_back(axis);
  return static_cast<uint32_t>(c.axes.size() - 1);
}

/// An op behind all others that nobody needs.
inline uint32_t newOp(Cluster &c, const fovea_op &op) {
  c.ops.push_back(op);
  return static_cast<uint32_t>(c.ops.size() - 1);
}
inline uint32_t newConstant(Cluster &c, fovea_dtype dtype) {
  return newOp(c, plainOp(FOVEA_OP_CONSTANT, dtype));
}

/// Puts operand `by` in the place of operand `number`.
inline bool replaceOperand(Cluster &c, fovea_op *op, size_t number,
                           size_t by = 0) {
  if (!op)
    return false;
  const auto old = c.list(op->operands);
  std::vector<uint32_t> operands(old.begin(), old.end());
  operands[number] = operands[by];
  op->operands = newList(c, operands);
  return true;
}

/// Each change makes `check` complain so.
inline void checkAll(const std::vector<Damage> &list) {
  const std::vector<Cluster> right = variousClusters();
  for (const Damage &damage : list) {
    INFO(damage.complaint);
    bool isMade = false;
    for (const Cluster &cluster : right) {
      Cluster copy = cluster;
      if (!damage.make(copy))
        continue;
      isMade = true;
      const Status status = check(copy);
      INFO(status.message());
      CHECK(status.code() == StatusCode::InvalidArgument);
      CHECK(status.message().find(damage.complaint) != std::string::npos);
      break;
    }
    CHECK(isMade);
  }
}

} // namespace fovea::test

#endif // FOVEA_TESTS_BACKENDS_PLUGIN_DAMAGE_H
