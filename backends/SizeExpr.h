//===- SizeExpr.h - sizes of the dialect for the runtime --------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_SIZEEXPR_H
#define FOVEA_BACKENDS_SIZEEXPR_H

#include "ir/Dialect.h"
#include "runtime/DType.h"
#include "runtime/Signature.h"

namespace fovea {

/// `size` in the runtime's form, with dimensions numbered as in the `dims` of
/// `func`, which has them all.
SizeExpr sizeExprOf(ir::SizeAttr size, ir::FuncOp func);

/// The runtime's name of an element type of the dialect.
DType dtypeOf(mlir::Type element);

} // namespace fovea

#endif // FOVEA_BACKENDS_SIZEEXPR_H
