//===- Signature.h - what a compiled function takes and gives ---*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The host's description of a compiled function. Sizes are formulas over named
// dimensions; a call solves for them from the shapes of its arguments, so one
// compiled function serves all lengths.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_RUNTIME_SIGNATURE_H
#define FOVEA_RUNTIME_SIGNATURE_H

#include "runtime/DType.h"
#include "runtime/Status.h"
#include "runtime/Tensor.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fovea {

/// A size as a formula over the function's dimensions.
struct SizeExpr {
  enum class Kind { Constant, Dim, Add, Mul, FloorDiv, Mod };

  Kind kind = Kind::Constant;
  /// The constant, or an index into Signature::dims.
  int64_t value = 0;
  /// Two or more for Add and Mul; two for FloorDiv and Mod; else none.
  std::vector<SizeExpr> operands;

  static SizeExpr constant(int64_t value);
  static SizeExpr dim(int64_t index);
  static SizeExpr op(Kind kind, SizeExpr lhs, SizeExpr rhs);

  bool operator==(const SizeExpr &) const = default;
};

/// An argument or a result.
struct Parameter {
  std::string name;
  DType dtype = DType::F32;
  std::vector<SizeExpr> shape;
};

/// A condition on the dimensions.
struct Requirement {
  enum class Relation { Eq, Ne, Lt, Le, Gt, Ge };

  SizeExpr lhs;
  Relation relation = Relation::Eq;
  SizeExpr rhs;
  /// As the user wrote it: `H % G == 0`.
  std::string text;
};

/// An index of the formula that no input or result says all of: its extent may
/// turn out negative.
struct InnerIndex {
  SizeExpr extent;
  /// What it runs in; may be empty.
  std::vector<SourcePlace> places;
};

/// A compiled function seen from outside.
struct Signature {
  std::string name;
  std::vector<std::string> dims;
  std::vector<Parameter> inputs;
  std::vector<Parameter> results;
  std::vector<Requirement> requirements;
  std::vector<InnerIndex> indices;
};

/// The value of `expr` where dimension i is dims[i]. Division and modulo round
/// down, as in Python. Errors: a zero divisor (DivisionByZero), a number
/// beyond int64 (Shape).
Expected<int64_t> evaluate(const SizeExpr &expr, std::span<const int64_t> dims);

/// `expr` with the names of `signature`, as a person would write it: `G * R`,
/// `M + 1`, `H // G`, `(N + 1) * 2`, `max(N, M)`.
std::string text(const SizeExpr &expr, const Signature &signature);

/// The type of `parameter`: `f32[N, G * R]`.
std::string text(const Parameter &parameter, const Signature &signature);

/// The head of the function, `f(q: f32[N, D]) -> f32[N, E]`.
std::string text(const Signature &signature);

/// The dimensions of a call with `inputs`. Checks count, dtypes and ranks,
/// solves all dimensions over all arguments (exactly: `G * R` must divide),
/// then checks every size and every requirement. Errors name the argument, the
/// axis and the dimension with what was found and what was needed. What the
/// inputs leave open (G and R of one `G * R`) the shapes of `outputs` may say,
/// if the caller has allocated them; they are not checked.
Expected<std::vector<int64_t>> solveDims(const Signature &signature,
                                         std::span<const Tensor> inputs,
                                         std::span<const Tensor> outputs = {});

/// The shape of each result where dimension i is dims[i]. A negative extent is
/// an error (Shape).
Expected<std::vector<std::vector<int64_t>>>
resultShapes(const Signature &signature, std::span<const int64_t> dims);

/// Whether every requirement holds; the message says which parameter each
/// dimension comes `from`, if that is known.
Status checkRequirements(const Signature &signature,
                         std::span<const int64_t> dims,
                         std::span<const std::string> from = {});

/// Whether the extent of every inner index is defined and not negative.
Status checkIndices(const Signature &signature, std::span<const int64_t> dims);

/// Whether there are calls with these dimensions: what solveDims, resultShapes
/// and checkIndices would find wrong with them.
Status checkDims(const Signature &signature, std::span<const int64_t> dims);

} // namespace fovea

#endif // FOVEA_RUNTIME_SIGNATURE_H
