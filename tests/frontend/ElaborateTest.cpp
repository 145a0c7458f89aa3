//===- ElaborateTest.cpp - what becomes of right programs -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Program.h"
#include "ir/Dialect.h"

#include "mlir/IR/MLIRContext.h"

#include <catch2/catch.hpp>

using namespace fovea;
using namespace fovea::ir;

namespace {
/// One instance of a function, in the dialect.
class Formula {
public:
  Formula(const std::string &text, const Instance &instance) {
    Diagnostics diagnostics;
    auto program = Program::fromText("t.fov", text, diagnostics);
    module = program->instantiate(instance, context, diagnostics);
    INFO(diagnostics.render());
    REQUIRE(module);
  }

  template <typename Op> std::vector<Op> all() {
    std::vector<Op> found;
    module->walk([&](Op op) { found.push_back(op); });
    return found;
  }
  template <typename Op> size_t count() { return all<Op>().size(); }

  /// The result's type: `<f32, i: N, j: M>`.
  std::string result() { return text(all<OutputOp>().front().getOperand()); }
  std::string text(mlir::Value value) {
    std::string out;
    llvm::raw_string_ostream(out) << value.getType();
    return out.substr(out.find('<'));
  }
  /// The names of the axes that a reduction takes away.
  static std::string over(ReduceOp op) {
    std::string names;
    for (AxisAttr axis : axesOf(op.getAxes()))
      names += axis.getName().str() + " ";
    return names;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

TEST_CASE("attention is a chain of reductions over one axis", "[frontend]") {
  Formula f("import std.attention\n"
            "fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {\n"
            "  return attention(q, k, v)\n}\n",
            {"f", {{"q", "f32", 2}, {"k", "f32", 2}, {"v", "f32", 2}}, {}});
  std::vector<std::string> kinds;
  std::string axis;
  for (ReduceOp op : f.all<ReduceOp>()) {
    if (Formula::over(op) == "c ")
      continue;
    kinds.push_back(stringifyReduceKind(op.getKind()).str());
    if (axis.empty())
      axis = Formula::over(op);
    CHECK(Formula::over(op) == axis);
  }
  CHECK(kinds == std::vector<std::string>{"max", "sum", "sum"});
  // Nothing is copied: names are given where the inputs are read.
  for (RenameOp op : f.all<RenameOp>())
    CHECK(op.getOperand().getDefiningOp<InputOp>());
  CHECK(f.count<AtOp>() == 0);
}

TEST_CASE("a lifted call is the formula with one more axis", "[frontend]") {
  Formula f("fn centered(x: f32[N]) -> f32[N] {\n"
            "  y[n] = x[n] - mean[m](x[m])\n  return y\n}\n"
            "fn f(x: f32[B, H, N]) -> f32[B, H, N] {\n"
            "  y[b, h] = centered(x[b, h])\n  return y\n}\n",
            {"f", {{"x", "f32", 3}}, {}});
  CHECK(f.count<AtOp>() == 0);
  CHECK(f.count<ReduceOp>() == 1);
  CHECK(f.result() == "<f32, b: B, h: H, n: N>");
}

TEST_CASE("an index of the caller is not caught by the callee", "[frontend]") {
  Formula f("fn centered(x: f32[N]) -> f32[N] {\n"
            "  y[j] = x[j] - sum[i](x[i])\n  return y\n}\n"
            "fn f(x: f32[N, N]) -> f32[N, N] {\n"
            "  y[j] = centered(x[j])\n  return y\n}\n",
            {"f", {{"x", "f32", 2}}, {}});
  CHECK(f.result() == "<f32, j: N, j_1: N>");
}

TEST_CASE("the diagonal is a read, a transpose is none", "[frontend]") {
  Formula diagonal("fn f(x: f32[N, N]) -> f32[N] { y[i] = x[i, i]; return y }",
                   {"f", {{"x", "f32", 2}}, {}});
  CHECK(diagonal.count<AtOp>() == 1);
  CHECK(diagonal.result() == "<f32, i: N>");
  Formula swapped("fn f(x: f32[N, M]) -> f32[M, N] "
                  "{ y[i, j] = x[j, i]; return y }",
                  {"f", {{"x", "f32", 2}}, {}});
  CHECK(swapped.count<AtOp>() == 0);
}

TEST_CASE("weak numbers take the type that they meet", "[frontend]") {
  for (const char *dtype : {"f32", "f64", "i32"}) {
    std::string type = dtype;
    std::string real = type == "i32" ? "" : " * 0.5";
    Formula f("fn f(x: " + type + "[N]) -> " + type +
                  "[N] {\n  two = 2\n  w[n] = n * two" + real +
                  "\n  y[n] = x[n] * two + w[n] + 1\n  return y\n}\n",
              {"f", {{"x", type, 1}}, {}});
    INFO(type);
    CHECK(f.text(f.all<AddOp>().back()) == "<" + type + ", n: N>");
  }
}

TEST_CASE("f16 is widened when read and rounded at the end", "[frontend]") {
  Formula f("fn f(x: f16[N]) -> f16[N] { y[n] = x[n] * 2; return y }",
            {"f", {{"x", "f16", 1}}, {}});
  CHECK(f.text(f.all<MulOp>().front()) == "<f32, n: N>");
  CHECK(f.result() == "<f16, n: N>");
}

TEST_CASE("zero and -inf in a where are hard", "[frontend]") {
  auto kind = [](const std::string &branches) {
    Formula f("fn f(x: f32[N]) -> f32[N] { y[n] = where(x[n] > 0, " + branches +
                  "); return y }",
              {"f", {{"x", "f32", 1}}, {}});
    return f.all<SelectOp>().front().getHard();
  };
  CHECK(kind("x[n], 0") == HardKind::Zero);
  CHECK(kind("0, x[n]") == HardKind::Zero);
  CHECK(kind("x[n], -inf") == HardKind::NegInf);
  CHECK(kind("-inf, x[n]") == HardKind::NegInf);
  CHECK(kind("x[n], 1") == HardKind::None);
  CHECK(kind("x[n], inf") == HardKind::None);
}

TEST_CASE("reductions count, guard and take several axes", "[frontend]") {
  Formula count("fn f(x: f32[N]) -> i64 { return sum[n](x[n] > 0) }",
                {"f", {{"x", "f32", 1}}, {}});
  CHECK(count.result() == "<i64>");
  Formula guarded("fn f(x: f32[N]) -> f32 { return mean[n | x[n] > 0](x[n]) }",
                  {"f", {{"x", "f32", 1}}, {}});
  CHECK(guarded.count<ReduceOp>() == 2);
  for (ReduceOp op : guarded.all<ReduceOp>())
    CHECK(op.getGuard());
  Formula place("fn f(x: f32[N, M]) -> i64 { return argmax[i, j](x[i, j]) }",
                {"f", {{"x", "f32", 2}}, {}});
  CHECK(Formula::over(place.all<ReduceOp>().front()) == "i j ");
}

TEST_CASE("a pack of no axes has one element", "[frontend]") {
  for (const char *op : {"sum", "prod", "max", "min", "mean"}) {
    std::string text = std::string("fn f(x: f32[S...], c: bool) -> f32 ") +
                       "{ return " + op + "[s... | c](x[s...]) }";
    INFO(op);
    Formula none(text, {"f", {{"x", "f32", 0}, {"c", "bool", 0}}, {}});
    CHECK(none.count<ReduceOp>() == 0);
    // The result of a reduction is an ordinary number.
    for (SelectOp select : none.all<SelectOp>())
      CHECK(select.getHard() == HardKind::None);
    Formula two(text, {"f", {{"x", "f32", 2}, {"c", "bool", 0}}, {}});
    CHECK(two.count<ReduceOp>() >= 1);
  }
}

TEST_CASE("a range may come from a later use", "[frontend]") {
  const char *const bodies[] = {
      "w[i] = i * 2.0\n return sum[i](w[i] * x[i])",   // a bare use
      "w[i] = i * 2.0\n s = same(w, x)\n return s[0]", // before its dimension
      "w[i] = i * 2.0\n s = same(x, w)\n return s[0]", // after it
      "w[i] = i * 2.0\n v[i] = w[i]\n return sum[i](v[i] * x[i])"};
  for (const char *body : bodies) {
    INFO(body);
    Formula f(std::string("fn same(a: f32[N], b: f32[N]) -> f32[N] "
                          "{ y[n] = a[n] + b[n]; return y }\n"
                          "fn f(x: f32[N]) -> f32 {\n") +
                  body + "\n}\n",
              {"f", {{"x", "f32", 1}}, {}});
    CHECK(f.result() == "<f32>");
  }
  Formula declared("fn f(x: f32[N]) -> f32[N, N] { m[i, j] = i - j; return m }",
                   {"f", {{"x", "f32", 1}}, {}});
  CHECK(declared.result() == "<f32, i: N, j: N>");
}

TEST_CASE("a lambda may call what it is handed to", "[frontend]") {
  Formula f("fn apply(x: f32, g: fn(f32) -> f32) -> f32 { return g(x) }\n"
            "fn f(x: f32) -> f32 "
            "{ return apply(x, (a) -> apply(a, (b) -> a * b)) }\n",
            {"f", {{"x", "f32", 0}}, {}});
  CHECK(f.count<MulOp>() == 1);
}

TEST_CASE("results have the names of the signature", "[frontend]") {
  Formula f("fn f(x: f32[N]) -> (low: f32, f32) "
            "{ return min[n](x[n]), max[n](x[n]) }",
            {"f", {{"x", "f32", 1}}, {}});
  auto outputs = f.all<OutputOp>();
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0].getName() == "low");
  CHECK(outputs[1].getName() == "result1");
}
