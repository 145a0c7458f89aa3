//===- Evaluator.cpp - a function as nodes --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Evaluator.h"

#include "backends/reference/LargeStack.h"
#include "backends/reference/Stored.h"
#include "backends/reference/Table.h"

#include <new>

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

/// Stack for one node below another: more than any `eval` needs, unoptimised
/// and with the checks of a sanitizer.
static constexpr size_t stackPerNode = 2048;
static constexpr size_t stackBase = 1 << 20;

static std::unique_ptr<Node> makeNode(Operation *op, NodeBuilder &build) {
  for (auto *make : {makeLeaf, makeUnary, makeBinary, makeLogic, makeCast,
                     makeReduce, makeIndex, makeRandom})
    if (std::unique_ptr<Node> node = make(op, build))
      return node;
  return nullptr;
}

Expected<Evaluator> Evaluator::make(ir::FuncOp func) {
  Evaluator evaluator;
  if (Status status = evaluator.translate(func); status.failed())
    return status;
  return evaluator;
}

Status Evaluator::translate(ir::FuncOp func) {
  NodeBuilder build(func);
  StoragePlan plan;
  for (Operation &op : func.getBody().front()) {
    if (auto output = dyn_cast<ir::OutputOp>(op)) {
      outputs.push_back({&build[output.getValue()],
                         build.axes(output.getAxes()),
                         output.getValue().getType().isFloat()});
      continue;
    }
    std::unique_ptr<Node> node = makeNode(&op, build);
    if (!node)
      return Status::error(StatusCode::Unsupported,
                           "the reference backend takes a formula as the "
                           "frontend makes it, found `" +
                               op.getName().getStringRef().str() + "`");
    Value value = op.getResult(0);
    nodes.push_back(std::move(node));
    if (plan.store(&op))
      nodes.push_back(std::make_unique<StoredNode>(
          *nodes.back(), tables++,
          build.axes(cast<ir::ArrayType>(value.getType()))));
    build.set(value, *nodes.back());
  }
  axes = build.takeAxes();
  return Status::ok();
}

void Evaluator::fill(const Output &output, const Tensor &tensor, Run &run) {
  int64_t count = tensor.numElements();
  for (int64_t ordinal = 0; ordinal < count; ++ordinal) {
    int64_t rest = ordinal;
    for (size_t i = output.axes.size(); i-- > 0;) {
      run.coords[output.axes[i]] = rest % tensor.dim(i);
      rest /= tensor.dim(i);
    }
    int64_t offset = tensor.offsetOfOrdinal(ordinal);
    Element element = output.value->eval(run);
    if (output.isFloat)
      tensor.store(offset, element.as<double>());
    else
      tensor.store(offset, element.as<int64_t>());
  }
}

Status Evaluator::run(std::span<const Tensor> inputs, std::span<Tensor> results,
                      std::span<const int64_t> dims) const {
  Run run(axes, tables, inputs, dims);
  Status status = run.solveExtents();
  if (status.failed())
    return status;
  auto evaluate = [&] {
    try {
      for (size_t i = 0; i < outputs.size(); ++i)
        fill(outputs[i], results[i], run);
    } catch (const Failure &failure) {
      status = failure.status;
    } catch (const std::bad_alloc &) {
      status = Status::error(StatusCode::Backend,
                             "there is not enough memory to keep the elements "
                             "that are needed more than once");
    }
  };
  // A node is below another at most once, so this is as deep as it gets.
  Status thread =
      onLargeStack(stackBase + nodes.size() * stackPerNode, evaluate);
  return thread.failed() ? thread : status;
}
