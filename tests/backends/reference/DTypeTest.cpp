//===- DTypeTest.cpp - casts, and element types of arrays -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/reference/Reference.h"

using namespace fovea;
using namespace fovea::test;

static Program cast(const std::string &from, const std::string &to) {
  return Program("", "%x = fovea.input \"x\" [] : !fovea.array<" + from +
                         ">\n%r = fovea.cast %x : !fovea.array<" + from +
                         "> to !fovea.array<" + to +
                         ">\nfovea.output \"r\" %r [] : !fovea.array<" + to +
                         ">");
}

/// The number after a cast to `type` inside of the function.
static double rounded(double x, const std::string &type) {
  return Program("", "%x = fovea.input \"x\" [] : !fovea.array<f64>\n"
                     "%c = fovea.cast %x : !fovea.array<f64> to !fovea.array<" +
                         type + ">\n%r = fovea.cast %c : !fovea.array<" + type +
                         "> to !fovea.array<f64>\n"
                         "fovea.output \"r\" %r [] : !fovea.array<f64>")
      .run({f64({}, {x})})[0]
      .at();
}

TEST_CASE("reference: casts round to the narrower float") {
  CHECK(rounded(0.1, "f64") == 0.1);
  CHECK(rounded(0.1, "f32") == double(0.1f));
  CHECK(rounded(0.1, "f16") == 0.0999755859375);
  CHECK(rounded(0.1, "bf16") == 0.10009765625);
  // Ties to even, and overflow to infinity.
  CHECK(rounded(2049, "f16") == 2048);
  CHECK(rounded(2051, "f16") == 2052);
  CHECK(rounded(65520, "f16") == inf);
  CHECK(rounded(-1e39, "f32") == -inf);
  CHECK(std::isnan(rounded(nanValue, "bf16")));
}

TEST_CASE("reference: casts of floats to integers saturate") {
  struct Row {
    double x;
    int64_t narrow, wide;
  };
  using I32 = std::numeric_limits<int32_t>;
  using I64 = std::numeric_limits<int64_t>;
  auto row = GENERATE(Row{2.9, 2, 2}, Row{-2.9, -2, -2}, Row{nanValue, 0, 0},
                      Row{inf, I32::max(), I64::max()},
                      Row{-inf, I32::min(), I64::min()},
                      Row{0x1p31, I32::max(), int64_t(1) << 31},
                      Row{-0x1p31, I32::min(), I32::min()},
                      Row{-0x1p31 - 0.5, I32::min(), I32::min()},
                      Row{0x1p63, I32::max(), I64::max()});
  INFO(row.x);
  CHECK(cast("f64", "i32").run({f64({}, {row.x})})[0].intAt() == row.narrow);
  CHECK(cast("f64", "i64").run({f64({}, {row.x})})[0].intAt() == row.wide);
}

TEST_CASE("reference: casts among integers, bools and floats") {
  auto fromInt = [](int64_t x, const char *to) {
    return cast("i64", to).run({i64({}, {x})})[0];
  };
  CHECK(fromInt(int64_t(1) << 40, "i32").intAt() == 2147483647);
  CHECK(fromInt(-(int64_t(1) << 40), "i32").intAt() == -2147483648ll);
  CHECK(fromInt(int64_t(1) << 32, "i1").intAt() == 1);
  CHECK(fromInt(0, "i1").intAt() == 0);
  // One rounding, not one to f64 and a second one: just above a tie.
  CHECK(fromInt((int64_t(1) << 60) + (int64_t(1) << 36) + 1, "f32").at() ==
        0x1p60 + 0x1p37);
  CHECK(fromInt((int64_t(1) << 60) + (int64_t(1) << 52) + 1, "bf16").at() ==
        0x1p60 + 0x1p53);
  CHECK(fromInt(-(int64_t(1) << 60) - (int64_t(1) << 36) - 1, "f32").at() ==
        -0x1p60 - 0x1p37);
  CHECK(fromInt((int64_t(1) << 60) + (int64_t(1) << 36) - 1, "f32").at() ==
        0x1p60);
  CHECK(fromInt(std::numeric_limits<int64_t>::max(), "f32").at() == 0x1p63);
  CHECK(fromInt((int64_t(1) << 53) + 1, "f64").at() == 0x1p53);
  CHECK(fromInt(65520, "f16").at() == inf);

  for (double x : {nanValue, 0.5, -inf})
    CHECK(cast("f64", "i1").run({f64({}, {x})})[0].intAt() == 1);
  CHECK(cast("f64", "i1").run({f64({}, {-0.0})})[0].intAt() == 0);
  for (const char *to : {"i32", "i64", "f16", "f32"})
    CHECK(cast("i1", to).run({tensor<int64_t>(DType::Bool, {}, {1})})[0].at() ==
          1);
}

TEST_CASE("reference: inputs and outputs of every type") {
  const char *names[] = {"i1", "i32", "i64", "f16", "bf16", "f32", "f64"};
  for (DType dtype : allDTypes) {
    std::string type = names[static_cast<size_t>(dtype)];
    INFO(type);
    std::string array = "!fovea.array<" + type + ", i: N>";
    Program program("\"N\"",
                    "%x = fovea.input \"x\" [#fovea.axis<i: N>] : " + array +
                        "\nfovea.output \"r\" %x [#fovea.axis<i: N>]"
                        " : " +
                        array);
    double third = dtype == DType::Bool ? 1 : isFloat(dtype) ? -1.5 : -7;
    Tensor x = tensor<double>(dtype, {3}, {0, 1, third});
    Tensor r = program.run({x})[0];
    CHECK(r.dtype() == dtype);
    CHECK(numbers(r) == std::vector<double>{0, 1, third});
  }
}

TEST_CASE("reference: f32 is rounded only where it is stored or cast") {
  // (1 + 2^-30) - 1 in f32 operations.
  Program program("", R"(
    %x = fovea.input "x" [] : !fovea.array<f32>
    %one = fovea.constant 1.0 : f32 : !fovea.array<f32>
    %a = fovea.add %one, %x : !fovea.array<f32>, !fovea.array<f32>
    %b = fovea.sub %a, %one : !fovea.array<f32>, !fovea.array<f32>
    fovea.output "a" %a [] : !fovea.array<f32>
    fovea.output "b" %b [] : !fovea.array<f32>)");
  auto out = program.run({f32({}, {0x1p-30})});
  CHECK(out[0].at() == 1);
  CHECK(out[1].at() == 0x1p-30);
}
