//===- TypeMessagesTest.cpp - what is said about types --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/Messages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"no type", "fn f(x: 3) { return x }\n",
     R"~(error: expected a type, found `3`
  --> t.fov:1:9
   |
 1 | fn f(x: 3) { return x }
   |         ^
)~"},
    {"dtype of numpy", "fn f(x: float32[N], n: int) { return x }\n",
     R"~(error: there is no type `float32`
  --> t.fov:1:9
   |
 1 | fn f(x: float32[N], n: int) { return x }
   |         ^^^^^^^
   = help: write `f32`

error: there is no type `int`
  --> t.fov:1:24
   |
 1 | fn f(x: float32[N], n: int) { return x }
   |                        ^^^
   = help: write `i64`
)~"},
    {"misspelt dtype", "fn f(x: flaot[N]) { return x }\n",
     R"~(error: there is no type `flaot`
  --> t.fov:1:9
   |
 1 | fn f(x: flaot[N]) { return x }
   |         ^^^^^
   = help: did you mean `float`?
)~"},
    {"unknown dtype", "fn f(x: complex) { return x }\n",
     R"~(error: there is no type `complex`
  --> t.fov:1:9
   |
 1 | fn f(x: complex) { return x }
   |         ^^^^^^^
   = help: types are bool, i32, i64, f16, bf16, f32, f64 and float; an option has two choices at least: `a | b`
)~"},
    {"single choice", "fn f(x: f32, r: none | ) { return x }\n",
     R"~(error: expected one more choice after `|`, found `)`
  --> t.fov:1:24
   |
 1 | fn f(x: f32, r: none | ) { return x }
   |                        ^
)~"},
    {"empty brackets", "fn f(x: f32[]) { return x }\n",
     R"~(error: these brackets name no axis
  --> t.fov:1:12
   |
 1 | fn f(x: f32[]) { return x }
   |            ^^
   = help: write `f32` for a single number
)~"},
    {"type in parentheses", "fn f(x: f32(N)) { return x }\n",
     R"~(error: the sizes of an array stand in brackets
  --> t.fov:1:12
   |
 1 | fn f(x: f32(N)) { return x }
   |            ^
   = help: write `f32[N, D]`
)~"},
    {"function type without arguments", "fn f(g: fn -> f32) { return 1 }\n",
     R"~(error: expected `(` and the types of the function's arguments, found `->`
  --> t.fov:1:12
   |
 1 | fn f(g: fn -> f32) { return 1 }
   |            ^^
)~"},
    {"function type without a result", "fn f(g: fn(f32), y: f32) { return 1 }\n",
     R"~(error: expected `->` and the function's result, found `,`
  --> t.fov:1:16
   |
 1 | fn f(g: fn(f32), y: f32) { return 1 }
   |                ^
)~"},
    {"choice that is a type", "fn f(x: f32 | f64) { return x }\n",
     R"~(error: `f32` is a type and cannot be a choice
  --> t.fov:1:9
   |
 1 | fn f(x: f32 | f64) { return x }
   |         ^^^
   = help: `float` stands for any type of floating-point numbers

error: `f64` is a type and cannot be a choice
  --> t.fov:1:15
   |
 1 | fn f(x: f32 | f64) { return x }
   |               ^^^
   = help: `float` stands for any type of floating-point numbers
)~"},
    {"choice twice", "fn f(r: mean | mean) { return 1 }\n",
     R"~(error: choice `mean` is given twice
  --> t.fov:1:16
   |
 1 | fn f(r: mean | mean) { return 1 }
   |                ^^^^
   |         ---- first here
)~"},
    {"option as a result", "fn f(r: f32) -> a | b { return 1 }\n",
     R"~(error: only a parameter can be an option
  --> t.fov:1:17
   |
 1 | fn f(r: f32) -> a | b { return 1 }
   |                 ^^^^^
)~"},
    {"match as a parameter", "fn f(r: a | b, x: match r { a: f32, b: f64 }) { return 1 }\n",
     R"~(error: only a result's type can depend on an option
  --> t.fov:1:19
   |
 1 | fn f(r: a | b, x: match r { a: f32, b: f64 }) { return 1 }
   |                   ^^^^^
)~"},
    {"match without an option", "fn f(r: a | b) -> match { a: f32, b: f64 } { return 1 }\n",
     R"~(error: expected the name of an option, found `{`
  --> t.fov:1:25
   |
 1 | fn f(r: a | b) -> match { a: f32, b: f64 } { return 1 }
   |                         ^
)~"},
    {"case twice", "fn f(r: a | b) -> match r { a: f32, a: f64 } { return 1 }\n",
     R"~(error: choice `a` is given twice
  --> t.fov:1:37
   |
 1 | fn f(r: a | b) -> match r { a: f32, a: f64 } { return 1 }
   |                                     ^
   |                             - first here
)~"},
    {"slice as a size", "fn f(x: f32[:]) { return 1 }\n",
     R"~(error: expected a size, found `:`
  --> t.fov:1:13
   |
 1 | fn f(x: f32[:]) { return 1 }
   |             ^
   = help: there are no slices: a part of an array is defined by its indices, `y[i: N] = x[i + 1]`
)~"},
};
// clang-format on

TEST_CASE("mistakes in types", "[frontend]") { checkMessages(mistakes); }
