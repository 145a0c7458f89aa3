//===- ElaborateMessagesRangesTest.cpp - indices and ranges ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"no range",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[k](1)
}
)~",
     R"~(error: nothing says how far `k` runs
  --> t.fov:2:14
   |
 2 |   return sum[k](1)
   |              ^
   = help: nothing here depends on `k`: read at it what varies (`x[k]`) or leave it out; declared, as in `sum[k: <size>](...)`, it repeats one value
)~"},
    {"one of several indices",
     R"~(fn f(x: f32[N]) -> f32 {
  m[i: 3, j, k: N] = x[j - 1] + i
  return sum[i, j, k](m[i, j, k])
}
)~",
     R"~(error: nothing says how far `j` runs
  --> t.fov:2:11
   |
 2 |   m[i: 3, j, k: N] = x[j - 1] + i
   |           ^
   = help: use it bare (`x[j]`) or declare it: `m[i: 3, j: <size>, k: N] = ...`
)~"},
    {"shifted reads say nothing",
     R"~(fn diff(x: f32[T]) -> f32[T] {
  d[t] = x[t + 1] - x[t - 1]
  e = d
  return sum[k](x[k]) * x
}
)~",
     R"~(error: nothing says how far `t` runs
  --> t.fov:2:5
   |
 2 |   d[t] = x[t + 1] - x[t - 1]
   |     ^
   = help: use it bare (`x[t]`) or declare it: `d[t: <size>] = ...`
)~"},
    {"read at another name than the bound one",
     R"~(fn f(x: f32[N, D]) -> f32[N] {
  y[i] = sum[k](x[i, d])
  return y
}
)~",
     R"~(error: nothing is called `d` here
  --> t.fov:2:22
   |
 2 |   y[i] = sum[k](x[i, d])
   |                      ^
   = help: read at `k`, which is bound here, or bind `d` as well
)~"},
    {"reduction without brackets",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum(x)
}
)~",
     R"~(error: `sum` needs the indices that it runs over
  --> t.fov:2:10
   |
 2 |   return sum(x)
   |          ^^^^^^
   = help: write `sum[j](...)`
)~"},
    {"max without brackets",
     R"~(fn f(x: f32[N]) -> f32 {
  return max(x)
}
)~",
     R"~(error: `max` takes 2 or more arguments, 1 is given
  --> t.fov:2:10
   |
 2 |   return max(x)
   |          ^^^^^^
   = help: `max(a, b)` compares numbers, `max[j](x[j])` runs over an axis
)~"},
    {"torch's dim argument",
     R"~(fn f(x: f32[N, M]) -> f32[N] {
  return sum(x, dim = 1)
}
)~",
     R"~(error: `sum` needs the indices that it runs over
  --> t.fov:2:10
   |
 2 |   return sum(x, dim = 1)
   |          ^^^^^^^^^^^^^^^
   = help: write `sum[j](...)`
)~"},
    {"mean without an index",
     R"~(fn f(x: f32[N]) -> f32 {
  return mean(x)
}
)~",
     R"~(error: `mean` needs the indices that it runs over
  --> t.fov:2:10
   |
 2 |   return mean(x)
   |          ^^^^^^^
   = help: write `mean[j](...)`
)~"},
    {"index bound twice",
     R"~(fn f(x: f32[N, N]) -> f32 {
  return sum[i, i](x[i, i])
}
)~",
     R"~(error: index `i` is given twice
  --> t.fov:2:17
   |
 2 |   return sum[i, i](x[i, i])
   |                 ^
   |              - first here
)~"},
    {"index bound twice on the left",
     R"~(fn f(x: f32[N]) -> f32[N, N] {
  y[i, i] = x[i]
  return y
}
)~",
     R"~(error: index `i` is given twice
  --> t.fov:2:8
   |
 2 |   y[i, i] = x[i]
   |        ^
   |     - first here
)~"},
    {"index named like a dimension",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[N] = x[N]
  return y
}
)~",
     R"~(error: index `N` has the name of a value
  --> t.fov:2:5
   |
 2 |   y[N] = x[N]
   |     ^
  --> t.fov:1:13
   |
 1 | fn f(x: f32[N]) -> f32[N] {
   |             - `N` is defined here
   = help: an index may hide another index, but no value: rename it
)~"},
    {"index named like a parameter",
     R"~(fn f(x: f32[N], i: i64) -> f32[N] {
  y[i] = x[i]
  return y
}
)~",
     R"~(error: index `i` has the name of a value
  --> t.fov:2:5
   |
 2 |   y[i] = x[i]
   |     ^
  --> t.fov:1:17
   |
 1 | fn f(x: f32[N], i: i64) -> f32[N] {
   |                 - `i` is defined here
   = help: an index may hide another index, but no value: rename it
)~"},
    {"extent unknown",
     R"~(fn f(x: f32[N]) -> f32[N] {
  y[n: M] = x[n]
  return y
}
)~",
     R"~(error: nothing is called `M` here
  --> t.fov:2:8
   |
 2 |   y[n: M] = x[n]
   |        ^
)~"},
    {"extent of data",
     R"~(fn f(x: f32[N], k: i64) -> f32 {
  return sum[n: k](x[n])
}
)~",
     R"~(error: `k` is no dimension
  --> t.fov:2:17
   |
 2 |   return sum[n: k](x[n])
   |                 ^
  --> t.fov:1:17
   |
 1 | fn f(x: f32[N], k: i64) -> f32 {
   |                 - defined here
   = help: a size is made of dimensions and whole numbers, known before the numbers are
)~"},
    {"extent of an array",
     R"~(fn f(x: f32[N], k: i64[N]) -> f32 {
  return sum[n: k[0]](x[n])
}
)~",
     R"~(error: a size is made of dimensions, whole numbers and `+ - * // %`
  --> t.fov:2:17
   |
 2 |   return sum[n: k[0]](x[n])
   |                 ^^^^
)~"},
    {"extent with a true division",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n: N / 2](x[n])
}
)~",
     R"~(error: a size is made of dimensions, whole numbers and `+ - * // %`
  --> t.fov:2:19
   |
 2 |   return sum[n: N / 2](x[n])
   |                   ^
   = help: `/` is real division: write `//`
)~"},
    {"extent with a power",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n: N ^ 2](1)
}
)~",
     R"~(error: a size is made of dimensions, whole numbers and `+ - * // %`
  --> t.fov:2:19
   |
 2 |   return sum[n: N ^ 2](1)
   |                   ^
)~"},
    {"extent by a call",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n: max(N, 3)](1)
}
)~",
     R"~(error: a size is made of dimensions, whole numbers and `+ - * // %`
  --> t.fov:2:17
   |
 2 |   return sum[n: max(N, 3)](1)
   |                 ^^^^^^^^^
)~"},
    {"extent of an index",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n](sum[m: n](x[m]))
}
)~",
     R"~(error: nothing says how far `n` runs
  --> t.fov:2:14
   |
 2 |   return sum[n](sum[m: n](x[m]))
   |              ^
   = help: use it bare (`x[n]`) or declare it: `sum[n: <size>](...)`
)~"},
    {"a half as an extent",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n: 2.5](1)
}
)~",
     R"~(error: a size is made of dimensions, whole numbers and `+ - * // %`
  --> t.fov:2:17
   |
 2 |   return sum[n: 2.5](1)
   |                 ^^^
)~"},
    {"extent divided by zero",
     R"~(fn f(x: f32[N]) -> f32 {
  return sum[n: N // 0](1)
}
)~",
     R"~(error: division by zero
  --> t.fov:2:22
   |
 2 |   return sum[n: N // 0](1)
   |                      ^
)~"},
    {"pack without a use",
     R"~(fn f(x: f32[S...]) -> f32 {
  return sum[s...](1)
}
)~",
     R"~(error: nothing says what `s...` stands for
  --> t.fov:2:14
   |
 2 |   return sum[s...](1)
   |              ^
   = help: it must be used bare: `x[s...]`
)~"},
    {"what failed is told once",
     R"~(fn f(q: f32[N, D], k: f32[M, D], v: f32[M, E]) -> f32[N, E] {
  s[i, j] = q[i, c] + k[j, 0]
  o[i, e] = sum[j](exp(s[i, j]) * v[j, e]) / sum[j](exp(s[i, j]))
  return o
}
)~",
     R"~(error: nothing is called `c` here
  --> t.fov:2:18
   |
 2 |   s[i, j] = q[i, c] + k[j, 0]
   |                  ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[c](...)`: there is no implicit sum
)~"},
    {"nor by what reads a reader of it",
     R"~(fn f(x: f32[N, C], mask: f32[N, C]) -> f32 {
  y[n, c] = where(mask[n, c], x[n, c], 0)
  z[n, c] = 2 * y[n, c]
  s[n] = sum[c](z[n, c])
  return mean[n](s[n])
}
)~",
     R"~(error: `where` needs a condition, `mask[n, c]` is f32
  --> t.fov:2:19
   |
 2 |   y[n, c] = where(mask[n, c], x[n, c], 0)
   |                   ^^^^^^^^^^
   = help: compare it: `... != 0`
)~"},
    {"nor by what reads it at a pack",
     R"~(fn f(x: f32[S...]) -> f32 {
  y[s...] = x[s...] + z
  return sum[s...](y[s...])
}
)~",
     R"~(error: nothing is called `z` here
  --> t.fov:2:23
   |
 2 |   y[s...] = x[s...] + z
   |                       ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[z](...)`: there is no implicit sum
)~"},
    {"other mistakes are told beside it",
     R"~(fn f(q: f32[N, D], v: f32[M]) -> f32[N] {
  s[i, j] = q[i, c] + v[j]
  o[i] = q[i, 0] + sum[j](v[j] * s[i, j] + v[jj])
  return o
}
)~",
     R"~(error: nothing is called `c` here
  --> t.fov:2:18
   |
 2 |   s[i, j] = q[i, c] + v[j]
   |                  ^
   = help: an index must stand on the left of `=` or in a reduction such as `sum[c](...)`: there is no implicit sum

