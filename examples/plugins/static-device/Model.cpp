//===- Model.cpp - a cluster of one's own, and its sizes ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Model.h"
#include "Numbers.h"

using namespace device;

/// The device's address units count to here along an axis ...
static constexpr int64_t mostAlongAxis = int64_t(1) << 20;
/// ... and to here in all, which leaves room for a stride's product.
static constexpr int64_t mostElements = int64_t(1) << 40;
/// The compiler calls itself from an op to its operands.
static constexpr uint64_t mostOps = 10000;

/// Steps by the host's stride: a newer one has longer elements.
template <typename T> static std::vector<T> copyOf(fovea_span span) {
  std::vector<T> copy(span.count);
  for (uint64_t i = 0; i < span.count; ++i)
    std::memcpy(&copy[i], FOVEA_AT(T, span, i), sizeof(T));
  return copy;
}

Model::Model(const fovea_cluster &cluster)
    : sizes(copyOf<fovea_size>(cluster.sizes)),
      axes(copyOf<fovea_axis>(cluster.axes)),
      inputs(copyOf<fovea_port>(cluster.inputs)),
      outputs(copyOf<fovea_port>(cluster.outputs)),
      ops(copyOf<fovea_op>(cluster.ops)),
      folds(copyOf<fovea_fold>(cluster.folds)),
      accumulators(copyOf<fovea_accumulator>(cluster.accumulators)),
      gauges(copyOf<fovea_gauge>(cluster.gauges)),
      lists(copyOf<uint32_t>(cluster.lists)),
      bytes(copyOf<uint64_t>(cluster.bytes)), text(copyOf<char>(cluster.text)) {
}

Extents::Extents(const Model &model, fovea_span dims)
    : size(model.sizes.size()) {
  const fovea_span sizes = {model.sizes.data(), model.sizes.size(),
                            sizeof(fovea_size)};
  if (const fovea_code code = fovea_evaluate_sizes(sizes, dims, size.data()))
    throw Failure(code, code == FOVEA_DIVISION_BY_ZERO
                            ? "a size is divided by zero"
                            : "a size does not fit 64 bits");
  for (const fovea_axis &a : model.axes) {
    const int64_t extent = size[a.size];
    if (extent < 0)
      throw Failure(FOVEA_SHAPE, "an axis has a negative extent");
    if (extent > mostAlongAxis)
      throw Failure(FOVEA_UNSUPPORTED_SHAPE,
                    "static-device takes at most 2^20 places along an axis; `" +
                        std::string(model.name(a.name)) + "` has " +
                        std::to_string(extent));
    axis.push_back(extent);
  }
}

int64_t device::elementsAlong(const Extents &extents, Axes axes) {
  int64_t count = 1;
  for (uint32_t axis : axes) {
    const int64_t extent = extents.axis[axis];
    if (extent && count > mostElements / extent)
      throw Failure(FOVEA_UNSUPPORTED_SHAPE,
                    "static-device takes at most 2^40 places together");
    count *= extent;
  }
  return count;
}

/// Numbers of opcodes that a later version appends are not in here.
static bool isKnown(const fovea_op &op) {
  switch (op.opcode) {
  case FOVEA_OP_COMPARE:
    return op.selector <= FOVEA_NE;
  case FOVEA_OP_REDUCE:
    return op.selector <= FOVEA_ARGMIN;
  case FOVEA_OP_SELECT:
    return op.selector <= FOVEA_HARD_NEGINF;
  case FOVEA_OP_RANDOM:
    return op.selector <= FOVEA_NORMAL;
  default:
    return (op.opcode >= FOVEA_OP_INPUT && op.opcode <= FOVEA_OP_FOLD_KEY) ||
           (op.opcode >= FOVEA_OP_ABS && op.opcode <= FOVEA_OP_FLOOR) ||
           (op.opcode >= FOVEA_OP_ADD && op.opcode <= FOVEA_OP_OR);
  }
}

static bool isKnown(fovea_dtype type) {
  return type >= FOVEA_BOOL && type <= FOVEA_F64;
}

Refusal device::refusalOf(const fovea_cluster &cluster) {
  static constexpr char type[] = "static-device does not know this dtype";
  for (uint32_t i = 0; i < cluster.ops.count; ++i) {
    const fovea_op &op = *FOVEA_AT(fovea_op, cluster.ops, i);
    if (!isKnown(op))
      return {FOVEA_REASON_OP, i,
              "static-device has the ops of version 1.0, and not this one"};
    if (!isKnown(op.dtype))
      return {FOVEA_REASON_DTYPE, i, type};
  }
  for (const fovea_span &ports : {cluster.inputs, cluster.outputs})
    for (uint64_t i = 0; i < ports.count; ++i)
      if (!isKnown(FOVEA_AT(fovea_port, ports, i)->dtype))
        return {FOVEA_REASON_DTYPE, FOVEA_NONE, type};
  for (uint64_t i = 0; i < cluster.accumulators.count; ++i) {
    const auto &a = *FOVEA_AT(fovea_accumulator, cluster.accumulators, i);
    if (a.join > FOVEA_ARGMIN || !isKnown(a.dtype))
      return {FOVEA_REASON_FOLD, a.element,
              "static-device does not know how this fold joins elements"};
  }
  for (uint64_t i = 0; i < cluster.sizes.count; ++i)
    if (FOVEA_AT(fovea_size, cluster.sizes, i)->kind > FOVEA_SIZE_MOD)
      return {FOVEA_REASON_SHAPE, FOVEA_NONE,
              "static-device does not know this kind of size"};
  if (cluster.ops.count > mostOps)
    return {FOVEA_REASON_OTHER, FOVEA_NONE,
            "static-device takes at most 10000 ops"};
  return {};
}
