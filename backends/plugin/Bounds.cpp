//===- Bounds.cpp - ranges in which a guard can hold ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Bounds.h"

#include "backends/plugin/Opcodes.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

using namespace fovea;
using namespace fovea::plugin;

namespace {
class BoundWriter {
public:
  BoundWriter(ClusterBuilder &made, fovea_list axes, fovea_accumulator &into)
      : made(made), axes(made->list(axes).begin(), made->list(axes).end()),
        own(made->list(into.axes).begin(), made->list(into.axes).end()),
        accumulator(into) {}

  void run() {
    std::set<uint32_t> seen;
    std::vector<uint32_t> work = {accumulator.guard};
    bool isExact = true;
    while (!work.empty()) {
      const uint32_t next = work.back();
      work.pop_back();
      if (!seen.insert(next).second)
        continue;
      const fovea_op op = made->ops[next];
      if (op.opcode == FOVEA_OP_AND) {
        auto parts = made->list(op.operands);
        work.insert(work.end(), parts.begin(), parts.end());
      } else if (!addComparison(op)) {
        isExact = false;
      }
    }
    for (fovea_range &range : ranges)
      range.exact = isExact;
    made->ranges.insert(made->ranges.end(), ranges.begin(), ranges.end());
    accumulator.ranges = ClusterBuilder::last(made->ranges, ranges.size());
  }

private:
  /// The axis of the fold that an op is the coordinate along.
  std::optional<uint32_t> coordinate(uint32_t number) const {
    const fovea_op &op = made->ops[number];
    if (op.opcode != FOVEA_OP_INDEX)
      return std::nullopt;
    const uint32_t axis = made->list(op.over)[0];
    if (std::ranges::find(axes, axis) == axes.end())
      return std::nullopt;
    return axis;
  }
  /// Whether an op is a number outside of the fold that can be had at once.
  bool isBound(uint32_t number) const {
    std::set<uint32_t> seen;
    std::vector<uint32_t> work = {number};
    while (!work.empty()) {
      const uint32_t next = work.back();
      work.pop_back();
      if (!seen.insert(next).second)
        continue;
      const fovea_op &op = made->ops[next];
      const bool isPlain =
          plainOpcode(op.opcode) || op.opcode == FOVEA_OP_SELECT ||
          op.opcode == FOVEA_OP_COMPARE || op.opcode == FOVEA_OP_CAST ||
          op.opcode == FOVEA_OP_AT || op.opcode <= FOVEA_OP_INDEX;
      if (!isPlain || (op.flags & FOVEA_OP_MAY_FAIL))
        return false;
      for (uint32_t axis : made->list(op.axes))
        if (std::ranges::find(own, axis) == own.end())
          return false;
      auto operands = made->list(op.operands);
      work.insert(work.end(), operands.begin(), operands.end());
    }
    return true;
  }

  /// Whether all that a comparison says became a range.
  bool addComparison(const fovea_op &op) {
    if (op.opcode != FOVEA_OP_COMPARE)
      return false;
    auto sides = made->list(op.operands);
    // As `coordinate relation bound`.
    fovea_predicate relation = op.selector;
    uint32_t left = sides[0], right = sides[1];
    if (!coordinate(left)) {
      std::swap(left, right);
      static constexpr fovea_predicate swapped[] = {
          FOVEA_GT, FOVEA_GE, FOVEA_LT, FOVEA_LE, FOVEA_EQ, FOVEA_NE};
      relation = swapped[relation];
    }
    const std::optional<uint32_t> axis = coordinate(left);
    if (!axis || made->ops[right].dtype != FOVEA_I64 || !isBound(right))
      return false;
    const bool isBelow =
        relation == FOVEA_LT || relation == FOVEA_LE || relation == FOVEA_EQ;
    const bool isAbove =
        relation == FOVEA_GT || relation == FOVEA_GE || relation == FOVEA_EQ;
    if (!isBelow && !isAbove)
      return false;
    fovea_range range = {*axis, FOVEA_NONE, FOVEA_NONE, 0};
    if (isBelow)
      range.hi = relation == FOVEA_LT ? right : next(right);
    if (isAbove)
      range.lo = relation == FOVEA_GT ? next(right) : right;
    ranges.push_back(range);
    return true;
  }
  /// The op of `number` + 1, or of a number that no coordinate reaches: the
  /// greatest i64 has no next one.
  uint32_t next(uint32_t number) {
    constexpr int64_t most = std::numeric_limits<int64_t>::max() - 1;
    if (made->ops[number].high > most)
      number = binary(FOVEA_OP_MIN, number, most);
    return binary(FOVEA_OP_ADD, number, 1);
  }
  uint32_t binary(fovea_opcode opcode, uint32_t number, int64_t by) {
    fovea_op constant = plainOp(FOVEA_OP_CONSTANT, FOVEA_I64);
    constant.integer = by;
    const uint32_t operands[] = {number, made.add(constant)};
    fovea_op result = plainOp(opcode, FOVEA_I64);
    result.axes = made->ops[number].axes;
    result.operands = made.list(operands);
    result.place = made->ops[number].place;
    return made.add(result);
  }

  ClusterBuilder &made;
  const std::vector<uint32_t> axes, own;
  fovea_accumulator &accumulator;
  std::vector<fovea_range> ranges;
};
} // namespace

void plugin::addRanges(ClusterBuilder &made, fovea_list axes,
                       fovea_accumulator &accumulator) {
  if (accumulator.guard != FOVEA_NONE)
    BoundWriter(made, axes, accumulator).run();
}
