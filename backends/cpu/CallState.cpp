//===- CallState.cpp - tables and workspace of a call ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/cpu/CallState.h"

#include <algorithm>
#include <cstring>
#include <limits>

using namespace fovea;
using namespace fovea::cpu;

static Status tooLarge() {
  return Status::error(StatusCode::Backend,
                       "the workspace for these sizes does not fit into the "
                       "address space");
}

/// All sizes, and the strides of the dense arrays.
Status CallState::solveSizes(const Program &program,
                             std::span<const int64_t> dims) {
  numbers.assign(program.numbers.size(), 0);
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (program.numbers[i].kind != Number::Kind::Size)
      continue;
    Expected<int64_t> value = evaluate(program.numbers[i].size, dims);
    if (!value)
      return value.status();
    numbers[i] = *value;
  }
  for (const AxisInfo &axis : program.axes)
    if (numbers[axis.extent] < 0)
      return Status::error(StatusCode::Shape,
                           "index `" + axis.name + "` has the extent " +
                               std::to_string(numbers[axis.extent]))
          .withValue(numbers[axis.extent]);
  // What is proven of indices (passes/kernels/Ranges.cpp) holds up to here.
  for (const AxisInfo &axis : program.axes)
    if (numbers[axis.extent] > std::numeric_limits<int32_t>::max())
      return Status::error(StatusCode::Shape,
                           "index `" + axis.name + "` has the extent " +
                               std::to_string(numbers[axis.extent]) +
                               ", the cpu backend takes 2147483647 at most")
          .withValue(numbers[axis.extent]);

  if (Status status = makeSteps(program); status.failed())
    return status;
  strides.assign(program.buffers.size(), {});
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    std::vector<int64_t> shape;
    for (unsigned extent : program.buffers[i].extents)
      shape.push_back(numbers[extent]);
    Expected<int64_t> count = countElements(shape);
    if (!count)
      return count.status();
    strides[i] = rowMajorStrides(shape);
  }
  return Status::ok();
}

/// All items of a stage together are cut into about so many pieces: enough to
/// occupy the threads of large machines, whatever this one has.
static constexpr int64_t wantedPieces = 32;

/// For so few rows a stage runs that has no lanes along them: it reads all that
/// they have in common once for each.
static constexpr int64_t fewRows = 3;

/// In how many pieces each of `items` items is cut.
static int64_t piecesOf(const Cut &cut, int64_t items,
                        const std::vector<int64_t> &numbers) {
  auto product = [&](const std::vector<unsigned> &extents) {
    int64_t result = 1;
    for (unsigned extent : extents)
      if (__builtin_mul_overflow(result, numbers[extent], &result))
        return std::numeric_limits<int64_t>::max();
    return result;
  };
  if (items == 0)
    return 1;
  // To visit a piece should be more work than to combine its state.
  const int64_t least = std::max(cut.leastPlaces, product(cut.payload));
  const int64_t wanted = (wantedPieces + items - 1) / items;
  return std::max<int64_t>(1, std::min(wanted, product(cut.visited) / least));
}

/// In how many pieces items are cut, and which stages run together.
Status CallState::makeSteps(const Program &program) {
  steps.clear();
  // Whether the stage before would be the one to join, but another runs.
  bool isReplaced = false;
  for (unsigned i = 0; i < program.stages.size(); ++i) {
    const StageInfo &stage = program.stages[i];
    if (stage.choice &&
        stage.choice->isForFew != (numbers[stage.choice->rows] <= fewRows)) {
      isReplaced |= !stage.choice->isForFew;
      continue;
    }
    std::vector<int64_t> shape;
    for (const GridAxis &axis : stage.grid)
      shape.push_back((numbers[axis.extent] + axis.block - 1) / axis.block);
    Expected<int64_t> items = countElements(shape);
    if (!items)
      return items.status();
    int64_t pieces = stage.cut ? piecesOf(*stage.cut, *items, numbers) : 1;
    const bool isClosing =
        stage.closingBlock > 0 && stage.cut && !isReplaced && !steps.empty() &&
        !steps.back().parts.front().combines && steps.back().items > 0;
    if (isClosing) {
      // Rows that take long are many places.
      Step &rows = steps.back();
      const Step::Part &part = rows.parts.front();
      const int64_t blocks = rows.items / part.blocks(rows.block) *
                             part.blocks(stage.closingBlock);
      pieces = std::min(wantedPieces, blocks);
      if (pieces > 1) {
        rows.blocks = blocks;
        rows.block = stage.closingBlock;
        rows.items = pieces;
      }
    }
    if (stage.cut)
      numbers[stage.cut->pieces] = pieces;
    Step::Part part = {.stage = i};
    if (!stage.grid.empty()) {
      part.extent = numbers[stage.grid.back().extent];
      part.block = stage.grid.back().block;
    }
    if (pieces > 1) {
      const int64_t states = *items * pieces;
      numbers[stage.cut->states] = states;
      if (isClosing)
        steps.back().parts.push_back(part);
      else
        steps.emplace_back().add(part, states);
      part.first = states;
      part.combines = true;
    }
    // In one piece it needs all items of the stages before it.
    if (pieces > 1 || !stage.joins || stage.closingBlock > 0 || isReplaced ||
        steps.empty())
      steps.emplace_back();
    steps.back().add(part, *items);
    isReplaced = false;
  }
  needsLate = false;
  for (Step &step : steps)
    for (const Step::Part &part : step.parts) {
      const StageInfo &stage = program.stages[part.stage];
      step.isOrdered |= stage.fails;
      needsLate |= stage.isForFew() || (part.combines && stage.hasCombiner());
    }
  return Status::ok();
}

