//===- ElementwiseTest.cpp - numbers of elementwise operations ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

#include <limits>

using namespace fovea;
using namespace fovea::test;

static constexpr int64_t least64 = std::numeric_limits<int64_t>::min();
static constexpr int32_t least32 = std::numeric_limits<int32_t>::min();

static std::string array(const std::string &element) {
  return "!fovea.array<" + element + ">";
}

static Tensor scalar(const std::string &element, double value) {
  return element == "f64" ? f64({}, {value})
                          : tensor<int64_t>(*dtypeFromName(element), {},
                                            {static_cast<int64_t>(value)});
}

static std::string head(const std::string &element) {
  return "%a = fovea.input \"a\" [] : " + array(element) +
         "\n%b = fovea.input \"b\" [] : " + array(element) + "\n";
}

static Program unary(const std::string &op, const std::string &element) {
  std::string type = array(element);
  return Program("", head(element) + "%r = fovea." + op + " %a : " + type +
                         "\nfovea.output \"r\" %r [] : " + type);
}

static Program binary(const std::string &op, const std::string &element,
                      const std::string &result) {
  std::string type = array(element);
  return Program("", head(element) + "%r = fovea." + op + " %a, %b : " + type +
                         ", " + type +
                         "\nfovea.output \"r\" %r [] : " + array(result));
}

TEST_CASE("reference: functions of one float") {
  struct Row {
    const char *op;
    double x, expected;
  };
  auto row = GENERATE(
      Row{"abs", -2.5, 2.5}, Row{"abs", nanValue, nanValue}, Row{"neg", 3, -3},
      Row{"sign", -7, -1}, Row{"sign", 0, 0}, Row{"sign", nanValue, nanValue},
      Row{"exp", 1, std::exp(1.0)}, Row{"exp", -inf, 0}, Row{"exp2", 10, 1024},
      Row{"expm1", 1e-20, 1e-20}, Row{"log", 0, -inf}, Row{"log", -1, nanValue},
      Row{"log1p", 1e-20, 1e-20}, Row{"sqrt", 9, 3}, Row{"sqrt", -1, nanValue},
      Row{"rsqrt", 4, 0.5}, Row{"rsqrt", 0, inf},
      Row{"tanh", 0.3, std::tanh(0.3)}, Row{"sinh", 0.3, std::sinh(0.3)},
      Row{"cosh", 0.3, std::cosh(0.3)}, Row{"sigmoid", 0, 0.5},
      Row{"sigmoid", 1000, 1}, Row{"sigmoid", -1000, 0},
      Row{"sigmoid", -inf, 0}, Row{"sigmoid", nanValue, nanValue},
      Row{"erf", 0.3, std::erf(0.3)}, Row{"sin", 0.3, std::sin(0.3)},
      Row{"cos", 0.3, std::cos(0.3)}, Row{"floor", -2.5, -3},
      Row{"floor", -inf, -inf});
  INFO(row.op << " " << row.x);
  Program program = unary(row.op, "f64");
  CHECK(same(program.run({f64({}, {row.x}), f64({}, {0})})[0].at(),
             row.expected));
}

TEST_CASE("reference: functions of two floats") {
  struct Row {
    const char *op;
    double a, b, expected;
  };
  auto row = GENERATE(
      Row{"add", 1, 2, 3}, Row{"sub", 1, 2, -1}, Row{"mul", 0, inf, nanValue},
      Row{"div", 1, 0, inf}, Row{"div", 0, 0, nanValue}, Row{"pow", 2, -1, 0.5},
      Row{"pow", nanValue, 0, 1}, Row{"min", 1, nanValue, nanValue},
      Row{"min", nanValue, 1, nanValue}, Row{"min", 1, 2, 1},
      Row{"max", 1, nanValue, nanValue}, Row{"max", -inf, 2, 2},
      // As Python has it, and NumPy where Python refuses.
      Row{"floordiv", 7, 2, 3}, Row{"floordiv", -7, 2, -4},
      Row{"floordiv", 7, -2, -4}, Row{"floordiv", 1, 0.1, 9},
      Row{"floordiv", 5, inf, 0}, Row{"floordiv", -5, inf, -1},
      Row{"floordiv", 1, 0, inf}, Row{"floordiv", 0, 0, nanValue},
      Row{"floordiv", inf, 2, nanValue}, Row{"mod", 7, 2, 1},
      Row{"mod", -7, 2, 1}, Row{"mod", 7, -2, -1}, Row{"mod", -5, inf, inf},
      Row{"mod", 5, inf, 5}, Row{"mod", 1, 0, nanValue});
  INFO(row.op << " " << row.a << " " << row.b);
  Program program = binary(row.op, "f64", "f64");
  CHECK(same(program.run({f64({}, {row.a}), f64({}, {row.b})})[0].at(),
             row.expected));
}

TEST_CASE("reference: signed zeros") {
  CHECK(std::signbit(binary("min", "f64", "f64")
                         .run({f64({}, {0.}), f64({}, {-0.})})[0]
                         .at()));
  CHECK_FALSE(std::signbit(binary("max", "f64", "f64")
                               .run({f64({}, {-0.}), f64({}, {0.})})[0]
                               .at()));
  Program mod = binary("mod", "f64", "f64");
  CHECK(std::signbit(mod.run({f64({}, {4}), f64({}, {-2})})[0].at()));
  CHECK_FALSE(std::signbit(mod.run({f64({}, {-4}), f64({}, {2})})[0].at()));
}

