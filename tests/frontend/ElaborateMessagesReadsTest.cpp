//===- ElaborateMessagesReadsTest.cpp - mistakes in reads -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"dimension indexed",
     R"~(fn f(x: f32[N]) -> f32 {
  return N[0]
}
)~",
     R"~(error: `N` is a dimension, it cannot be indexed
  --> t.fov:2:10
   |
 2 |   return N[0]
   |          ^
)~"},
    {"index indexed",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = n[0] + x[n]
  return y
}
)~",
     R"~(error: `n` is no array, it cannot be indexed
  --> t.fov:2:10
   |
 2 |   y[n] = n[0] + x[n]
   |          ^
)~"},
    {"index at a scalar",
     R"~(fn f(x: f32, y: f32[N]) -> f32[N] {
  z[n] = x[n] + y[n]
  return z
}
)~",
     R"~(error: `x` is a single number, it cannot be indexed
  --> t.fov:2:10
   |
 2 |   z[n] = x[n] + y[n]
   |          ^^^^
  --> t.fov:1:6
   |
 1 | fn f(x: f32, y: f32[N]) -> f32[N] {
   |      - f32
)~"},
    {"too many indices",
     R"~(fn f(x: f32[N]) -> f32[N, N] {
  y[i, j] = x[i, j]
  return y
}
)~",
     R"~(error: `x` has 1 axis, 2 are indexed
  --> t.fov:2:13
   |
 2 |   y[i, j] = x[i, j]
   |             ^^^^^^^
  --> t.fov:1:6
   |
 1 | fn f(x: f32[N]) -> f32[N, N] {
   |      - f32[N]
)~"},
    {"missing index",
     R"~(fn f(x: f32[N, M], y: f32[N, M]) -> f32[N, M] {
  z[i, j] = x[i] * y[i, j]
  return z
}
)~",
     R"~(error: `x[i]` is f32[M], one of its numbers is needed here
  --> t.fov:2:13
   |
 2 |   z[i, j] = x[i] * y[i, j]
   |             ^^^^
   = help: index it: operators in an indexed statement take numbers
)~"},
    {"whole array in an indexed line",
     R"~(fn f(x: f32[N], w: f32[N]) -> f32[N] {
  y[i] = x[i] * w
  return y
}
)~",
     R"~(error: `w` is f32[N], one of its numbers is needed here
  --> t.fov:2:17
   |
 2 |   y[i] = x[i] * w
   |                 ^
   = help: index it: operators in an indexed statement take numbers
)~"},
    {"transposed operand",
     R"~(fn matmul(a: f32[N, K], b: f32[K, M]) -> f32[N, M] {
  c[i, j] = sum[k](a[i, k] * b[j, k])
  return c
}
)~",
     R"~(error: `k` runs over K, axis 1 of `b` is M
  --> t.fov:2:35
   |
 2 |   c[i, j] = sum[k](a[i, k] * b[j, k])
   |                                   ^
  --> t.fov:1:25
   |
 1 | fn matmul(a: f32[N, K], b: f32[K, M]) -> f32[N, M] {
   |                         - `b` is f32[K, M]
   = help: if the indices are exchanged, write `b[k, j]`; declare the range if that is meant: `k: K`; reads beyond it are then checked
)~"},
    {"another index was meant",
     R"~(fn f(x: f32[B, N], w: f32[B]) -> f32[B, N] {
  y[b, n] = x[b, n] * w[n]
  return y
}
)~",
     R"~(error: `n` runs over N, axis 0 of `w` is B
  --> t.fov:2:25
   |
 2 |   y[b, n] = x[b, n] * w[n]
   |                         ^
  --> t.fov:1:20
   |
 1 | fn f(x: f32[B, N], w: f32[B]) -> f32[B, N] {
   |                    - `w` is f32[B]
   = help: `b` runs over B; declare the range if that is meant: `n: N`; reads beyond it are then checked
)~"},
    {"transposed result",
     R"~(fn t(a: f32[N, M]) -> f32[N, M] {
  c[j, i] = a[i, j]
  return c
}
)~",
     R"~(error: `c` is f32[M, N], f32[N, M] is declared
  --> t.fov:3:10
   |
 3 |   return c
   |          ^
  --> t.fov:1:23
   |
 1 | fn t(a: f32[N, M]) -> f32[N, M] {
   |                       --------- declared here
)~"},
    {"index of float type",
     R"~(fn f(x: f32[N], p: f32[N]) -> f32[N] {
  y[n] = x[p[n]]
  return y
}
)~",
     R"~(error: an index must be a whole number, `p[n]` is f32
  --> t.fov:2:12
   |
 2 |   y[n] = x[p[n]]
   |            ^^^^
   = help: cast it: `i64(...)`
)~"},
    {"true division in an index",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n: N] = x[n / 2]
  return y
}
)~",
     R"~(error: an index must be a whole number, `n / 2` is a number
  --> t.fov:2:15
   |
 2 |   y[n: N] = x[n / 2]
   |               ^^^^^
   = help: `/` is real division; `//` gives a whole number
)~"},
    {"bool as an index",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n] = x[x[n] > 0]
  return y
}
)~",
     R"~(error: an index must be a whole number, `x[n] > 0` is bool
  --> t.fov:2:12
   |
 2 |   y[n] = x[x[n] > 0]
   |            ^^^^^^^^
   = help: cast it: `i64(...)`
)~"},
    {"array as an index",
     R"~(fn f(x: f32[N], t: i64[N]) -> f32 {
  return x[t]
}
)~",
     R"~(error: an index needs one number, `t` is i64[N]
  --> t.fov:2:12
   |
 2 |   return x[t]
   |            ^
   = help: index it
)~"},
    {"whole array as an index on an indexed line",
     R"~(fn f(x: f32[N], t: i64[N]) -> f32[N] {
  y[n: N] = x[t]
  return y
}
)~",
     R"~(error: an index needs one number, `t` is i64[N]
  --> t.fov:2:15
   |
 2 |   y[n: N] = x[t]
   |               ^
   = help: index it
)~"},
    {"bare uses disagree",
     R"~(fn f(x: f32[N], y: f32[M]) -> f32[N] {
  z[i] = x[i] + y[i]
  return z
}
)~",
     R"~(error: `i` runs over N, axis 0 of `y` is M
  --> t.fov:2:19
   |
 2 |   z[i] = x[i] + y[i]
   |                   ^
  --> t.fov:1:17
   |
 1 | fn f(x: f32[N], y: f32[M]) -> f32[N] {
   |                 - `y` is f32[M]
   = help: declare the range if that is meant: `i: N`; reads beyond it are then checked
)~"},
    {"option as a number",
     R"~(fn f(x: f32, r: none | mean = none) -> f32 {
  return x * r
}
)~",
     R"~(error: `r` is an option, no number
  --> t.fov:2:14
   |
 2 |   return x * r
   |              ^
   = help: choose with `match r { ... }`
)~"},
    {"pack as a number",
     R"~(fn f(x: f32[S...]) -> f32 {
  return S
}
)~",
     R"~(error: `S` stands for several axes
  --> t.fov:2:10
   |
 2 |   return S
   |          ^
   = help: write `S...` among indices
)~"},
    {"pack that is not bound",
     R"~(fn f(x: f32[S...]) -> f32[S...] {
  y[s...] = x[t...]
  return y
}
)~",
     R"~(error: nothing says what `s...` stands for
  --> t.fov:2:5
   |
 2 |   y[s...] = x[t...]
   |     ^
   = help: it must be used bare: `x[s...]`
)~"},
    {"text in a formula",
     R"~(fn f(x: f32) -> f32 {
  return x * "two"
}
)~",
     R"~(error: a string cannot stand in an expression
  --> t.fov:2:14
   |
 2 |   return x * "two"
   |              ^^^^^
   = help: strings name tests, and files in `example` blocks; a choice of an option is a bare word
)~"},
    {"lambda as a value",
     R"~(fn f(x: f32) -> f32 {
  g = (a) -> a * x
  return x
}
)~",
     R"~(error: a function can only be an argument
  --> t.fov:2:7
   |
 2 |   g = (a) -> a * x
   |       ^^^^^^^^^^^^
)~"},
    {"ellipsis as a value",
     R"~(fn f(x: f32[S...]) -> f32[S...] {
  y[s...] = exp(s...)
  return y
}
)~",
     R"~(error: a pack of axes cannot stand here
  --> t.fov:2:17
   |
 2 |   y[s...] = exp(s...)
   |                 ^^^^
   = help: packs stand among indices and sizes: `x[s...]`
)~"},
    {"index that nothing binds",
     R"~(fn f(x: f32[N]) -> f32[N] { return x[n] }
)~",
     R"~(error: nothing is called `n` here
  --> t.fov:1:38
   |
 1 | fn f(x: f32[N]) -> f32[N] { return x[n] }
   |                                      ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[n](...)`: there is no implicit sum
)~"},
    {"misspelt index",
     R"~(fn f(x: f32[N, M]) -> f32[N, M] {
  y[row, col] = x[row, cool]
  return y
}
)~",
     R"~(error: nothing is called `cool` here
  --> t.fov:2:24
   |
 2 |   y[row, col] = x[row, cool]
   |                        ^^^^
   = help: did you mean `col`?
)~"},
    {"index of an outer statement",
     R"~(fn f(x: f32[N]) -> f32[N] {
  a[n] = x[n] * 2
  b = x[n]
  return a
}
)~",
     R"~(error: nothing is called `n` here
  --> t.fov:3:9
   |
 3 |   b = x[n]
   |         ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[n](...)`: there is no implicit sum
)~"},
};
// clang-format on

TEST_CASE("mistakes in reads", "[frontend]") { checkElaboration(mistakes); }
