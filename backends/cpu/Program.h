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
#include <optional>
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

/// What a call of a stage shares with its caller: FailureWords, and the address
/// of a byte that is not 0 when the run is to stop.
using StageWords = std::array<int64_t, 3>;
inline constexpr int stopWord = 2;

/// One stage: reads and writes `buffers` for the items [begin, end) of its
/// grid. Items are independent, so any split gives the same bits. `scratch` is
/// memory that belongs to the thread that runs the items. When it is to stop it
/// leaves out what remains of its reductions, and its results are nothing.
using StageFunction = void (*)(void *const *buffers, const int64_t *numbers,
                               int64_t begin, int64_t end, int64_t *words,
                               void *scratch);

/// An axis that is cut into blocks; items count row-major over the blocks of
/// all axes of a grid.
struct GridAxis {
  /// Entry of the table of numbers that holds the extent.
  unsigned extent;
  int64_t block = 1;
};

/// How the items of a stage are cut into pieces: parts of the places that an
/// item visits, each with a state of its own. How many depends on sizes alone.
/// Of n items in s > 1 pieces the stage visits piece k % s of item k / s for
/// k < n * s, and after all of these combines the pieces of item k - n * s. The
/// latter may be a function of its own.
struct Cut {
  /// The entry of the table of numbers that holds how many pieces an item has,
  /// and the one that holds how many all items have; 0 if that is one each.
  unsigned pieces, states;
  /// The extents of what an item visits, and of what a state has numbers for.
  std::vector<unsigned> visited, payload;
  /// A piece has at least so many places.
  int64_t leastPlaces;
  bool hasCombiner;
};

/// Two stages in a row compute the same; sizes alone decide which of them runs.
struct Choice {
  /// The entry of the table of numbers that holds how many rows there are.
  unsigned rows;
  /// Whether the stage is the one for few rows; that comes first.
  bool isForFew;
};

/// What the host knows of a stage.
struct StageInfo {
  std::vector<GridAxis> grid;
  /// Set if items may be cut.
  std::optional<Cut> cut;
  /// Set if another stage may run in its place.
  std::optional<Choice> choice;
  bool isForFew() const { return choice && choice->isForFew; }
  bool hasCombiner() const { return cut && cut->hasCombiner; }
  /// Whether its items need nothing but the same items of the stages before it,
  /// back to the last one that does not join: then these stages run together, a
  /// few items at a time, while what they read is near. Their grids are the
  /// same but for the last axis, whose blocks may differ by a whole factor.
  bool joins = false;
  /// Whether it may report a failure.
  bool fails = false;
  /// If not 0, it visits the last axis of the grid of the stages that it joins
  /// in blocks of so many places, cut as `cut` says, and its pieces run
  /// together with the items that they visit.
  int64_t closingBlock = 0;
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

/// One entry of the table of numbers: a size, the stride in elements of an axis
/// of a buffer, or one that belongs to a stage's Cut.
struct Number {
  enum class Kind { Size, Stride, Cut };

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
