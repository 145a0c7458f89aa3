//===- Primitives.cpp - steps as primitives of oneDNN ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

#include <limits>
#include <unordered_map>

using namespace onednn;
using dnnl::memory;

namespace {

/// An array that is repeated where its stride is 0: its extent is 1 there. The
/// stride of such a dimension says nothing, but oneDNN picks its code by all of
/// them, so it becomes what a dense array would have, or the 1 that it lacks.
memory::desc descOf(Numbers dims, Numbers strides) {
  int64_t inside = 1;
  bool hasUnit = false;
  for (size_t k = dims.size(); k-- > 0;) {
    if (strides[k] == 0)
      dims[k] = 1;
    if (dims[k] != 1)
      inside = std::max(inside, strides[k] * dims[k]);
    else
      strides[k] = hasUnit ? inside : 1;
    hasUnit |= strides[k] == 1;
  }
  return memory::desc(dims, memory::data_type::f32, strides);
}
memory::desc descOf(const Loop &loop, size_t i) {
  return descOf(loop.extents, loop.strides[i]);
}

dnnl::primitive_attr attributes() {
  dnnl::primitive_attr attr;
  // The runs of an instance share nothing, so each brings its own.
  attr.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  // The default can be changed from outside.
  attr.set_fpmath_mode(dnnl::fpmath_mode::strict);
  return attr;
}

/// A primitive and the values that it takes.
class PrimitiveKernel : public Kernel {
public:
  struct Argument {
    int number;     ///< DNNL_ARG_...
    uint32_t value; ///< or FOVEA_NONE: what lies in `scratch`
    memory::desc desc;
  };
  /// Offsets in elements of each argument, for one execution.
  using Offsets = std::vector<int64_t>;

  template <class Description>
  PrimitiveKernel(const Description &description, dnnl::primitive primitive,
                  std::vector<Argument> arguments,
                  std::vector<Offsets> executions, uint64_t kept)
      : primitive(std::move(primitive)), arguments(std::move(arguments)),
        executions(std::move(executions)),
        scratch(description.scratchpad_desc()), kept((kept + 63) / 64 * 64) {}

