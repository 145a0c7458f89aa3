//===- ReferenceBackend.cpp - the oracle ----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/reference/ReferenceBackend.h"

#include "backends/reference/Evaluator.h"

using namespace fovea;
using namespace fovea::reference;

namespace {
class ReferenceExecutable : public Executable {
public:
  ReferenceExecutable(Signature signature, Evaluator evaluator)
      : Executable(std::move(signature)), evaluator(std::move(evaluator)) {}

protected:
  Status execute(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                 std::span<const int64_t> dims,
                 CancelFlag cancel) const override {
    return evaluator.run(inputs, outputs, dims, cancel);
  }

private:
  Evaluator evaluator;
};

class ReferenceBackend : public Backend {
public:
  explicit ReferenceBackend(ReferenceOptions options)
      : options(std::move(options)) {}
  std::string_view name() const override { return "reference"; }

  Expected<std::unique_ptr<Executable>> compile(ir::FuncOp func) override {
    Expected<Evaluator> evaluator = Evaluator::make(func, options);
    if (!evaluator)
      return evaluator.status();
    return std::unique_ptr<Executable>(std::make_unique<ReferenceExecutable>(
        signatureOf(func), *std::move(evaluator)));
  }

private:
  ReferenceOptions options;
};
} // namespace

Expected<std::unique_ptr<Backend>> fovea::createReferenceBackend() {
  return createReferenceBackend(ReferenceOptions());
}

Expected<std::unique_ptr<Backend>>
fovea::createReferenceBackend(ReferenceOptions options) {
  return std::unique_ptr<Backend>(
      std::make_unique<ReferenceBackend>(std::move(options)));
}
