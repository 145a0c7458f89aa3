//===- ElaborateMessagesEntryTest.cpp - instances that cannot be ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

static const char *const text =
    R"~(fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
fn any_rank(x: float[S...], y: float[S...]) -> float { return sum[s...](x[s...] * y[s...]) }
fn apply(x: f32, g: fn(f32) -> f32) -> f32 { return g(x) }
fn size(x: f32[N]) -> i64 { return N }
fn size(x: f32[N, M]) -> i64 { return N * M }
fn twin(x: f32[N], y: f32 = 1) -> f32 { return x[0] }
fn twin(x: f32[N], z: f32 = 2) -> f32 { return x[0] }
)~";

static std::string complaint(const Instance &instance) {
  mlir::MLIRContext context;
  Diagnostics diagnostics;
  auto program = Program::fromText("t.fov", text, diagnostics);
  auto module = program->instantiate(instance, context, diagnostics);
  CHECK(!module == diagnostics.hasErrors());
  return diagnostics.render();
}

namespace {
struct Wrong {
  Instance instance;
  const char *message;
};
} // namespace

// clang-format off
static const Wrong wrongs[] = {
    {{"attend", {}, {}},
     R"~(error: there is no function `attend`
  --> t.fov:1:1
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   | ^
)~"},
    {{"anyrank", {}, {}},
     R"~(error: there is no function `anyrank`
  --> t.fov:1:1
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   | ^
   = help: did you mean `any_rank`?
)~"},
    {{"f", {{"q", "f32", 1}}, {}},
     R"~(error: there is no parameter `q`
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"f", {{"r", "f32", 0}}, {}},
     R"~(error: `r` is none | mean, not an array
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"f", {{"x", "f32", 2}}, {}},
     R"~(error: `x` is f32[N], an array of 2 axes is given
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"f", {{"x", "f32", 0}}, {}},
     R"~(error: `x` is f32[N], an array of 0 axes is given
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"f", {{"x", "f64", 1}}, {}},
     R"~(error: `x` is f32[N], f64 is given
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"any_rank", {{"x", "i64", 1}, {"y", "i64", 1}}, {}},
     R"~(error: `x` is float[S...], i64 is given
  --> t.fov:2:4
   |
 2 | fn any_rank(x: float[S...], y: float[S...]) -> float { return sum[s...](x[s...] * y[s...]) }
   |    ^^^^^^^^
)~"},
    {{"f", {{"x", "f32", 1}}, {{"mode", "none"}}},
     R"~(error: there is no option `mode`
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"f", {{"x", "f32", 1}}, {{"r", "average"}}},
     R"~(error: `r` is none | mean, not average
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"f", {}, {}},
     R"~(error: `x` (f32[N]) is not given
  --> t.fov:1:4
   |
 1 | fn f(x: f32[N], r: none | mean = mean) -> f32 { return x[0] }
   |    ^
)~"},
    {{"apply", {{"x", "f32", 0}}, {}},
     R"~(error: `g` (fn(f32) -> f32) is not given
  --> t.fov:3:4
   |
 3 | fn apply(x: f32, g: fn(f32) -> f32) -> f32 { return g(x) }
   |    ^^^^^
)~"},
    {{"any_rank", {{"x", "f32", 1}, {"y", "f32", 2}}, {}},
     R"~(error: `y` has 1 axis by its pack, an array of 2 axes is given
  --> t.fov:2:29
   |
 2 | fn any_rank(x: float[S...], y: float[S...]) -> float { return sum[s...](x[s...] * y[s...]) }
   |                             ^
)~"},
    {{"any_rank", {{"x", "f32", 1}, {"y", "f64", 1}}, {}},
     R"~(error: `float` is f32 for `x` and f64 for `y`
  --> t.fov:2:29
   |
 2 | fn any_rank(x: float[S...], y: float[S...]) -> float { return sum[s...](x[s...] * y[s...]) }
   |                             ^
   = help: all `float` parameters of a function have one type
)~"},
    {{"size", {{"x", "f32", 3}}, {}},
     R"~(error: no definition of `size` fits these inputs
  --> t.fov:4:4
   |
 4 | fn size(x: f32[N]) -> i64 { return N }
   |    ^^^^
   |    ---- `x` is f32[N], an array of 3 axes is given
  --> t.fov:5:4
   |
 5 | fn size(x: f32[N, M]) -> i64 { return N * M }
   |    ---- `x` is f32[N, M], an array of 3 axes is given
)~"},
    {{"twin", {{"x", "f32", 1}}, {}},
     R"~(error: more than one definition of `twin` fits these inputs
  --> t.fov:6:4
   |
 6 | fn twin(x: f32[N], y: f32 = 1) -> f32 { return x[0] }
   |    ^^^^
   |    ---- this one fits
  --> t.fov:7:4
   |
 7 | fn twin(x: f32[N], z: f32 = 2) -> f32 { return x[0] }
   |    ---- this one fits
)~"},
};
// clang-format on

TEST_CASE("inputs that do not fit a function", "[frontend]") {
  for (const Wrong &wrong : wrongs) {
    INFO(wrong.instance.function);
    CHECK(complaint(wrong.instance) == wrong.message);
  }
}

TEST_CASE("inputs that fit", "[frontend]") {
  CHECK(complaint({"f", {{"x", "f32", 1}}, {}}) == "");
  CHECK(complaint({"f", {{"x", "f32", 1}}, {{"r", "none"}}}) == "");
  CHECK(complaint({"size", {{"x", "f32", 2}}, {}}) == "");
  CHECK(complaint({"any_rank", {{"x", "f16", 0}, {"y", "f16", 0}}, {}}) == "");
}

TEST_CASE("a file that cannot be read", "[frontend]") {
  Diagnostics diagnostics;
  CHECK(!Program::load("/nowhere/t.fov", diagnostics));
  CHECK(diagnostics.render() == "error: cannot read `/nowhere/t.fov`\n");
  Diagnostics endless;
  CHECK(!Program::load("/dev/zero", endless));
  CHECK(endless.render() ==
        "error: cannot read `/dev/zero`: it is no regular file\n");
}
