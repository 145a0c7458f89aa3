//===- Widen.h - a function with every float as f64 -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_WIDEN_H
#define FOVEA_TOOLS_CERTIFICATE_WIDEN_H

#include "ir/Dialect.h"

#include "mlir/IR/OwningOpRef.h"

namespace fovea::certificate {

/// A copy in which every float is an f64: types, constants and literals.
/// Nothing else changes, so a rounding cast rounds no more.
mlir::OwningOpRef<ir::FuncOp> widened(ir::FuncOp func);

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_WIDEN_H
