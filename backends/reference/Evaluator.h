//===- Evaluator.h - a function as nodes ------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_EVALUATOR_H
#define FOVEA_BACKENDS_REFERENCE_EVALUATOR_H

#include "backends/reference/NodeBuilder.h"
#include "backends/reference/ReferenceBackend.h"

namespace fovea::reference {

/// A function, ready to be evaluated. Immutable; keeps nothing of the IR.
class Evaluator {
public:
  /// Error (Unsupported): an operation that the frontend does not make.
  static Expected<Evaluator> make(ir::FuncOp func, ReferenceOptions options);

  /// Evaluates every element of every output, in order. Error: the first one
  /// that a needed element meets.
  Status run(std::span<const Tensor> inputs, std::span<Tensor> outputs,
             std::span<const int64_t> dims, CancelFlag cancel) const;

private:
  struct Output {
    const Node *value;
    AxisIds axes;
    bool isFloat;
  };
  explicit Evaluator(ReferenceOptions options) : options(std::move(options)) {}

  Status translate(ir::FuncOp func);
  size_t stackBytes() const;
  static void fill(const Output &output, const Tensor &tensor, Run &run);

  ReferenceOptions options;
  Nodes nodes;
  std::vector<Output> outputs;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_EVALUATOR_H
