//===- ElaborateMessagesNamesTest.cpp - misused names ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"misspelt name",
     R"~(fn f(query: f32[N]) -> f32 {
  return sum[i](qurey[i])
}
)~",
     R"~(error: nothing is called `qurey` here
  --> t.fov:2:17
   |
 2 |   return sum[i](qurey[i])
   |                 ^^^^^
   = help: did you mean `query`?
)~"},
    {"implicit sum",
     R"~(fn matmul(a: f32[N, K], b: f32[K, M]) -> f32[N, M] {
  c[i, j] = a[i, k] * b[k, j]
  return c
}
)~",
     R"~(error: nothing is called `k` here
  --> t.fov:2:18
   |
 2 |   c[i, j] = a[i, k] * b[k, j]
   |                  ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[k](...)`: there is no implicit sum

error: nothing is called `k` here
  --> t.fov:2:25
   |
 2 |   c[i, j] = a[i, k] * b[k, j]
   |                         ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[k](...)`: there is no implicit sum
)~"},
    {"unknown scalar on an unindexed line",
     R"~(fn f(x: f32[N]) -> f32 {
  y = x * gamma
  return y[0]
}
)~",
     R"~(error: nothing is called `gamma` here
  --> t.fov:2:11
   |
 2 |   y = x * gamma
   |           ^^^^^
)~"},
    {"misspelt function",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = sqr(x[n])
  return y
}
)~",
     R"~(error: there is no function `sqr`
  --> t.fov:2:10
   |
 2 |   y[n] = sqr(x[n])
   |          ^^^
   = help: did you mean `sqrt`?
)~"},
    {"a function by its name elsewhere",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = ln(x[n])
  return y
}
)~",
     R"~(error: there is no function `ln`
  --> t.fov:2:10
   |
 2 |   y[n] = ln(x[n])
   |          ^^
   = help: the natural logarithm is `log`
)~"},
    {"near a function, and meant otherwise",
     R"~(fn f(x: f32[N]) -> f32[N] {
  return sort(x)
}
)~",
     R"~(error: there is no function `sort`
  --> t.fov:2:10
   |
 2 |   return sort(x)
   |          ^^^^
   = help: nothing sorts; the place of the largest is `argmax[j](x[j])`
)~"},
    {"a parameter that is a function of its own",
     R"~(fn sum_of(x: f32[N]) -> f32 { return sum[n](x[n]) }
fn mean_sum_of(x: f32[N]) -> f32 { return mean[n](x[n]) }
fn f(x: f32[N]) -> f32 { return sum_of(x, mean = true) }
)~",
     R"~(error: `sum_of` has no parameter `mean`; that is the function `mean_sum_of`
  --> t.fov:3:43
   |
 3 | fn f(x: f32[N]) -> f32 { return sum_of(x, mean = true) }
   |                                           ^^^^
  --> t.fov:1:4
   |
 1 | fn sum_of(x: f32[N]) -> f32 { return sum[n](x[n]) }
   |    ------ sum_of(x: f32[N])
)~"},
    {"forgotten import",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = softmax[n](x[n])
  return y
}
)~",
     R"~(error: there is no function `softmax`
  --> t.fov:2:10
   |
 2 |   y[n] = softmax[n](x[n])
   |          ^^^^^^^
   = help: it stands in the library: `import std.nn`
)~"},
    {"unknown function of torch",
     R"~(fn f(x: f32[N, M]) -> f32[M, N] {
  return transpose_last_two(x)
}
)~",
     R"~(error: there is no function `transpose_last_two`
  --> t.fov:2:10
   |
 2 |   return transpose_last_two(x)
   |          ^^^^^^^^^^^^^^^^^^
)~"},
    {"name defined twice",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = x[n] + 1
  y[n] = y[n] * 2
  return y
}
)~",
     R"~(error: `y` is defined a second time
  --> t.fov:3:3
   |
 3 |   y[n] = y[n] * 2
   |   ^
  --> t.fov:2:3
   |
 2 |   y[n] = x[n] + 1
   |   - first here
   = help: a name stands for one formula: choose another name
)~"},
    {"parameter defined again",
     R"~(fn relu_(x: f32[N]) -> f32[N] {
  x[n] = max(x[n], 0)
  return x
}
)~",
     R"~(error: `x` is defined a second time
  --> t.fov:2:3
   |
 2 |   x[n] = max(x[n], 0)
   |   ^
  --> t.fov:1:10
   |
 1 | fn relu_(x: f32[N]) -> f32[N] {
   |          - first here
   = help: a name stands for one formula: choose another name
)~"},
    {"name of a dimension",
     R"~(fn f(x: f32[N]) -> f32 {
  N = 3
  return x[N]
}
)~",
     R"~(error: `N` is defined a second time
  --> t.fov:2:3
   |
 2 |   N = 3
   |   ^
  --> t.fov:1:13
   |
 1 | fn f(x: f32[N]) -> f32 {
   |             - first here
   = help: a name stands for one formula: choose another name
)~"},
    {"read before it is defined",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = x[n] - m
  m = mean[n](x[n])
  return y
}
)~",
     R"~(error: `m` is read before it is defined
  --> t.fov:2:17
   |
 2 |   y[n] = x[n] - m
   |                 ^
  --> t.fov:3:3
   |
 3 |   m = mean[n](x[n])
   |   - defined here
   = help: move the definition up
)~"},
    {"recurrence",
     R"~(fn scan(x: f32[T]) -> f32[T] {
  h[t: T] = where(t > 0, h[t - 1], 0) + x[t]
  return h
}
)~",
     R"~(error: `h` reads itself
  --> t.fov:2:3
   |
 2 |   h[t: T] = where(t > 0, h[t - 1], 0) + x[t]
   |   ^
   = help: recurrences (`h[t] = ... h[t - 1] ...`) are reserved for a later version
)~"},
    {"accumulation as in a loop",
     R"~(fn f(x: f32[N]) -> f32 {
  total = 0
  total = total + sum[n](x[n])
  return total
}
)~",
     R"~(error: `total` is defined a second time
  --> t.fov:3:3
   |
 3 |   total = total + sum[n](x[n])
   |   ^^^^^
  --> t.fov:2:3
   |
 2 |   total = 0
   |   ----- first here
   = help: a name stands for one formula: choose another name
)~"},
    {"builtin function as a number",
     R"~(fn f(x: f32[N]) -> f32 {
  return x[0] * exp
}
)~",
     R"~(error: nothing is called `exp` here
  --> t.fov:2:17
   |
 2 |   return x[0] * exp
   |                 ^^^
   = help: `exp` is a function: call it
)~"},
    {"own function as a number",
     R"~(fn g(x: f32) -> f32 { return x }
fn f(x: f32) -> f32 { return g + x }
)~",
     R"~(error: nothing is called `g` here
  --> t.fov:2:30
   |
 2 | fn f(x: f32) -> f32 { return g + x }
   |                              ^
   = help: `g` is a function: call it
)~"},
    {"function read like an array",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = exp[n]
  return y
}
)~",
     R"~(error: `exp` is a function
  --> t.fov:2:10
   |
 2 |   y[n] = exp[n]
   |          ^^^^^^
   = help: call it: `exp[j](...)` or `exp(...)`
)~"},
};
// clang-format on

TEST_CASE("unknown, doubled and misused names", "[frontend]") {
  checkElaboration(mistakes);
}
