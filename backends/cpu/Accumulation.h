//===- Accumulation.h - states of accumulators as code ----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_ACCUMULATION_H
#define FOVEA_BACKENDS_CPU_ACCUMULATION_H

#include "backends/cpu/Reduction.h"

namespace fovea::cpu {

/// How elements of one accumulator are joined. A state is a list of numbers
/// (see Reduction.h); every lane of a vector is a state of its own.
struct Accumulation {
  ir::ReduceKind kind;
  /// The elements in registers: a scalar or a vector.
  mlir::Type element;
  /// A sum in the elements' own type, without compensation. Blocks of elements
  /// are summed by themselves first.
  bool isNarrow = false;

  ReductionState neutral(CodeBuilder &b) const;
  /// The state with one more element at `position` (argmax and argmin).
  ReductionState join(CodeBuilder &b, mlir::ValueRange state,
                      mlir::Value element, mlir::Value position) const;
  /// The state of the elements of both.
  ReductionState combine(CodeBuilder &b, mlir::ValueRange lhs,
                         mlir::ValueRange rhs) const;
  /// The state of the elements of all lanes.
  ReductionState acrossLanes(CodeBuilder &b, mlir::ValueRange state) const;
  /// The number that it stands for.
  mlir::Value finish(CodeBuilder &b, mlir::ValueRange state) const;
  /// A state that stands for `number`; not for argmax and argmin.
  ReductionState from(CodeBuilder &b, mlir::Value number) const;
  /// The same over vectors of another length.
  Accumulation withLanes(int64_t lanes) const;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_ACCUMULATION_H
