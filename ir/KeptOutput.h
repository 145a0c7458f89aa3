//===- KeptOutput.h - a fold's elements in a map's result -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_KEPTOUTPUT_H
#define FOVEA_IR_KEPTOUTPUT_H

#include "ir/Dialect.h"

namespace fovea::ir {

/// A gauge of a fold, and the result that stands in its place elsewhere.
struct GaugeAsResult {
  unsigned gauge;
  unsigned result;
  bool operator==(const GaugeAsResult &) const = default;
};

/// Whether `value` is the formula of `element`, which lies in the region of
/// `fold`'s elements, with `results` of the fold in the place of gauges; and
/// then of which.
std::optional<llvm::SmallVector<GaugeAsResult>>
gaugesAsResults(mlir::Value element, mlir::Value value, FoldOp fold,
                mlir::ValueRange results);

/// What a fold of a kernel keeps where a map behind it puts its result
/// (`fovea.keep output`).
struct KeptOutput {
  PhaseOp fold, map;
  /// What is kept: in the fold's element, and in the map.
  KeepOp element, value;
  llvm::SmallVector<GaugeAsResult> gauges;
};

/// None if nothing is kept, or not as it must be.
std::optional<KeptOutput> keptOutput(KernelOp kernel);

/// The operations of a kernel that keep something in an output.
llvm::SmallVector<KeepOp> outputKeeps(KernelOp kernel);

} // namespace fovea::ir

#endif // FOVEA_IR_KEPTOUTPUT_H
