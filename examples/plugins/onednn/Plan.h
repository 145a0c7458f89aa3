//===- Plan.h - a cluster as steps that oneDNN can take ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef ONEDNN_PLAN_H
#define ONEDNN_PLAN_H

#include "backends/fovea_plugin.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace onednn {

/// Numbers of axes of the cluster, the outermost first.
using Axes = std::vector<uint32_t>;

/// Thrown where a cluster is not for oneDNN; becomes the answer to `query`.
struct Refusal {
  fovea_reason reason;
  uint32_t op;
  std::string text;
};

/// A number that is known once the sizes are: of constants and sizes alone.
/// These are the ops on them that are understood.
struct Scalar {
  fovea_opcode opcode;
  fovea_dtype dtype;
  uint32_t a = 0, b = 0; ///< operands: scalars of smaller numbers
  uint32_t selector = 0;
  int64_t integer = 0;
  double number = 0;
};

/// A dense f32 array: an argument of the run, a scalar or in the workspace.
struct Value {
  enum class Place { Input, Output, Scalar, Workspace };
  Place place;
  uint32_t number; ///< of the port or of the scalar
  Axes axes;       ///< row-major along them
};

/// A value as a step sees it. The axes are in the value's order, but may have
/// other names: the same matrix may be read at [i, k] and at [j, k].
struct Operand {
  uint32_t value;
  Axes axes;
};

/// One primitive of oneDNN, or a loop where it has none. The first three hold
/// for every kind; the rest is said there.
struct Step {
  enum class Kind {
    Unary,      ///< `opcode` of inputs[0], for FOVEA_OP_POW with `exponent`;
                ///< the output is laid out as the input
    Relu,       ///< x > 0 ? x : 0; `keepsNaN` says what becomes of NaN
    Binary,     ///< inputs[0] `opcode` inputs[1], each repeated along axes
                ///< that it lacks. Truths are 0 and 1
    Reduce,     ///< inputs[0] joined by `join` along `over`
    Matmul,     ///< sum along `over` of inputs[0] * inputs[1]
    Softmax,    ///< of inputs[0] along over[0]; laid out as the input
    LogSoftmax, ///< likewise
    Log,        ///< of inputs[0]; a loop
    Select,     ///< inputs[0] != 0 ? inputs[1] : inputs[2]; a loop
    Copy        ///< inputs[0] in another order, or repeated; a loop
  };
  Kind kind;
  std::vector<Operand> inputs;
  Operand output;
  fovea_opcode opcode = 0;
  fovea_join join = 0;
  fovea_predicate predicate = 0;
  bool keepsNaN = false;
  float exponent = 0;
  Axes over = {};
};

/// What is to be done, while sizes are symbols.
struct Plan {
  fovea::sdk::Sizes sizes;
  Axes sizeOfAxis;
  std::vector<Scalar> scalars;
  std::vector<Value> values;
  std::vector<Step> steps;
  /// Whether a value in the workspace is larger than what fusion would store.
  bool isDecomposed = false;
};

/// Plans a cluster. Throws Refusal.
Plan plan(const fovea_host &host, const fovea_cluster &cluster);

/// "1 matmul, 2 elementwise", for people.
std::string describe(const Plan &plan);

/// Numbers of a fovea_join, fovea_opcode that oneDNN has a primitive for.
bool isUnary(fovea_opcode opcode);
bool isBinary(fovea_opcode opcode);
bool isJoin(fovea_join join);
/// Whether Scalar may have it.
bool isOfScalars(fovea_opcode opcode);

} // namespace onednn

#endif // ONEDNN_PLAN_H
