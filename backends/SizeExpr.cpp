//===- SizeExpr.cpp - sizes of the dialect for the runtime ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/SizeExpr.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace fovea;

static SizeExpr::Kind kindOf(ir::SizeKind kind) {
  switch (kind) {
  case ir::SizeKind::Constant:
    return SizeExpr::Kind::Constant;
  case ir::SizeKind::Dim:
    return SizeExpr::Kind::Dim;
  case ir::SizeKind::Add:
    return SizeExpr::Kind::Add;
  case ir::SizeKind::Mul:
    return SizeExpr::Kind::Mul;
  case ir::SizeKind::FloorDiv:
    return SizeExpr::Kind::FloorDiv;
  case ir::SizeKind::Mod:
    return SizeExpr::Kind::Mod;
  }
  llvm_unreachable("all kinds are listed");
}

SizeExpr fovea::sizeExprOf(ir::SizeAttr size, ir::FuncOp func) {
  if (size.getKind() == ir::SizeKind::Constant)
    return SizeExpr::constant(size.getValue());
  if (size.getKind() == ir::SizeKind::Dim) {
    auto dims = func.getDims().getAsRange<StringAttr>();
    auto found = llvm::find_if(
        dims, [&](StringAttr dim) { return dim.getValue() == size.getName(); });
    return SizeExpr::dim(std::distance(dims.begin(), found));
  }
  SizeExpr expr;
  expr.kind = kindOf(size.getKind());
  for (ir::SizeAttr operand : size.getOperands())
    expr.operands.push_back(sizeExprOf(operand, func));
  return expr;
}

DType fovea::dtypeOf(Type element) {
  if (element.isInteger(1))
    return DType::Bool;
  if (element.isInteger(32))
    return DType::I32;
  if (element.isInteger(64))
    return DType::I64;
  if (element.isF16())
    return DType::F16;
  if (element.isBF16())
    return DType::BF16;
  if (element.isF32())
    return DType::F32;
  assert(element.isF64() && "not an element type");
  return DType::F64;
}