TEST_CASE("reference: integers wrap and divide as in Python") {
  struct Row {
    const char *op;
    int64_t a, b, expected;
  };
  auto row = GENERATE(
      Row{"add", least64, -1, -(least64 + 1)},
      Row{"sub", least64, 1, -(least64 + 1)},
      Row{"mul", int64_t(1) << 62, 2, least64}, Row{"floordiv", -7, 2, -4},
      Row{"floordiv", 7, -2, -4}, Row{"floordiv", 7, 2, 3},
      Row{"floordiv", -7, -2, 3}, Row{"floordiv", 6, -2, -3},
      Row{"floordiv", least64, -1, least64}, Row{"mod", least64, -1, 0},
      Row{"mod", -7, 2, 1}, Row{"mod", 7, -2, -1}, Row{"mod", 6, -2, 0},
      Row{"pow", 3, 4, 81}, Row{"pow", 3, 0, 1}, Row{"pow", 0, 0, 1},
      Row{"pow", 2, 64, 0}, Row{"pow", -2, 63, least64}, Row{"pow", 2, -1, 0},
      Row{"pow", -1, -3, -1}, Row{"pow", -1, -2, 1}, Row{"pow", 1, -5, 1},
      Row{"min", 1, -2, -2}, Row{"max", 1, -2, 1});
  INFO(row.op << " " << row.a << " " << row.b);
  Program program = binary(row.op, "i64", "i64");
  CHECK(program.run({i64({}, {row.a}), i64({}, {row.b})})[0].intAt() ==
        row.expected);
}

TEST_CASE("reference: i32 wraps at 32 bits") {
  auto run = [](const char *op, int64_t a, int64_t b) {
    auto type = DType::I32;
    return binary(op, "i32", "i32")
        .run(
            {tensor<int64_t>(type, {}, {a}), tensor<int64_t>(type, {}, {b})})[0]
        .intAt();
  };
  CHECK(run("add", least32, -1) == -(int64_t(least32) + 1));
  CHECK(run("mul", 1 << 30, 2) == least32);
  CHECK(run("floordiv", least32, -1) == least32);
  CHECK(run("mod", least32, -1) == 0);
  CHECK(run("pow", 2, 32) == 0);
  CHECK(run("pow", -2, 31) == least32);
  Tensor low = tensor<int64_t>(DType::I32, {}, {least32});
  CHECK(unary("neg", "i32").run({low, low})[0].intAt() == least32);
  CHECK(unary("abs", "i32").run({low, low})[0].intAt() == least32);
  CHECK(unary("sign", "i32").run({low, low})[0].intAt() == -1);
}

TEST_CASE("reference: comparisons") {
  struct Row {
    const char *predicate;
    bool less, equal, greater, unordered;
  };
  auto row = GENERATE(
      Row{"lt", true, false, false, false}, Row{"le", true, true, false, false},
      Row{"gt", false, false, true, false}, Row{"ge", false, true, true, false},
      Row{"eq", false, true, false, false}, Row{"ne", true, false, true, true});
  INFO(row.predicate);
  for (std::string element : {"f64", "i64", "i32"}) {
    Program program =
        binary(std::string("compare ") + row.predicate, element, "i1");
    auto holds = [&](double a, double b) {
      return program.run({scalar(element, a), scalar(element, b)})[0].intAt() !=
             0;
    };
    CHECK(holds(-1, 2) == row.less);
    CHECK(holds(2, 2) == row.equal);
    CHECK(holds(2, -1) == row.greater);
    if (element == "f64")
      CHECK(holds(nanValue, nanValue) == row.unordered);
  }
}

TEST_CASE("reference: logic") {
  for (int64_t a : {0, 1})
    for (int64_t b : {0, 1}) {
      auto run = [&](const Program &program) {
        return program
            .run({tensor<int64_t>(DType::Bool, {}, {a}),
                  tensor<int64_t>(DType::Bool, {}, {b})})[0]
            .intAt();
      };
      CHECK(run(binary("and", "i1", "i1")) == (a & b));
      CHECK(run(binary("or", "i1", "i1")) == (a | b));
      CHECK(run(unary("not", "i1")) == 1 - a);
    }
}

TEST_CASE("reference: operands are aligned by name") {
  Program program("\"N\", \"M\"", R"(
    %x = fovea.input "x" [#fovea.axis<j: M>, #fovea.axis<i: N>] : !fovea.array<f64, i: N, j: M>
    %y = fovea.input "y" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %s = fovea.sub %x, %y : !fovea.array<f64, i: N, j: M>, !fovea.array<f64, i: N>
    fovea.output "s" %s [#fovea.axis<i: N>, #fovea.axis<j: M>] : !fovea.array<f64, i: N, j: M>)");
  auto out = program.run({f64({3, 2}, {1, 2, 3, 4, 5, 6}), f64({2}, {10, 20})});
  CHECK(out[0].shape() == std::vector<int64_t>{2, 3});
  CHECK(numbers(out[0]) == std::vector<double>{-9, -7, -5, -18, -16, -14});
}
