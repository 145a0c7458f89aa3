//===- SpeculateTest.cpp - what the check before a run asks for -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The check decides between fast code and slow code with the same results: that
// it asks for no more than is needed is seen here only.
//
//===----------------------------------------------------------------------===//

#include "passes/Speculate.h"
#include "frontend/Program.h"
#include "ir/TypeOf.h"
#include "tests/backends/reference/Reference.h"

#include "llvm/ADT/SetVector.h"

using namespace fovea;
using namespace fovea::test;

/// x[t[n]] as %v over n, t[n] >= 0 as %ok.
static const std::string gather = R"(
  %x = fovea.input "x" [#fovea.axis<m: M>] : <f64, m: M>
  %t = fovea.input "t" [#fovea.axis<n: N>] : <i64, n: N>
  %v = fovea.at "x" %x [#fovea.axis<m: M>] [%t] : <f64, m: M> [!fovea.array<i64, n: N>] -> <f64, n: N>
  %none = fovea.constant 0 : i64 : <i64>
  %ok = fovea.compare ge %t, %none : <i64, n: N>, <i64>
  %zero = fovea.constant 0.0 : f64 : <f64>
  %one = fovea.constant 1.0 : f64 : <f64>
  %inf = fovea.constant 0xFFF0000000000000 : f64 : <f64>
)";

/// Whether the check of a sum of %r over n fails for these indices into two
/// numbers.
static bool fails(const std::string &lines, std::vector<int64_t> indices) {
  mlir::MLIRContext context;
  ParsedFunction function(context, "fovea.func @f dims [\"M\", \"N\"] {" +
                                       gather + lines + R"(
    %s = fovea.reduce sum %r over [#fovea.axis<n: N>] : <f64, n: N>
    fovea.output "s" %s [] : <f64>
  })");
  const std::optional<CheckedFunction> checked = speculate(*function);
  REQUIRE(checked);
  auto func = *mlir::ModuleOp(*checked->check).getOps<ir::FuncOp>().begin();
  const auto size = static_cast<int64_t>(indices.size());
  return resultsOf(*compiled(createReferenceBackend(), func),
                   {f64({2}, {10, 20}), i64({size}, std::move(indices))})[0]
             .loadAsInt(0) != 0;
}

TEST_CASE("speculate: what is not needed may be out of range") {
  struct Case {
    const char *what, *lines;
  };
  const std::vector<Case> cases = {
      {"a branch that is not taken",
       "%r = fovea.select %ok, %v, %one : <i1, n: N>, <f64, n: N>, <f64>"},
      {"times a hard 0",
       "%w = fovea.select %ok, %one, %zero hard zero : <i1, n: N>, <f64>, "
       "<f64>\n%r = fovea.mul %w, %v : <f64, n: N>, <f64, n: N>"},
      {"beside a hard -inf",
       "%w = fovea.select %ok, %one, %inf hard neginf : <i1, n: N>, <f64>, "
       "<f64>\n%r = fovea.add %v, %w : <f64, n: N>, <f64, n: N>"},
      {"times a weight of masked scores, under another name",
       "%s0 = fovea.select %ok, %one, %inf hard neginf : <i1, n: N>, <f64>, "
       "<f64>\n"
       "%s1 = fovea.rename %s0 [\"n\"] to [\"k\"] : <f64, n: N> -> <f64, k: "
       "N>\n"
       "%top = fovea.reduce max %s1 over [#fovea.axis<k: N>] : <f64, k: N>\n"
       "%d = fovea.sub %s1, %top : <f64, k: N>, <f64>\n"
       "%e = fovea.exp %d : <f64, k: N>\n"
       "%z = fovea.reduce sum %e over [#fovea.axis<k: N>] : <f64, k: N>\n"
       "%a = fovea.div %e, %z : <f64, k: N>, <f64>\n"
       "%b = fovea.rename %a [\"k\"] to [\"n\"] : <f64, k: N> -> <f64, n: N>\n"
       "%r = fovea.mul %b, %v : <f64, n: N>, <f64, n: N>"},
  };
  for (const Case &one : cases) {
    INFO(one.what);
    CHECK_FALSE(fails(one.lines, {1, -1, 0}));
    CHECK(fails(one.lines, {1, 2, 0}));
  }
}

TEST_CASE("speculate: what is needed may not") {
  for (const char *lines :
       {"%r = fovea.mul %v, %one : <f64, n: N>, <f64>",
        // An ordinary 0 takes nothing.
        "%w = fovea.select %ok, %one, %zero : <i1, n: N>, <f64>, <f64>\n"
        "%r = fovea.mul %w, %v : <f64, n: N>, <f64, n: N>",
        // A hard 0 is no mask in a sum.
        "%w = fovea.select %ok, %one, %zero hard zero : <i1, n: N>, <f64>, "
        "<f64>\n%r = fovea.add %w, %v : <f64, n: N>, <f64, n: N>"}) {
    INFO(lines);
    CHECK(fails(lines, {1, -1, 0}));
    CHECK_FALSE(fails(lines, {1, 0}));
  }
}

TEST_CASE("speculate: a mask over pairs costs no more than its pairs") {
  Diagnostics diagnostics;
  auto program = fovea::Program::fromText("t.fov", R"(
fn f(q: f32[N, D], k: f32[M, D]) -> f32[N, M] {
  a[n, c: D] = where(c % 2 == 0, -q[n, c + 1], q[n, c - 1])
  s[i, j] = where(j <= i, sum[c](a[i, c] * k[j, c]), 0)
  return s
})",
                                          diagnostics);
  REQUIRE(program);
  mlir::MLIRContext context;
  context.loadDialect<ir::FoveaDialect>();
  auto module = program->instantiate(
      {"f", {{"q", "f32", 2}, {"k", "f32", 2}}, {}}, context, diagnostics);
  REQUIRE(module);
  const auto checked = speculate(*module->getOps<ir::FuncOp>().begin());
  REQUIRE(checked);
  auto check = *mlir::ModuleOp(*checked->check).getOps<ir::FuncOp>().begin();
  llvm::SetVector<mlir::Value> behind;
  for (ir::OutputOp output : ir::outputsOf(check))
    behind.insert(output.getValue());
  for (size_t i = 0; i < behind.size(); ++i) {
    CHECK(ir::typeOf(behind[i]).getAxes().size() <= 2);
    behind.insert_range(behind[i].getDefiningOp()->getOperands());
  }
}
