//===- ElaborateMessagesReductionsTest.cpp - reductions -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"guard on a function that is no reduction",
     R"~(import std.nn
fn f(x: f32[N]) -> f32[N] {
  y[j] = softmax[j | x[j] > 0](x[j])
  return y
}
)~",
     R"~(error: only reductions take a guard after `|`
  --> t.fov:3:22
   |
 3 |   y[j] = softmax[j | x[j] > 0](x[j])
   |                      ^^^^^^^^
   = help: exclude with `where(condition, x, 0)` or `where(condition, x, -inf)`
)~"},
    {"guard that is a number",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n | x[n]](x[n])
}
)~",
     R"~(error: a guard needs a condition, `x[n]` is f32
  --> t.fov:2:18
   |
 2 |   return sum[n | x[n]](x[n])
   |                  ^^^^
   = help: compare it: `... != 0`
)~"},
    {"two arguments of a reduction",
     R"~(fn f(x: f32[N], y: f32[N]) -> f32 {
  return sum[n](x[n], y[n])
}
)~",
     R"~(error: `sum[...]` takes one argument, 2 are given
  --> t.fov:2:10
   |
 2 |   return sum[n](x[n], y[n])
   |          ^^^^^^^^^^^^^^^^^^
)~"},
    {"named argument of a reduction",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n](input = x[n])
}
)~",
     R"~(error: `sum[...]` takes its argument by place
  --> t.fov:2:17
   |
 2 |   return sum[n](input = x[n])
   |                 ^^^^^
)~"},
    {"any of numbers",
     R"~(fn f(x: f32[N]) -> bool {
  return any[n](x[n])
}
)~",
     R"~(error: `any` needs a condition, `x[n]` is f32
  --> t.fov:2:17
   |
 2 |   return any[n](x[n])
   |                 ^^^^
   = help: compare it: `... != 0`
)~"},
    {"reduction of a row",
     R"~(fn f(x: f32[N, M]) -> f32[M] {
  return sum[n](x[n])
}
)~",
     R"~(error: `x[n]` is f32[M], one of its numbers is needed here
  --> t.fov:2:17
   |
 2 |   return sum[n](x[n])
   |                 ^^^^
   = help: index it: operators in an indexed statement take numbers
)~"},
    {"where of a number",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = where(x[n], 1, 0)
  return y
}
)~",
     R"~(error: `where` needs a condition, `x[n]` is f32
  --> t.fov:2:16
   |
 2 |   y[n] = where(x[n], 1, 0)
   |                ^^^^
   = help: compare it: `... != 0`
)~"},
    {"and of numbers",
     R"~(fn f(x: f32[N]) -> bool[N] {
  y[n] = x[n] and x[n] > 1
  return y
}
)~",
     R"~(error: `and` needs a condition, `x[n]` is f32
  --> t.fov:2:10
   |
 2 |   y[n] = x[n] and x[n] > 1
   |          ^^^^
   = help: compare it: `... != 0`
)~"},
    {"not of a number",
     R"~(fn f(x: f32[N]) -> bool[N] {
  y[n] = not x[n]
  return y
}
)~",
     R"~(error: `not` needs a condition, `x[n]` is f32
  --> t.fov:2:14
   |
 2 |   y[n] = not x[n]
   |              ^^^^
   = help: compare it: `... != 0`
)~"},
    {"minus of an array on an indexed line",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = x[n] + sum[m](-x)
  return y
}
)~",
     R"~(error: nothing says how far `m` runs
  --> t.fov:2:21
   |
 2 |   y[n] = x[n] + sum[m](-x)
   |                     ^
   = help: nothing here depends on `m`: read at it what varies (`x[m]`) or leave it out; declared, as in `sum[m: <size>](...)`, it repeats one value
)~"},
    {"recurrence through another name",
     R"~(fn f(x: f32[T]) -> f32[T] {
  a[t] = x[t] + b[t - 1]
  b[t] = a[t]
  return b
}
)~",
     R"~(error: `b` is read before it is defined
  --> t.fov:2:17
   |
 2 |   a[t] = x[t] + b[t - 1]
   |                 ^
  --> t.fov:3:3
   |
 3 |   b[t] = a[t]
   |   - defined here
   = help: move the definition up
)~"},
    {"brackets at an elementwise function",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[j] = exp[j](x[j])
  return y
}
)~",
     R"~(error: `exp` takes no indices in brackets
  --> t.fov:2:10
   |
 2 |   y[j] = exp[j](x[j])
   |          ^^^
   = help: it works number by number: `exp(x[i])`
)~"},
    {"extent of an index that runs",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n](x[n] * sum[m: n](x[m]))
}
)~",
     R"~(error: `n` is no dimension
  --> t.fov:2:31
   |
 2 |   return sum[n](x[n] * sum[m: n](x[m]))
   |                               ^
   |              - defined here
   = help: a size is made of dimensions and whole numbers, known before the numbers are
)~"},
    {"argument of a reduction left out",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n]()
}
)~",
     R"~(error: `sum[...]` takes one argument, 0 are given
  --> t.fov:2:10
   |
 2 |   return sum[n]()
   |          ^^^^^^^^
)~"},
    {"shift beyond what the bare use says",
     R"~(fn f(x: f32[N], y: f32[N + 1]) -> f32[N] {
  z[n] = x[n] * y[n]
  return z
}
)~",
     R"~(error: `n` runs over N, axis 0 of `y` is N + 1
  --> t.fov:2:19
   |
 2 |   z[n] = x[n] * y[n]
   |                   ^
  --> t.fov:1:17
   |
 1 | fn f(x: f32[N], y: f32[N + 1]) -> f32[N] {
   |                 - `y` is f32[N + 1]
   = help: declare the range if that is meant: `n: N`; reads beyond it are then checked
)~"},
};
// clang-format on

TEST_CASE("mistakes in reductions and conditions", "[frontend]") {
  checkElaboration(mistakes);
}
