//===- ResultTypes.h - text of result types ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_RESULTTYPES_H
#define FOVEA_IR_RESULTTYPES_H

#include "ir/Dialect.h"

namespace fovea::ir {

/// The end of the text of an operation with regions: `-> <f32, n: N>, <f32>`.
mlir::ParseResult parseResultTypes(mlir::OpAsmParser &parser,
                                   mlir::OperationState &result);
void printResultTypes(mlir::OpAsmPrinter &printer, mlir::TypeRange types);

} // namespace fovea::ir

#endif // FOVEA_IR_RESULTTYPES_H
