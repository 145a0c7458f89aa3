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

/// Whether an accumulator only counts or asks where its guard holds.
static bool isCount(const Model &model, uint32_t accumulator) {
  const uint32_t element = model.accumulators[accumulator].element;
  return model.ops[element].axes.count == 0;
}

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
    if (op.opcode == FOVEA_OP_FOLD)
      return ofFold(model.folds[op.selector]);
    std::optional<Set> all;
    for (uint32_t operand : operands)
      meet(all, of(operand));
    // What is read at other places is made anew for each of them.
    const Axes over = model.list(op.over);
    for (size_t k = 0; all && op.opcode == FOVEA_OP_AT && k < over.size(); ++k)
      if (all->erase(over[k])) {
        const Axes index = model.list(model.ops[operands[k + 1]].axes);
        all->insert(index.begin(), index.end());
      }
    return all;
  }

  std::optional<Set> ofFold(const fovea_fold &fold) {
    std::optional<Set> all;
    for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
      const uint32_t number = fold.accumulators.first + k;
      const Axes axes = model.list(model.accumulators[number].axes);
      if (!isCount(model, number) || fold.accumulators.count == 1)
        meet(all, Set(axes.begin(), axes.end()));
    }
    return all;
  }

  const Model &model;
  std::vector<std::optional<Set>> known;
  std::vector<bool> visited;
};

} // namespace

std::vector<uint32_t> device::visitOf(const Model &model,
                                      const fovea_fold &fold,
                                      uint32_t accumulator) {
  if (isCount(model, accumulator))
    return {accumulator};
  std::vector<uint32_t> members;
  for (uint32_t k = 0; k < fold.accumulators.count; ++k) {
    const uint32_t other = fold.accumulators.first + k;
    if (!isCount(model, other) && model.accumulators[other].gauges ==
                                      model.accumulators[accumulator].gauges)
      members.push_back(other);
  }
  return members;
}

std::vector<uint32_t>
device::homeOf(const Model &model, const std::vector<uint32_t> &accumulators) {
  const Axes first = model.list(model.accumulators[accumulators[0]].axes);
  std::vector<uint32_t> home(first.begin(), first.end());
  for (uint32_t number : accumulators) {
    const Axes axes = model.list(model.accumulators[number].axes);
    const auto lacks = [&](uint32_t axis) {
      return std::find(axes.begin(), axes.end(), axis) == axes.end();
    };
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
