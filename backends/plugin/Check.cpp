//===- Check.cpp - whether flat arrays make sense -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Checker.h"
#include "backends/plugin/Opcodes.h"
#include "runtime/DType.h"
#include "runtime/Tensor.h"

#include <limits>
#include <set>

using namespace fovea;
using namespace fovea::plugin;

namespace {
/// Checks one cluster.
class ClusterChecker : public Checker {
public:
  using Checker::Checker;

  Status run() {
    try {
      checkText();
      checkDimensions();
      checkPorts();
      checkPlaces();
      checkFoldHeads();
      for (number = 0; number < c.ops.size(); ++number)
        checkOp(c.ops[number]);
      checkFolds(c, uses);
      checkOutputs();
    } catch (const Wrong &wrong) {
      return Status::error(StatusCode::InvalidArgument,
                           "the cluster is not valid: " + wrong.text);
    }
    return Status::ok();
  }

private:
  /// The same inside of an op.
  void needOp(bool holds, const char *what) const {
    if (holds)
      return;
    const std::string_view name = nameOfOpcode(c.ops[number].opcode);
    throw Wrong{"op " + std::to_string(number) + " (" + std::string(name) +
                "): " + what};
  }

  void checkText() {
    need(!c.text.empty() && c.text.front() == '\0' && c.text.back() == '\0',
         "its texts do not begin with an empty one and end with a zero");
  }
  void checkName(uint32_t offset) {
    need(offset < c.text.size(), "there is no text " + std::to_string(offset));
  }
  void checkDimensions() {
    std::set<std::string> names;
    for (const fovea_dim &dim : c.dims) {
      checkName(dim.name);
      need(names.insert(c.string(dim.name)).second,
           "two dimensions have one name");
    }
    for (size_t i = 0; i < c.sizes.size(); ++i) {
      const fovea_size &size = c.sizes[i];
      need(size.kind <= FOVEA_SIZE_MOD,
           "there is no kind of size " + std::to_string(size.kind));
      if (size.kind == FOVEA_SIZE_DIM)
        need(size.a < c.dims.size(), "a size is a dimension that is not there");
      else if (size.kind != FOVEA_SIZE_CONSTANT)
        need(size.a < i && size.b < i,
             "a size is made from one that does not come before it");
    }
    names.clear();
    for (const fovea_axis &axis : c.axes) {
      checkName(axis.name);
      need(axis.size < c.sizes.size(), "an axis has no size");
      need(names.insert(c.string(axis.name)).second, "two axes have one name");
    }
  }

  void checkPorts() {
    for (const auto *ports : {&c.inputs, &c.outputs})
      for (const fovea_port &port : *ports) {
        checkName(port.name);
        checkDType(port.dtype);
        need(axes(port.axes).size() <= FOVEA_MAX_RANK,
             "an array has more axes than " + std::to_string(FOVEA_MAX_RANK));
        const bool isInput = ports == &c.inputs;
        need(isInput ? port.op == FOVEA_NONE : port.op < c.ops.size(),
             "an input is an op, or an output is none");
      }
  }

  void checkPlaces() {
    for (size_t i = 0; i < c.places.size(); ++i) {
      checkName(c.places[i].file);
      need(c.places[i].caller == FOVEA_NONE || c.places[i].caller < i,
           "a place is called from one that does not come before it");
    }
  }

  /// Marks what belongs to a fold, and to no other.
  static void take(std::vector<bool> &taken, fovea_list list) {
    need(uint64_t(list.first) + list.count <= taken.size(),
         "a fold has parts that are not there");
    for (uint32_t i = list.first; i < list.first + list.count; ++i) {
      need(!taken[i], "two folds have the same part");
      taken[i] = true;
    }
  }

