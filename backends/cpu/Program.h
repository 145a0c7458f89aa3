//===- Program.h - what the host knows of compiled code ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A program is a list of stages, native functions that run one after the other.
// All of them get two tables, which the host fills in for each call from the
// descriptions in this file: pointers to buffers, and numbers (sizes and
// strides).
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_PROGRAM_H
#define FOVEA_BACKENDS_CPU_PROGRAM_H

#include "runtime/Signature.h"

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace fovea::cpu {

/// The first failure that an output element depends on: {where, value}. `where`
/// is 0 if there is none, else (check + 1) << positionBits | position, the
/// position counting row-major over the check's axes. `value` is the offending
/// index.
using FailureWords = std::array<int64_t, 2>;
inline constexpr int positionBits = 48;
/// So many checks fit beside a position.
inline constexpr size_t maxChecks = (size_t(1) << (63 - positionBits)) - 1;

/// One stage: reads and writes `buffers` for the items [begin, end) of its
/// grid. Items are independent, so any split gives the same bits. `scratch` is
/// memory that belongs to the thread that runs the items.
using StageFunction = void (*)(void *const *buffers, const int64_t *numbers,
                               int64_t begin, int64_t end, int64_t *failure,
                               void *scratch);

/// An axis that is cut into blocks; items count row-major over the blocks of
/// all axes of a grid.
struct GridAxis {
  /// Entry of the table of numbers that holds the extent.
  unsigned extent;
  int64_t block = 1;
};

/// What the host knows of a stage.
struct StageInfo {
  std::vector<GridAxis> grid;
  /// Whether its items need nothing but the same items of the stages before it,
  /// back to the last one that does not join: then these stages run together, a
  /// few items at a time, while what they read is near. Their grids are the
  /// same but for the last axis, whose blocks may differ by a whole factor.
  bool joins = false;
  /// Whether it may report a failure.
  bool fails = false;
};

/// One entry of the table of buffers.
struct Buffer {
  /// A scratch buffer belongs to one stage, and its entry in the table is its
  /// offset in the thread's scratch memory.
  enum class Kind { Input, Output, Literal, Workspace, Scratch };

  Kind kind = Kind::Workspace;
  /// Which input, output or literal.
  unsigned index = 0;
  /// How many axes it has. Elements are side by side along the last one.
  unsigned rank = 0;
  /// Only for a workspace or scratch: bytes of an element, the entries of the
  /// table of numbers that hold its extents (outermost first), and the stages
  /// between which it lives, both included.
  unsigned elementBytes = 0;
  std::vector<unsigned> extents;
  unsigned firstStage = 0;
  unsigned lastStage = 0;
};

/// One entry of the table of numbers: a size, or the stride in elements of an
/// axis of a buffer.
struct Number {
  enum class Kind { Size, Stride };

  Kind kind = Kind::Size;
  SizeExpr size;
  unsigned buffer = 0;
  unsigned axis = 0;
};

/// An axis of the formula.
struct AxisInfo {
  std::string name;
  /// Entry of the table of numbers that holds the extent.
  unsigned extent;
};

/// A place in the formula that may fail.
struct Check {
  StatusCode code = StatusCode::OutOfRange;
  /// For a read: the user's name of the array, and where the extent of the axis
  /// that is read lies among the numbers.
  std::string tensor;
  unsigned extent = 0;
  /// The axes that the position counts over, outermost first.
  std::vector<AxisInfo> axes;
  /// The text, and the calls that it is part of.
  std::vector<SourcePlace> places;
};

/// Everything but the code.
struct Program {
  std::vector<Buffer> buffers;
  std::vector<Number> numbers;
  /// All of them; none may be negative.
  std::vector<AxisInfo> axes;
  std::vector<Check> checks;
  /// Contents of the literals, dense and row-major, as stored.
  std::vector<std::vector<std::byte>> literals;
  std::vector<StageInfo> stages;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_PROGRAM_H
