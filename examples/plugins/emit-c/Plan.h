//===- Plan.h - a cluster as C text and what it needs -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The C text is a list of functions, phases, which run one after the other. A
// phase computes items that do not know of each other: rows of a fold, places
// of an array. What phases hand on lies in stored arrays; within one, what a
// row accumulates along further axes lies in scratch memory.
//
//===----------------------------------------------------------------------===//

#ifndef EMIT_C_PLAN_H
#define EMIT_C_PLAN_H

#include "Graph.h"

#include <map>

namespace emitc {

struct Array {
  Numbers sizes; ///< its extents, as numbers of sizes
  unsigned bytes;
};

/// Where and why an op failed, for a message.
struct FailingOp {
  fovea_opcode opcode;
  std::string name;
  std::vector<std::string> axes; ///< names of those that it varies along
  Numbers sizes;                 ///< and their sizes
  Numbers indexed;               ///< sizes of the axes that are gathered along
  Numbers positions; ///< of these in the shape of an input; else empty
};

struct Plan {
  struct Phase {
    Numbers items;  ///< sizes whose product is their number
    size_t scratch; ///< how many arrays of `scratch` are its own
  };
  std::string source;
  std::vector<Phase> phases;
  std::vector<Array> stored;
  std::vector<Array> scratch; ///< of all phases, in order
  std::map<uint32_t, FailingOp> failing;
};

Plan planOf(const fovea_cluster &cluster);

/// Ops that get a stored array, in the order in which they can be computed.
Numbers storedOps(const Formula &formula);

/// Those of `axes` along which what `roots` need is dear and the same, so that
/// it should be computed once for all places along them. `others` are the axes
/// that are walked along as well.
Numbers sharedAxes(const Formula &formula, const Numbers &roots,
                   const Numbers &axes, const Numbers &others,
                   const std::vector<Stored> &stored);

} // namespace emitc

#endif // EMIT_C_PLAN_H
