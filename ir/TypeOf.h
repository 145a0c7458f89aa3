//===- TypeOf.h - the type of an array --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_TYPEOF_H
#define FOVEA_IR_TYPEOF_H

#include "ir/Dialect.h"

namespace fovea::ir {

inline ArrayType typeOf(mlir::Value value) {
  return mlir::cast<ArrayType>(value.getType());
}

} // namespace fovea::ir

#endif // FOVEA_IR_TYPEOF_H