error: nothing is called `jj` here
  --> t.fov:3:46
   |
 3 |   o[i] = q[i, 0] + sum[j](v[j] * s[i, j] + v[jj])
   |                                              ^^
   = help: did you mean `j`?
)~"},
    {"nothing depends on the index",
     R"~(fn f(x: f32[N]) -> f32 {
  m[n] = sum[k](x[k])
  p[n] = exp(m[n])
  return sum[n](p[n])
}
)~",
     R"~(error: nothing says how far `n` runs
  --> t.fov:2:5
   |
 2 |   m[n] = sum[k](x[k])
   |     ^
   = help: nothing here depends on `n`: read at it what varies (`x[n]`) or leave it out; declared, as in `m[n: <size>] = ...`, it repeats one value
)~"},
    {"the index inside is another one",
     R"~(fn f(x: f32[N]) -> f32 {
  y[n] = sum[n](x[n])
  return y[0]
}
)~",
     R"~(error: nothing says how far `n` runs
  --> t.fov:2:5
   |
 2 |   y[n] = sum[n](x[n])
   |     ^
   = help: nothing here depends on `n`: read at it what varies (`x[n]`) or leave it out; declared, as in `y[n: <size>] = ...`, it repeats one value
)~"},
};
// clang-format on

TEST_CASE("mistakes in indices and their ranges", "[frontend]") {
  checkElaboration(mistakes);
}
