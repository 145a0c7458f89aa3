//===- Evaluator.cpp - a function as nodes --------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/Evaluator.h"

#include "backends/reference/LargeStack.h"
#include "backends/reference/Table.h"

#include <new>

using namespace mlir;
using namespace fovea;
using namespace fovea::reference;

/// Stack for one node below another: more than any `eval` needs, unoptimised
/// and with the checks of a sanitizer.
static constexpr size_t stackPerNode = 2048;
static constexpr size_t stackBase = 1 << 20;

Expected<Evaluator> Evaluator::make(ir::FuncOp func, ReferenceOptions options) {
  Evaluator evaluator(std::move(options));
  if (Status status = evaluator.translate(func); status.failed())
    return status;
  return evaluator;
}

Status Evaluator::translate(ir::FuncOp func) {
  NodeBuilder build(func, options.compensatedSums);
  if (Status status = build.translate(func.getBody().front()); status.failed())
    return status;
  for (ir::OutputOp output : ir::outputsOf(func))
    outputs.push_back({&build[output.getValue()], build.axes(output.getAxes()),
                       output.getValue().getType().isFloat()});
  nodes = build.take();
  return Status::ok();
}

void Evaluator::fill(const Output &output, const Tensor &tensor, Run &run) {
  int64_t count = tensor.numElements();
  for (int64_t ordinal = 0; ordinal < count; ++ordinal) {
    run.stopIfCancelled();
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

size_t Evaluator::stackBytes() const {
  // A node is below another at most once, in a fold once for the state that is
  // made and once for the state before it.
  const size_t depth = nodes.nodes.size() * (nodes.folds.empty() ? 1 : 2);
  return stackBase + depth * stackPerNode;
}

Status Evaluator::run(std::span<const Tensor> inputs, std::span<Tensor> results,
                      std::span<const int64_t> dims, CancelFlag cancel) const {
  Run run(nodes.axes, nodes.tables, inputs, dims, cancel);
  Status status = run.solveExtents();
  if (status.failed())
    return status;
  run.splitFolds(nodes.folds, options.folds);
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
  Status thread = onLargeStack(stackBytes(), evaluate);
  return thread.failed() ? thread : status;
}