  uint64_t scratchBytes() const override { return kept + scratch.get_size(); }
  void run(Context &context) const override {
    for (const Offsets &offsets : executions) {
      std::unordered_map<int, memory> given;
      for (size_t i = 0; i < arguments.size(); ++i)
        given.emplace(arguments[i].number,
                      memory(arguments[i].desc, context.engine,
                             (arguments[i].value == FOVEA_NONE
                                  ? static_cast<float *>(context.scratch)
                                  : context.data[arguments[i].value]) +
                                 offsets[i]));
      given.emplace(DNNL_ARG_SCRATCHPAD,
                    memory(scratch, context.engine,
                           static_cast<char *>(context.scratch) + kept));
      primitive.execute(context.stream, given);
      context.stream.wait();
    }
  }

private:
  dnnl::primitive primitive;
  std::vector<Argument> arguments;
  std::vector<Offsets> executions;
  memory::desc scratch;
  /// Bytes of Context::scratch that other kernels of the step keep there.
  uint64_t kept;
};

/// Makes Primitive of a descriptor of its kind.
template <class Primitive>
void add(Kernels &kernels, const typename Primitive::desc &what,
         const dnnl::primitive_attr &attr, const dnnl::engine &engine,
         std::vector<PrimitiveKernel::Argument> arguments,
         std::vector<PrimitiveKernel::Offsets> executions = {{0, 0, 0}},
         uint64_t kept = 0) {
  const typename Primitive::primitive_desc description(what, attr, engine);
  kernels.push_back(std::make_unique<PrimitiveKernel>(
      description, Primitive(description), std::move(arguments),
      std::move(executions), kept));
}

dnnl::algorithm algorithm(const Step &step) {
  using dnnl::algorithm;
  if (step.kind == Step::Kind::Relu)
    return algorithm::eltwise_relu;
  if (step.kind == Step::Kind::Reduce)
    switch (step.join) {
    case FOVEA_SUM:
      return algorithm::reduction_sum;
    case FOVEA_PROD:
      return algorithm::reduction_mul;
    case FOVEA_MAX:
      return algorithm::reduction_max;
    case FOVEA_MIN:
      return algorithm::reduction_min;
    default:
      return algorithm::undef;
    }
  if (step.opcode == FOVEA_OP_COMPARE)
    switch (step.predicate) {
    case FOVEA_LT:
      return algorithm::binary_lt;
    case FOVEA_LE:
      return algorithm::binary_le;
    case FOVEA_GT:
      return algorithm::binary_gt;
    case FOVEA_GE:
      return algorithm::binary_ge;
    case FOVEA_EQ:
      return algorithm::binary_eq;
    default:
      return algorithm::binary_ne;
    }
  switch (step.opcode) {
  case FOVEA_OP_ABS:
    return algorithm::eltwise_abs;
  case FOVEA_OP_EXP:
    return algorithm::eltwise_exp;
  case FOVEA_OP_SQRT:
    return algorithm::eltwise_sqrt;
  case FOVEA_OP_TANH:
    return algorithm::eltwise_tanh;
  case FOVEA_OP_SIGMOID:
    return algorithm::eltwise_logistic;
  case FOVEA_OP_POW:
    return algorithm::eltwise_pow;
  case FOVEA_OP_ADD:
    return algorithm::binary_add;
  case FOVEA_OP_SUB:
    return algorithm::binary_sub;
  case FOVEA_OP_MUL:
    return algorithm::binary_mul;
  case FOVEA_OP_DIV:
    return algorithm::binary_div;
  case FOVEA_OP_MIN:
    return algorithm::binary_min;
  case FOVEA_OP_MAX:
    return algorithm::binary_max;
  default:
    return algorithm::undef;
  }
}

Step withKind(Step::Kind kind, uint32_t number) {
  Step step{kind, {}, {}};
  step.opcode = step.join = number;
  return step;
}

/// Consecutive elements of a matrix product's arrays: a, b and the result.
struct Group {
  int64_t extent;
  std::array<int64_t, 3> strides;
};

/// Groups of axes that all arrays step over evenly, the outermost first.
std::vector<Group> groups(const Shapes &shapes, const Step &step, bool inA,
                          bool inB, bool inOut) {
  Axes axes;
  const Operand &a = step.inputs[0], &b = step.inputs[1], &out = step.output;
  auto has = [](const Axes &of, uint32_t axis) {
    return std::find(of.begin(), of.end(), axis) != of.end();
  };
  // In the order of one that holds all of them.
  for (uint32_t axis : inOut ? out.axes : a.axes)
    if (has(a.axes, axis) == inA && has(b.axes, axis) == inB &&
        has(out.axes, axis) == inOut)
      axes.push_back(axis);
  const Loop loop = shapes.loop(axes, {a, b, out});
  std::vector<Group> all;
  for (size_t k = 0; k < loop.extents.size(); ++k)
    if (loop.extents[k] != 1)
      all.push_back(
          {loop.extents[k],
           {loop.strides[0][k], loop.strides[1][k], loop.strides[2][k]}});
  return all;
}

/// Takes the group with the greatest extent out of `of`; extent 1 if none.
Group takeLargest(std::vector<Group> &of) {
  const auto at = std::max_element(
      of.begin(), of.end(),
      [](const Group &x, const Group &y) { return x.extent < y.extent; });
  if (at == of.end())
    return {1, {0, 0, 0}};
  const Group taken = *at;
  of.erase(at);
  return taken;
}

void addMatmul(const Step &step, const Shapes &shapes,
               const dnnl::engine &engine, Kernels &kernels) {
  std::vector<Group> rows = groups(shapes, step, true, false, true);
  std::vector<Group> columns = groups(shapes, step, false, true, true);
  std::vector<Group> joined = groups(shapes, step, true, true, false);
  std::vector<Group> batch = groups(shapes, step, true, true, true);
  // oneDNN is fast where the result's columns lie side by side.
  size_t a = 0, b = 1;
  if (!rows.empty() &&
      (columns.empty() || rows.back().strides[2] < columns.back().strides[2])) {
    std::swap(rows, columns);
    std::swap(a, b);
  }
  Group column{1, {0, 0, 0}};
  if (!columns.empty()) {
    column = columns.back();
    columns.pop_back();
  }
  const Group row = takeLargest(rows);
  const Group inner = takeLargest(joined);
  // What is left of rows and columns is a batch in which the other is repeated.
  batch.insert(batch.end(), rows.begin(), rows.end());
  batch.insert(batch.end(), columns.begin(), columns.end());
  auto matrix = [&](size_t array, const Group &first, const Group &second) {
    std::vector<Group> all = batch;
    all.insert(all.end(), {first, second});
    Numbers dims, strides;
    for (const Group &group : all) {
      dims.push_back(group.extent);
      strides.push_back(group.strides[array]);
    }
    return descOf(dims, strides);
  };
  if (batch.size() + 2 > DNNL_MAX_NDIMS)
    throw fovea::sdk::plugin_error(
        FOVEA_UNSUPPORTED_SHAPE,
        "oneDNN's arrays have at most 12 dimensions; this product needs " +
            std::to_string(batch.size() + 2));
  const memory::desc descA = matrix(a, row, inner),
                     descB = matrix(b, inner, column),
                     descOut = matrix(2, row, column);
  // Where the axes of the sum cannot be made one, it is a sum of products.
  std::vector<PrimitiveKernel::Offsets> executions = {{0, 0, 0}};
  for (const Group &group : joined) {
    std::vector<PrimitiveKernel::Offsets> next;
    for (const PrimitiveKernel::Offsets &offsets : executions)
      for (int64_t k = 0; k < group.extent; ++k)
        next.push_back({offsets[0] + k * group.strides[a],
                        offsets[1] + k * group.strides[b], 0});
    executions = std::move(next);
  }
  const std::vector<PrimitiveKernel::Argument> arguments = {
      {DNNL_ARG_SRC, step.inputs[a].value, descA},
      {DNNL_ARG_WEIGHTS, step.inputs[b].value, descB},
      {DNNL_ARG_DST, step.output.value, descOut}};
  const dnnl::matmul::desc what(descA, descB, descOut);
  dnnl::primitive_attr attr = attributes();
  add<dnnl::matmul>(kernels, what, attr, engine, arguments, {executions[0]});
  executions.erase(executions.begin());
  if (executions.empty())
    return;
  dnnl::post_ops accumulate;
  accumulate.append_sum(1.0f);
  attr.set_post_ops(accumulate);
  add<dnnl::matmul>(kernels, what, attr, engine, arguments,
                    std::move(executions));
}

/// A long sum as a sum of sums: oneDNN adds up one by one, and what is lost
/// grows with the number of elements. False if it is short.
bool addLongSum(const Step &step, const Loop &loop, const dnnl::engine &engine,
                Kernels &kernels) {
  constexpr int64_t most = 256;
  const Numbers &from = loop.strides[0], &to = loop.strides[1];
  const size_t rank = loop.extents.size();
  size_t axis = rank;
  for (size_t k = 0; k < rank; ++k)
    if (to[k] == 0 && (axis == rank || loop.extents[k] > loop.extents[axis]))
      axis = k;
  const int64_t count = loop.extents[axis];
  if (count <= 2 * most || rank == DNNL_MAX_NDIMS)
    return false;
  int64_t length = most;
  while (length * length < count)
    length *= 2;
  // A rest of one element would be no reduction to oneDNN.
  while (count % length == 1)
    ++length;
  const int64_t pieces = count / length, rest = count % length;
  // The sums of pieces lie in the scratch memory, those of one result together.
  const int64_t all = pieces + (rest != 0);
  Numbers partial(rank, 0);
  int64_t elements = all;
  for (size_t k = rank; k-- > 0;)
    if (to[k] != 0) {
      partial[k] = elements;
      elements = fovea::sdk::checkedProduct(elements, loop.extents[k]);
    }
  const auto bytes = static_cast<uint64_t>(
      fovea::sdk::checkedProduct(elements, sizeof(float)));
  auto reduce = [&](const memory::desc &of, const memory::desc &result,
                    uint32_t value, uint32_t into,
                    PrimitiveKernel::Offsets offsets) {
    add<dnnl::reduction>(
        kernels, {algorithm(step), of, result, 0.0f, 0.0f}, attributes(),
        engine, {{DNNL_ARG_SRC, value, of}, {DNNL_ARG_DST, into, result}},
        {std::move(offsets)}, bytes);
  };
  const uint32_t value = step.inputs[0].value;
  const auto at = static_cast<int64_t>(axis);
  Numbers dims = loop.extents, strides = from, sums = partial;
  dims[axis] = length;
  dims.insert(dims.begin() + at, pieces);
  strides.insert(strides.begin() + at, from[axis] * length);
  sums.insert(sums.begin() + at, 1);
  reduce(descOf(dims, strides), descOf(dims, sums), value, FOVEA_NONE, {0, 0});
  dims = loop.extents;
  dims[axis] = rest;
  if (rest != 0)
    reduce(descOf(dims, from), descOf(dims, partial), value, FOVEA_NONE,
           {pieces * length * from[axis], pieces});
  for (size_t k = 0; k < rank; ++k)
    dims[k] = k == axis ? all : to[k] == 0 ? 1 : loop.extents[k];
  partial[axis] = 1;
  reduce(descOf(dims, partial), descOf(dims, to), FOVEA_NONE, step.output.value,
         {0, 0});
  return true;
}

void addSoftmax(const Step &step, const Shapes &shapes,
                const dnnl::engine &engine, Kernels &kernels) {
  const Axes &axes = step.inputs[0].axes;
  const auto at = std::find(axes.begin(), axes.end(), step.over[0]);
  const int64_t outer = shapes.count(Axes(axes.begin(), at)),
                count = shapes.extent(*at),
                inner = shapes.count(Axes(at + 1, axes.end()));
  const memory::desc desc =
      inner == 1 ? descOf({outer, count}, {count, 1})
                 : descOf({outer, count, inner}, {count * inner, inner, 1});
  const std::vector<PrimitiveKernel::Argument> arguments = {
      {DNNL_ARG_SRC, step.inputs[0].value, desc},
      {DNNL_ARG_DST, step.output.value, desc}};
  add<dnnl::softmax_forward>(kernels,
                             {dnnl::prop_kind::forward_inference, desc, 1},
                             attributes(), engine, arguments);
}

float neutral(const Step &step) {
  constexpr float inf = std::numeric_limits<float>::infinity();
  if (step.kind != Step::Kind::Reduce)
    return 0;
  return step.join == FOVEA_PROD  ? 1
         : step.join == FOVEA_MAX ? -inf
         : step.join == FOVEA_MIN ? inf
                                  : 0;
}

} // namespace

