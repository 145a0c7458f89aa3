//===- HalfBits.h - 16-bit floats in memory ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The conversions of runtime/Half.h as code. In registers 16-bit floats are
// f32s, so none of their arithmetic is needed.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_HALFBITS_H
#define FOVEA_BACKENDS_CPU_HALFBITS_H

#include "backends/cpu/CodeBuilder.h"

namespace fovea::cpu {

inline bool isHalf(mlir::Type type) { return type.isF16() || type.isBF16(); }

/// The i16 of the 16-bit float nearest to `value`, an f32 or f64.
mlir::Value toHalfBits(CodeBuilder &builder, mlir::Value value, mlir::Type to);

/// The f32 that an i16 stands for.
mlir::Value fromHalfBits(CodeBuilder &builder, mlir::Value bits,
                         mlir::Type from);

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_HALFBITS_H
