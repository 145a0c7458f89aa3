//===- Backend.cpp - what turns IR into results ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/Backend.h"

#include "backends/Overlap.h"
#include "backends/Places.h"
#include "backends/SizeExpr.h"
#include "runtime/Print.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace fovea;

Executable::~Executable() = default;
Backend::~Backend() = default;

namespace {
/// The sizes of one call.
struct Sizes {
  std::vector<int64_t> dims;
  /// Of the results.
  std::vector<std::vector<int64_t>> shapes;
};
} // namespace

static Expected<Sizes> sizesFor(const Signature &sig,
                                std::span<const Tensor> inputs,
                                std::span<const Tensor> outputs = {}) {
  Expected<std::vector<int64_t>> dims = solveDims(sig, inputs, outputs);
  if (!dims)
    return dims.status();
  auto shapes = resultShapes(sig, *dims);
  if (!shapes)
    return shapes.status();
  if (Status status = checkIndices(sig, *dims); status.failed())
    return status;
  return Sizes{*std::move(dims), *std::move(shapes)};
}

Status Executable::prepare(std::span<const int64_t> dims) const {
  if (Status status = checkDims(sig, dims); status.failed())
    return status;
  return makeReady(dims);
}

Expected<std::vector<Tensor>>
Executable::run(std::span<const Tensor> inputs) const {
  Expected<Sizes> sizes = sizesFor(sig, inputs);
  if (!sizes)
    return sizes.status();
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < sig.results.size(); ++i) {
    Expected<Tensor> output =
        Tensor::allocate(sig.results[i].dtype, std::move(sizes->shapes[i]));
    if (!output)
      return output.status();
    outputs.push_back(*std::move(output));
  }
  if (Status status = execute(inputs, outputs, sizes->dims, nullptr);
      status.failed())
    return status;
  return outputs;
}

/// Checks dtype, shape and strides of one array that the caller gives for a
/// result.
static Status checkOutput(const Parameter &result, const Tensor &output,
                          const std::vector<int64_t> &shape) {
  if (output.dtype() != result.dtype)
    return Status::error(StatusCode::DType,
                         "output `" + result.name + "` is " +
                             std::string(name(output.dtype())) +
                             ", but the result is " +
                             std::string(name(result.dtype)))
        .withTensor(result.name);
  if (output.shape() != shape)
    return Status::error(StatusCode::Shape,
                         "output `" + result.name + "` has shape " +
                             shapeText(output.shape()) +
                             ", but the result has " + shapeText(shape))
        .withTensor(result.name);
  if (mayOverlapItself(output))
    return Status::error(StatusCode::InvalidArgument,
                         "output `" + result.name +
                             "` has several elements in one place, with "
                             "strides " +
                             shapeText(output.strides()))
        .withTensor(result.name);
  return Status::ok();
}

/// Checks that output number `index` shares no memory with an input or with an
/// earlier output.
static Status checkApart(const Signature &sig, std::span<const Tensor> inputs,
                         std::span<const Tensor> outputs, size_t index) {
  auto fail = [&](const std::string &other) {
    const std::string &name = sig.results[index].name;
    return Status::error(StatusCode::InvalidArgument,
                         "output `" + name + "` overlaps " + other)
        .withTensor(name);
  };
  for (size_t i = 0; i < inputs.size(); ++i)
    if (mayOverlap(outputs[index], inputs[i]))
      return fail("input `" + sig.inputs[i].name + "`");
  for (size_t i = 0; i < index; ++i)
    if (mayOverlap(outputs[index], outputs[i]))
      return fail("output `" + sig.results[i].name + "`");
  return Status::ok();
}

