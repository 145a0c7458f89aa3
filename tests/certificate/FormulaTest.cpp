//===- FormulaTest.cpp - operations as formulas ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
#include "frontend/Program.h"
#include "tools/certificate/Widen.h"

#include <catch2/catch.hpp>

using namespace fovea;
using namespace fovea::certificate;

namespace {
/// One instance of a function of the language.
class Instantiated {
public:
  Instantiated(const std::string &text, std::vector<InputSpec> inputs) {
    Diagnostics diagnostics;
    auto program = fovea::Program::fromText("t.fov", text, diagnostics);
    REQUIRE(program);
    module = program->instantiate({"f", std::move(inputs), {}}, context,
                                  diagnostics);
    INFO(diagnostics.render());
    REQUIRE(module);
    func = *module->getOps<ir::FuncOp>().begin();
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  ir::FuncOp func;
};
} // namespace

TEST_CASE("formula: what is written again is what was written") {
  for (const std::string expression :
       {"x[i] + y[i] - (x[i] - y[i])", "x[i] / (y[i] / x[i]) * y[i]",
        "(x[i] + 1) * -(x[i] * y[i])", "-x[i]^2 + (-x[i])^2",
        "where(b[i] and not (x[i] < y[i] or b[i]), 0.1, -inf)",
        "x[t[i]] * y[i]", "max(abs(x[i]), rsqrt(y[i]))"}) {
    Instantiated f(
        "fn f(x: f32[N], y: f32[N], b: bool[N], t: i64[N]) -> "
        "f32[N] {\n  r[i] = " +
            expression + "\n  return r\n}",
        {{"x", "f32", 1}, {"y", "f32", 1}, {"b", "bool", 1}, {"t", "i64", 1}});
    mlir::Value value = ir::outputsOf(f.func).front().getValue();
    while (auto rename = value.getDefiningOp<ir::RenameOp>())
      value = rename.getOperand();
    // Its name would stand for it.
    value.getDefiningOp()->setLoc(mlir::UnknownLoc::get(&f.context));
    CHECK(ir::Formula().text(value) == expression);
  }
}

TEST_CASE("formula: named values and reductions") {
  Instantiated f("fn f(q: f32[N, D], k: f32[M, D], v: f32[M]) -> f32[N] {\n"
                 "  s[i, j] = sum[c](q[i, c] * k[j, c]) / sqrt(D)\n"
                 "  o[i] = sum[j | j <= i](exp(s[i, j] - 1) * -v[j])\n"
                 "  return o\n}",
                 {{"q", "f32", 2}, {"k", "f32", 2}, {"v", "f32", 1}});
  ir::ReduceOp last;
  f.func.walk([&](ir::ReduceOp op) { last = op; });
  CHECK(ir::Formula().reduction(last.getKind(), last.getAxes(),
                                last.getOperand(), last.getGuard()) ==
        "sum[j | j <= i](exp(s[i, j] - 1) * -v[j])");
  ir::DivOp division;
  f.func.walk([&](ir::DivOp op) { division = op; });
  division->setLoc(mlir::UnknownLoc::get(&f.context));
  CHECK(ir::Formula().text(division.getResult()) ==
        "sum[c](q[i, c] * k[j, c]) / sqrt(D)");
}

TEST_CASE("formula: a widened function has f64 only") {
  Instantiated f("fn f(x: bf16[N]) -> f32[N] {\n"
                 "  w = [0.1, 2.5]\n"
                 "  y[i] = x[i] * w[0] + f16(x[i]) + 0.25\n"
                 "  return y\n}",
                 {{"x", "bf16", 1}});
  auto wide = widened(f.func);
  std::string text;
  llvm::raw_string_ostream(text) << *wide;
  INFO(text);
  for (const char *type : {"f16", "f32"})
    CHECK(text.find(type) == std::string::npos);
  CHECK(text.find("2.5") != std::string::npos);
  CHECK(text.find("2.500000e-01 : f64") != std::string::npos);
}
