//===- Formula.h - what a plugin is asked to compute ------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_KIT_FORMULA_H
#define FOVEA_TOOLS_KIT_FORMULA_H

#include "backends/Backend.h"
#include "backends/plugin/Cluster.h"
#include "tools/kit/Guarded.h"
#include "tools/kit/Plugin.h"
#include "tools/kit/Programs.h"

#include "mlir/IR/MLIRContext.h"

#include <random>

namespace fovea::kit {

/// A cluster, and who knows what it gives.
class Formula {
public:
  explicit Formula(plugin::Cluster cluster);

  const plugin::Cluster cluster;

  /// The numbers in f64, from the flat arrays alone.
  Status evaluate(std::span<const Tensor> inputs, std::span<Tensor> outputs,
                  std::span<const int64_t> dims) const;

  /// The shape of a port; nothing if a size cannot be.
  std::optional<std::vector<int64_t>>
  shapeOf(const fovea_port &port, std::span<const int64_t> dims) const;
  /// The extents of all axes; nothing if one cannot be.
  std::optional<std::vector<int64_t>>
  extents(std::span<const int64_t> dims) const;

  /// What it is made of, for the support matrix.
  std::vector<Feature> features() const;
  /// Whether a wrong number may come out as another wrong number.
  bool hasFolds() const { return !cluster.folds.empty(); }

private:
  std::unique_ptr<mlir::MLIRContext> context;
  std::unique_ptr<Executable> reference;
};

/// What plugins are asked of a program.
std::vector<plugin::Cluster> clustersOf(const Program &program);
std::vector<std::shared_ptr<const Formula>>
formulasOf(std::vector<plugin::Cluster> clusters);
inline std::vector<std::shared_ptr<const Formula>>
formulasOf(const Program &program) {
  return formulasOf(clustersOf(program));
}

/// How an array lies in memory.
enum class Layout { Dense, Padded, Backwards, Repeated, Transposed, Unaligned };
const char *nameOf(Layout layout);

/// An array between guards.
class Array {
public:
  /// `isInput` allows elements that share a place.
  Array(std::string name, DType dtype, std::vector<int64_t> shape,
        Layout layout, const fovea_needs &needs, bool isInput, bool atEnd);

  const Tensor &tensor() const { return view; }
  fovea_tensor c() const;
  /// It holds what a plugin may only read.
  void freeze() { memory.makeReadOnly(); }
  void refill() { memory.refill(); }
  /// What was written that is no element, or which bool is none.
  std::string damage() const;

private:
  std::string name;
  Guarded memory;
  Tensor view;
  uint64_t offset = 0;
};

/// What the floats and bools of a run are like.
enum class Values {
  Normal,
  Equal,    ///< many equal ones
  Zero,     ///< all of them
  Huge,     ///< up to 1e30
  Infinite, ///< some are
  NaN,      ///< some are
  Masked,   ///< all bools are false, all lengths 0
  Seen,     ///< all bools are true, all lengths whole
  Hidden,   ///< NaN and infinities where bools and lengths hide them
  Wide,     ///< integers of all bits
  Extreme   ///< the least and the greatest integers
};
const char *nameOf(Values values);

/// A run: sizes, inputs, outputs.
struct Problem {
  const Formula &formula;
  std::shared_ptr<Prepared> prepared;
  std::vector<Array> inputs, outputs;
  std::vector<Tensor> wanted;
  /// What the reference says.
  Status status = Status::ok();

  std::vector<fovea_tensor> in() const, out() const;
};

/// Makes the arrays and asks the reference, if it is to `evaluate`. `change`
/// may alter inputs first.
std::shared_ptr<Problem>
makeProblem(const Formula &formula, std::shared_ptr<Prepared> prepared,
            Values values, Layout layout, uint64_t seed,
            const std::function<void(Problem &)> &change = {},
            bool evaluate = true);

/// Runs it and compares. Wrong: the status is another one than the reference's,
/// a number is wrong, or memory is damaged.
void solve(Problem &problem, const Manner &manner = {});
/// The same without the run.
void judge(const Problem &problem, const Answer &answer);
/// The two halves of it.
void judgeFailure(const Problem &problem, const Answer &answer);
void judgeNumbers(const Problem &problem);

} // namespace fovea::kit

#endif // FOVEA_TOOLS_KIT_FORMULA_H