  /// What ops need to know of folds: which accumulators and gauges there are.
  void checkFoldHeads() {
    std::vector<bool> accumulators(c.accumulators.size());
    std::vector<bool> gauges(c.gauges.size());
    for (const fovea_fold &fold : c.folds) {
      need(!axes(fold.axes).empty(), "a fold has no axes");
      need(fold.accumulators.count > 0, "a fold accumulates nothing");
      take(accumulators, fold.accumulators);
      take(gauges, fold.gauges);
      numbers(fold.results);
    }
    need(std::ranges::count(accumulators, false) == 0 &&
             std::ranges::count(gauges, false) == 0,
         "an accumulator or a gauge belongs to no fold");
    for (const fovea_accumulator &a : c.accumulators) {
      checkDType(a.dtype);
      need(a.join <= FOVEA_ARGMIN,
           "there is no join " + std::to_string(a.join));
      need(isLogic(a.join) == (a.dtype == FOVEA_BOOL) && isComputed(a.dtype),
           "an accumulator has a dtype that cannot be joined");
      axisSet(a.axes);
    }
    for (const fovea_gauge &gauge : c.gauges) {
      checkDType(gauge.dtype);
      need(isComputed(gauge.dtype),
           "a gauge has a dtype that is not computed with");
      axisSet(gauge.axes);
    }
  }

  const fovea_op &operand(size_t i) const {
    return c.ops[c.list(c.ops[number].operands)[i]];
  }
  fovea_dtype operandType(size_t i) const { return operand(i).dtype; }
  Numbers operandAxes() const {
    Numbers all;
    for (uint32_t op : c.list(c.ops[number].operands))
      all = unite(all, axisSet(c.ops[op].axes));
    return all;
  }
  void needOperands(size_t count) const {
    needOp(c.ops[number].operands.count == count,
           "has too few operands, or too many");
  }
  void needUnion() const {
    needOp(axisSet(c.ops[number].axes) == operandAxes(),
           "its axes are not those of its operands");
  }
  void checkOp(const fovea_op &op) {
    needOp(!nameOfOpcode(op.opcode).empty(), "there is no such opcode");
    checkDType(op.dtype);
    // Numbers are stored in half the bits, not computed.
    needOp(isComputed(op.dtype) || op.opcode == FOVEA_OP_INPUT ||
               op.opcode == FOVEA_OP_CONSTANT ||
               op.opcode == FOVEA_OP_LITERAL || op.opcode == FOVEA_OP_AT ||
               op.opcode == FOVEA_OP_CAST,
           "does not take that dtype");
    checkName(op.name);
    needOp(op.low <= op.high, "has limits that no number lies within");
    needOp(op.place == FOVEA_NONE || op.place < c.places.size(),
           "its place is not there");
    needOp(std::ranges::is_sorted(axes(op.axes)), "its axes do not ascend");
    axes(op.over);
    for (uint32_t other : numbers(op.operands))
      needOp(other < number, "needs an op that does not come before it");
    if (const PlainOpcode *plain = plainOpcode(op.opcode))
      checkPlain(op, *plain);
    else
      checkOther(op);
    uses.push_back(usesOf(c, op, uses));
  }

  void checkPlain(const fovea_op &op, const PlainOpcode &plain) const {
    needOperands(plain.operands);
    for (size_t i = 0; i < plain.operands; ++i)
      needOp(operandType(i) == op.dtype, "its operands are of other dtypes");
    const bool fits = plain.accepts == Accepts::Bool ? op.dtype == FOVEA_BOOL
                      : plain.accepts == Accepts::Float
                          ? isFloat(op.dtype)
                          : op.dtype != FOVEA_BOOL;
    needOp(fits && isComputed(op.dtype), "does not take that dtype");
    needUnion();
  }

