//===- CpuExecutable.cpp - compiled code that runs ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuExecutable.h"

#include "backends/cpu/CallState.h"

using namespace fovea;
using namespace fovea::cpu;

CpuExecutable::CpuExecutable(Signature signature, CompiledProgram compiled)
    : Executable(std::move(signature)), compiled(std::move(compiled)) {}
CpuExecutable::~CpuExecutable() = default;

/// The failure that the code reports, in the user's words.
Status CpuExecutable::failure(const FailureWords &words,
                              std::span<const int64_t> numbers) const {
  const Check &check =
      compiled.program
          .checks[static_cast<size_t>(words[0] >> positionBits) - 1];
  int64_t rest = words[0] & ((int64_t(1) << positionBits) - 1);
  std::vector<int64_t> position(check.axes.size());
  for (size_t i = check.axes.size(); i-- > 0;) {
    const int64_t extent = numbers[check.axes[i].extent];
    position[i] = rest % extent;
    rest /= extent;
  }
  std::string place;
  for (size_t i = 0; i < position.size(); ++i)
    place += (i == 0 ? " (at " : ", ") + check.axes[i].name + " = " +
             std::to_string(position[i]);
  if (!position.empty())
    place += ")";

  if (check.code == StatusCode::DivisionByZero)
    return Status::error(check.code, "integer division by zero" + place)
        .withPosition(std::move(position))
        .withPlaces(check.places);
  return Status::error(check.code, "`" + check.tensor + "` is read at index " +
                                       std::to_string(words[1]) +
                                       " along an axis of extent " +
                                       std::to_string(numbers[check.extent]) +
                                       place)
      .withTensor(check.tensor)
      .withValue(words[1])
      .withPosition(std::move(position))
      .withPlaces(check.places);
}

Status CpuExecutable::runStages(CallState &state) const {
  FailureWords words = {0, 0};
  const std::vector<void *> &functions = compiled.code->functions();
  for (size_t i = 0; i < functions.size(); ++i) {
    const auto run = reinterpret_cast<StageFunction>(functions[i]);
    if (state.items[i] > 0)
      run(state.buffers.data(), state.numbers.data(), 0, state.items[i],
          words.data(), state.scratch(0));
    if (words[0] != 0)
      return failure(words, state.numbers);
  }
  return Status::ok();
}

Status CpuExecutable::execute(std::span<const Tensor> inputs,
                              std::span<Tensor> outputs,
                              std::span<const int64_t> dims) const {
  std::unique_ptr<CallState> state;
  {
    std::lock_guard lock(mutex);
    if (!idle.empty()) {
      state = std::move(idle.back());
      idle.pop_back();
    }
  }
  if (!state)
    state = std::make_unique<CallState>();
  Status status = state->prepare(compiled.program, inputs, outputs, dims,
                                 /*workers=*/1);
  if (status.isOk())
    status = runStages(*state);
  state->finish(compiled.program, outputs);
  std::lock_guard lock(mutex);
  idle.push_back(std::move(state));
  return status;
}
