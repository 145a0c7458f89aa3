//===- KitProgramsTest.cpp - what the kit's programs are made of ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// What fovea_plugin.h says, and no program of the kit has, any plugin may get
// wrong and conform. Passes decide what is left of a program, so this is looked
// for in the clusters.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Opcodes.h"
#include "tools/kit/Formula.h"

#include <catch2/catch.hpp>

#include <set>

using namespace fovea;
using plugin::Cluster;

namespace {
/// What is found in one cluster, in the words of the header.
class Traits {
public:
  Traits(const Cluster &cluster, std::set<std::string> &all)
      : cluster(cluster), all(all) {}

  void add() {
    for (const fovea_size &size : cluster.sizes)
      all.insert("size " + std::to_string(size.kind));
    for (const fovea_port &port : cluster.outputs)
      if (port.axes.count > cluster.ops[port.op].axes.count)
        all.insert("output with more axes than its op");
    for (const fovea_range &range : cluster.ranges)
      all.insert(std::string(range.exact ? "exact" : "inexact") + " range" +
                 (range.lo == FOVEA_NONE   ? " below"
                  : range.hi == FOVEA_NONE ? " above"
                                           : " between"));
    for (const fovea_op &op : cluster.ops)
      addOp(op);
    for (const fovea_fold &fold : cluster.folds)
      addFold(fold);
  }

private:
  bool has(fovea_list axes, uint32_t axis) const {
    return std::ranges::count(cluster.list(axes), axis) > 0;
  }
  bool hasAll(fovea_list axes, fovea_list all) const {
    return std::ranges::all_of(cluster.list(all),
                               [&](uint32_t axis) { return has(axes, axis); });
  }

  /// Whether the element of an op is made by visiting places of that axis.
  bool visits(uint32_t number, uint32_t axis) const {
    const fovea_op &op = cluster.ops[number];
    auto any = [&](fovea_list ops) {
      return std::ranges::any_of(cluster.list(ops), [&](uint32_t operand) {
        return visits(operand, axis);
      });
    };
    if (op.opcode == FOVEA_OP_REDUCE && has(op.over, axis))
      return true;
    if (op.opcode == FOVEA_OP_FOLD || op.opcode == FOVEA_OP_ACCUMULATOR) {
      const fovea_fold &fold = cluster.folds[op.selector];
      return has(fold.axes, axis) ||
             (op.opcode == FOVEA_OP_FOLD && any(fold.results));
    }
    return any(op.operands);
  }
  bool visitsItsOwn(const fovea_op &op) const {
    return std::ranges::any_of(cluster.list(op.axes), [&](uint32_t axis) {
      return std::ranges::any_of(
          cluster.list(op.operands),
          [&](uint32_t operand) { return visits(operand, axis); });
    });
  }

  void addOp(const fovea_op &op) {
    const auto operands = cluster.list(op.operands);
    const std::string name(plugin::nameOfOpcode(op.opcode));
    all.insert(name);
    if (visitsItsOwn(op))
      all.insert("axis that is visited for an element at a place of it");
    switch (op.opcode) {
    case FOVEA_OP_LITERAL:
      if (op.integer > 0)
        all.insert("literal behind another one");
      if (op.over.count > 1)
        all.insert("literal of several axes");
      break;
    case FOVEA_OP_AT:
      if (!hasAll(cluster.ops[operands[0]].axes, op.over))
        all.insert("read along an axis that the operand lacks");
      break;
    case FOVEA_OP_REDUCE:
      addJoin(op.selector, "reduction", operands[0], op.over,
              operands.size() > 1);
      break;
    case FOVEA_OP_SELECT:
    case FOVEA_OP_COMPARE:
    case FOVEA_OP_RANDOM:
      all.insert(name + " " + std::to_string(op.selector));
      break;
    default:
      break;
    }
  }

  void addJoin(fovea_join join, const std::string &what, uint32_t element,
               fovea_list axes, bool isGuarded) {
    all.insert(what + " " + std::to_string(join));
    if (isGuarded)
      all.insert("guarded " + what);
    if (!hasAll(cluster.ops[element].axes, axes))
      all.insert("element that lacks an axis of its " + what);
  }

  void addFold(const fovea_fold &fold) {
    for (uint32_t i = 0; i < fold.accumulators.count; ++i) {
      const fovea_accumulator &a =
          cluster.accumulators[fold.accumulators.first + i];
      addJoin(a.join, "fold", a.element, fold.axes, a.guard != FOVEA_NONE);
      const fovea_accumulator &first =
          cluster.accumulators[fold.accumulators.first];
      if (!hasAll(a.axes, first.axes) || !hasAll(first.axes, a.axes))
        all.insert("accumulators of different axes");
      if (a.ranges.count > 1)
        all.insert("accumulator with several ranges");
    }
  }

  const Cluster &cluster;
  std::set<std::string> &all;
};
} // namespace

TEST_CASE("the kit's programs have what the header names") {
  std::set<std::string> all;
  for (const auto &programs :
       {kit::formPrograms(), kit::opPrograms(), kit::cornerPrograms()})
    for (const kit::Program &program : programs)
      for (const auto &formula : kit::formulasOf(program))
        Traits(formula->cluster, all).add();
  std::vector<std::string> wanted = {
      "output with more axes than its op",
      "axis that is visited for an element at a place of it",
      "literal behind another one",
      "literal of several axes",
      "read along an axis that the operand lacks",
      "guarded reduction",
      "guarded fold",
      "element that lacks an axis of its reduction",
      "element that lacks an axis of its fold",
      "accumulators of different axes",
      "exact range below",
      "exact range above",
      "exact range between",
      "inexact range below",
      "inexact range above",
      "accumulator with several ranges"};
  for (fovea_opcode opcode = 0; opcode < 80; ++opcode)
    if (const auto name = plugin::nameOfOpcode(opcode); !name.empty())
      wanted.emplace_back(name);
  auto numbered = [&](const std::string &what, uint32_t last) {
    for (uint32_t i = 0; i <= last; ++i)
      wanted.push_back(what + " " + std::to_string(i));
  };
  numbered("size", FOVEA_SIZE_MOD);
  numbered("reduction", FOVEA_ARGMIN);
  numbered("fold", FOVEA_ARGMIN);
  numbered(std::string(plugin::nameOfOpcode(FOVEA_OP_SELECT)),
           FOVEA_HARD_NEGINF);
  numbered(std::string(plugin::nameOfOpcode(FOVEA_OP_COMPARE)), FOVEA_NE);
  numbered(std::string(plugin::nameOfOpcode(FOVEA_OP_RANDOM)), FOVEA_NORMAL);
  for (const std::string &one : wanted) {
    INFO(one);
    CHECK(all.contains(one));
  }
}