  void checkOther(const fovea_op &op) {
    const Numbers own = axisSet(op.axes), over = axisSet(op.over);
    switch (op.opcode) {
    case FOVEA_OP_INPUT:
      needOperands(0);
      needOp(op.selector < c.inputs.size(), "there is no such input");
      needOp(op.dtype == c.inputs[op.selector].dtype &&
                 own == axisSet(c.inputs[op.selector].axes),
             "is not like its input");
      return;
    case FOVEA_OP_CONSTANT:
      needOperands(0);
      needOp(own.empty(), "a constant has axes");
      return;
    case FOVEA_OP_LITERAL:
      needOperands(0);
      checkLiteral(op);
      return;
    case FOVEA_OP_SIZE:
      needOperands(0);
      needOp(own.empty() && op.dtype == FOVEA_I64 &&
                 op.selector < c.sizes.size(),
             "is no size");
      return;
    case FOVEA_OP_INDEX:
      needOperands(0);
      needOp(own.size() == 1 && own == over && op.dtype == FOVEA_I64,
             "is no coordinate");
      return;
    case FOVEA_OP_ACCUMULATOR:
    case FOVEA_OP_OLD_ACCUMULATOR:
    case FOVEA_OP_GAUGE:
    case FOVEA_OP_OLD_GAUGE:
      checkState(op);
      return;
    case FOVEA_OP_FOLD:
      checkResult(op);
      return;
    case FOVEA_OP_AT:
      checkAt(op);
      return;
    case FOVEA_OP_REDUCE: {
      needOp(op.operands.count == 1 || op.operands.count == 2,
             "has too few operands, or too many");
      needOp(op.selector <= FOVEA_ARGMIN && !over.empty(), "joins nothing");
      needOp(isLogic(op.selector) == (operandType(0) == FOVEA_BOOL) &&
                 isComputed(operandType(0)) &&
                 op.dtype == joined(op.selector, operandType(0)),
             "does not take that dtype");
      needOp(op.operands.count == 1 || operandType(1) == FOVEA_BOOL,
             "its guard is no bool");
      needOp(own == without(operandAxes(), over),
             "its axes are not those that are left");
      return;
    }
    case FOVEA_OP_SELECT:
      needOperands(3);
      needOp(operandType(0) == FOVEA_BOOL && operandType(1) == op.dtype &&
                 operandType(2) == op.dtype,
             "its operands are of other dtypes");
      needUnion();
      checkHard(op);
      return;
    case FOVEA_OP_COMPARE:
      needOperands(2);
      needOp(op.selector <= FOVEA_NE && op.dtype == FOVEA_BOOL &&
                 operandType(0) == operandType(1) && isComputed(operandType(0)),
             "does not compare these");
      needUnion();
      return;
    case FOVEA_OP_CAST:
      needOperands(1);
      needUnion();
      return;
    case FOVEA_OP_FOLD_KEY:
    case FOVEA_OP_RANDOM:
      needOperands(2);
      needOp(operandType(0) == FOVEA_I64 && operandType(1) == FOVEA_I64,
             "its operands are not i64");
      needOp(op.opcode == FOVEA_OP_FOLD_KEY
                 ? op.dtype == FOVEA_I64
                 : isFloat(op.dtype) && isComputed(op.dtype) &&
                       op.selector <= FOVEA_NORMAL,
             "does not give that");
      needUnion();
      return;
    default:
      needOp(false, "there is no such opcode");
    }
  }

  void checkLiteral(const fovea_op &op) const {
    needOp(axisSet(op.over) == axisSet(op.axes), "its axes are not listed");
    uint64_t count = 1;
    for (uint32_t axis : c.list(op.over)) {
      const fovea_size &size = c.sizes[c.axes[axis].size];
      needOp(size.kind == FOVEA_SIZE_CONSTANT && size.value >= 0,
             "has an axis of no constant size");
      const auto extent = static_cast<uint64_t>(size.value);
      needOp(extent <= uint64_t(maxElements) &&
                 count <= uint64_t(maxElements) / std::max<uint64_t>(extent, 1),
             "has too many elements");
      count *= extent;
    }
    const uint64_t bytes = count * sizeOf(*dtypeFromC(op.dtype));
    const uint64_t all = c.bytes.size() * sizeof(uint64_t);
    needOp(op.integer >= 0 && op.integer % int64_t(sizeof(uint64_t)) == 0 &&
               uint64_t(op.integer) <= all && bytes <= all - op.integer,
           "its elements are not there");
  }

