//===- ElaborateMessagesTypesTest.cpp - types that do not meet ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"f32 with f64",
     R"~(fn f(x: f32[N], y: f64[N]) -> f64[N] {
  z[n] = x[n] * y[n]
  return z
}
)~",
     R"~(error: f32 meets f64
  --> t.fov:2:10
   |
 2 |   z[n] = x[n] * y[n]
   |          ^^^^^^^^^^^
   = help: cast one of them: `f32(...)` or `f64(...)`
)~"},
    {"f32 with f64 in where",
     R"~(fn f(x: f32[N], y: f64[N]) -> f64[N] {
  z[n] = where(x[n] > 0, f64(x[n]), x[n])
  return z
}
)~",
     R"~(error: f64 meets f32
  --> t.fov:2:26
   |
 2 |   z[n] = where(x[n] > 0, f64(x[n]), x[n])
   |                          ^^^^^^^^^^^^^^^
   = help: cast one of them: `f32(...)` or `f64(...)`
)~"},
    {"f32 compared with f64",
     R"~(fn f(x: f32, y: f64) -> bool { return x < y }
)~",
     R"~(error: f32 meets f64
  --> t.fov:1:39
   |
 1 | fn f(x: f32, y: f64) -> bool { return x < y }
   |                                       ^^^^^
   = help: cast one of them: `f32(...)` or `f64(...)`
)~"},
    {"f32 with f64 in max",
     R"~(fn f(x: f32, y: f64) -> f64 { return max(x, y) }
)~",
     R"~(error: f32 meets f64
  --> t.fov:1:38
   |
 1 | fn f(x: f32, y: f64) -> f64 { return max(x, y) }
   |                                      ^^^^^^^^^
   = help: cast one of them: `f32(...)` or `f64(...)`
)~"},
    {"f32 with f64 in pow",
     R"~(fn f(x: f32, y: f64) -> f64 { return x ^ y }
)~",
     R"~(error: f32 meets f64
  --> t.fov:1:38
   |
 1 | fn f(x: f32, y: f64) -> f64 { return x ^ y }
   |                                      ^^^^^
   = help: cast one of them: `f32(...)` or `f64(...)`
)~"},
    {"float result as a whole number",
     R"~(fn f(x: f32[N]) -> i64[N] {
  y[n] = floor(x[n])
  return y
}
)~",
     R"~(error: `y` is f32[N], i64[N] is declared
  --> t.fov:3:10
   |
 3 |   return y
   |          ^
  --> t.fov:1:20
   |
 1 | fn f(x: f32[N]) -> i64[N] {
   |                    ------ declared here
   = help: cast it: `i64(...)`
)~"},
    {"f64 returned as f32",
     R"~(fn f(x: f64[N]) -> f32[N] {
  return x
}
)~",
     R"~(error: `x` is f64[N], f32[N] is declared
  --> t.fov:2:10
   |
 2 |   return x
   |          ^
  --> t.fov:1:20
   |
 1 | fn f(x: f64[N]) -> f32[N] {
   |                    ------ declared here
   = help: cast it: `f32(...)`
)~"},
    {"number returned as a bool",
     R"~(fn f(x: i64[N]) -> bool[N] {
  return x
}
)~",
     R"~(error: `x` is i64[N], bool[N] is declared
  --> t.fov:2:10
   |
 2 |   return x
   |          ^
  --> t.fov:1:20
   |
 1 | fn f(x: i64[N]) -> bool[N] {
   |                    ------- declared here
   = help: cast it: `bool(...)`
)~"},
    {"wrong shape returned",
     R"~(fn f(x: f32[N, M]) -> f32[N] {
  return x
}
)~",
     R"~(error: `x` is f32[N, M], f32[N] is declared
  --> t.fov:2:10
   |
 2 |   return x
   |          ^
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N, M]) -> f32[N] {
   |                       ------ declared here
)~"},
    {"scalar returned as an array",
     R"~(fn f(x: f32[N]) -> f32[N] {
  return mean[n](x[n])
}
)~",
     R"~(error: `mean[n](x[n])` is f32, f32[N] is declared
  --> t.fov:2:10
   |
 2 |   return mean[n](x[n])
   |          ^^^^^^^^^^^^^
  --> t.fov:1:20
   |
 1 | fn f(x: f32[N]) -> f32[N] {
   |                    ------ declared here
)~"},
    {"i64 returned as i32",
     R"~(fn f(x: i64[N]) -> i32[N] {
  return x
}
)~",
     R"~(error: `x` is i64[N], i32[N] is declared
  --> t.fov:2:10
   |
 2 |   return x
   |          ^
  --> t.fov:1:20
   |
 1 | fn f(x: i64[N]) -> i32[N] {
   |                    ------ declared here
   = help: cast it: `i32(...)`
)~"},
    {"result with another dimension",
     R"~(fn f(x: f32[N]) -> f32[M] {
  return x
}
)~",
     R"~(error: nothing is called `M` here
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) -> f32[M] {
   |                        ^
)~"},
    {"result without its pack",
     R"~(fn f(x: f32[N]) -> f32[S...] {
  return x
}
)~",
     R"~(error: nothing says what `S...` stands for
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) -> f32[S...] {
   |                        ^^^^
)~"},
    {"an integer beside an i32 that cannot hold it",
     R"~(fn f(x: i32[N]) -> i32[N] {
  y[n] = x[n] + 3000000000
  return y
}
)~",
     R"~(error: 3000000000 does not fit into the i32 that it meets
  --> t.fov:2:10
   |
 2 |   y[n] = x[n] + 3000000000
   |          ^^^^^^^^^^^^^^^^^
   = help: declare that i64, or cast it: `i64(...)`
)~"},
    {"an array literal that i32 cannot hold",
     R"~(fn g(x: i32[N]) -> i32[N] { return x }
fn f(a: f32) -> i32[2] {
  return g([1, -3000000000])
}
)~",
     R"~(error: -3000000000 does not fit into the i32 that it meets
  --> t.fov:3:12
   |
 3 |   return g([1, -3000000000])
   |            ^^^^^^^^^^^^^^^^
   = help: declare that i64, or cast it: `i64(...)`
)~"},
};
// clang-format on

TEST_CASE("mistakes in dtypes and shapes", "[frontend]") {
  checkElaboration(mistakes);
}
