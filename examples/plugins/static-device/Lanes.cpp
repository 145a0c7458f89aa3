//===- Lanes.cpp - which axes become lanes --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"

#include <algorithm>
#include <optional>
#include <set>

using namespace device;

namespace {

using Set = std::set<uint32_t>;

/// Finds the axes that all reductions below an op have in common.
class CommonAxes {
public:
  explicit CommonAxes(const Model &model)
      : model(model), known(model.ops.size()), visited(model.ops.size()) {}

  /// Nothing: there is no reduction.
  std::optional<Set> of(uint32_t n) {
    if (!visited[n])
      known[n] = make(model.ops[n]);
    visited[n] = true;
    return known[n];
  }

private:
  static void meet(std::optional<Set> &all, const std::optional<Set> &more) {
    if (!all || !more) {
      all = all ? all : more;
      return;
    }
    for (auto it = all->begin(); it != all->end();)
      it = more->count(*it) ? std::next(it) : all->erase(it);
  }

  std::optional<Set> make(const fovea_op &op) {
    const Axes axes = model.list(op.axes);
    const Axes operands = model.list(op.operands);
    if (op.opcode == FOVEA_OP_REDUCE)
      return Set(axes.begin(), axes.end());
    if (op.opcode == FOVEA_OP_FOLD) {
      const auto home = homeOf(model, model.folds[op.selector]);
      return Set(home.begin(), home.end());
    }
    std::optional<Set> all;
    for (uint32_t operand : operands)
      meet(all, of(operand));
    // What is read at other places is made anew for each of them.
    if (all && op.opcode == FOVEA_OP_AT)
      for (uint32_t axis : model.list(op.over))
        if (all->erase(axis))
          all->insert(axes.begin(), axes.end());
    return all;
  }

  const Model &model;
  std::vector<std::optional<Set>> known;
  std::vector<bool> visited;
};

} // namespace

std::vector<uint32_t> device::homeOf(const Model &model,
                                     const fovea_fold &fold) {
  std::vector<uint32_t> home;
  for (uint32_t i = 0; i < fold.accumulators.count; ++i) {
    const Axes axes =
        model.list(model.accumulators[fold.accumulators.first + i].axes);
    const auto lacks = [&](uint32_t axis) {
      return std::find(axes.begin(), axes.end(), axis) == axes.end();
    };
    if (i == 0)
      home.assign(axes.begin(), axes.end());
    else
      home.erase(std::remove_if(home.begin(), home.end(), lacks), home.end());
  }
  return home;
}

std::vector<uint32_t> device::laneAxesOf(const Model &model,
                                         const fovea_port &output) {
  const std::optional<Set> common = CommonAxes(model).of(output.op);
  std::vector<uint32_t> lanes;
  for (uint32_t axis : model.list(output.axes))
    if (!common || common->count(axis))
      lanes.push_back(axis);
  return lanes;
}