  void checkState(const fovea_op &op) const {
    needOperands(0);
    needOp(op.selector < c.folds.size(), "there is no such fold");
    const fovea_fold &fold = c.folds[op.selector];
    const bool isGauge =
        op.opcode == FOVEA_OP_GAUGE || op.opcode == FOVEA_OP_OLD_GAUGE;
    const fovea_list parts = isGauge ? fold.gauges : fold.accumulators;
    needOp(op.integer >= 0 && op.integer < parts.count,
           "the fold has no such part");
    const size_t part = parts.first + static_cast<size_t>(op.integer);
    const Numbers own = axisSet(op.axes);
    if (isGauge)
      needOp(op.dtype == c.gauges[part].dtype &&
                 own == axisSet(c.gauges[part].axes),
             "is not like that gauge");
    else
      needOp(op.dtype == joined(c.accumulators[part].join,
                                c.accumulators[part].dtype) &&
                 own == axisSet(c.accumulators[part].axes),
             "is not like that accumulator");
  }

  void checkResult(const fovea_op &op) {
    needOperands(0);
    needOp(op.selector < c.folds.size(), "there is no such fold");
    const fovea_fold &fold = c.folds[op.selector];
    needOp(op.integer >= 0 && op.integer < fold.results.count,
           "the fold has no such result");
    needOp(results.insert({op.selector, op.integer}).second,
           "gives a result that another op gives");
    for (uint32_t root : rootsOf(c, fold))
      needOp(root < number, "comes before what its fold is made of");
    const fovea_op &root = c.ops[c.list(fold.results)[op.integer]];
    needOp(op.dtype == root.dtype &&
               without(axisSet(root.axes), axisSet(op.axes)).empty() &&
               without(axisSet(op.axes), axisSet(fold.axes)) ==
                   axisSet(op.axes),
           "is not like that result");
  }

  void checkAt(const fovea_op &op) const {
    needOperands(1 + size_t(op.over.count));
    needOp(op.dtype == operandType(0),
           "is of another dtype than what it reads");
    Numbers all = without(axisSet(operand(0).axes), axisSet(op.over));
    for (size_t i = 1; i < op.operands.count; ++i) {
      needOp(operandType(i) == FOVEA_I64, "has an index that is no i64");
      all = unite(all, axisSet(operand(i).axes));
    }
    needOp(axisSet(op.axes) == all, "its axes are not those of its operands");
  }

  void checkHard(const fovea_op &op) const {
    needOp(op.selector <= FOVEA_HARD_NEGINF, "there is no such hardness");
    if (op.selector == FOVEA_SOFT)
      return;
    const fovea_op *otherwise = &operand(2);
    while (otherwise->opcode == FOVEA_OP_CAST && otherwise->operands.count == 1)
      otherwise = &c.ops[c.list(otherwise->operands)[0]];
    needOp(otherwise->opcode == FOVEA_OP_CONSTANT, "is hard, but not constant");
    if (op.selector == FOVEA_HARD_NEGINF)
      needOp(isFloat(op.dtype) && isFloat(otherwise->dtype) &&
                 otherwise->number == -std::numeric_limits<double>::infinity(),
             "is a hard -inf of another number");
    else
      needOp(isFloat(otherwise->dtype) ? otherwise->number == 0
                                       : otherwise->integer == 0,
             "is a hard 0 of another number");
  }

  void checkOutputs() {
    for (const fovea_port &port : c.outputs) {
      need(uses[port.op].empty(), "an output is inside of a fold");
      need(
          c.ops[port.op].dtype == port.dtype &&
              without(axisSet(c.ops[port.op].axes), axisSet(port.axes)).empty(),
          "an output is not like its op");
    }
  }

  /// The op that is being checked.
  uint32_t number = 0;
  /// For each op the states that it is made from, as seen from outside of the
  /// folds that are inside of it.
  std::vector<StateUses> uses;
  /// Those of folds that an op gives.
  std::set<std::pair<uint32_t, int64_t>> results;
};
} // namespace

Status plugin::check(const Cluster &cluster) {
  return ClusterChecker(cluster).run();
}
