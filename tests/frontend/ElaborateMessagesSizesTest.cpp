//===- ElaborateMessagesSizesTest.cpp - sizes, requirements ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"require that cannot hold",
     R"~(fn f(x: f32[4]) -> f32 {
  require 4 % 3 == 0
  return x[0]
}
)~",
     R"~(error: requirement `4 % 3 == 0` cannot hold
  --> t.fov:2:11
   |
 2 |   require 4 % 3 == 0
   |           ^^^^^^^^^^
   = help: its left side is 1 here, its right side 0
)~"},
    {"require that cannot hold in a call",
     R"~(fn pairs(x: f32[N]) -> f32 {
  require N % 2 == 0
  return x[0]
}
test "t" { pairs([1, 2, 3]) == 1 }
)~",
     R"~(error: requirement `N % 2 == 0` cannot hold
  --> t.fov:2:11
   |
 2 |   require N % 2 == 0
   |           ^^^^^^^^^^
  --> t.fov:5:12
   |
 5 | test "t" { pairs([1, 2, 3]) == 1 }
   |            ---------------- in this call
   = help: its left side is 1 here, its right side 0
)~"},
    {"require of data",
     R"~(fn f(x: f32[N]) -> f32 {
  require x[0] > 0
  return x[0]
}
)~",
     R"~(error: a size is made of dimensions, whole numbers and `+ - * // %`
  --> t.fov:2:11
   |
 2 |   require x[0] > 0
   |           ^^^^
)~"},
    {"require of one number",
     R"~(fn f(x: f32[N]) -> f32 {
  require N
  return x[0]
}
)~",
     R"~(error: `require` needs a comparison of dimensions
  --> t.fov:2:11
   |
 2 |   require N
   |           ^
   = help: for example `require H % G == 0`
)~"},
    {"require with or",
     R"~(fn f(x: f32[N]) -> f32 {
  require N == 1 or N == 3
  return x[0]
}
)~",
     R"~(error: `require` needs a comparison of dimensions
  --> t.fov:2:11
   |
 2 |   require N == 1 or N == 3
   |           ^^^^^^^^^^^^^^^^
   = help: for example `require H % G == 0`
)~"},
    {"require with an unknown dimension",
     R"~(fn f(x: f32[N]) -> f32 {
  require N == M
  return x[0]
}
)~",
     R"~(error: nothing is called `M` here
  --> t.fov:2:16
   |
 2 |   require N == M
   |                ^
)~"},
    {"require with about equal",
     R"~(fn f(x: f32[N]) -> f32 {
  require N ~= 3
  return x[0]
}
)~",
     R"~(error: `~=` stands only in tests
  --> t.fov:2:13
   |
 2 |   require N ~= 3
   |             ^^
   = help: write `abs(a - b) < tolerance`
)~"},
    {"multiple that is not known",
     R"~(fn heads(x: f32[G * R], k: f32[G]) -> f32[G * R] {
  y[h] = x[h] * k[h // R]
  return y
}
fn f(x: f32[H], k: f32[K]) -> f32[H] { return heads(x, k) }
)~",
     R"~(error: `x` is f32[H], its axis 0 must be G * R
  --> t.fov:5:53
   |
 5 | fn f(x: f32[H], k: f32[K]) -> f32[H] { return heads(x, k) }
   |                                                     ^
  --> t.fov:1:17
   |
 1 | fn heads(x: f32[G * R], k: f32[G]) -> f32[G * R] {
   |                 ----- `x` is declared here
   = help: if H is always a multiple of K, say so: `require H % K == 0`
)~"},
    {"multiple that is not so",
     R"~(fn heads(x: f32[G * R], k: f32[G]) -> f32[G * R] {
  y[h] = x[h] * k[h // R]
  return y
}
test "t" { heads([1, 2, 3], [1, 2]) == [1, 2, 3] }
)~",
     R"~(error: `[1, 2, 3]` is whole number[3], its axis 0 must be G * R
  --> t.fov:5:18
   |
 5 | test "t" { heads([1, 2, 3], [1, 2]) == [1, 2, 3] }
   |                  ^^^^^^^^^
  --> t.fov:1:17
   |
 1 | fn heads(x: f32[G * R], k: f32[G]) -> f32[G * R] {
   |                 ----- `x` is declared here
   = help: 3 is no multiple of 2
)~"},
    {"formula that leaves two unknown",
     R"~(fn g(x: f32[A * B]) -> f32 { return x[0] }
fn f(x: f32[N]) -> f32 { return g(x) }
)~",
     R"~(error: `x` is f32[N], its axis 0 must be A * B
  --> t.fov:2:35
   |
 2 | fn f(x: f32[N]) -> f32 { return g(x) }
   |                                   ^
  --> t.fov:1:13
   |
 1 | fn g(x: f32[A * B]) -> f32 { return x[0] }
   |             ----- `x` is declared here
   = help: that does not tell `A` and `B`: no other argument has one of them as a dimension of its own
)~"},
    {"last dimension must be three",
     R"~(fn cross(a: f32[3], b: f32[3]) -> f32 { return a[0] * b[0] }
fn f(x: f32[N]) -> f32 { return cross(x, x) }
)~",
     R"~(error: `x` is f32[N], its axis 0 must be 3
  --> t.fov:2:39
   |
 2 | fn f(x: f32[N]) -> f32 { return cross(x, x) }
   |                                       ^
  --> t.fov:1:17
   |
 1 | fn cross(a: f32[3], b: f32[3]) -> f32 { return a[0] * b[0] }
   |                 - `a` is declared here
)~"},
    {"dimension of no argument",
     R"~(fn zeros(x: f32) -> f32[N] {
  y[n: N] = x * 0
  return y
}
)~",
     R"~(error: nothing is called `N` here
  --> t.fov:2:8
   |
 2 |   y[n: N] = x * 0
   |        ^
)~"},
    {"dimension only in a default",
     R"~(fn g(x: f32, w: f32[N] = 0) -> f32 { return x + w[0] }
fn f(x: f32) -> f32 { return g(x) }
)~",
     R"~(error: nothing is called `N` here
  --> t.fov:1:21
   |
 1 | fn g(x: f32, w: f32[N] = 0) -> f32 { return x + w[0] }
   |                     ^
)~"},
    {"two packs of different shape",
     R"~(fn g(x: f32[S...], y: f32[S...]) -> f32 { return sum[s...](x[s...] * y[s...]) }
fn f(x: f32[N], y: f32[M]) -> f32 { return g(x, y) }
)~",
     R"~(error: `y` is f32[M], `x` is f32[N]
  --> t.fov:2:49
   |
 2 | fn f(x: f32[N], y: f32[M]) -> f32 { return g(x, y) }
   |                                                 ^
   |                                              - f32[N]
  --> t.fov:1:27
   |
 1 | fn g(x: f32[S...], y: f32[S...]) -> f32 { return sum[s...](x[s...] * y[s...]) }
   |                           ---- `S...` is one shape in all parameters
   = help: shapes must agree: nothing is broadcast by itself
)~"},
    {"negative size",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n: N - N - 1](1)
}
)~",
     R"~(error: `n` cannot run over -1 places
  --> t.fov:2:17
   |
 2 |   return sum[n: N - N - 1](1)
   |                 ^^^^^^^^^
)~"},
    {"negative size in a test",
     R"~(fn tail(x: f32[N]) -> f32[N - 3] {
  y[n: N - 3] = x[n + 3]
  return y
}
test "t" { tail([1, 2]) == [1] }
)~",
     R"~(error: `n` cannot run over -1 places
  --> t.fov:2:8
   |
 2 |   y[n: N - 3] = x[n + 3]
   |        ^^^^^
  --> t.fov:5:12
   |
 5 | test "t" { tail([1, 2]) == [1] }
   |            ------------ in this call
)~"},
    {"a half that leaves its whole unknown",
     R"~(fn g(x: f32[N // 2]) -> f32 { return x[0] }
fn f(x: f32[M]) -> f32 { return g(x) }
)~",
     R"~(error: `x` is f32[M], its axis 0 must be N // 2
  --> t.fov:2:35
   |
 2 | fn f(x: f32[M]) -> f32 { return g(x) }
   |                                   ^
  --> t.fov:1:13
   |
 1 | fn g(x: f32[N // 2]) -> f32 { return x[0] }
   |             ------ `x` is declared here
   = help: that does not tell `N`: no other argument has it as a dimension of its own
)~"},
};
// clang-format on

TEST_CASE("mistakes in sizes and requirements", "[frontend]") {
  checkElaboration(mistakes);
}
