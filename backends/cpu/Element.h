//===- Element.h - one element as code --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_BACKENDS_CPU_ELEMENT_H
#define FOVEA_BACKENDS_CPU_ELEMENT_H

#include "mlir/IR/Block.h"
#include "mlir/IR/Value.h"

#include "llvm/ADT/SmallVector.h"

#include <map>

namespace fovea::cpu {

/// What an element is in generated code, or several of them in the lanes of
/// vectors. Parts that are null are statically absent: never hard, never
/// failing.
///
/// Everything is evaluated whether it is needed or not, but safely; whether an
/// element could be had is part of it (`failure` is 0, or says what went wrong
/// as FailureWords does, `culprit` being the second word). Who does not need an
/// element drops its failure with it. What may fail is never in lanes.
struct Element {
  mlir::Value value;
  mlir::Value hardZero;
  mlir::Value hardNegInf;
  mlir::Value failure;
  mlir::Value culprit;
};

/// Coordinates of an element by number, in the order of its type's axes.
using Coords = llvm::SmallVector<unsigned, 4>;

/// A block of code that runs as a whole: a function's body, a loop's, a
/// branch's. Several may share an mlir::Block, one for each phase of it.
struct Scope {
  Scope *parent = nullptr;
  unsigned depth = 0;
  mlir::Block *block = nullptr;
  /// New code goes before this operation (the loop inside), or to the end.
  mlir::Operation *before = nullptr;
  /// What `before` was in the scopes around a loop when it was opened.
  llvm::SmallVector<std::pair<Scope *, mlir::Operation *>, 2> resume;
  /// Elements whose code lies in this block.
  std::map<std::pair<void *, Coords>, Element> elements;
};

/// A coordinate: in range along its axis wherever code of `scope` runs, or
/// where `mask` holds.
struct Coordinate {
  /// An i64, or a vector of them where lanes read at computed indices.
  mlir::Value value;
  Scope *scope = nullptr;
  /// If more than 1, the lanes are at value, value + 1, ...
  int64_t lanes = 1;
  mlir::Value mask;
  /// The block of places that this one is of, if that is not 0, and its number
  /// in the block (of lanes, counted in vectors).
  unsigned block = 0;
  mlir::Value local;
  /// What is so many places further on is read soon, and not before this is
  /// done with: the next block. Null: nothing is known.
  mlir::Value ahead;
};

} // namespace fovea::cpu

#endif // FOVEA_BACKENDS_CPU_ELEMENT_H
