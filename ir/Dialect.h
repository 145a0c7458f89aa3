//===- Dialect.h - the fovea dialect ----------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_DIALECT_H
#define FOVEA_IR_DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <optional>
#include <string>

namespace fovea::ir {
/// How an elementwise operation hands hardness on; see ElementwiseOpInterface.
enum class HardRule {
  Plain,
  Keep,
  Negate,
  Product,
  Divide,
  Power,
  Root,
  Sum,
  Minus,
  Exp,
  Choose
};

/// What algebra knows of an elementwise operation; see ElementwiseOpInterface.
enum class Law {
  None,
  Add,
  Subtract,
  Negate,
  Multiply,
  Divide,
  Exp,
  Exp2,
  Log,
  Sqrt,
  Rsqrt,
  Power,
  Abs,
  Max,
  Min,
  Sin,
  Cos,
  Select
};
} // namespace fovea::ir

#include "ir/Dialect.h.inc"
#include "ir/Enums.h.inc"
#include "ir/Interfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "ir/Attrs.h.inc"
#define GET_TYPEDEF_CLASSES
#include "ir/Types.h.inc"
#define GET_OP_CLASSES
#include "ir/Ops.h.inc"

namespace fovea::ir {

/// The axes of all types together, sorted by name. Null if two extents of one
/// name differ; the name is then in `conflict` if that is not null.
std::optional<llvm::SmallVector<AxisAttr>>
unionAxes(llvm::ArrayRef<ArrayType> types,
          mlir::StringAttr *conflict = nullptr);

/// Inputs and outputs of a function, in the order of its signature.
llvm::SmallVector<InputOp> inputsOf(FuncOp func);
llvm::SmallVector<OutputOp> outputsOf(FuncOp func);

/// Whether an element of what `op` gives may come from another place than its
/// own: it renames axes, or reads through an index along one that its source
/// has.
bool looksElsewhere(mlir::Operation *op);

/// Whether a reduction gives the position of an element.
bool isArg(ReduceKind kind);
/// What is wrong with joining elements of that type, or nothing: any and all
/// take bools, the others numbers, which are not f16 or bf16.
std::optional<std::string> joinError(ReduceKind kind, ArrayType type);

/// `axes` as an array attribute, and back.
mlir::ArrayAttr axisArray(mlir::MLIRContext *context,
                          llvm::ArrayRef<AxisAttr> axes);
llvm::SmallVector<AxisAttr> axesOf(mlir::ArrayAttr axes);

} // namespace fovea::ir

#endif // FOVEA_IR_DIALECT_H
