//===- ElaborateMessagesCallsTest.cpp - mistakes in calls -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"recursion",
     R"~(fn fact(n: i64) -> i64 {
  return where(n < 2, 1, n * fact(n - 1))
}
)~",
     R"~(error: `fact` calls itself
  --> t.fov:2:30
   |
 2 |   return where(n < 2, 1, n * fact(n - 1))
   |                              ^^^^^^^^^^^
   = help: functions are formulas: recursion has no meaning here
)~"},
    {"mutual recursion",
     R"~(fn even(n: i64) -> bool { return n == 0 or odd(n - 1) }
fn odd(n: i64) -> bool { return n != 0 and even(n - 1) }
)~",
     R"~(error: `odd` calls itself
  --> t.fov:1:44
   |
 1 | fn even(n: i64) -> bool { return n == 0 or odd(n - 1) }
   |                                            ^^^^^^^^^^
  --> t.fov:2:44
   |
 2 | fn odd(n: i64) -> bool { return n != 0 and even(n - 1) }
   |                                            ----------- in this call
   = help: functions are formulas: recursion has no meaning here

error: `even` calls itself
  --> t.fov:2:44
   |
 2 | fn odd(n: i64) -> bool { return n != 0 and even(n - 1) }
   |                                            ^^^^^^^^^^^
  --> t.fov:1:44
   |
 1 | fn even(n: i64) -> bool { return n == 0 or odd(n - 1) }
   |                                            ---------- in this call
   = help: functions are formulas: recursion has no meaning here
)~"},
    {"no definition fits",
     R"~(fn size(x: f32[N]) -> i64 { return N }
fn size(x: f32[N, M]) -> i64 { return N * M }
fn f(x: f32) -> i64 { return size(x) }
)~",
     R"~(error: no definition of `size` fits these arguments
  --> t.fov:3:30
   |
 3 | fn f(x: f32) -> i64 { return size(x) }
   |                              ^^^^
  --> t.fov:1:4
   |
 1 | fn size(x: f32[N]) -> i64 { return N }
   |    ---- `x` is f32[N], this is f32
  --> t.fov:2:4
   |
 2 | fn size(x: f32[N, M]) -> i64 { return N * M }
   |    ---- `x` is f32[N, M], this is f32
)~"},
    {"two definitions fit",
     R"~(fn g(x: f32[N]) -> f32 { return x[0] }
fn g(y: f32[M]) -> f32 { return y[0] + 1 }
fn f(x: f32[N]) -> f32 { return g(x) }
)~",
     R"~(error: more than one definition of `g` fits these arguments
  --> t.fov:3:33
   |
 3 | fn f(x: f32[N]) -> f32 { return g(x) }
   |                                 ^
  --> t.fov:1:4
   |
 1 | fn g(x: f32[N]) -> f32 { return x[0] }
   |    - this one fits
  --> t.fov:2:4
   |
 2 | fn g(y: f32[M]) -> f32 { return y[0] + 1 }
   |    - this one fits
)~"},
    {"option that is no choice",
     R"~(import std.loss
fn f(x: f32[N], y: f32[N]) -> f32 { return l1_loss(x, y, reduction = average) }
)~",
     R"~(error: `reduction` is none | mean | sum, `average` is none of these
   --> t.fov:2:70
    |
  2 | fn f(x: f32[N], y: f32[N]) -> f32 { return l1_loss(x, y, reduction = average) }
    |                                                                      ^^^^^^^
   --> std/loss.fov:10:4
    |
 10 | fn l1_loss(input: float[S...], target: float[S...], reduction: none | mean | sum = mean, weight: float[S...] = 1) ->
    |    ------- l1_loss(input: float[S...], target: float[S...], reduction: none | mean | sum, weight: float[S...])
)~"},
    {"option as text",
     R"~(import std.loss
fn f(x: f32[N], y: f32[N]) -> f32 { return l1_loss(x, y, reduction = "mean") }
)~",
     R"~(error: a string cannot stand in an expression
  --> t.fov:2:70
   |
 2 | fn f(x: f32[N], y: f32[N]) -> f32 { return l1_loss(x, y, reduction = "mean") }
   |                                                                      ^^^^^^
   = help: strings name tests, and files in `example` blocks; a choice of an option is a bare word
)~"},
    {"option as a number",
     R"~(import std.loss
fn f(x: f32[N], y: f32[N]) -> f32 { return l1_loss(x, y, reduction = 1) }
)~",
     R"~(error: `reduction` is none | mean | sum, this is no bare word
   --> t.fov:2:70
    |
  2 | fn f(x: f32[N], y: f32[N]) -> f32 { return l1_loss(x, y, reduction = 1) }
    |                                                                      ^
   --> std/loss.fov:10:4
    |
 10 | fn l1_loss(input: float[S...], target: float[S...], reduction: none | mean | sum = mean, weight: float[S...] = 1) ->
    |    ------- l1_loss(input: float[S...], target: float[S...], reduction: none | mean | sum, weight: float[S...])
)~"},
    {"word where a number is needed",
     R"~(fn g(x: f32) -> f32 { return x }
fn f(x: f32) -> f32 { return g(none) }
)~",
     R"~(error: nothing is called `none` here
  --> t.fov:2:32
   |
 2 | fn f(x: f32) -> f32 { return g(none) }
   |                                ^^^^
)~"},
    {"misspelt argument",
     R"~(fn g(x: f32[N]) -> f32 { return x[0] }
fn f(weights: f32[N]) -> f32 { return g(weigths) }
)~",
     R"~(error: nothing is called `weigths` here
  --> t.fov:2:41
   |
 2 | fn f(weights: f32[N]) -> f32 { return g(weigths) }
   |                                         ^^^^^^^
   = help: did you mean `weights`?
)~"},
    {"number where a function is needed",
     R"~(fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g(x) }
fn f(x: f32) -> f32 { return app(x, x) }
)~",
     R"~(error: `g` is fn(f32) -> f32, this is no function
  --> t.fov:2:37
   |
 2 | fn f(x: f32) -> f32 { return app(x, x) }
   |                                     ^
  --> t.fov:1:4
   |
 1 | fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g(x) }
   |    --- app(x: f32, g: fn(f32) -> f32)
)~"},
    {"function where a number is needed",
     R"~(fn g(x: f32) -> f32 { return x }
fn f(x: f32) -> f32 { return g(exp) }
)~",
     R"~(error: `x` is f32, this is a function
  --> t.fov:2:32
   |
 2 | fn f(x: f32) -> f32 { return g(exp) }
   |                                ^^^
  --> t.fov:1:4
   |
 1 | fn g(x: f32) -> f32 { return x }
   |    - g(x: f32)
)~"},
    {"lambda of one argument for two",
     R"~(import std.attention
fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {
  return attention(q, k, v, score = (s) -> s * 2)
}
)~",
     R"~(error: this function takes 1 argument, 3 are given
   --> t.fov:3:44
    |
  3 |   return attention(q, k, v, score = (s) -> s * 2)
    |                                            ^^^^^
    |          ---------------------------------------- in this call
   --> std/attention.fov:17:13
    |
 17 |   s[i, j] = score(scale * sum[c](q[i, c] * k[j, c]), i, j) + bias[i, j]
    |             ---------------------------------------------- called here
)~"},
    {"lambda called with brackets",
     R"~(fn app(x: f32[N], g: fn(f32) -> f32) -> f32[N] {
  y[n] = g[n](x[n])
  return y
}
fn f(x: f32[N]) -> f32[N] { return app(x, (a) -> a) }
)~",
     R"~(error: `g` takes no indices in brackets
  --> t.fov:2:10
   |
 2 |   y[n] = g[n](x[n])
   |          ^
  --> t.fov:5:36
   |
 5 | fn f(x: f32[N]) -> f32[N] { return app(x, (a) -> a) }
   |                                    ---------------- in this call
)~"},
    {"lambda called by name",
     R"~(fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g(a = x) }
fn f(x: f32) -> f32 { return app(x, (a) -> a) }
)~",
     R"~(error: `g` takes its arguments by place
  --> t.fov:1:53
   |
 1 | fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g(a = x) }
   |                                                     ^
  --> t.fov:2:30
   |
 2 | fn f(x: f32) -> f32 { return app(x, (a) -> a) }
   |                              ---------------- in this call
)~"},
    {"function parameter as a number",
     R"~(fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g + x }
fn f(x: f32) -> f32 { return app(x, (a) -> a) }
)~",
     R"~(error: `g` is a function, no number
  --> t.fov:1:51
   |
 1 | fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g + x }
   |                                                   ^
  --> t.fov:2:30
   |
 2 | fn f(x: f32) -> f32 { return app(x, (a) -> a) }
   |                              ---------------- in this call
   = help: call it: `g(...)`
)~"},
    {"parameter called",
     R"~(fn f(x: f32) -> f32 { return x(1) }
)~",
     R"~(error: `x` is no function
  --> t.fov:1:30
   |
 1 | fn f(x: f32) -> f32 { return x(1) }
   |                              ^
   |      - defined here
)~"},
    {"one argument too few for a builtin",
     R"~(fn f(x: f32) -> f32 { return clamp(x, 0) }
)~",
     R"~(error: `clamp` takes 3 arguments, 2 are given
  --> t.fov:1:30
   |
 1 | fn f(x: f32) -> f32 { return clamp(x, 0) }
   |                              ^^^^^^^^^^^
)~"},
    {"builtin with two arguments",
     R"~(fn f(x: f32) -> f32 { return exp(x, 2) }
)~",
     R"~(error: `exp` takes 1 argument, 2 are given
  --> t.fov:1:30
   |
 1 | fn f(x: f32) -> f32 { return exp(x, 2) }
   |                              ^^^^^^^^^
)~"},
    {"keyword of a builtin",
     R"~(fn f(x: f32) -> f32 { return clamp(x, lo = 0, hi = 1) }
)~",
     R"~(error: `clamp` takes its arguments by place
  --> t.fov:1:39
   |
 1 | fn f(x: f32) -> f32 { return clamp(x, lo = 0, hi = 1) }
   |                                       ^^
)~"},
    {"derivative",
     R"~(fn f(x: f32) -> f32 { return grad(x ^ 2, x) }
)~",
     R"~(error: `grad` is reserved: derivatives come in a later version
  --> t.fov:1:30
   |
 1 | fn f(x: f32) -> f32 { return grad(x ^ 2, x) }
   |                              ^^^^
)~"},
    {"seed shared by a lifted call",
     R"~(fn noisy(x: f32[N], seed: i64) -> f32[N] {
  y[n] = x[n] + normal(seed, n)
  return y
}
fn f(x: f32[B, N]) -> f32[B, N] {
  y[b] = noisy(x[b], 7)
  return y
}
)~",
     R"~(error: `normal` would give the same numbers for every `b` over which this call is lifted
  --> t.fov:2:17
   |
 2 |   y[n] = x[n] + normal(seed, n)
   |                 ^^^^^^^^^^^^^^^
  --> t.fov:6:10
   |
 6 |   y[b] = noisy(x[b], 7)
   |          -------------- in this call
   = help: hand in a seed that varies: `fold(seed, b)`
)~"},
    {"a name whose range the parameter gives, of the wrong type",
     R"~(fn g(x: i64[N], m: f32[N]) -> f32 { return m[0] }
fn f(x: i64[N]) -> f32 {
  m[i] = i < 2
  k[i] = i * 0.5
  return g(x, m) + g(k, x)
}
)~",
     R"~(error: `x` is i64[N], this is number[N]
  --> t.fov:5:22
   |
 5 |   return g(x, m) + g(k, x)
   |                      ^
  --> t.fov:1:6
   |
 1 | fn g(x: i64[N], m: f32[N]) -> f32 { return m[0] }
   |      - declared here
)~"},
    {"heads and batches in front",
     R"~(import std.attention
fn f(q: f32[B, H, N, D], k: f32[B, H, M, D], v: f32[B, H, M, E]) -> f32[B, H, N, E] {
  return attention(q, k, v)
}
)~",
     R"~(error: `q` is float[N, D], this is f32[B, H, N, D]
   --> t.fov:3:20
    |
  3 |   return attention(q, k, v)
    |                    ^
   --> std/attention.fov:14:4
    |
 14 | fn attention(q: float[N, D], k: float[M, D], v: float[M, E],
    |    --------- attention(q: float[N, D], k: float[M, D], v: float[M, E], mask: bool[N, M], bias: float[N, M], scale: float, score: fn(float, i64, i64) -> float)
    = help: functions are written at their smallest rank: on an indexed line hand in `q[b, h]`
)~"},
    {"mistake inside a lambda",
     R"~(fn app(x: f32, g: fn(f32) -> f32) -> f32 { return g(x) }
fn f(x: f32) -> f32 { return app(x, (a) -> a + z) }
)~",
     R"~(error: nothing is called `z` here
  --> t.fov:2:48
   |
 2 | fn f(x: f32) -> f32 { return app(x, (a) -> a + z) }
   |                                                ^
   |                              -------------------- in this call
)~"},
    {"two indices along one dimension of the result",
     R"~(fn add(x: f32[N], y: f32[N]) -> f32[N] { return x + y }
fn f(x: f32[N]) -> f32[N, N] {
  z[i, j] = add[i, j](x[i], x[j])
  return z
}
)~",
     R"~(error: `add` gives f32[N], and 2 indices in brackets run over `N`: it is not clear where it is read
  --> t.fov:3:13
   |
 3 |   z[i, j] = add[i, j](x[i], x[j])
   |             ^^^^^^^^^^^^^^^^^^^^^
  --> t.fov:1:33
   |
 1 | fn add(x: f32[N], y: f32[N]) -> f32[N] { return x + y }
   |                                 ------ declared here
   = help: define the result on a line of its own, then read it
)~"},
    {"one index along two dimensions of the result",
     R"~(fn gram(x: f32[N]) -> f32[N, N] {
  g[i, j] = x[i] * x[j]
  return g
}
fn f(x: f32[N]) -> f32[N] {
  z[i] = gram[i](x[i])
  return z
}
)~",
     R"~(error: `gram` gives f32[N, N], and 1 index in brackets runs over `N`: it is not clear where it is read
  --> t.fov:6:10
   |
 6 |   z[i] = gram[i](x[i])
   |          ^^^^^^^^^^^^^
  --> t.fov:1:23
   |
 1 | fn gram(x: f32[N]) -> f32[N, N] {
   |                       --------- declared here
   = help: define the result on a line of its own, then read it
)~"},
    {"more indices in brackets than axes",
     R"~(fn one(x: f32[N]) -> f32[N] { return x }
fn f(s: f32[N, N]) -> f32[N, N] {
  z[i, j] = one[i, j](s[i, j])
  return z
}
)~",
     R"~(error: `x` is f32[N], this is f32[N, N]
  --> t.fov:3:23
   |
 3 |   z[i, j] = one[i, j](s[i, j])
   |                       ^^^^^^^
  --> t.fov:1:4
   |
 1 | fn one(x: f32[N]) -> f32[N] { return x }
   |    --- one(x: f32[N])
)~"},
};
// clang-format on

TEST_CASE("mistakes in calls", "[frontend]") { checkElaboration(mistakes); }
