//===- ClusterExecutable.cpp - clusters that plugins run ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/ClusterExecutable.h"

using namespace fovea;
using namespace fovea::plugin;

ClusterExecutable::ClusterExecutable(Signature signature, Devices given,
                                     std::string label, std::vector<Step> made,
                                     std::vector<Parameter> between)
    : Executable(std::move(signature)), devices(std::move(given)),
      label(std::move(label)), between(std::move(between)),
      steps(std::move(made)), lastPicks(steps.size()) {
  for (size_t i = 0; i < steps.size(); i += 1 + steps[i].pieces)
    lastPicks[i].isUsed = true;
}

Assignment ClusterExecutable::assignmentOf(const Step &step,
                                           const Pick &pick) const {
  const bool isNobody = pick.candidate == step.candidates.size();
  Assignment assignment = isNobody ? unassigned(*step.cluster, step.number)
                                   : step.candidates[pick.candidate].assignment;
  assignment.refusals.clear();
  auto add = [&](const std::vector<Refusal> &more) {
    assignment.refusals.insert(assignment.refusals.end(), more.begin(),
                               more.end());
  };
  for (size_t i = 0; i < pick.candidate; ++i) {
    add(step.candidates[i].assignment.refusals);
    add({pick.refused[i]});
  }
  add(isNobody ? *step.rest
               : step.candidates[pick.candidate].assignment.refusals);
  return assignment;
}

RunReport ClusterExecutable::lastRun() const {
  std::lock_guard<std::mutex> lock(mutex);
  RunReport report{{}, lastCopies};
  for (size_t i = 0; i < steps.size(); ++i)
    if (lastPicks[i].isUsed)
      report.partition.push_back(assignmentOf(steps[i], lastPicks[i]));
  return report;
}

/// Finds who comes next for a cluster, or that nobody does.
Status ClusterExecutable::addCandidate(size_t number) const {
  Step &step = steps[number];
  auto assigned = devices.assign(
      *step.cluster, step.number,
      step.candidates.empty() ? 0 : step.candidates.back().device + 1);
  if (!assigned)
    return assigned.status();
  auto &[next, assignment] = *assigned;
  if (next == devices.list.size()) {
    std::lock_guard<std::mutex> lock(mutex);
    step.rest = std::move(assignment.refusals);
    return Status::ok();
  }
  auto exe = devices.list[next]->compile(step.cluster);
  if (!exe)
    return exe.status();
  std::lock_guard<std::mutex> lock(mutex);
  step.candidates.push_back({next, *std::move(exe), std::move(assignment)});
  return Status::ok();
}

Expected<std::shared_ptr<Exe>>
ClusterExecutable::exeOf(size_t number, size_t candidate) const {
  const Step &step = steps[number];
  auto isKnown = [&] {
    std::lock_guard<std::mutex> lock(mutex);
    return candidate < step.candidates.size() || step.rest;
  };
  if (!isKnown()) {
    std::lock_guard<std::mutex> lock(growing);
    // Another thread may have found it meanwhile.
    if (!isKnown())
      if (Status status = addCandidate(number); status.failed())
        return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  return candidate < step.candidates.size() ? step.candidates[candidate].exe
                                            : std::shared_ptr<Exe>();
}

Expected<std::shared_ptr<const Instance>>
ClusterExecutable::instanceFor(size_t number, std::span<const int64_t> dims,
                               Pick &pick) const {
  for (;; ++pick.candidate) {
    auto exe = exeOf(number, pick.candidate);
    if (!exe)
      return exe.status();
    if (!*exe) {
      std::lock_guard<std::mutex> lock(mutex);
      return refused(StatusCode::UnsupportedShape,
                     assignmentOf(steps[number], pick), label);
    }
    auto instance = (*exe)->prepare(dims);
    if (instance || instance.status().code() != StatusCode::UnsupportedShape)
      return instance;
    pick.refused.push_back({(*exe)->device().name(), "sizes",
                            instance.status().message(),
                            instance.status().details().places});
  }
}

Expected<std::vector<ClusterExecutable::Ready>>
ClusterExecutable::readyFor(std::span<const int64_t> dims,
                            std::vector<Pick> &picks, CancelFlag cancel) const {
  std::vector<Ready> ready;
  for (size_t i = 0; i < steps.size();) {
    if (isCancelled(cancel))
      return cancelled();
    // What is read here of a step never changes.
    const size_t pieces = steps[i].pieces;
    auto instance = instanceFor(i, dims, picks[i]);
    if (instance) {
      picks[i].isUsed = true;
      ready.push_back({i, *std::move(instance)});
      i += 1 + pieces;
      continue;
    }
    if (instance.status().code() != StatusCode::UnsupportedShape || !pieces)
      return instance.status();
    // Its pieces are next.
    ++i;
  }
  return ready;
}

Status ClusterExecutable::makeReady(std::span<const int64_t> dims) const {
  std::vector<Pick> picks(steps.size());
  auto ready = readyFor(dims, picks, /*cancel=*/nullptr);
  return ready ? Status::ok() : ready.status();
}

static Expected<Tensor> allocate(const Parameter &parameter,
                                 std::span<const int64_t> dims) {
  std::vector<int64_t> shape;
  for (const SizeExpr &size : parameter.shape) {
    Expected<int64_t> extent = evaluate(size, dims);
    if (!extent)
      return extent.status();
    shape.push_back(*extent);
  }
  return Tensor::allocate(parameter.dtype, std::move(shape));
}

Status ClusterExecutable::execute(std::span<const Tensor> inputs,
                                  std::span<Tensor> outputs,
                                  std::span<const int64_t> dims,
                                  CancelFlag cancel) const {
  // Made when the first cluster uses them: some lie within a joined one.
  std::vector<std::optional<Tensor>> stored(between.size());
  auto tensorOf = [&](const Binding &binding) -> Expected<Tensor> {
    if (binding.kind == Binding::Kind::Input)
      return inputs[binding.number];
    if (binding.kind == Binding::Kind::Output)
      return outputs[binding.number];
    std::optional<Tensor> &array = stored[binding.number];
    if (!array) {
      Expected<Tensor> made = allocate(between[binding.number], dims);
      if (!made)
        return made;
      array = *std::move(made);
    }
    return *array;
  };
  auto tensorsOf = [&](const std::vector<Binding> &bindings)
      -> Expected<std::vector<Tensor>> {
    std::vector<Tensor> tensors;
    for (const Binding &binding : bindings) {
      Expected<Tensor> tensor = tensorOf(binding);
      if (!tensor)
        return tensor.status();
      tensors.push_back(*std::move(tensor));
    }
    return tensors;
  };
  Copies made;
  std::vector<Pick> picks(steps.size());
  auto ready = readyFor(dims, picks, cancel);
  if (!ready)
    return ready.status();
  for (const auto &[step, instance] : *ready) {
    auto in = tensorsOf(steps[step].inputs);
    auto out = tensorsOf(steps[step].outputs);
    if (!in || !out)
      return in ? out.status() : in.status();
    if (Status status = instance->run(*in, *out, cancel, made); status.failed())
      return status;
  }
  std::lock_guard<std::mutex> lock(mutex);
  lastPicks = std::move(picks);
  lastCopies = std::move(made);
  return Status::ok();
}
