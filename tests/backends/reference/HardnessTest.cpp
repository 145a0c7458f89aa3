//===- HardnessTest.cpp - hard 0 and hard -inf ----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

using namespace fovea;
using namespace fovea::test;

/// Operands: %z is a hard 0, %n a hard -inf; %zero, %two, %minus, %inf, %ninf
/// and %nanValue are plain.
static const std::string head = R"(
  %no = fovea.constant false : !fovea.array<i1>
  %yes = fovea.constant true : !fovea.array<i1>
  %zero = fovea.constant 0.0 : f64 : !fovea.array<f64>
  %two = fovea.constant 2.0 : f64 : !fovea.array<f64>
  %minus = fovea.constant -1.0 : f64 : !fovea.array<f64>
  %inf = fovea.constant 0x7FF0000000000000 : f64 : !fovea.array<f64>
  %ninf = fovea.constant 0xFFF0000000000000 : f64 : !fovea.array<f64>
  %nan = fovea.constant 0x7FF8000000000000 : f64 : !fovea.array<f64>
  %z = fovea.select %no, %nan, %zero hard zero : !fovea.array<i1>, !fovea.array<f64>, !fovea.array<f64>
  %n = fovea.select %no, %nan, %ninf hard neginf : !fovea.array<i1>, !fovea.array<f64>, !fovea.array<f64>
)";

/// The probes: only a hard 0 times NaN is 0, only a hard -inf plus inf is -inf.
static const std::string tail = R"(
  %timesNan = fovea.mul %r, %nan : !fovea.array<f64>, !fovea.array<f64>
  %plusInf = fovea.add %r, %inf : !fovea.array<f64>, !fovea.array<f64>
  fovea.output "r" %r [] : !fovea.array<f64>
  fovea.output "timesNan" %timesNan [] : !fovea.array<f64>
  fovea.output "plusInf" %plusInf [] : !fovea.array<f64>
)";

static void check(const std::string &line, char hard, double number) {
  INFO(line);
  auto out = Program("", head + line + tail).run();
  CHECK(same(out[0].at(), number));
  CHECK((out[1].at() == 0) == (hard == 'z'));
  CHECK((out[2].at() == -inf) == (hard == 'n'));
}

namespace {
struct Row {
  const char *op;
  char hard; // of the result: z, n or -
  double number;
};
} // namespace

TEST_CASE("reference: hardness through one operand") {
  auto row = GENERATE(
      Row{"neg %z", 'z', 0}, Row{"neg %n", '-', inf}, Row{"sqrt %z", 'z', 0},
      Row{"sqrt %n", '-', nanValue}, Row{"exp %n", 'z', 0},
      Row{"exp2 %n", 'z', 0}, Row{"exp %ninf", '-', 0}, Row{"exp %z", '-', 1},
      Row{"exp2 %z", '-', 1}, Row{"abs %z", '-', 0}, Row{"abs %n", '-', inf},
      Row{"sign %z", '-', 0}, Row{"sign %n", '-', -1}, Row{"expm1 %z", '-', 0},
      Row{"expm1 %n", '-', -1}, Row{"log %z", '-', -inf},
      Row{"log1p %z", '-', 0}, Row{"rsqrt %z", '-', inf},
      Row{"tanh %z", '-', 0}, Row{"tanh %n", '-', -1}, Row{"sinh %z", '-', 0},
      Row{"sinh %n", '-', -inf}, Row{"cosh %z", '-', 1},
      Row{"sigmoid %z", '-', 0.5}, Row{"sigmoid %n", '-', 0},
      Row{"erf %z", '-', 0}, Row{"sin %z", '-', 0}, Row{"cos %z", '-', 1},
      Row{"floor %z", '-', 0}, Row{"floor %n", '-', -inf});
  check("%r = fovea." + std::string(row.op) + " : !fovea.array<f64>", row.hard,
        row.number);
}

