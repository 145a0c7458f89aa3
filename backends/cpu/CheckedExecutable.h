//===- CheckedExecutable.h - what fails is asked first ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CHECKEDEXECUTABLE_H
#define FOVEA_BACKENDS_CPU_CHECKEDEXECUTABLE_H

#include "backends/cpu/CpuExecutable.h"

namespace fovea::cpu {

/// A function with reads that may fail (passes/Speculate.h). If none does, what
/// runs is code in which none can; else the function as it is, which says what
/// fails, if it is needed at all, and is compiled when it runs first.
class CheckedExecutable final : public Executable {
public:
  /// `extents` are sizes that must not be 0.
  CheckedExecutable(Signature signature, CompiledProgram check,
                    CompiledProgram fast, EmittedProgram whole,
                    std::vector<SizeExpr> extents);

protected:
  Status makeReady(std::span<const int64_t> dims) const override;
  Status execute(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                 std::span<const int64_t> dims,
                 CancelFlag cancel) const override;

private:
  /// Whether a size is 0 that must not be.
  Expected<bool> mayFailAt(std::span<const int64_t> dims) const;
  /// The function as it is.
  Expected<const CpuExecutable *> wholeFunction() const;

  const CpuExecutable check, fast;
  const std::vector<SizeExpr> extents;
  mutable std::once_flag isCompiled;
  mutable std::optional<EmittedProgram> emitted;
  mutable std::optional<Expected<std::unique_ptr<CpuExecutable>>> whole;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CHECKEDEXECUTABLE_H
