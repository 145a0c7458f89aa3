//===- ElaborateMessagesResultsTest.cpp - literals and results ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"random numbers of floats",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = uniform(x[n], n)
  return y
}
)~",
     R"~(error: `uniform` takes whole numbers, this is f32
  --> t.fov:2:18
   |
 2 |   y[n] = uniform(x[n], n)
   |                  ^^^^
   = help: a seed and indices: `uniform(seed, i, j)`
)~"},
    {"default of the wrong type",
     R"~(fn f(x: f32[N], k: i64 = 0.5) -> f32 { return x[k] }
)~",
     R"~(error: the default is a number, i64 is declared
  --> t.fov:1:26
   |
 1 | fn f(x: f32[N], k: i64 = 0.5) -> f32 { return x[k] }
   |                          ^^^
   |                    --- declared here
   = help: cast it: `i64(...)`
)~"},
    {"default of the wrong shape",
     R"~(fn f(x: f32[N], w: f32[N] = [1, 2, 3]) -> f32 { return x[0] * w[0] }
)~",
     R"~(error: the default is whole number[3], f32[N] is declared
  --> t.fov:1:29
   |
 1 | fn f(x: f32[N], w: f32[N] = [1, 2, 3]) -> f32 { return x[0] * w[0] }
   |                             ^^^^^^^^^
   |                    ------ declared here
)~"},
    {"rows of different lengths",
     R"~(fn f(x: f32) -> f32 {
  y = [[1, 2], [3]]
  return y[0, 0] * x
}
)~",
     R"~(error: the rows of an array must have one length
  --> t.fov:2:16
   |
 2 |   y = [[1, 2], [3]]
   |                ^^^
)~"},
    {"variable in an array literal",
     R"~(fn f(x: f32) -> f32[2] {
  return [x, 1]
}
)~",
     R"~(error: an element of an array must be a number that is written out
  --> t.fov:2:11
   |
 2 |   return [x, 1]
   |           ^
)~"},
    {"number beside a row",
     R"~(fn f(x: f32) -> f32 {
  y = [1, [2, 3]]
  return x
}
)~",
     R"~(error: the rows of an array must have one length
  --> t.fov:2:11
   |
 2 |   y = [1, [2, 3]]
   |           ^^^^^^
)~"},
    {"whole arrays of different shapes",
     R"~(fn f(x: f32[N], y: f32[M]) -> f32[N] {
  return x + y
}
)~",
     R"~(error: `y` is f32[M], `x` is f32[N]
  --> t.fov:2:14
   |
 2 |   return x + y
   |              ^
   |          - f32[N]
   = help: whole arrays need equal shapes; write the indices for anything else
)~"},
    {"whole arrays as torch broadcasts them",
     R"~(fn f(x: f32[N, M], b: f32[M]) -> f32[N, M] {
  return x + b
}
)~",
     R"~(error: `b` is f32[M], `x` is f32[N, M]
  --> t.fov:2:14
   |
 2 |   return x + b
   |              ^
   |          - f32[N, M]
   = help: whole arrays need equal shapes; write the indices for anything else
)~"},
    {"cast of a row on an indexed line",
     R"~(fn f(x: i64[N, M]) -> f32[N, M] {
  y[i] = f32(x[i])
  return y
}
)~",
     R"~(error: `x[i]` is i64[M], one of its numbers is needed here
  --> t.fov:2:14
   |
 2 |   y[i] = f32(x[i])
   |              ^^^^
   = help: index it: operators in an indexed statement take numbers
)~"},
    {"float outside a function",
     R"~(test "cast" { float(1) == 1 }
)~",
     R"~(error: `float` means nothing outside a function
  --> t.fov:1:15
   |
 1 | test "cast" { float(1) == 1 }
   |               ^^^^^
   = help: write `f32(...)` or `f64(...)`
)~"},
    {"two results where one is needed",
     R"~(fn two(x: f32) -> (f32, f32) { return x, 2 * x }
fn f(x: f32) -> f32 { return two(x) + 1 }
)~",
     R"~(error: `two(x)` gives 2 results, one is needed here
  --> t.fov:2:30
   |
 2 | fn f(x: f32) -> f32 { return two(x) + 1 }
   |                              ^^^^^^
   = help: take them apart first: `a, b = two(...)`
)~"},
    {"three names for two results",
     R"~(fn two(x: f32) -> (f32, f32) { return x, 2 * x }
fn f(x: f32) -> f32 {
  a, b, c = two(x)
  return a
}
)~",
     R"~(error: `two(x)` gives 2 results, 3 names stand on the left
  --> t.fov:3:13
   |
 3 |   a, b, c = two(x)
   |             ^^^^^^
)~"},
    {"two names for one result",
     R"~(fn f(x: f32) -> f32 {
  a, b = exp(x)
  return a
}
)~",
     R"~(error: `exp(x)` gives 1 result, 2 names stand on the left
  --> t.fov:2:10
   |
 2 |   a, b = exp(x)
   |          ^^^^^^
)~"},
    {"one result declared, two returned",
     R"~(fn f(x: f32) -> f32 { return x, x }
)~",
     R"~(error: `f` declares 1 result, 2 are returned
  --> t.fov:1:23
   |
 1 | fn f(x: f32) -> f32 { return x, x }
   |                       ^^^^^^^^^^^
)~"},
    {"two results declared, one returned",
     R"~(fn f(x: f32) -> (a: f32, b: f32) { return x }
)~",
     R"~(error: `f` declares 2 results, 1 is returned
  --> t.fov:1:36
   |
 1 | fn f(x: f32) -> (a: f32, b: f32) { return x }
   |                                    ^^^^^^^^
)~"},
    {"about equal in a function",
     R"~(fn f(x: f32) -> bool { return x ~= 1 }
)~",
     R"~(error: `~=` stands only in tests
  --> t.fov:1:33
   |
 1 | fn f(x: f32) -> bool { return x ~= 1 }
   |                                 ^^
   = help: write `abs(a - b) < tolerance`
)~"},
    {"result that is a function",
     R"~(fn f(x: f32) -> fn(f32) -> f32 { return x }
)~",
     R"~(error: a result is an array
  --> t.fov:1:17
   |
 1 | fn f(x: f32) -> fn(f32) -> f32 { return x }
   |                 ^^^^^^^^^^^^^^
)~"},
    {"test of a number",
     R"~(test "t" { 1 + 1 }
)~",
     R"~(error: a test needs a condition, `1 + 1` is a whole number
  --> t.fov:1:12
   |
 1 | test "t" { 1 + 1 }
   |            ^^^^^
   = help: compare it: `... != 0`
)~"},
    {"test of different shapes",
     R"~(test "t" { [1, 2] == [1, 2, 3] }
)~",
     R"~(error: `[1, 2, 3]` is whole number[3], `[1, 2]` is whole number[2]
  --> t.fov:1:22
   |
 1 | test "t" { [1, 2] == [1, 2, 3] }
   |                      ^^^^^^^^^
   |            ------ whole number[2]
   = help: whole arrays need equal shapes; write the indices for anything else
)~"},
    {"about equal of different shapes",
     R"~(test "t" { [1, 2] ~= [1, 2, 3] }
)~",
     R"~(error: `[1, 2, 3]` is whole number[3], `[1, 2]` is whole number[2]
  --> t.fov:1:22
   |
 1 | test "t" { [1, 2] ~= [1, 2, 3] }
   |                      ^^^^^^^^^
   |            ------ whole number[2]
   = help: whole arrays need equal shapes; write the indices for anything else
)~"},
    {"about equal of f32 and f64",
     R"~(test "t" { f32(1) ~= f64(1) }
)~",
     R"~(error: f32 meets f64
  --> t.fov:1:12
   |
 1 | test "t" { f32(1) ~= f64(1) }
   |            ^^^^^^^^^^^^^^^^
   = help: cast one of them: `f32(...)` or `f64(...)`
)~"},
};
// clang-format on

TEST_CASE("mistakes in literals, whole arrays and results", "[frontend]") {
  checkElaboration(mistakes);
}