namespace {
/// Hands out places in a workspace; first fit.
class Places {
public:
  /// A place for so many bytes, if their end can be represented.
  std::optional<size_t> take(size_t bytes) {
    size_t begin = 0;
    auto next = taken.begin();
    for (; next != taken.end(); begin = next->end, ++next)
      if (next->begin - begin >= bytes)
        break;
    size_t end;
    if (__builtin_add_overflow(begin, bytes, &end))
      return std::nullopt;
    taken.insert(next, {begin, end});
    highest = std::max(highest, end);
    return begin;
  }
  void giveBack(size_t begin) {
    std::erase_if(taken, [&](Piece piece) { return piece.begin == begin; });
  }
  size_t bytes() const { return highest; }

private:
  struct Piece {
    size_t begin, end;
  };
  std::vector<Piece> taken; // in order
  size_t highest = 0;
};
} // namespace

/// Values that are not alive in one stage may share memory.
Status CallState::placeWorkspace(const Program &program) {
  places.assign(program.buffers.size(), 0);
  Places free;
  // Those that do not run belong to the step before them.
  std::vector<unsigned> firstStep(program.stages.size()), lastStep = firstStep;
  unsigned next = 0;
  for (unsigned k = 0; k < steps.size(); ++k)
    for (const Step::Part &part : steps[k].parts) {
      for (; next < part.stage; ++next)
        firstStep[next] = lastStep[next] = k > 0 ? k - 1 : 0;
      if (next == part.stage)
        firstStep[next++] = k;
      lastStep[part.stage] = k;
    }
  for (; next < program.stages.size(); ++next)
    firstStep[next] = lastStep[next] = steps.size() - 1;
  for (unsigned present = 0; present < steps.size(); ++present) {
    for (size_t i = 0; i < program.buffers.size(); ++i) {
      const Buffer &buffer = program.buffers[i];
      if (buffer.kind != Buffer::Kind::Workspace ||
          firstStep[buffer.firstStage] != present)
        continue;
      size_t bytes = buffer.elementBytes;
      for (unsigned extent : buffer.extents)
        if (__builtin_mul_overflow(bytes, static_cast<size_t>(numbers[extent]),
                                   &bytes))
          return tooLarge();
      // Never empty, so that places are distinct; whole cache lines.
      bytes = (bytes | 1) + bufferAlignment - 1;
      bytes -= bytes % bufferAlignment;
      const std::optional<size_t> place = free.take(bytes);
      if (!place)
        return tooLarge();
      places[i] = *place;
    }
    for (size_t i = 0; i < program.buffers.size(); ++i) {
      const Buffer &buffer = program.buffers[i];
      if (buffer.kind == Buffer::Kind::Workspace &&
          lastStep[buffer.lastStage] == present)
        free.giveBack(places[i]);
    }
  }
  workspaceBytes = free.bytes();
  return Status::ok();
}

/// The buffers of each stage in the scratch memory, which the stages share.
Status CallState::placeScratch(const Program &program) {
  std::vector<size_t> used(program.stages.size());
  scratchBytes = 0;
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const Buffer &buffer = program.buffers[i];
    if (buffer.kind != Buffer::Kind::Scratch)
      continue;
    size_t &end = used[buffer.firstStage];
    places[i] = end;
    size_t bytes = buffer.elementBytes;
    for (unsigned extent : buffer.extents)
      if (__builtin_mul_overflow(bytes, static_cast<size_t>(numbers[extent]),
                                 &bytes))
        return tooLarge();
    bytes += bufferAlignment - 1;
    bytes -= bytes % bufferAlignment;
    if (__builtin_add_overflow(end, bytes, &end))
      return tooLarge();
    scratchBytes = std::max(scratchBytes, end);
  }
  return Status::ok();
}

