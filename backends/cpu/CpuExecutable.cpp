//===- CpuExecutable.cpp - compiled code that runs ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CpuExecutable.h"

#include "runtime/ThreadPool.h"

#include <algorithm>

using namespace fovea;
using namespace fovea::cpu;

CpuExecutable::CpuExecutable(Signature signature, CompiledProgram compiled)
    : Executable(std::move(signature)), compiled(std::move(compiled)) {
  auto next = this->compiled.code->functions().begin();
  for (const StageInfo &stage : this->compiled.program.stages)
    functions.push_back({stage.isForFew() ? nullptr : *next++, nullptr});
}
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

/// Calls for less than so many elements are over before a second thread starts.
static constexpr int64_t parallelElements = 1 << 15;
/// Every worker takes turns so often, as the first items may have more to do
/// than the last ones.
static constexpr int64_t turns = 8;

/// Whoever may be cancelled looks so often in a step, and besides at each block
/// of the places that a reduction streams along.
static constexpr int64_t runsToCancel = 1024;

/// As a stage takes it.
static StageWords wordsFor(CancelFlag cancel) {
  static_assert(sizeof(*cancel) == 1);
  static const std::atomic<bool> never = false;
  return {0, 0, reinterpret_cast<int64_t>(cancel ? cancel : &never)};
}

/// Stages that run together take so many items at a time: many short rows, as a
/// call takes its time, but fewer of those that would fill the nearest cache
/// together. Rows that are too long for it alone come from the next one anyhow,
/// and memory likes long stretches of reading and of writing.
static int64_t itemsTogether(int64_t items, const CallState &state) {
  constexpr int64_t most = 8, few = 512, nearest = 4096;
  const int64_t each = state.resultElements / std::max<int64_t>(items, 1);
  if (each >= nearest)
    return most;
  return std::clamp<int64_t>(few / std::max<int64_t>(each, 1), 1, most);
}

/// Runs all items of stages that belong together; gives the failure of the
/// first that has one.
static FailureWords runTogether(std::span<void *const> functions,
                                const CallState::Step &together,
                                CallState &state, int workers,
                                CancelFlag cancel) {
  const int64_t items = together.items;
  auto run = [&](void *const *buffers, const int64_t *numbers, int64_t begin,
                 int64_t end, int64_t *words, void *scratch) {
    auto call = [&](size_t i, int64_t from, int64_t to) {
      reinterpret_cast<StageFunction>(functions[i])(buffers, numbers, from, to,
                                                    words, scratch);
    };
    auto callItems = [&](size_t parts, int64_t from, int64_t to) {
      for (size_t i = 0; i < parts; ++i)
        call(i, together.parts[i].itemAt(from, together.block),
             together.parts[i].itemAt(to, together.block));
    };
    if (together.blocks > 0) {
      const size_t last = functions.size() - 1;
      for (int64_t piece = begin; piece < end; ++piece) {
        const int64_t from = together.blocks * piece / items;
        const int64_t to = together.blocks * (piece + 1) / items;
        for (int64_t at = from; at < to; ++at)
          callItems(last, at, at + 1);
        call(last, piece, piece + 1);
      }
      return;
    }
    const int64_t step = functions.size() == 1 ? end - begin
                         : together.isOrdered || together.block > 1
                             ? 1
                             : itemsTogether(items, state);
    for (int64_t at = begin; at < end; at += step)
      callItems(functions.size(), at, std::min(at + step, end));
  };
  if (workers == 1 || items == 1) {
    StageWords words = wordsFor(cancel);
    const int64_t runs = cancel ? std::min(items, runsToCancel) : 1;
    for (int64_t r = 0; r < runs && words[0] == 0 && !isCancelled(cancel); ++r)
      run(state.buffers.data(), state.numbers.data(), items * r / runs,
          items * (r + 1) / runs, words.data(), state.scratch(0));
    return {words[0], words[1]};
  }
  const int64_t runs = std::min(items, cancel ? runsToCancel : workers * turns);
  // Which worker does which items changes no result, only who reports.
  std::vector<CallState::Report> &reports = state.reports;
  reports.assign(workers, {});
  ThreadPool::shared().parallelFor(workers, [&](int64_t part, int worker) {
    for (int64_t r = part; r < runs && !isCancelled(cancel); r += workers) {
      StageWords words = wordsFor(cancel);
      run(state.buffers.data(), state.numbers.data(), items * r / runs,
          items * (r + 1) / runs, words.data(), state.scratch(worker));
      CallState::Report &report = reports[part];
      if (words[0] != 0 && report.words[0] == 0)
        report = {r, {words[0], words[1]}};
    }
  });
  CallState::Report first;
  for (const CallState::Report &report : reports)
    if (report.words[0] != 0 && (first.words[0] == 0 || report.run < first.run))
      first = report;
  return first.words;
}

