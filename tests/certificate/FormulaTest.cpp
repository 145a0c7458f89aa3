//===- FormulaTest.cpp - operations as formulas ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Formula.h"
#include "frontend/Program.h"
#include "tools/certificate/Widen.h"

#include "llvm/ADT/TypeSwitch.h"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>

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

namespace {
/// A binary operator of the language.
struct Operator {
  const char *sign;
  bool takesBools, givesBool;
};
} // namespace

static const Operator operators[] = {
    {"+", false, false}, {"-", false, false},  {"*", false, false},
    {"/", false, false}, {"//", false, false}, {"%", false, false},
    {"^", false, false}, {"<", false, true},   {"<=", false, true},
    {">", false, true},  {">=", false, true},  {"==", false, true},
    {"!=", false, true}, {"and", true, true},  {"or", true, true},
};

/// The value of a formula where input i is numbers[i].
static double valueOf(mlir::Value value, const std::array<double, 3> &numbers) {
  mlir::Operation *op = value.getDefiningOp();
  auto operand = [&](unsigned i) {
    return valueOf(op->getOperand(i), numbers);
  };
  if (auto input = mlir::dyn_cast<ir::InputOp>(op))
    return numbers[(input.getName().front() - 'a') % 3];
  if (op->getNumOperands() == 1)
    return operand(0); // renames and casts
  const double a = operand(0), b = operand(1);
  return llvm::TypeSwitch<mlir::Operation *, double>(op)
      .Case([&](ir::AddOp) { return a + b; })
      .Case([&](ir::SubOp) { return a - b; })
      .Case([&](ir::MulOp) { return a * b; })
      .Case([&](ir::DivOp) { return a / b; })
      .Case([&](ir::FloorDivOp) { return std::floor(a / b); })
      .Case([&](ir::ModOp) { return a - std::floor(a / b) * b; })
      .Case([&](ir::PowOp) { return std::pow(a, b); })
      .Case([&](ir::AndOp) { return double(a != 0 && b != 0); })
      .Case([&](ir::OrOp) { return double(a != 0 || b != 0); })
      .Case([&](ir::CompareOp op) -> double {
        switch (op.getPredicate()) {
        case ir::Predicate::Lt:
          return a < b;
        case ir::Predicate::Le:
          return a <= b;
        case ir::Predicate::Gt:
          return a > b;
        case ir::Predicate::Ge:
          return a >= b;
        case ir::Predicate::Eq:
          return a == b;
        case ir::Predicate::Ne:
          return a != b;
        }
        return NAN;
      });
}

namespace {
/// The formula of `expression` over the numbers a, b, c and the bools d, e, f.
struct Written {
  Written(const std::string &expression, const std::string &type)
      : function(
            "fn f(a: i64[N], b: i64[N], c: i64[N], d: bool[N], "
            "e: bool[N], f: bool[N]) -> " +
                type + "[N] {\n  r[i] = " +
                (type == "bool" ? expression : type + "(" + expression + ")") +
                "\n  return r\n}",
            {{"a", "i64", 1},
             {"b", "i64", 1},
             {"c", "i64", 1},
             {"d", "bool", 1},
             {"e", "bool", 1},
             {"f", "bool", 1}}) {
    value = ir::outputsOf(function.func).front().getValue();
    while (auto rename = value.getDefiningOp<ir::RenameOp>())
      value = rename.getOperand();
    // Its name would stand for it.
    value.getDefiningOp()->setLoc(mlir::UnknownLoc::get(&function.context));
  }
  Instantiated function;
  mlir::Value value;
};
} // namespace

TEST_CASE("formula: two operators, written again, mean the same") {
  unsigned pairs = 0;
  for (const Operator &outer : operators)
    for (const Operator &inner : operators)
      for (const bool right : {false, true}) {
        const std::string one = outer.sign, two = inner.sign;
        const bool isFloat = one == "/" || two == "/";
        if (outer.takesBools != inner.givesBool ||
            (two == "/" && (one == "//" || one == "%")))
          continue;
        auto operand = [](const Operator &of, unsigned place) {
          return std::string(1, "abcdef"[place + (of.takesBools ? 3 : 0)]) +
                 "[i]";
        };
        const std::string expression =
            right
                ? operand(outer, 0) + " " + one + " (" + operand(inner, 1) +
                      " " + two + " " + operand(inner, 2) + ")"
                : "(" + operand(inner, 0) + " " + two + " " +
                      operand(inner, 1) + ") " + one + " " + operand(outer, 2);
        const std::string type = outer.givesBool ? "bool"
                                 : isFloat       ? "f32"
                                                 : "i64";
        const Written first(expression, type);
        const std::string text = ir::Formula().text(first.value);
        const Written again(text, type);
        INFO(expression << " is written " << text);
        for (const double x : {0., 7., -5.})
          for (const double y : {2., -3., 1.})
            for (const double z : {3., 0., -2.}) {
              const double was = valueOf(first.value, {x, y, z});
              const double is = valueOf(again.value, {x, y, z});
              CHECK((is == was || (std::isnan(is) && std::isnan(was)) ||
                     std::abs(is - was) <= 1e-12 * std::abs(was)));
            }
        ++pairs;
      }
  CHECK(pairs == 2 * (13 * 7 - 2 + 2 * 8));
}

TEST_CASE("formula: products that are rounded in between") {
  for (const std::string expression :
       {"a[i] * (b[i] // c[i])", "a[i] * (b[i] % c[i] * a[i])",
        "a[i] * b[i] // c[i]", "a[i] // b[i] * c[i]",
        "a[i] * (b[i] // c[i] / a[i])"}) {
    const bool isFloat = expression.find("c[i] /") != std::string::npos;
    const Written written(expression, isFloat ? "f32" : "i64");
    CHECK(ir::Formula().text(written.value) == expression);
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
