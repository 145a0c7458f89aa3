//===- ElaborateMessagesArgumentsTest.cpp - arguments that do not fit -----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"rank too large",
     R"~(fn norm(x: f32[N]) -> f32 { return sqrt(sum[n](x[n] ^ 2)) }
fn f(x: f32[B, N]) -> f32[B] {
  y[b] = norm(x)
  return y
}
)~",
     R"~(error: `x` is f32[N], this is f32[B, N]
  --> t.fov:3:15
   |
 3 |   y[b] = norm(x)
   |               ^
  --> t.fov:1:4
   |
 1 | fn norm(x: f32[N]) -> f32 { return sqrt(sum[n](x[n] ^ 2)) }
   |    ---- norm(x: f32[N])
   = help: functions are written at their smallest rank: on an indexed line hand in `x[b]`, or bind an axis: `norm[j](x[b, j])`
)~"},
    {"rank too large for two parameters",
     R"~(fn dot(x: f32[N], y: f32[N]) -> f32 { return sum[n](x[n] * y[n]) }
fn f(x: f32[B, N], y: f32[B, N]) -> f32 { return dot(x, y) }
)~",
     R"~(error: `x` is f32[N], this is f32[B, N]
  --> t.fov:2:54
   |
 2 | fn f(x: f32[B, N], y: f32[B, N]) -> f32 { return dot(x, y) }
   |                                                      ^
  --> t.fov:1:4
   |
 1 | fn dot(x: f32[N], y: f32[N]) -> f32 { return sum[n](x[n] * y[n]) }
   |    --- dot(x: f32[N], y: f32[N])
   = help: functions are written at their smallest rank: on an indexed line hand in `x[b]`, or bind an axis: `dot[j](x[b, j])`
)~"},
    {"scalar for an array",
     R"~(fn norm(x: f32[N]) -> f32 { return sqrt(sum[n](x[n] ^ 2)) }
fn f(x: f32[N]) -> f32[N] {
  y[n] = norm(x[n])
  return y
}
)~",
     R"~(error: `x` is f32[N], this is f32
  --> t.fov:3:15
   |
 3 |   y[n] = norm(x[n])
   |               ^^^^
  --> t.fov:1:4
   |
 1 | fn norm(x: f32[N]) -> f32 { return sqrt(sum[n](x[n] ^ 2)) }
   |    ---- norm(x: f32[N])
   = help: bind the axis that it goes along: `norm[n](x[n])`
)~"},
    {"N meets M",
     R"~(fn dot(x: f32[K], y: f32[K]) -> f32 { return sum[k](x[k] * y[k]) }
fn f(x: f32[N], y: f32[M]) -> f32 { return dot(x, y) }
)~",
     R"~(error: `y` is f32[M], its axis 0 must be K = N
  --> t.fov:2:51
   |
 2 | fn f(x: f32[N], y: f32[M]) -> f32 { return dot(x, y) }
   |                                                   ^
  --> t.fov:1:26
   |
 1 | fn dot(x: f32[K], y: f32[K]) -> f32 { return sum[k](x[k] * y[k]) }
   |                          - `y` is declared here
)~"},
    {"transposed argument",
     R"~(import std.attention
fn f(q: f32[N, D], k: f32[D, M], v: f32[M, E]) -> f32[N, E] {
  return attention(q, k, v)
}
)~",
     R"~(error: `k` is f32[D, M], its axis 1 must be D
   --> t.fov:3:23
    |
  3 |   return attention(q, k, v)
    |                       ^
   --> std/attention.fov:14:42
    |
 14 | fn attention(q: float[N, D], k: float[M, D], v: float[M, E],
    |                                          - `k` is declared here
)~"},
    {"too few arguments",
     R"~(import std.attention
fn f(q: f32[N, D], k: f32[M, D]) -> f32[N, D] {
  return attention(q, k)
}
)~",
     R"~(error: `v` (float[M, E]) is not given
   --> t.fov:3:10
    |
  3 |   return attention(q, k)
    |          ^^^^^^^^^
   --> std/attention.fov:14:4
    |
 14 | fn attention(q: float[N, D], k: float[M, D], v: float[M, E],
    |    --------- attention(q: float[N, D], k: float[M, D], v: float[M, E], mask: bool[N, M], bias: float[N, M], scale: float, score: fn(float, i64, i64) -> float)
)~"},
    {"too many arguments",
     R"~(fn g(x: f32) -> f32 { return x }
fn f(x: f32) -> f32 { return g(x, 1) }
)~",
     R"~(error: `g` takes 1 argument, 2 are given
  --> t.fov:2:35
   |
 2 | fn f(x: f32) -> f32 { return g(x, 1) }
   |                                   ^
  --> t.fov:1:4
   |
 1 | fn g(x: f32) -> f32 { return x }
   |    - g(x: f32)
)~"},
    {"named argument unknown",
     R"~(import std.attention
fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {
  return attention(q, k, v, scal = 0.5)
}
)~",
     R"~(error: `attention` has no parameter `scal`; did you mean `scale`?
   --> t.fov:3:29
    |
  3 |   return attention(q, k, v, scal = 0.5)
    |                             ^^^^
   --> std/attention.fov:14:4
    |
 14 | fn attention(q: float[N, D], k: float[M, D], v: float[M, E],
    |    --------- attention(q: float[N, D], k: float[M, D], v: float[M, E], mask: bool[N, M], bias: float[N, M], scale: float, score: fn(float, i64, i64) -> float)
)~"},
    {"torch's name of an argument",
     R"~(import std.attention
fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E], m: bool[N, M]) -> f32[N, E] {
  return attention(q, k, v, attn_mask = m)
}
)~",
     R"~(error: `attention` has no parameter `attn_mask`
   --> t.fov:3:29
    |
  3 |   return attention(q, k, v, attn_mask = m)
    |                             ^^^^^^^^^
   --> std/attention.fov:14:4
    |
 14 | fn attention(q: float[N, D], k: float[M, D], v: float[M, E],
    |    --------- attention(q: float[N, D], k: float[M, D], v: float[M, E], mask: bool[N, M], bias: float[N, M], scale: float, score: fn(float, i64, i64) -> float)
)~"},
    {"torch's number of an axis",
     R"~(import std.nn
fn f(x: f32[N, M]) -> f32[N, M] {
  y = softmax(x, dim=1)
  return y
}
)~",
     R"~(error: `softmax` has no parameter `dim`; an axis is bound by its name, as in `softmax[j](x[i, j])`
   --> t.fov:3:18
    |
  3 |   y = softmax(x, dim=1)
    |                  ^^^
   --> std/nn.fov:10:4
    |
 10 | fn softmax(x: float[J]) -> float[J] {
    |    ------- softmax(x: float[J])
)~"},
    {"argument given twice",
     R"~(fn g(x: f32, y: f32) -> f32 { return x + y }
fn f(x: f32) -> f32 { return g(x, x = x) }
)~",
     R"~(error: `x` is given twice
  --> t.fov:2:39
   |
 2 | fn f(x: f32) -> f32 { return g(x, x = x) }
   |                                       ^
  --> t.fov:1:4
   |
 1 | fn g(x: f32, y: f32) -> f32 { return x + y }
   |    - g(x: f32, y: f32)
)~"},
    {"argument of the wrong type",
     R"~(fn pick(x: f32[N], i: i64) -> f32 { return x[i] }
fn f(x: f32[N]) -> f32 { return pick(x, 0.5) }
)~",
     R"~(error: `i` is i64, this is a number
  --> t.fov:2:41
   |
 2 | fn f(x: f32[N]) -> f32 { return pick(x, 0.5) }
   |                                         ^^^
  --> t.fov:1:4
   |
 1 | fn pick(x: f32[N], i: i64) -> f32 { return x[i] }
   |    ---- pick(x: f32[N], i: i64)
)~"},
    {"number for a mask",
     R"~(import std.attention
fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E], m: f32[N, M]) -> f32[N, E] {
  return attention(q, k, v, mask = m)
}
)~",
     R"~(error: `mask` is bool[N, M], this is f32[N, M]
   --> t.fov:3:36
    |
  3 |   return attention(q, k, v, mask = m)
    |                                    ^
   --> std/attention.fov:14:4
    |
 14 | fn attention(q: float[N, D], k: float[M, D], v: float[M, E],
    |    --------- attention(q: float[N, D], k: float[M, D], v: float[M, E], mask: bool[N, M], bias: float[N, M], scale: float, score: fn(float, i64, i64) -> float)
)~"},
    {"f64 for f32",
     R"~(fn g(x: f32) -> f32 { return x }
fn f(x: f64) -> f32 { return g(x) }
)~",
     R"~(error: `x` is f64, f32 is declared
  --> t.fov:2:32
   |
 2 | fn f(x: f64) -> f32 { return g(x) }
   |                                ^
  --> t.fov:1:9
   |
 1 | fn g(x: f32) -> f32 { return x }
   |         --- declared here
   = help: cast it: `f32(...)`
)~"},
    {"two float types in one call",
     R"~(import std.loss
fn f(x: f32[N], y: f64[N]) -> f32 { return l1_loss(x, y) }
)~",
     R"~(error: `float` is f32 and f64
  --> t.fov:2:55
   |
 2 | fn f(x: f32[N], y: f64[N]) -> f32 { return l1_loss(x, y) }
   |                                                       ^
   |                                                    - here it is f32
   = help: all `float` parameters of a function have one type: cast one argument
)~"},
    {"shapes that PyTorch would broadcast",
     R"~(import std.loss
test "t" { l1_loss([[[[1, 2, 3]]]], [1, 2, 3]) == 0 }
)~",
     R"~(error: `[1, 2, 3]` is whole number[3], `[[[[1, 2, 3]]]]` is whole number[1, 1, 1, 3]
   --> t.fov:2:37
    |
  2 | test "t" { l1_loss([[[[1, 2, 3]]]], [1, 2, 3]) == 0 }
    |                                     ^^^^^^^^^
    |                    --------------- whole number[1, 1, 1, 3]
   --> std/loss.fov:10:46
    |
 10 | fn l1_loss(input: float[S...], target: float[S...], reduction: none | mean | sum = mean, weight: float[S...] = 1) ->
    |                                              ---- `S...` is one shape in all parameters
    = help: shapes must agree: nothing is broadcast by itself
)~"},
    {"shapes of one rank that differ",
     R"~(import std.loss
fn f(x: f32[N, M], y: f32[M, N]) -> f32 { return l1_loss(x, y) }
)~",
     R"~(error: `y` is f32[M, N], `x` is f32[N, M]
   --> t.fov:2:61
    |
  2 | fn f(x: f32[N, M], y: f32[M, N]) -> f32 { return l1_loss(x, y) }
    |                                                             ^
    |                                                          - f32[N, M]
   --> std/loss.fov:10:46
    |
 10 | fn l1_loss(input: float[S...], target: float[S...], reduction: none | mean | sum = mean, weight: float[S...] = 1) ->
    |                                              ---- `S...` is one shape in all parameters
    = help: shapes must agree: nothing is broadcast by itself
)~"},
};
// clang-format on

TEST_CASE("arguments that do not fit", "[frontend]") {
  checkElaboration(mistakes);
}
