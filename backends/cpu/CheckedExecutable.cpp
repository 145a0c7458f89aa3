//===- CheckedExecutable.cpp - what fails is asked first ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CheckedExecutable.h"

using namespace fovea;
using namespace fovea::cpu;

CheckedExecutable::CheckedExecutable(Signature signature, CompiledProgram check,
                                     CompiledProgram fast, EmittedProgram whole,
                                     std::vector<SizeExpr> extents)
    : Executable(signature), check(signature, std::move(check)),
      fast(std::move(signature), std::move(fast)), extents(std::move(extents)),
      emitted(std::move(whole)) {}

Expected<bool>
CheckedExecutable::mayFailAt(std::span<const int64_t> dims) const {
  bool mayFail = false;
  for (const SizeExpr &extent : extents) {
    Expected<int64_t> value = evaluate(extent, dims);
    if (!value)
      return value.status();
    mayFail = mayFail || *value == 0;
  }
  return mayFail;
}

Expected<const CpuExecutable *> CheckedExecutable::wholeFunction() const {
  std::call_once(isCompiled, [&] {
    Expected<CompiledProgram> code = compileEmitted(std::move(*emitted));
    emitted.reset();
    if (code)
      whole =
          std::make_unique<CpuExecutable>(this->signature(), std::move(*code));
    else
      whole = code.status();
  });
  if (!*whole)
    return whole->status();
  return (*whole)->get();
}

Status CheckedExecutable::makeReady(std::span<const int64_t> dims) const {
  Expected<bool> mayFail = mayFailAt(dims);
  if (!mayFail)
    return mayFail.status();
  if (*mayFail) {
    auto slow = wholeFunction();
    return slow ? (*slow)->prepare(dims) : slow.status();
  }
  Status status = check.prepare(dims);
  return status.failed() ? status : fast.prepare(dims);
}

Status CheckedExecutable::execute(std::span<const Tensor> inputs,
                                  std::span<Tensor> outputs,
                                  std::span<const int64_t> dims,
                                  CancelFlag cancel) const {
  Expected<bool> atSizes = mayFailAt(dims);
  if (!atSizes)
    return atSizes.status();
  bool mayFail = *atSizes;
  if (!mayFail) {
    Tensor answer = Tensor::view(&mayFail, DType::Bool, {});
    if (Status status = check.runSolved(inputs, {&answer, 1}, dims, cancel);
        status.failed())
      return status;
  }
  if (!mayFail)
    return fast.runSolved(inputs, outputs, dims, cancel);
  auto slow = wholeFunction();
  return slow ? (*slow)->runSolved(inputs, outputs, dims, cancel)
              : slow.status();
}