Status Executable::run(std::span<const Tensor> inputs,
                       std::span<Tensor> outputs, CancelFlag cancel) const {
  Expected<Sizes> sizes = sizesFor(sig, inputs, outputs);
  if (!sizes)
    return sizes.status();
  if (outputs.size() != sig.results.size())
    return Status::error(StatusCode::InvalidArgument,
                         "`" + sig.name + "` has " +
                             std::to_string(sig.results.size()) +
                             " results, but " + std::to_string(outputs.size()) +
                             " outputs are given");
  for (size_t i = 0; i < outputs.size(); ++i) {
    Status status = checkOutput(sig.results[i], outputs[i], sizes->shapes[i]);
    if (status.isOk())
      status = checkApart(sig, inputs, outputs, i);
    if (status.failed())
      return status;
  }
  // Before the run, it may be.
  if (isCancelled(cancel))
    return cancelled();
  return execute(inputs, outputs, sizes->dims, cancel);
}

static Requirement::Relation relationOf(ir::Relation relation) {
  switch (relation) {
  case ir::Relation::Eq:
    return Requirement::Relation::Eq;
  case ir::Relation::Ne:
    return Requirement::Relation::Ne;
  case ir::Relation::Lt:
    return Requirement::Relation::Lt;
  case ir::Relation::Le:
    return Requirement::Relation::Le;
  case ir::Relation::Gt:
    return Requirement::Relation::Gt;
  case ir::Relation::Ge:
    return Requirement::Relation::Ge;
  }
  llvm_unreachable("all relations are listed");
}

static Parameter parameter(ir::FuncOp func, StringRef name, ir::ArrayType type,
                           ArrayAttr axes) {
  Parameter out;
  out.name = name.str();
  out.dtype = dtypeOf(type.getElementType());
  for (ir::AxisAttr axis : axes.getAsRange<ir::AxisAttr>())
    out.shape.push_back(sizeExprOf(axis.getSize(), func));
  return out;
}

/// The inner indices, each once, with the reduction over it if there is one,
/// else what first has it.
static std::vector<InnerIndex> indicesOf(ir::FuncOp func) {
  llvm::MapVector<ir::SizeAttr, Location> found;
  llvm::DenseSet<ir::SizeAttr> isReduced;
  auto add = [&](ir::AxisAttr axis, Operation *op, bool isReduce) {
    const ir::SizeAttr size = axis.getSize();
    // Neither can turn out negative.
    if (size.getKind() == ir::SizeKind::Dim ||
        size.getConstant().value_or(-1) >= 0)
      return;
    auto [entry, isNew] = found.try_emplace(size, op->getLoc());
    if (isReduce && isReduced.insert(size).second)
      entry->second = op->getLoc();
  };
  func.walk([&](Operation *op) {
    if (isa<ir::InputOp>(op))
      return;
    for (Value result : op->getResults())
      if (auto type = dyn_cast<ir::ArrayType>(result.getType()))
        for (ir::AxisAttr axis : type.getAxes())
          add(axis, op, false);
    if (auto reduce = dyn_cast<ir::ReduceOp>(op))
      for (ir::AxisAttr axis : ir::axesOf(reduce.getAxes()))
        add(axis, op, true);
  });
  std::vector<InnerIndex> indices;
  for (auto [size, location] : found)
    indices.push_back({sizeExprOf(size, func), placesOf(location)});
  return indices;
}

Signature fovea::signatureOf(ir::FuncOp func) {
  Signature sig;
  sig.name = func.getSymName().str();
  for (StringAttr dim : func.getDims().getAsRange<StringAttr>())
    sig.dims.push_back(dim.str());
  for (ir::InputOp input : ir::inputsOf(func))
    sig.inputs.push_back(
        parameter(func, input.getName(), input.getType(), input.getAxes()));
  for (ir::OutputOp output : ir::outputsOf(func))
    sig.results.push_back(parameter(
        func, output.getName(), output.getValue().getType(), output.getAxes()));
  for (ir::RequireAttr require :
       func.getRequirements().getAsRange<ir::RequireAttr>())
    sig.requirements.push_back(
        {sizeExprOf(require.getLhs(), func), relationOf(require.getRelation()),
         sizeExprOf(require.getRhs(), func), require.getText().str()});
  sig.indices = indicesOf(func);
  return sig;
}
