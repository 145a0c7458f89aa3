//===- CpuExecutable.h - compiled code that runs ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CPUEXECUTABLE_H
#define FOVEA_BACKENDS_CPU_CPUEXECUTABLE_H

#include "backends/Backend.h"
#include "backends/cpu/CallState.h"
#include "backends/cpu/Pipeline.h"

#include <mutex>

namespace fovea::cpu {

/// Runs the stages of a program one after the other. What a call needs is kept
/// for the next one: repeated calls allocate nothing.
class CpuExecutable final : public Executable {
public:
  CpuExecutable(Signature signature, CompiledProgram compiled);
  ~CpuExecutable() override;

protected:
  Status makeReady(std::span<const int64_t> dims) const override;
  Status execute(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                 std::span<const int64_t> dims,
                 CancelFlag cancel) const override;

private:
  std::unique_ptr<CallState> takeState() const;
  void keep(std::unique_ptr<CallState> state) const;
  /// The function that runs a part of a step, or null if it is not loaded.
  void *functionOf(const CallState::Step::Part &part) const;
  Status loadLate(const CallState &state) const;
  Status runStages(CallState &state, int workers, CancelFlag cancel) const;
  Status failure(const FailureWords &words,
                 std::span<const int64_t> numbers) const;

  const CompiledProgram compiled;
  /// Of each stage; those that come late are null until they are loaded.
  struct Functions {
    void *whole = nullptr;
    void *combiner = nullptr;
  };
  mutable std::once_flag isLoaded;
  mutable std::vector<Functions> functions;
  /// States that no call uses at present.
  mutable std::mutex mutex;
  mutable std::vector<std::unique_ptr<CallState>> idle;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CPUEXECUTABLE_H
