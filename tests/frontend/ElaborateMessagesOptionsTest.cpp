//===- ElaborateMessagesOptionsTest.cpp - mistakes in options -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"match of an unknown option",
     R"~(fn f(x: f32) -> f32 { return match mode { a: x, b: 2 * x } }
)~",
     R"~(error: nothing is called `mode` here
  --> t.fov:1:36
   |
 1 | fn f(x: f32) -> f32 { return match mode { a: x, b: 2 * x } }
   |                                    ^^^^
)~"},
    {"match of a value",
     R"~(fn f(x: f32, n: i64) -> f32 { return match n { a: x, b: 2 * x } }
)~",
     R"~(error: `n` is no option: `match` chooses when compiling
  --> t.fov:1:44
   |
 1 | fn f(x: f32, n: i64) -> f32 { return match n { a: x, b: 2 * x } }
   |                                            ^
   |              - declared here
   = help: for a choice by number use `where(condition, a, b)`
)~"},
    {"case missing",
     R"~(fn f(x: f32, mode: a | b | c) -> f32 { return match mode { a: x, b: 2 * x } }
)~",
     R"~(error: no case for `mode = c`
  --> t.fov:1:53
   |
 1 | fn f(x: f32, mode: a | b | c) -> f32 { return match mode { a: x, b: 2 * x } }
   |                                                     ^^^^
   |              ---- `c` is one of its choices
)~"},
    {"case that is no choice",
     R"~(fn f(x: f32, mode: a | b) -> f32 { return match mode { a: x, b: 2 * x, d: 3 * x } }
)~",
     R"~(error: `d` is no choice of `mode`: a | b
  --> t.fov:1:72
   |
 1 | fn f(x: f32, mode: a | b) -> f32 { return match mode { a: x, b: 2 * x, d: 3 * x } }
   |                                                                        ^
)~"},
    {"default that is no choice",
     R"~(fn f(x: f32, mode: a | b = c) -> f32 { return match mode { a: x, b: 2 * x } }
)~",
     R"~(error: the default of `mode` is none of its choices
  --> t.fov:1:28
   |
 1 | fn f(x: f32, mode: a | b = c) -> f32 { return match mode { a: x, b: 2 * x } }
   |                            ^
   |                    ----- these are the choices
)~"},
    {"default that is a number",
     R"~(fn f(x: f32, mode: a | b = 1) -> f32 { return match mode { a: x, b: 2 * x } }
)~",
     R"~(error: the default of `mode` is none of its choices
  --> t.fov:1:28
   |
 1 | fn f(x: f32, mode: a | b = 1) -> f32 { return match mode { a: x, b: 2 * x } }
   |                            ^
   |                    ----- these are the choices
)~"},
    {"result type of no option",
     R"~(fn f(x: f32) -> match mode { a: f32, b: f64 } { return x }
)~",
     R"~(error: `mode` is no option
  --> t.fov:1:23
   |
 1 | fn f(x: f32) -> match mode { a: f32, b: f64 } { return x }
   |                       ^^^^
)~"},
    {"result type without a case",
     R"~(fn f(x: f32, mode: a | b | c) -> match mode { a: f32, b: f32 } { return x }
)~",
     R"~(error: no result type for `mode = c`
  --> t.fov:1:40
   |
 1 | fn f(x: f32, mode: a | b | c) -> match mode { a: f32, b: f32 } { return x }
   |                                        ^^^^
)~"},
    {"result that depends on a value",
     R"~(fn f(x: f32, n: i64) -> match n { a: f32, b: f64 } { return x }
)~",
     R"~(error: `n` is no option
  --> t.fov:1:31
   |
 1 | fn f(x: f32, n: i64) -> match n { a: f32, b: f64 } { return x }
   |                               ^
)~"},
    {"result of another choice",
     R"~(fn f(x: f32[N], mode: none | mean) -> match mode { none: f32[N], mean: f32 } { return x }
)~",
     R"~(error: `x` is f32[N], f32 is declared
  --> t.fov:1:87
   |
 1 | fn f(x: f32[N], mode: none | mean) -> match mode { none: f32[N], mean: f32 } { return x }
   |                                                                                       ^
   |                                                                        --- declared here
)~"},
    {"case of a result type that is no choice",
     R"~(fn f(x: f32, mode: a | b) -> match mode { a: f32, bb: f32 } { return x }
)~",
     R"~(error: `bb` is no choice of `mode`: a | b
  --> t.fov:1:51
   |
 1 | fn f(x: f32, mode: a | b) -> match mode { a: f32, bb: f32 } { return x }
   |                                                   ^^
   = help: did you mean `b`?
)~"},
};
// clang-format on

TEST_CASE("mistakes in options", "[frontend]") { checkElaboration(mistakes); }