TEST_CASE("reference: hardness through two operands") {
  auto row = GENERATE(
      Row{"mul %z, %nan", 'z', 0}, Row{"mul %inf, %z", 'z', 0},
      Row{"mul %z, %minus", 'z', 0}, Row{"mul %z, %n", 'z', 0},
      Row{"mul %n, %two", '-', -inf}, Row{"mul %zero, %nan", '-', nanValue},
      Row{"div %z, %nan", 'z', 0}, Row{"div %z, %zero", 'z', 0},
      Row{"div %two, %z", '-', inf}, Row{"div %n, %two", '-', -inf},
      Row{"pow %z, %two", 'z', 0}, Row{"pow %z, %inf", 'z', 0},
      Row{"pow %z, %zero", '-', 1}, Row{"pow %z, %minus", '-', inf},
      Row{"pow %z, %nan", '-', nanValue}, Row{"pow %two, %z", '-', 1},
      Row{"add %n, %inf", 'n', -inf}, Row{"add %nan, %n", 'n', -inf},
      Row{"add %z, %n", 'n', -inf}, Row{"add %z, %zero", '-', 0},
      Row{"add %z, %z", '-', 0}, Row{"sub %n, %nan", 'n', -inf},
      Row{"sub %n, %n", 'n', -inf}, Row{"sub %two, %n", '-', inf},
      Row{"sub %z, %z", '-', 0}, Row{"min %z, %two", '-', 0},
      Row{"min %n, %two", '-', -inf}, Row{"max %z, %minus", '-', 0},
      Row{"max %n, %ninf", '-', -inf}, Row{"floordiv %z, %two", '-', 0},
      Row{"mod %z, %two", '-', 0});
  check("%r = fovea." + std::string(row.op) +
            " : !fovea.array<f64>, !fovea.array<f64>",
        row.hard, row.number);
}

TEST_CASE("reference: hardness through select, cast and reads") {
  auto choose = [](const char *operands) {
    return std::string("%r = fovea.select ") + operands +
           " : !fovea.array<i1>, !fovea.array<f64>, !fovea.array<f64>";
  };
  check(choose("%yes, %z, %nan"), 'z', 0);
  check(choose("%no, %nan, %n"), 'n', -inf);
  check(choose("%no, %z, %zero"), '-', 0);
  check(choose("%yes, %zero, %zero hard zero"), '-', 0);
  check(choose("%yes, %n, %zero hard zero"), 'n', -inf);
  check(choose("%no, %nan, %ninf"), '-', -inf);

  auto there = [](const char *value, const char *type) {
    return std::string("%c = fovea.cast ") + value +
           " : !fovea.array<f64> to !fovea.array<" + type +
           ">\n%r = fovea.cast %c : !fovea.array<" + type +
           "> to !fovea.array<f64>";
  };
  for (const char *type : {"f16", "bf16", "f32", "f64"}) {
    check(there("%z", type), 'z', 0);
    check(there("%n", type), 'n', -inf);
  }
  check(there("%z", "i64"), 'z', 0);
  // There is no -inf among integers.
  check(there("%n", "i32"), '-', -2147483648.0);

  check(R"(%i = fovea.constant 0 : i64 : !fovea.array<i64>
    %r = fovea.at "z" %z [#fovea.axis<k: 1>] [%i] : !fovea.array<f64> [!fovea.array<i64>] -> !fovea.array<f64>)",
        'z', 0);
}

TEST_CASE("reference: a reduction is never hard") {
  for (const char *kind : {"sum", "prod", "max", "min"})
    check(std::string("%r = fovea.reduce ") + kind +
              " %z over [#fovea.axis<k: 1>] : !fovea.array<f64>",
          '-', 0);
  check("%r = fovea.reduce max %n over [#fovea.axis<k: 1>] : "
        "!fovea.array<f64>",
        '-', -inf);
}

TEST_CASE("reference: hardness survives a table and a rename") {
  // The value is stored, since it is costly and used twice.
  Program program("\"N\"", R"(
    %x = fovea.input "x" [#fovea.axis<i: N>] : !fovea.array<f64, i: N>
    %zero = fovea.constant 0.0 : f64 : !fovea.array<f64>
    %ok = fovea.compare lt %x, %zero : !fovea.array<f64, i: N>, !fovea.array<f64>
    %e = fovea.exp %x : !fovea.array<f64, i: N>
    %m = fovea.select %ok, %e, %zero hard zero : !fovea.array<i1, i: N>, !fovea.array<f64, i: N>, !fovea.array<f64>
    %p = fovea.mul %m, %x : !fovea.array<f64, i: N>, !fovea.array<f64, i: N>
    %t = fovea.rename %p ["i"] to ["j"] : !fovea.array<f64, i: N> -> !fovea.array<f64, j: N>
    %q = fovea.mul %t, %p : !fovea.array<f64, j: N>, !fovea.array<f64, i: N>
    fovea.output "q" %q [#fovea.axis<i: N>, #fovea.axis<j: N>] : !fovea.array<f64, i: N, j: N>)");
  double e = -std::exp(-1.0);
  auto out = program.run({f64({2}, {nanValue, -1})});
  CHECK(numbers(out[0]) == std::vector<double>{0, 0, 0, e * e});
}
