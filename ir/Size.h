//===- Size.h - arithmetic of sizes -----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Sizes are polynomials over dimension names (and floordiv and mod of such)
// with integer coefficients. These functions keep the normal form: a sum of
// products, sorted, like terms collected. Two sizes that are equal as
// polynomials are the same attribute.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_SIZE_H
#define FOVEA_IR_SIZE_H

#include "ir/Dialect.h"

#include <functional>
#include <string>

namespace fovea::ir {

SizeAttr sizeConstant(mlir::MLIRContext *context, int64_t value);
SizeAttr sizeDim(mlir::MLIRContext *context, llvm::StringRef name);
SizeAttr sizeAdd(SizeAttr a, SizeAttr b);
SizeAttr sizeSub(SizeAttr a, SizeAttr b);
SizeAttr sizeMul(SizeAttr a, SizeAttr b);
/// How many places the axes have together.
SizeAttr sizeOfAxes(mlir::MLIRContext *context, llvm::ArrayRef<AxisAttr> axes);
/// Rounds towards minus infinity, as in Python. Exact polynomial quotients are
/// taken at once; a constant zero divisor is kept as written.
SizeAttr sizeFloorDiv(SizeAttr a, SizeAttr b);
SizeAttr sizeMod(SizeAttr a, SizeAttr b);

/// a / b if b divides a as a polynomial (b a single product), else null.
SizeAttr sizeExactQuotient(SizeAttr a, SizeAttr b);

/// Names of the dimensions in it, each once, in order of appearance.
llvm::SmallVector<llvm::StringRef> sizeDims(SizeAttr size);

/// As the user would write it: `2 * G * R - 1`, `H // G`.
std::string sizeText(SizeAttr size);

/// The form that it has in the text of the IR: `2 * G * R + -1`.
void printSize(mlir::AsmPrinter &printer, SizeAttr size);
mlir::FailureOr<SizeAttr> parseSize(mlir::AsmParser &parser);

} // namespace fovea::ir

#endif // FOVEA_IR_SIZE_H
