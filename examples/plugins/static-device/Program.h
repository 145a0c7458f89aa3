//===- Program.h - what the device executes ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The device is a machine with wide registers: 64 lanes, each of which computes
// one place of an output. All lanes execute the same flat list of instructions;
// loops run over numbers that were fixed when the program was made.
//
// There are no branches, so lanes compute what nobody needs. Demand is kept all
// the same: what fails becomes *poison*, which travels with the numbers and is
// dropped where the language drops the element. Only poison that reaches an
// output is an error.
//
//===----------------------------------------------------------------------===//

#ifndef STATIC_DEVICE_PROGRAM_H
#define STATIC_DEVICE_PROGRAM_H

#include "backends/fovea_plugin.h"

#include <vector>

namespace device {

constexpr uint32_t laneCount = 64;

/// What an element is beside its number; the first two as in fovea_hard.
enum State : uint8_t {
  Zero = FOVEA_HARD_ZERO,
  NegInf = FOVEA_HARD_NEGINF,
  Poison = 4 ///< the number is that of the event that made it
};

/// One lane of a register: f16, bf16, f32 and f64 as `f`, others as `i`.
union Lane {
  double f;
  int64_t i;
};

/// A coordinate times a stride, part of an address.
struct Term {
  uint32_t reg;
  int64_t stride;
};

enum class Code : uint8_t {
  Constant,  ///< dst = bits of `integer`
  Load,      ///< dst = element of buffer `buffer` at `integer` + terms
  Address,   ///< dst = `integer` + terms
  Unary,     ///< dst = opcode a
  Binary,    ///< dst = a opcode b
  Compare,   ///< dst = a selector b
  Select,    ///< dst = a ? b : c, hard as selector says
  Cast,      ///< dst = a as type
  FoldKey,   ///< dst = key a with b folded in
  Random,    ///< dst = distribution selector at key a, counter b
  Clamp,     ///< dst = a moved into 0 .. integer - 1
  Bound,     ///< dst = a, or poison if b is outside of 0 .. integer - 1
  Init,      ///< state `buffer` = neutral numbers of join selector
  Join,      ///< state `buffer` at terms is joined with a where b holds
  LoadState, ///< dst = state `buffer` at terms
  Loop,      ///< dst counts to `integer`; ends at `target`
  Next,      ///< back to the loop at `target`
  Store      ///< output at terms = a
};

struct Instruction {
  Code code;
  bool dirty = false; ///< dst may have states; else they are 0 for good
  fovea_dtype type = 0;
  fovea_dtype from = 0;  ///< of a
  uint32_t selector = 0; ///< or opcode
  uint32_t dst = FOVEA_NONE;
  uint32_t a = FOVEA_NONE;
  uint32_t b = FOVEA_NONE;
  uint32_t c = FOVEA_NONE;
  uint32_t buffer = 0;
  uint32_t source = FOVEA_NONE; ///< the cluster's op, for errors
  uint32_t target = 0;
  uint32_t firstTerm = 0;
  uint32_t termCount = 0; ///< where it may fail: the op's coordinates
  int64_t integer = 0;
};

/// What computes one output, at fixed sizes.
struct Program {
  struct LaneAxis {
    uint32_t reg;
    int64_t extent;
  };
  struct StateArray {
    uint64_t elements; ///< for each lane
    bool positions;    ///< argmax, argmin
  };

  std::vector<Instruction> code;
  std::vector<Term> terms;
  std::vector<LaneAxis> laneAxes;
  std::vector<StateArray> states;
  std::vector<char> uniform; ///< per register: all lanes are equal
  int64_t places = 1;        ///< of lanes, all tiles together
};

} // namespace device

#endif // STATIC_DEVICE_PROGRAM_H