void *CpuExecutable::functionOf(const CallState::Step::Part &part) const {
  const bool isOther =
      part.combines && compiled.program.stages[part.stage].hasCombiner();
  return isOther ? functions[part.stage].combiner : functions[part.stage].whole;
}

/// Compiles what few calls need if this one does.
Status CpuExecutable::loadLate(const CallState &state) const {
  if (!state.needsLate)
    return Status::ok();
  const auto &code = compiled.late->load();
  if (!code)
    return code.status();
  std::call_once(isLoaded, [&] {
    const std::vector<StageInfo> &stages = compiled.program.stages;
    auto next = (*code)->functions().begin();
    for (size_t i = 0; i < stages.size(); ++i) {
      if (stages[i].isForFew())
        functions[i].whole = *next++;
      if (stages[i].hasCombiner())
        functions[i].combiner = *next++;
    }
  });
  return Status::ok();
}

Status CpuExecutable::runStages(CallState &state, int workers,
                                CancelFlag cancel) const {
  if (Status status = loadLate(state); status.failed())
    return status;
  for (const CallState::Step &step : state.steps) {
    if (step.items == 0)
      continue;
    state.functions.clear();
    for (const CallState::Step::Part &part : step.parts)
      state.functions.push_back(functionOf(part));
    const FailureWords words =
        runTogether(state.functions, step, state, workers, cancel);
    if (isCancelled(cancel))
      return cancelled();
    if (words[0] != 0)
      return failure(words, state.numbers);
  }
  return Status::ok();
}

static int workersFor(std::span<const Tensor> inputs,
                      std::span<const Tensor> outputs) {
  int64_t elements = 0;
  for (std::span<const Tensor> tensors :
       {inputs, std::span<const Tensor>(outputs)})
    for (const Tensor &tensor : tensors)
      elements += tensor.numElements();
  return elements < parallelElements ? 1 : ThreadPool::shared().numWorkers();
}

std::unique_ptr<CallState> CpuExecutable::takeState() const {
  std::lock_guard lock(mutex);
  if (idle.empty())
    return std::make_unique<CallState>();
  std::unique_ptr<CallState> state = std::move(idle.back());
  idle.pop_back();
  return state;
}

void CpuExecutable::keep(std::unique_ptr<CallState> state) const {
  std::lock_guard lock(mutex);
  idle.push_back(std::move(state));
}

Status CpuExecutable::makeReady(std::span<const int64_t> dims) const {
  std::unique_ptr<CallState> state = takeState();
  Status status = state->solve(compiled.program, dims);
  if (status.isOk())
    status = loadLate(*state);
  keep(std::move(state));
  return status;
}

Status CpuExecutable::execute(std::span<const Tensor> inputs,
                              std::span<Tensor> outputs,
                              std::span<const int64_t> dims,
                              CancelFlag cancel) const {
  std::unique_ptr<CallState> state = takeState();
  const int workers = workersFor(inputs, outputs);
  Status status =
      state->prepare(compiled.program, inputs, outputs, dims, workers);
  if (status.isOk()) {
    status = runStages(*state, workers, cancel);
    state->finish(compiled.program, outputs);
  }
  keep(std::move(state));
  return status;
}
