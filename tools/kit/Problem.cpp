//===- Problem.cpp - inputs, and whether outputs are right ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/Compare.h"
#include "tools/kit/Formula.h"

#include "runtime/Print.h"

#include <cmath>
#include <limits>

using namespace fovea;
using namespace fovea::kit;

static constexpr double infinity = std::numeric_limits<double>::infinity();
static constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

const char *kit::nameOf(Values values) {
  switch (values) {
  case Values::Normal:
    return "plain numbers";
  case Values::Equal:
    return "equal numbers";
  case Values::Zero:
    return "zeros";
  case Values::Huge:
    return "numbers up to 1e30";
  case Values::Infinite:
    return "infinities";
  case Values::NaN:
    return "NaN";
  case Values::Masked:
    return "all masked";
  case Values::Seen:
    return "nothing masked";
  case Values::Hidden:
    return "NaN behind the mask";
  case Values::Wide:
    return "integers of all bits";
  default:
    return "the least and the greatest integers";
  }
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

namespace {
/// Fills the inputs of a problem.
class Filler {
public:
  Filler(const Problem &problem, Values values, uint64_t seed)
      : problem(problem), cluster(problem.formula.cluster), values(values),
        seed(seed), random(seed) {}

  void run() {
    for (size_t i = 0; i < cluster.inputs.size(); ++i)
      fill(cluster.inputs[i], problem.inputs[i].tensor());
    if (values == Values::Hidden)
      for (size_t i = 0; i < cluster.inputs.size(); ++i)
        if (isFloat(problem.inputs[i].tensor().dtype()))
          hide(cluster.inputs[i], problem.inputs[i].tensor());
  }

private:
  int64_t between(int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(random);
  }
  bool chance(int percent) { return between(0, 99) < percent; }

  double number(DType dtype) {
    const double plain = normal(random);
    switch (values) {
    case Values::Equal:
      return 0.5 * static_cast<double>(between(0, 2));
    case Values::Zero:
      return 0;
    case Values::Huge:
      return chance(30) ? plain * (dtype == DType::F16 ? 1e3 : 1e30) : plain;
    case Values::Infinite:
      return chance(20) ? (chance(60) ? -infinity : infinity) : plain;
    case Values::NaN:
      return chance(15) ? notANumber : plain;
    default:
      return plain;
    }
  }

  /// The extent of the dimension that a name ends in.
  int64_t extentOf(const std::string &name) {
    for (size_t i = 0; i < cluster.dims.size(); ++i)
      if (name == cluster.string(cluster.dims[i].name))
        return problem.prepared->dims[i];
    return 1;
  }
  /// One at which integers wrap, or that no f64 can tell from the next.
  static int64_t extreme(DType dtype, uint64_t number) {
    const bool isNarrow = dtype == DType::I32;
    const int64_t least = isNarrow ? INT32_MIN : INT64_MIN;
    const int64_t greatest = isNarrow ? INT32_MAX : INT64_MAX;
    const int64_t list[] = {least, least + 1, -1, 1, greatest - 1, greatest};
    return list[number % std::size(list)];
  }
  /// `number` chooses an extreme one.
  int64_t integer(const std::string &name, DType dtype, uint64_t number) {
    if (name.starts_with("to_"))
      return between(0, std::max<int64_t>(extentOf(name.substr(3)) - 1, 0));
    if (name.starts_with("len_")) {
      const int64_t extent = extentOf(name.substr(4));
      return values == Values::Masked ? 0
             : values == Values::Seen ? extent
                                      : between(0, extent);
    }
    if (name == "seed")
      return static_cast<int64_t>(random());
    if (values == Values::Wide)
      return static_cast<int64_t>(random()) >> between(0, 40);
    if (values == Values::Extreme)
      return extreme(dtype, number);
    if (values == Values::Zero && name != "by")
      return 0;
    const int64_t plain = between(-5, 11);
    return name == "by" && plain == 0 ? 3 : plain;
  }

  void fill(const fovea_port &port, const Tensor &tensor) {
    const std::string name = cluster.string(port.name);
    // In another order than those of other inputs: all pairs meet.
    const bool isFirst = &port == cluster.inputs.data();
    const auto row = static_cast<uint64_t>(
        tensor.rank() ? std::max<int64_t>(tensor.dim(tensor.rank() - 1), 1)
                      : 1);
    uint64_t ordinal = 0;
    forEachOffset(tensor, [&](int64_t at) {
      const uint64_t choice = isFirst ? seed + ordinal : ordinal % row;
      ++ordinal;
      if (isFloat(tensor.dtype()))
        tensor.store(at, number(tensor.dtype()));
      else if (tensor.dtype() == DType::Bool)
        tensor.store(at, int64_t(values != Values::Masked &&
                                 (values == Values::Seen || chance(60))));
      else
        tensor.store(at, integer(name, tensor.dtype(), choice));
    });
  }

  /// NaN where a bool of the same place is false, and behind a length.
  void hide(const fovea_port &port, const Tensor &tensor) {
    const auto axes = cluster.list(port.axes);
    std::vector<int64_t> place(axes.size());
    for (int64_t k = 0; k < tensor.numElements(); ++k) {
      int64_t rest = k;
      for (size_t axis = axes.size(); axis-- > 0;) {
        place[axis] = rest % tensor.dim(axis);
        rest /= tensor.dim(axis);
      }
      for (size_t i = 0; i < cluster.inputs.size(); ++i)
        if (hides(cluster.inputs[i], problem.inputs[i].tensor(), axes, place))
          tensor.store(tensor.offsetOf(place),
                       k % 3 == 0 ? infinity : notANumber);
    }
  }
  bool hides(const fovea_port &port, const Tensor &mask,
             std::span<const uint32_t> axes, std::span<const int64_t> place) {
    std::vector<int64_t> there;
    for (uint32_t axis : cluster.list(port.axes))
      if (const auto found = std::ranges::find(axes, axis); found != axes.end())
        there.push_back(place[static_cast<size_t>(found - axes.begin())]);
    if (there.size() < mask.rank())
      return false;
    if (mask.dtype() == DType::Bool)
      return mask.rank() > 0 && mask.loadAsInt(mask.offsetOf(there)) == 0;
    const std::string name = cluster.string(port.name);
    if (!name.starts_with("len_"))
      return false;
    for (size_t i = 0; i < axes.size(); ++i) {
      const fovea_size &size = cluster.sizes[cluster.axes[axes[i]].size];
      if (size.kind == FOVEA_SIZE_DIM &&
          name.substr(4) == cluster.string(cluster.dims[size.a].name) &&
          place[i] >= mask.loadAsInt(0))
        return true;
    }
    return false;
  }

  const Problem &problem;
  const plugin::Cluster &cluster;
  const Values values;
  const uint64_t seed;
  std::mt19937_64 random;
  std::normal_distribution<double> normal;
};
} // namespace

std::vector<fovea_tensor> Problem::in() const {
  std::vector<fovea_tensor> list;
  for (const Array &array : inputs)
    list.push_back(array.c());
  return list;
}

std::vector<fovea_tensor> Problem::out() const {
  std::vector<fovea_tensor> list;
  for (const Array &array : outputs)
    list.push_back(array.c());
  return list;
}

std::shared_ptr<Problem>
kit::makeProblem(const Formula &formula, std::shared_ptr<Prepared> prepared,
                 Values values, Layout layout, uint64_t seed,
                 const std::function<void(Problem &)> &change, bool evaluate) {
  std::shared_ptr<Problem> made(
      new Problem{formula, std::move(prepared), {}, {}, {}});
  const plugin::Cluster &cluster = formula.cluster;
  const std::vector<int64_t> &dims = made->prepared->dims;
  auto add = [&](const fovea_port &port, const fovea_needs &needs,
                 bool isInput) {
    (isInput ? made->inputs : made->outputs)
        .emplace_back(std::string(isInput ? "input `" : "output `") +
                          cluster.string(port.name) + "`",
                      *dtypeFromC(port.dtype), *formula.shapeOf(port, dims),
                      layout, needs, isInput, seed % 2 == 0);
  };
  for (size_t i = 0; i < cluster.inputs.size(); ++i)
    add(cluster.inputs[i], made->prepared->inputs[i], true);
  for (size_t i = 0; i < cluster.outputs.size(); ++i)
    add(cluster.outputs[i], made->prepared->outputs[i], false);
  Filler(*made, values, seed).run();
  if (change)
    change(*made);
  std::vector<Tensor> inputs;
  for (Array &array : made->inputs) {
    inputs.push_back(array.tensor());
    array.freeze();
  }
  for (const Array &array : made->outputs)
    made->wanted.push_back(
        *Tensor::allocate(array.tensor().dtype(), array.tensor().shape()));
  if (evaluate)
    made->status = formula.evaluate(inputs, made->wanted, dims);
  return made;
}

//===----------------------------------------------------------------------===//
// Judgement
//===----------------------------------------------------------------------===//

/// Where a fold meets numbers that are not finite, which one comes out is not
/// promised (language.md, "When numbers are not finite").
static void forgive(const Tensor &got, const Tensor &wanted) {
  forEachOffset(got, [&](int64_t at) {
    const double right = wanted.loadAsDouble(at);
    if (!std::isfinite(right) && !std::isfinite(got.loadAsDouble(at)))
      got.store(at, right);
  });
}

void kit::judgeNumbers(const Problem &problem) {
  const plugin::Cluster &cluster = problem.formula.cluster;
  for (size_t i = 0; i < problem.outputs.size(); ++i) {
    const Array &output = problem.outputs[i];
    if (const std::string damage = output.damage(); !damage.empty())
      wrong(damage);
    const Tensor got = *output.tensor().contiguous();
    const Tensor &wanted = problem.wanted[i];
    if (problem.formula.hasFolds() && isFloat(got.dtype()))
      forgive(got, wanted);
    const auto difference = compare(got, wanted, toleranceOf(got.dtype()));
    if (!difference || !*difference)
      continue;
    const Difference &worst = **difference;
    wrong(std::string("output `") + cluster.string(cluster.outputs[i].name) +
          "`" +
          (worst.position.empty() ? "" : " at " + shapeText(worst.position)) +
          " is " + worst.got + "; " + worst.wanted + " is right" +
          (worst.total > 1
               ? ", and " + std::to_string(worst.count) + " of " +
                     std::to_string(worst.total) + " elements are wrong"
               : ""));
  }
}

/// The numbers of an op that is made of no fold's state; nothing else.
static std::optional<Tensor> valuesOf(const Problem &problem, uint32_t op) {
  plugin::Cluster cluster = problem.formula.cluster;
  const fovea_port port = {0, cluster.ops[op].dtype, cluster.ops[op].axes, op,
                           0};
  cluster.outputs = {port};
  if (check(cluster).failed())
    return std::nullopt;
  const Formula formula(std::move(cluster));
  std::vector<Tensor> inputs;
  for (const Array &array : problem.inputs)
    inputs.push_back(array.tensor());
  std::vector<Tensor> outputs = {*Tensor::allocate(
      *dtypeFromC(port.dtype), *formula.shapeOf(port, problem.prepared->dims))};
  if (formula.evaluate(inputs, outputs, problem.prepared->dims).failed())
    return std::nullopt;
  return outputs[0];
}

/// The position of a failure, if it says where along each axis of the op, as
/// that of an operand with fewer axes.
static std::optional<std::vector<int64_t>>
positionIn(const plugin::Cluster &cluster, const fovea_op &op,
           const fovea_op &operand, const fovea_error &error) {
  const auto axes = cluster.list(op.axes);
  if (error.rank != axes.size())
    return std::nullopt;
  std::vector<int64_t> place;
  for (uint32_t axis : cluster.list(operand.axes))
    place.push_back(
        error.position[std::ranges::find(axes, axis) - axes.begin()]);
  return place;
}

/// Whether an index of the read `op` is `value`, which is outside; at the
/// position, if there is one.
static void judgeRead(const Problem &problem, const fovea_op &op,
                      const fovea_error &error) {
  const plugin::Cluster &cluster = problem.formula.cluster;
  const auto extents = *problem.formula.extents(problem.prepared->dims);
  const auto axes = cluster.list(op.axes);
  for (size_t axis = 0; error.rank == axes.size() && axis < axes.size(); ++axis)
    need(error.position[axis] >= 0 &&
             error.position[axis] < extents[axes[axis]],
         "the reported position has coordinate " +
             std::to_string(error.position[axis]) + " along an axis of " +
             std::to_string(extents[axes[axis]]));
  const auto over = cluster.list(op.over), operands = cluster.list(op.operands);
  bool isKnown = true, isTrue = false;
  for (size_t k = 0; k < over.size(); ++k) {
    const std::optional<Tensor> indices = valuesOf(problem, operands[k + 1]);
    isKnown &= indices.has_value();
    if (!indices || (error.value >= 0 && error.value < extents[over[k]]))
      continue;
    const auto place =
        positionIn(cluster, op, cluster.ops[operands[k + 1]], error);
    if (place)
      isTrue |= indices->loadAsInt(indices->offsetOf(*place)) == error.value;
    else
      forEachOffset(*indices, [&](int64_t at) {
        isTrue |= indices->loadAsInt(at) == error.value;
      });
  }
  need(isTrue || !isKnown,
       "the read that is reported to fail has no index " +
           std::to_string(error.value) +
           (error.rank == axes.size() ? " at the reported position" : "") +
           " that is outside");
}

void kit::judgeFailure(const Problem &problem, const Answer &answer) {
  const plugin::Cluster &cluster = problem.formula.cluster;
  const std::string right =
      nameOfCode(static_cast<fovea_code>(problem.status.code())) + " (" +
      problem.status.message() + ")";
  need(answer.code == static_cast<fovea_code>(problem.status.code()),
       "`run` returns " + answer.text() + "; " + right + " is right");
  const fovea_error &error = answer.error;
  need(error.op >= 0 && static_cast<size_t>(error.op) < cluster.ops.size(),
       "`run` returns " + nameOfCode(answer.code) + " of op " +
           std::to_string(error.op) + "; one of 0 to " +
           std::to_string(cluster.ops.size() - 1) + " is needed");
  const fovea_op &op = cluster.ops[static_cast<size_t>(error.op)];
  const bool isRead = answer.code == FOVEA_OUT_OF_RANGE;
  const bool fits = isRead ? op.opcode == FOVEA_OP_AT
                           : op.opcode == FOVEA_OP_FLOORDIV ||
                                 op.opcode == FOVEA_OP_MOD ||
                                 op.opcode == FOVEA_OP_POW;
  need(fits, "`run` returns " + nameOfCode(answer.code) + " of op " +
                 std::to_string(error.op) + ", which cannot fail so");
  if (!isRead)
    return;
  need(error.has_value == 1, "`run` returns " + nameOfCode(answer.code) +
                                 " without the index (`value`)");
  need(error.tensor[0] == '\0' ||
           std::string(error.tensor) == cluster.string(op.name),
       std::string("`run` blames the tensor `") + error.tensor +
           "`; that op reads `" + cluster.string(op.name) + "`");
  judgeRead(problem, op, error);
}

void kit::judge(const Problem &problem, const Answer &answer) {
  for (const Array &output : problem.outputs)
    if (problem.status.failed())
      if (const std::string damage = output.damage();
          damage.find("overrun") != std::string::npos)
        wrong(damage);
  if (problem.status.failed())
    return judgeFailure(problem, answer);
  need(answer.isOk(), "`run` returns " + answer.text() +
                          "; no op that its outputs need can fail");
  judgeNumbers(problem);
}

void kit::solve(Problem &problem, const Manner &manner) {
  Guarded workspace = problem.prepared->workspace();
  const std::vector<fovea_tensor> in = problem.in(), out = problem.out();
  const Answer answer =
      problem.prepared->run(in, out, workspace, nullptr, manner);
  if (const std::string damage = workspace.damage(); !damage.empty())
    wrong(damage);
  judge(problem, answer);
}
