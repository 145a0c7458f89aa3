//===- Formula.cpp - a cluster, ready to be walked ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Formula.h"

#include <iterator>

using namespace emitc;
using fovea::sdk::view;

CType emitc::typeOf(fovea_dtype dtype) {
  switch (dtype) {
  case FOVEA_BOOL:
    return CType::Bool;
  case FOVEA_I32:
    return CType::Narrow;
  case FOVEA_I64:
    return CType::Wide;
  default:
    return CType::Real;
  }
}

const char *emitc::nameOf(CType type) {
  static const char *const names[] = {"double", "int64_t", "int32_t",
                                      "uint8_t"};
  return names[static_cast<unsigned>(type)];
}

unsigned emitc::bytesOf(CType type) {
  static const unsigned bytes[] = {8, 8, 4, 1};
  return bytes[static_cast<unsigned>(type)];
}

unsigned emitc::bytesOf(fovea_dtype dtype) {
  switch (dtype) {
  case FOVEA_F16:
  case FOVEA_BF16:
    return 2;
  case FOVEA_F32:
    return 4;
  default:
    return bytesOf(typeOf(dtype));
  }
}

Formula::Formula(const fovea_cluster &cluster)
    : cluster(cluster), axes(view<fovea_axis>(cluster.axes).copy()),
      inputs(view<fovea_port>(cluster.inputs).copy()),
      outputs(view<fovea_port>(cluster.outputs).copy()),
      ops(view<fovea_op>(cluster.ops).copy()),
      folds(view<fovea_fold>(cluster.folds).copy()),
      accumulators(view<fovea_accumulator>(cluster.accumulators).copy()),
      gauges(view<fovea_gauge>(cluster.gauges).copy()),
      ranges(view<fovea_range>(cluster.ranges).copy()) {
  findStates();
}

Joined Formula::reduction(uint32_t op) const {
  const Numbers operands = operandsOf(op);
  return {ops[op].selector, ops[operands[0]].dtype, list(ops[op].over),
          operands[0], operands.size() > 1 ? operands[1] : FOVEA_NONE};
}

Joined Formula::accumulator(uint32_t fold, uint32_t part) const {
  const fovea_accumulator &a = accumulatorOf(fold, part);
  return {a.join, a.dtype, list(folds[fold].axes), a.element, a.guard};
}

static bool isState(fovea_opcode opcode) {
  return opcode >= FOVEA_OP_ACCUMULATOR && opcode <= FOVEA_OP_OLD_GAUGE;
}

void Formula::findStates() {
  states.resize(ops.size());
  for (uint32_t op = 0; op < ops.size(); ++op) {
    Numbers &own = states[op];
    auto unite = [&](uint32_t other, uint32_t except) {
      Numbers all;
      std::set_union(own.begin(), own.end(), states[other].begin(),
                     states[other].end(), std::back_inserter(all));
      all.erase(std::remove(all.begin(), all.end(), except), all.end());
      own = std::move(all);
    };
    for (uint32_t operand : operandsOf(op))
      unite(operand, FOVEA_NONE);
    if (isState(ops[op].opcode))
      own = {ops[op].selector};
    if (ops[op].opcode != FOVEA_OP_FOLD)
      continue;
    // A fold as a whole hides its own state, not that of one around it.
    const uint32_t number = ops[op].selector;
    const fovea_fold &fold = folds[number];
    for (uint32_t part = 0; part < fold.accumulators.count; ++part) {
      const fovea_accumulator &a = accumulatorOf(number, part);
      unite(a.element, number);
      if (a.guard != FOVEA_NONE)
        unite(a.guard, number);
    }
    for (uint32_t part = 0; part < fold.gauges.count; ++part)
      unite(gauges[fold.gauges.first + part].value, number);
    for (uint32_t result : list(fold.results))
      unite(result, number);
  }
}

uint32_t Formula::firstUnknown(fovea_reason &reason) const {
  auto within = [](fovea_opcode opcode, uint32_t first, uint32_t last) {
    return opcode >= first && opcode <= last;
  };
  for (uint32_t op = 0; op < ops.size(); ++op) {
    const fovea_op &one = ops[op];
    reason = FOVEA_REASON_DTYPE;
    if (one.dtype < FOVEA_BOOL || one.dtype > FOVEA_F64)
      return op;
    reason = FOVEA_REASON_OP;
    if (!within(one.opcode, FOVEA_OP_INPUT, FOVEA_OP_RANDOM) &&
        !within(one.opcode, FOVEA_OP_ABS, FOVEA_OP_FLOOR) &&
        !within(one.opcode, FOVEA_OP_ADD, FOVEA_OP_OR))
      return op;
    if ((one.opcode == FOVEA_OP_REDUCE && one.selector > FOVEA_ARGMIN) ||
        (one.opcode == FOVEA_OP_COMPARE && one.selector > FOVEA_NE) ||
        (one.opcode == FOVEA_OP_RANDOM && one.selector > FOVEA_NORMAL))
      return op;
    reason = FOVEA_REASON_HARD;
    if (one.opcode == FOVEA_OP_SELECT && one.selector > FOVEA_HARD_NEGINF)
      return op;
  }
  reason = FOVEA_REASON_FOLD;
  for (const fovea_accumulator &a : accumulators)
    if (a.join > FOVEA_ARGMIN)
      return a.element;
  return FOVEA_NONE;
}
