//===- Speculate.h - one check before a run, none in it ---------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// A read through a computed index may fail, and only where it is needed: so its
// failure travels beside every number that is made of it, and no block of such
// numbers is computed at once. But what a read needs is mostly cheap, a table
// of indices, a position: whether any fails can be asked first.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_PASSES_SPECULATE_H
#define FOVEA_PASSES_SPECULATE_H

#include "ir/Dialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>

namespace fovea {

/// A function in two, with its inputs and dimensions.
struct CheckedFunction {
  /// Its only result, a bool, says whether something that is needed fails.
  mlir::OwningOpRef<mlir::ModuleOp> check;
  /// The function; nothing in it fails. What is not needed may be any number.
  mlir::OwningOpRef<mlir::ModuleOp> fast;
  /// Neither may be run if one of these is 0: there is nothing to be read.
  llvm::SmallVector<ir::SizeAttr> extents;
};

/// Of a function as the frontend makes it. None if nothing in it may fail, or
/// if what says so is as costly as the function: made from reductions.
std::optional<CheckedFunction> speculate(ir::FuncOp func);

} // namespace fovea

#endif // FOVEA_PASSES_SPECULATE_H
