//===- Laws.h - the laws of a fold as formulas ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TOOLS_CERTIFICATE_LAWS_H
#define FOVEA_TOOLS_CERTIFICATE_LAWS_H

#include "ir/Dialect.h"

#include "mlir/IR/OwningOpRef.h"

#include <string>
#include <vector>

namespace fovea::certificate {

/// One law for one accumulator: two outputs that must agree.
struct Law {
  /// Its number in `lawTexts`.
  size_t number;
  unsigned accumulator;
  size_t left, right;
};

/// The laws of one fold as a function. Its first inputs are three sets of
/// places, bools over the folded axes; then come those of the fold's function.
/// The gauges are those of the empty set, of the first set, of the first two
/// and of all three: those that a fold meets.
struct Laws {
  mlir::OwningOpRef<ir::FuncOp> func;
  std::vector<Law> laws;
};

/// What the laws say.
extern const std::vector<std::string> lawTexts;

/// The laws of fold `number` of the body of `func`.
Laws lawsOf(ir::FuncOp func, unsigned number);

} // namespace fovea::certificate

#endif // FOVEA_TOOLS_CERTIFICATE_LAWS_H