bool onednn::isUnary(fovea_opcode opcode) {
  return opcode < FOVEA_OP_ADD &&
         algorithm(withKind(Step::Kind::Unary, opcode)) !=
             dnnl::algorithm::undef;
}
bool onednn::isBinary(fovea_opcode opcode) {
  return opcode >= FOVEA_OP_ADD && opcode != FOVEA_OP_POW &&
         algorithm(withKind(Step::Kind::Binary, opcode)) !=
             dnnl::algorithm::undef;
}
bool onednn::isJoin(fovea_join join) {
  return algorithm(withKind(Step::Kind::Reduce, join)) !=
         dnnl::algorithm::undef;
}

void onednn::addKernels(const Step &step, const Shapes &shapes,
                        const dnnl::engine &engine, Kernels &kernels) {
  const std::vector<Operand> &in = step.inputs;
  const Operand &out = step.output;
  const int64_t elements = shapes.count(out.axes);
  if (elements == 0)
    return;
  switch (step.kind) {
  case Step::Kind::Unary:
  case Step::Kind::Relu: {
    const memory::desc desc = descOf({elements}, {1});
    const dnnl::algorithm what = algorithm(step);
    // What they mean depends on the algorithm: a factor and an exponent here.
    const bool isPower = what == dnnl::algorithm::eltwise_pow;
    add<dnnl::eltwise_forward>(
        kernels,
        {dnnl::prop_kind::forward_inference, what, desc, isPower ? 1.0f : 0.0f,
         isPower ? step.exponent : 0.0f},
        attributes(), engine,
        {{DNNL_ARG_SRC, in[0].value, desc}, {DNNL_ARG_DST, out.value, desc}});
    break;
  }
  case Step::Kind::Binary: {
    const Loop loop = shapes.loop(out.axes, {out, in[0], in[1]});
    const memory::desc a = descOf(loop, 1), b = descOf(loop, 2),
                       c = descOf(loop, 0);
    add<dnnl::binary>(kernels, {algorithm(step), a, b, c}, attributes(), engine,
                      {{DNNL_ARG_SRC_0, in[0].value, a},
                       {DNNL_ARG_SRC_1, in[1].value, b},
                       {DNNL_ARG_DST, out.value, c}});
    break;
  }
  case Step::Kind::Reduce: {
    if (shapes.count(step.over) == 0) {
      kernels.push_back(makeFill(out.value, elements, neutral(step)));
      return;
    }
    if (shapes.count(step.over) == 1) { // no reduction to oneDNN
      Step copy{Step::Kind::Copy, {in[0]}, out};
      addLoop(copy, shapes, kernels);
      return;
    }
    const Loop loop = shapes.loop(in[0].axes, {in[0], out});
    if (step.join == FOVEA_SUM && addLongSum(step, loop, engine, kernels))
      break;
    const memory::desc from = descOf(loop, 0), to = descOf(loop, 1);
    add<dnnl::reduction>(
        kernels, {algorithm(step), from, to, 0.0f, 0.0f}, attributes(), engine,
        {{DNNL_ARG_SRC, in[0].value, from}, {DNNL_ARG_DST, out.value, to}});
    break;
  }
  case Step::Kind::Matmul:
    if (shapes.count(step.over) == 0)
      kernels.push_back(makeFill(out.value, elements, neutral(step)));
    else
      addMatmul(step, shapes, engine, kernels);
    break;
  case Step::Kind::Softmax:
  case Step::Kind::LogSoftmax:
    addSoftmax(step, shapes, engine, kernels);
    break;
  default:
    addLoop(step, shapes, kernels);
  }
  addRepair(step, shapes, kernels);
}
