//===- ParsedFunction.h - a function from its text --------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_PARSEDFUNCTION_H
#define FOVEA_TESTS_PARSEDFUNCTION_H

#include "ir/Dialect.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"

#include <catch2/catch.hpp>

namespace fovea::test {

/// A function of the dialect; the text must be valid. The context has to
/// outlive it.
class ParsedFunction {
public:
  ParsedFunction(mlir::MLIRContext &context, const std::string &text) {
    context.loadDialect<ir::FoveaDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>("module {" + text + "}",
                                                     &context);
    REQUIRE(module);
  }
  ir::FuncOp operator*() { return *module->getOps<ir::FuncOp>().begin(); }

private:
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace fovea::test

#endif // FOVEA_TESTS_PARSEDFUNCTION_H
