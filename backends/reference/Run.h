//===- Run.h - the state of one call ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_REFERENCE_RUN_H
#define FOVEA_BACKENDS_REFERENCE_RUN_H

#include "backends/reference/Element.h"
#include "backends/reference/FoldSchedule.h"
#include "runtime/Cancel.h"
#include "runtime/Signature.h"
#include "runtime/Tensor.h"

#include "llvm/ADT/SmallVector.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace fovea::reference {

/// Thrown by an element that cannot be had. Ends the run; never leaves the
/// backend.
struct Failure {
  Status status;
};

/// An axis of the function: a number, which its coordinate has in every run.
using AxisId = unsigned;
using AxisIds = std::vector<AxisId>;

struct Axis {
  std::string name;
  SizeExpr extent;
};

/// Where an element cannot be had.
struct Place {
  /// The axes whose coordinates say which element.
  std::vector<AxisId> axes;
  /// The text, and the calls that it is part of.
  std::vector<SourcePlace> text;
};

class Table;
struct Fold;

/// All that changes while a function is evaluated, and what it was called
/// with.
class Run {
public:
  /// `axes` and `tables` are those of the program; all must outlive the run.
  Run(const std::vector<Axis> &axes, size_t tables,
      std::span<const Tensor> inputs, std::span<const int64_t> dims,
      CancelFlag cancel);
  ~Run();

  /// Solves the extent of every axis. Error (Shape): one is negative.
  Status solveExtents();
  /// Decides about the states of the folds, once the extents are known.
  void splitFolds(std::span<const Fold> folds, const FoldSchedule &schedule);

  /// The elements known so far of the stored value `number`, over `axes`.
  Table &table(size_t number, std::span<const AxisId> axes);

  /// The place looked at: one coordinate per axis of the function.
  std::vector<int64_t> coords;
  /// By axis.
  std::vector<int64_t> extents;
  /// By number of the fold.
  std::vector<std::vector<FoldState>> states;
  const std::span<const Tensor> inputs;
  const std::span<const int64_t> dims;

  /// Ends the run if somebody wants that.
  void stopIfCancelled() const {
    if (isCancelled(cancel))
      throw Failure{cancelled()};
  }

  /// Ends the run. `message` is completed by the present coordinates of the
  /// place: " (at n = 3, c = 0)".
  [[noreturn]] void fail(StatusCode code, std::string message,
                         const Place &place, std::string tensor = {},
                         std::optional<int64_t> value = {}) const;

private:
  const CancelFlag cancel;
  const std::vector<Axis> &axes;
  /// By number of the stored value; null until one of its elements is needed.
  std::vector<std::unique_ptr<Table>> tables;
};

/// Changes coordinates for as long as it lives.
class Rebind {
public:
  explicit Rebind(Run &run, std::span<const AxisId> axes)
      : run(run), axes(axes) {
    for (AxisId axis : axes)
      before.push_back(run.coords[axis]);
  }
  ~Rebind() {
    for (size_t i = 0; i < axes.size(); ++i)
      run.coords[axes[i]] = before[i];
  }
  Rebind(const Rebind &) = delete;
  Rebind &operator=(const Rebind &) = delete;

private:
  Run &run;
  std::span<const AxisId> axes;
  llvm::SmallVector<int64_t, 4> before;
};

} // namespace fovea::reference

#endif // FOVEA_BACKENDS_REFERENCE_RUN_H
