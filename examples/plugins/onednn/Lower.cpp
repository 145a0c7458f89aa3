//===- Lower.cpp - from a cluster to steps --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Every op that an output needs becomes a step; folds are taken the naive way
// that the interface describes, one accumulator after the other. Two things
// are found rather than followed: softmax, by asking the host whether the
// cluster is one, and sums of products, which are matrix products.
//
//===----------------------------------------------------------------------===//

#include "Plan.h"
#include "Softmax.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

using namespace onednn;
using fovea::sdk::view;

namespace {

bool has(const Axes &axes, uint32_t axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

/// oneDNN has no array with more dimensions (DNNL_MAX_NDIMS).
constexpr size_t mostAxes = 12;

/// An op's operands are followed on the stack of a thread of the host.
constexpr size_t mostOps = 4096;

class Lowering {
public:
  Lowering(const fovea_host &host, const fovea_cluster &cluster)
      : host(host), c(cluster), ops(cluster.ops), inputs(cluster.inputs),
        outputs(cluster.outputs), folds(cluster.folds),
        accumulators(cluster.accumulators), gauges(cluster.gauges) {}

  Plan run() {
    if (ops.size() > mostOps)
      refuse(FOVEA_REASON_OTHER, FOVEA_NONE,
             "the oneDNN plugin takes at most 4096 ops");
    plan.sizes = fovea::sdk::Sizes(c);
    for (const fovea_axis &axis : view<fovea_axis>(c.axes))
      plan.sizeOfAxis.push_back(axis.size);
    for (const fovea_port &port : outputs) {
      if (port.dtype != FOVEA_F32)
        refuse(FOVEA_REASON_DTYPE, port.op, noType);
      for (uint32_t axis : list(port.axes))
        if (!has(order, axis))
          order.push_back(axis);
    }
    for (uint32_t axis = 0; axis < plan.sizeOfAxis.size(); ++axis)
      if (!has(order, axis))
        order.push_back(axis);
    findSoftmax();
    for (uint32_t k = 0; k < outputs.size(); ++k)
      give(k);
    if (std::all_of(plan.steps.begin(), plan.steps.end(), [](const Step &step) {
          return step.kind >= Step::Kind::Log;
        }))
      refuse(FOVEA_REASON_OTHER, outputs.empty() ? FOVEA_NONE : outputs[0].op,
             "there is nothing in it that oneDNN has a primitive for");
    plan.isDecomposed =
        std::any_of(plan.values.begin(), plan.values.end(),
                    [&](const Value &value) { return isLarge(value); });
    return std::move(plan);
  }

private:
  static constexpr const char *noType =
      "the oneDNN plugin computes with f32 only";

  [[noreturn]] void refuse(fovea_reason reason, uint32_t op,
                           std::string text) const {
    throw Refusal{reason, op, std::move(text)};
  }
  Axes list(fovea_list numbers) const { return fovea::sdk::list(c, numbers); }

  //===--- values ---------------------------------------------------------===//

  uint32_t addValue(Value::Place place, uint32_t number, Axes axes) {
    plan.values.push_back({place, number, std::move(axes)});
    return static_cast<uint32_t>(plan.values.size() - 1);
  }
  uint32_t addScalar(const Scalar &scalar) {
    plan.scalars.push_back(scalar);
    return static_cast<uint32_t>(plan.scalars.size() - 1);
  }
  Operand number(double of) {
    Scalar scalar{FOVEA_OP_CONSTANT, FOVEA_F32};
    scalar.number = of;
    return {addValue(Value::Place::Scalar, addScalar(scalar), {}), {}};
  }
  /// Adds a step whose output is new, along `axes`.
  Operand add(Step step, Axes axes, uint32_t op) {
    Axes all = axes;
    for (uint32_t axis : step.over)
      all.push_back(axis);
    if (all.size() > mostAxes)
      refuse(FOVEA_REASON_RANK, op,
             "oneDNN's arrays have at most 12 dimensions; here meet " +
                 std::to_string(all.size()));
    step.output = {addValue(Value::Place::Workspace, 0, axes), axes};
    plan.steps.push_back(std::move(step));
    return plan.steps.back().output;
  }
  /// The axes in the order in which outputs want them.
  Axes sorted(const Axes &axes) const {
    Axes all;
    for (uint32_t axis : order)
      if (has(axes, axis))
        all.push_back(axis);
    return all;
  }
  Axes joint(const std::vector<Operand> &of) const {
    Axes all;
    for (const Operand &operand : of)
      all.insert(all.end(), operand.axes.begin(), operand.axes.end());
    return sorted(all);
  }
  Operand addUnary(Step::Kind kind, Operand x, uint32_t op,
                   fovea_opcode opcode = 0) {
    Step step{kind, {x}, {}};
    step.opcode = opcode;
    return add(std::move(step), x.axes, op);
  }
  Operand addBinary(fovea_opcode opcode, Operand a, Operand b, uint32_t op,
                    fovea_predicate predicate = 0) {
    Step step{Step::Kind::Binary, {a, b}, {}};
    step.opcode = opcode;
    step.predicate = predicate;
    return add(std::move(step), joint({a, b}), op);
  }
  /// Whether a value in the workspace may be larger than what has to be stored
  /// anyway: its sizes, as symbols, are not among those of one such array.
  bool isLarge(const Value &value) const {
    if (value.place != Value::Place::Workspace)
      return false;
    const Axes mine = sizesOf(value.axes);
    auto holds = [&](fovea_list axes) {
      const Axes theirs = sizesOf(list(axes));
      return std::includes(theirs.begin(), theirs.end(), mine.begin(),
                           mine.end());
    };
    auto any = [&](const auto &all) {
      return std::any_of(all.begin(), all.end(),
                         [&](const auto &one) { return holds(one.axes); });
    };
    return !any(inputs) && !any(outputs) && !any(accumulators) &&
           std::none_of(ops.begin(), ops.end(), [&](const fovea_op &op) {
             return (op.flags & FOVEA_OP_STORED) && holds(op.axes);
           });
  }
  Axes sizesOf(const Axes &axes) const {
    Axes sizes;
    for (uint32_t axis : axes)
      sizes.push_back(plan.sizeOfAxis[axis]);
    std::sort(sizes.begin(), sizes.end());
    return sizes;
  }

  /// Output number `k`: written in place if it can be, else copied.
  void give(uint32_t k) {
    const Axes axes = list(outputs[k].axes);
    if (axes.size() > mostAxes)
      refuse(FOVEA_REASON_RANK, outputs[k].op,
             "oneDNN's arrays have at most 12 dimensions");
    const Operand result = operand(outputs[k].op);
    Value &value = plan.values[result.value];
    if (value.place == Value::Place::Workspace && result.axes == axes) {
      value.place = Value::Place::Output;
      value.number = k;
      return;
    }
    Step step{Step::Kind::Copy, {result}, {}};
    step.output = {addValue(Value::Place::Output, k, axes), axes};
    plan.steps.push_back(std::move(step));
  }

  //===--- ops ------------------------------------------------------------===//

  /// The value of an op, computed by steps that are added unless they are
  /// there.
  Operand operand(uint32_t number) {
    if (auto found = known.find(number); found != known.end())
      return found->second;
    const fovea_op &op = ops[number];
    if (op.flags & FOVEA_OP_MAY_FAIL)
      refuse(FOVEA_REASON_OP, number,
             "it may fail, and oneDNN knows no such failure");
    const bool isTruth = op.dtype == FOVEA_BOOL && op.opcode != FOVEA_OP_INPUT;
    if (op.dtype != FOVEA_F32 && !isTruth)
      refuse(FOVEA_REASON_DTYPE, number, noType);
    const Operand result =
        isScalar(number)
            ? Operand{addValue(Value::Place::Scalar, scalar(number), {}), {}}
            : lower(number, op);
    known.emplace(number, result);
    return result;
  }

  Operand lower(uint32_t n, const fovea_op &op) {
    const Axes args = list(op.operands);
    switch (op.opcode) {
    case FOVEA_OP_INPUT: {
      const Axes axes = list(inputs[op.selector].axes);
      return {addValue(Value::Place::Input, op.selector, axes), axes};
    }
    case FOVEA_OP_FOLD:
      return operand(list(folds[op.selector].results)[op.integer]);
    case FOVEA_OP_GAUGE:
      return operand(
          gauges[folds[op.selector].gauges.first + op.integer].value);
    case FOVEA_OP_ACCUMULATOR: {
      const fovea_fold &fold = folds[op.selector];
      const uint32_t at =
          fold.accumulators.first + static_cast<uint32_t>(op.integer);
      if (auto found = joined.find(at); found != joined.end())
        return found->second;
      if (!begun.insert(at).second)
        refuse(FOVEA_REASON_FOLD, n, "a fold whose elements see its own state");
      const fovea_accumulator &a = accumulators[at];
      return joined[at] =
                 reduce(n, a.join, a.element, list(fold.axes), a.guard);
    }
    case FOVEA_OP_REDUCE:
      return reduce(n, op.selector, args[0], list(op.over),
                    args.size() > 1 ? args[1] : FOVEA_NONE);
    case FOVEA_OP_AT:
      return read(n, args, list(op.over));
    case FOVEA_OP_SELECT:
      return select(n, args);
    case FOVEA_OP_COMPARE: {
      if (op.selector > FOVEA_NE)
        refuse(FOVEA_REASON_OP, n, "it is not a known comparison");
      const Operand a = operand(args[0]), b = operand(args[1]);
      return addBinary(FOVEA_OP_COMPARE, a, b, n, op.selector);
    }
    case FOVEA_OP_NOT:
      return addBinary(FOVEA_OP_COMPARE, operand(args[0]), number(0), n,
                       FOVEA_EQ);
    case FOVEA_OP_AND:
    case FOVEA_OP_OR: {
      const Operand a = operand(args[0]), b = operand(args[1]);
      return addBinary(op.opcode == FOVEA_OP_AND ? FOVEA_OP_MUL : FOVEA_OP_MAX,
                       a, b, n);
    }
    case FOVEA_OP_CAST:
      refuse(FOVEA_REASON_DTYPE, n, noType);
    case FOVEA_OP_LOG:
      return addUnary(Step::Kind::Log, operand(args[0]), n);
    case FOVEA_OP_NEG: // eltwise_linear would lose the sign of 0
      return addBinary(FOVEA_OP_MUL, operand(args[0]), number(-1), n);
    case FOVEA_OP_RSQRT: // eltwise_pow has another opinion about -inf
      return addBinary(
          FOVEA_OP_DIV, number(1),
          addUnary(Step::Kind::Unary, operand(args[0]), n, FOVEA_OP_SQRT), n);
    case FOVEA_OP_POW:
      return power(n, args);
    default:
      if (isUnary(op.opcode))
        return addUnary(Step::Kind::Unary, operand(args[0]), n, op.opcode);
      if (!isBinary(op.opcode))
        refuse(FOVEA_REASON_OP, n,
               "oneDNN has no primitive that computes this");
      checkHard(n, op.opcode, args);
      const Operand a = operand(args[0]);
      return addBinary(op.opcode, a, operand(args[1]), n);
    }
  }

  /// oneDNN sees plain numbers. That is the same wherever the plain number
  /// gives what the hard one would; these are the others.
  void checkHard(uint32_t n, fovea_opcode opcode, const Axes &args) const {
    const uint32_t a = ops[args[0]].flags, b = ops[args[1]].flags;
    const bool isZero =
        (opcode == FOVEA_OP_MUL && ((a | b) & FOVEA_OP_MAY_BE_ZERO)) ||
        (opcode == FOVEA_OP_DIV && (a & FOVEA_OP_MAY_BE_ZERO));
    const bool isNegInf =
        (opcode == FOVEA_OP_ADD && ((a | b) & FOVEA_OP_MAY_BE_NEGINF)) ||
        (opcode == FOVEA_OP_SUB && (a & FOVEA_OP_MAY_BE_NEGINF));
    if (isZero || isNegInf)
      refuse(FOVEA_REASON_HARD, n,
             isZero ? "a hard 0 (of `where`) swallows inf and NaN, oneDNN's 0 "
                      "times inf is NaN"
                    : "a hard -inf (of `where`, a mask) stays -inf, oneDNN's "
                      "-inf - -inf is NaN");
  }

  Operand power(uint32_t n, const Axes &args) {
    const fovea_op &exponent = ops[args[1]];
    if (exponent.opcode != FOVEA_OP_CONSTANT)
      refuse(FOVEA_REASON_OP, n, "oneDNN has powers with a constant exponent");
    const Operand x = operand(args[0]);
    Step step{Step::Kind::Unary, {x}, {}};
    step.opcode = FOVEA_OP_POW;
    step.exponent = static_cast<float>(exponent.number);
    return add(std::move(step), x.axes, n);
  }

  /// A read at indices that stand alone is the same array with other names of
  /// its axes.
  Operand read(uint32_t n, const Axes &args, const Axes &over) {
    Operand whole = operand(args[0]);
    for (size_t k = 0; k < over.size(); ++k) {
      const fovea_op &index = ops[args[k + 1]];
      const uint32_t axis =
          index.opcode == FOVEA_OP_INDEX ? list(index.over)[0] : FOVEA_NONE;
      if (axis == FOVEA_NONE ||
          plan.sizeOfAxis[axis] != plan.sizeOfAxis[over[k]])
        refuse(FOVEA_REASON_OP, n,
               "oneDNN reads whole arrays: no gathers, shifts or slices");
      std::replace(whole.axes.begin(), whole.axes.end(), over[k],
                   renamed(axis));
    }
    for (uint32_t &axis : whole.axes)
      axis &= ~fresh;
    Axes once = whole.axes;
    std::sort(once.begin(), once.end());
    if (std::adjacent_find(once.begin(), once.end()) != once.end())
      refuse(FOVEA_REASON_OP, n, "oneDNN reads whole arrays: no diagonals");
    return whole;
  }
  /// Marks a new name, so that it is not replaced once more.
  static constexpr uint32_t fresh = 0x80000000u;
  static uint32_t renamed(uint32_t axis) { return axis | fresh; }

  //===--- reductions -----------------------------------------------------===//

  Operand reduce(uint32_t n, fovea_join join, uint32_t element,
                 const Axes &over, uint32_t guard) {
    if (guard != FOVEA_NONE)
      refuse(FOVEA_REASON_HARD, guard,
             "oneDNN's reductions have no mask: they see every element");
    if (!isJoin(join))
      refuse(FOVEA_REASON_FOLD, n,
             "oneDNN reduces by sum, product, maximum "
             "and minimum");
    const fovea_op &op = ops[element];
    if (join == FOVEA_SUM && op.opcode == FOVEA_OP_MUL &&
        op.dtype == FOVEA_F32 && known.count(element) == 0) {
      const Axes args = list(op.operands);
      checkHard(element, op.opcode, args);
      const Operand a = operand(args[0]), b = operand(args[1]);
      if (std::all_of(over.begin(), over.end(), [&](uint32_t axis) {
            return has(a.axes, axis) && has(b.axes, axis);
          }))
        return addReduction({Step::Kind::Matmul, {a, b}, {}}, over, n);
    }
    if (join == FOVEA_SUM && isScalar(element))
      return times(element, over);
    const Operand x = operand(element);
    for (uint32_t axis : over)
      if (!has(x.axes, axis))
        refuse(FOVEA_REASON_FOLD, n,
               "what is reduced does not vary along the axis");
    Step step{Step::Kind::Reduce, {x}, {}};
    step.join = join;
    return addReduction(std::move(step), over, n);
  }
  Operand addReduction(Step step, const Axes &over, uint32_t n) {
    step.over = over;
    Axes rest = joint(step.inputs);
    rest.erase(std::remove_if(rest.begin(), rest.end(),
                              [&](uint32_t axis) { return has(over, axis); }),
               rest.end());
    return add(std::move(step), rest, n);
  }

  /// If the cluster is a softmax, output 0 is known.
  void findSoftmax() {
    const std::optional<SoftmaxMatch> found = matchSoftmax(host, c);
    if (!found)
      return;
    Operand x = operand(found->input);
    for (uint32_t &axis : x.axes)
      axis = found->to[static_cast<size_t>(
          std::find(found->from.begin(), found->from.end(), axis) -
          found->from.begin())];
    Step step{
        found->isLog ? Step::Kind::LogSoftmax : Step::Kind::Softmax, {x}, {}};
    step.over = {found->axis};
    // The primitive's output is laid out as its input, and holds the axis.
    step.output = {addValue(Value::Place::Workspace, 0, x.axes), x.axes};
    known.emplace(outputs[0].op, step.output);
    plan.steps.push_back(std::move(step));
  }

  //===--- choices --------------------------------------------------------===//

  Operand select(uint32_t n, const Axes &args) {
    const fovea_op &condition = ops[args[0]];
    const bool isNegated = condition.opcode == FOVEA_OP_NOT;
    const fovea_op &compare =
        isNegated ? ops[list(condition.operands)[0]] : condition;
    if (isRelu(compare, isNegated, args)) {
      const Operand x = operand(args[1]);
      Step step{Step::Kind::Relu, {x}, {}};
      step.keepsNaN = isNegated;
      return add(std::move(step), x.axes, n);
    }
    Step step{Step::Kind::Select, {}, {}};
    for (uint32_t arg : args)
      step.inputs.push_back(operand(arg));
    const Axes axes = joint(step.inputs);
    return add(std::move(step), axes, n);
  }
  /// where(x > 0, x, 0), or where(not x <= 0, x, 0), which lets NaN through.
  bool isRelu(const fovea_op &compare, bool isNegated, const Axes &args) const {
    auto isZero = [&](uint32_t op) {
      return ops[op].opcode == FOVEA_OP_CONSTANT && ops[op].number == 0;
    };
    if (compare.opcode != FOVEA_OP_COMPARE ||
        compare.selector != (isNegated ? FOVEA_LE : FOVEA_GT))
      return false;
    const Axes sides = list(compare.operands);
    return sides[0] == args[1] && isZero(sides[1]) && isZero(args[2]);
  }

  /// Whether an op is made of constants and sizes alone, of any type.
  bool isScalar(uint32_t n) {
    if (auto found = areScalars.find(n); found != areScalars.end())
      return found->second;
    const fovea_op &op = ops[n];
    const Axes args = list(op.operands);
    return areScalars[n] =
               op.axes.count == 0 && isOfScalars(op.opcode) &&
               !(op.flags & FOVEA_OP_MAY_FAIL) &&
               std::all_of(args.begin(), args.end(),
                           [&](uint32_t arg) { return isScalar(arg); });
  }
  uint32_t scalar(uint32_t n) {
    if (auto found = scalars.find(n); found != scalars.end())
      return found->second;
    const fovea_op &op = ops[n];
    Scalar result{op.opcode, op.dtype};
    result.selector = op.selector;
    result.integer = op.integer;
    result.number = op.number;
    const Axes args = list(op.operands);
    if (!args.empty())
      result.a = scalar(args[0]);
    if (args.size() > 1)
      result.b = scalar(args[1]);
    return scalars[n] = addScalar(result);
  }
  /// A scalar as often as there are places along axes.
  Operand times(uint32_t scalarOp, const Axes &over) {
    uint32_t product = scalar(scalarOp);
    for (uint32_t axis : over) {
      Scalar size{FOVEA_OP_SIZE, FOVEA_I64}, cast{FOVEA_OP_CAST, FOVEA_F64},
          all{FOVEA_OP_MUL, FOVEA_F64};
      size.selector = plan.sizeOfAxis[axis];
      cast.a = addScalar(size);
      all.a = product;
      all.b = addScalar(cast);
      product = addScalar(all);
    }
    return {addValue(Value::Place::Scalar, product, {}), {}};
  }

  const fovea_host &host;
  const fovea_cluster &c;
  view<fovea_op> ops;
  view<fovea_port> inputs, outputs;
  view<fovea_fold> folds;
  view<fovea_accumulator> accumulators;
  view<fovea_gauge> gauges;
  Plan plan;
  /// All axes, those of the outputs first.
  Axes order;
  /// Operands of ops and of accumulators, as far as there are any yet.
  std::map<uint32_t, Operand> known, joined;
  /// Accumulators that are being lowered, or are.
  std::set<uint32_t> begun;
  std::map<uint32_t, bool> areScalars;
  std::map<uint32_t, uint32_t> scalars;
};

} // namespace

Plan onednn::plan(const fovea_host &host, const fovea_cluster &cluster) {
  return Lowering(host, cluster).run();
}
