//===- CallState.h - tables and workspace of a call -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_CALLSTATE_H
#define FOVEA_BACKENDS_CPU_CALLSTATE_H

#include "backends/cpu/Program.h"
#include "runtime/Arena.h"

namespace fovea::cpu {

/// What one call of a program needs; one thread at a time.
struct CallState {
  std::vector<void *> buffers;
  std::vector<int64_t> numbers;
  /// Stages that run together, and how many items they have.
  struct Step {
    struct Part {
      unsigned stage;
      int64_t first = 0;
      /// Whether it combines pieces.
      bool combines = false;
      /// How the last axis of its grid is cut.
      int64_t extent = 1, block = 1;

      int64_t blocks(int64_t ofSize) const {
        return (extent + ofSize - 1) / ofSize;
      }
      /// The first of its items that belongs to item `number` of the same grid
      /// with coarser blocks.
      int64_t itemAt(int64_t number, int64_t coarseBlock) const {
        const int64_t coarse = blocks(coarseBlock);
        return first + (coarse == 0
                            ? 0
                            : number / coarse * blocks(block) +
                                  number % coarse * (coarseBlock / block));
      }
    };
    std::vector<Part> parts;
    int64_t items = 0;
    /// Of the coarsest grid, which decides what an item is.
    int64_t block = 0;
    /// If not 0, items are pieces, runs of so many blocks together, and the
    /// last part reduces what the others made of each.
    int64_t blocks = 0;
    /// Whether a part may report a failure: which one is the first must not
    /// depend on where a thread begins.
    bool isOrdered = false;

    /// Adds a part that has `count` items.
    void add(const Part &part, int64_t count) {
      parts.push_back(part);
      if (part.block > block) {
        block = part.block;
        items = count;
      }
    }
  };
  std::vector<Step> steps;
  /// Whether one of their functions is compiled late.
  bool needsLate = false;
  /// Of the parts of the present step.
  std::vector<void *> functions;

  /// For each worker the first failure in its part of a stage, and in which run
  /// of items it was.
  struct Report {
    int64_t run = 0;
    FailureWords words = {0, 0};
  };
  std::vector<Report> reports;

  /// How many elements all results of the call have.
  int64_t resultElements = 0;

  /// Memory for what worker number `worker` runs.
  void *scratch(int worker) const {
    return scratchMemory + static_cast<size_t>(worker) * scratchBytes;
  }

  /// Makes what does not depend on arrays. Errors as of prepare().
  Status solve(const Program &program, std::span<const int64_t> dims);
  /// Makes the tables for a call by so many workers. Errors: a size that
  /// overflows or is negative (Shape), too little memory (Backend).
  Status prepare(const Program &program, std::span<const Tensor> inputs,
                 std::span<const Tensor> outputs, std::span<const int64_t> dims,
                 int workers);
  /// Hands over the results that compiled code could not write in place.
  void finish(const Program &program, std::span<Tensor> outputs);

private:
  Status solveSizes(const Program &program, std::span<const int64_t> dims);
  Status makeSteps(const Program &program);
  Status placeWorkspace(const Program &program);
  Status placeScratch(const Program &program);
  Status makeDense(const Program &program, std::span<const Tensor> inputs,
                   std::span<const Tensor> outputs);

  /// The call for which sizes and places are right.
  bool isSolved = false;
  std::vector<int64_t> solvedDims;
  /// For each buffer where it lies in the workspace, and its strides.
  std::vector<size_t> places;
  std::vector<std::vector<int64_t>> strides;
  size_t workspaceBytes = 0;
  size_t scratchBytes = 0;
  char *scratchMemory = nullptr;
  Arena arena;
  /// The caller's arrays, by buffer, as compiled code can use them: dense
  /// copies where elements do not lie side by side along the last axis.
  std::vector<const Tensor *> externals;
  std::vector<Tensor> copies;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_CALLSTATE_H