static bool isUsable(const Tensor &tensor) {
  return tensor.shape().empty() || tensor.shape().back() <= 1 ||
         tensor.strides().back() == 1;
}

Status CallState::makeDense(const Program &program,
                            std::span<const Tensor> inputs,
                            std::span<const Tensor> outputs) {
  externals.assign(program.buffers.size(), nullptr);
  copies.resize(program.buffers.size());
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const Buffer &buffer = program.buffers[i];
    const bool isInput = buffer.kind == Buffer::Kind::Input;
    if (!isInput && buffer.kind != Buffer::Kind::Output)
      continue;
    const Tensor &given =
        isInput ? inputs[buffer.index] : outputs[buffer.index];
    externals[i] = &given;
    if (isUsable(given))
      continue;
    Expected<Tensor> dense = given.contiguous();
    if (!dense)
      return dense.status();
    copies[i] = *std::move(dense);
    externals[i] = &copies[i];
  }
  return Status::ok();
}

/// From a dense array to one of the same shape.
static void copyElements(const Tensor &from, const Tensor &to) {
  int64_t source = 0;
  forEachOffset(to, [&](int64_t offset) {
    std::memcpy(to.address(offset), from.address(source++), sizeOf(to.dtype()));
  });
}

void CallState::finish(const Program &program, std::span<Tensor> outputs) {
  for (size_t i = 0; i < program.buffers.size(); ++i) {
    const Buffer &buffer = program.buffers[i];
    if (buffer.kind == Buffer::Kind::Output && !isUsable(outputs[buffer.index]))
      copyElements(copies[i], outputs[buffer.index]);
  }
}

Status CallState::solve(const Program &program, std::span<const int64_t> dims) {
  if (isSolved && std::ranges::equal(solvedDims, dims))
    return Status::ok();
  isSolved = false;
  if (Status status = solveSizes(program, dims); status.failed())
    return status;
  if (Status status = placeWorkspace(program); status.failed())
    return status;
  if (Status status = placeScratch(program); status.failed())
    return status;
  solvedDims.assign(dims.begin(), dims.end());
  isSolved = true;
  return Status::ok();
}

Status CallState::prepare(const Program &program,
                          std::span<const Tensor> inputs,
                          std::span<const Tensor> outputs,
                          std::span<const int64_t> dims, int workers) {
  if (Status status = solve(program, dims); status.failed())
    return status;
  size_t bytes;
  if (__builtin_mul_overflow(scratchBytes, static_cast<size_t>(workers),
                             &bytes) ||
      __builtin_add_overflow(bytes, workspaceBytes, &bytes))
    return tooLarge();
  Expected<void *> memory = arena.reserve(bytes);
  if (!memory)
    return memory.status();
  scratchMemory = static_cast<char *>(*memory) + workspaceBytes;
  if (Status status = makeDense(program, inputs, outputs); status.failed())
    return status;
  resultElements = 0;
  for (const Tensor &output : outputs)
    resultElements += output.numElements();

  buffers.resize(program.buffers.size());
  for (size_t i = 0; i < buffers.size(); ++i) {
    const Buffer &buffer = program.buffers[i];
    if (buffer.kind == Buffer::Kind::Workspace)
      buffers[i] = static_cast<char *>(*memory) + places[i];
    else if (buffer.kind == Buffer::Kind::Literal)
      buffers[i] =
          const_cast<std::byte *>(program.literals[buffer.index].data());
    else if (buffer.kind == Buffer::Kind::Scratch)
      buffers[i] = reinterpret_cast<void *>(places[i]);
    else
      buffers[i] = externals[i]->data();
  }
  for (size_t i = 0; i < numbers.size(); ++i) {
    const Number &number = program.numbers[i];
    if (number.kind != Number::Kind::Stride)
      continue;
    const Buffer &buffer = program.buffers[number.buffer];
    const bool isDense = buffer.kind == Buffer::Kind::Workspace ||
                         buffer.kind == Buffer::Kind::Literal;
    numbers[i] = isDense ? strides[number.buffer][number.axis]
                         : externals[number.buffer]->strides()[number.axis];
  }
  return Status::ok();
}
