//===- ElaborateMessagesFilesTest.cpp - imports and examples --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"function named like a builtin",
     R"~(fn exp(x: f32) -> f32 { return x }
)~",
     R"~(error: `exp` is built in: a function of that name could not be called
  --> t.fov:1:4
   |
 1 | fn exp(x: f32) -> f32 { return x }
   |    ^^^
   = help: choose another name
)~"},
    {"function named like a reduction",
     R"~(fn mean(x: f32[N]) -> f32 { return x[0] }
)~",
     R"~(error: `mean` is built in: a function of that name could not be called
  --> t.fov:1:4
   |
 1 | fn mean(x: f32[N]) -> f32 { return x[0] }
   |    ^^^^
   = help: choose another name
)~"},
    {"function named like a derivative",
     R"~(fn grad(x: f32) -> f32 { return x }
)~",
     R"~(error: `grad` is built in: a function of that name could not be called
  --> t.fov:1:4
   |
 1 | fn grad(x: f32) -> f32 { return x }
   |    ^^^^
   = help: choose another name
)~"},
    {"import clash",
     R"~(import std.nn
fn softmax(x: f32[N]) -> f32[N] { return x }
)~",
     R"~(error: `softmax` clashes with a function of the same name
   --> t.fov:1:1
    |
  1 | import std.nn
    | ^^^^^^^^^^^^^
   --> t.fov:2:4
    |
  2 | fn softmax(x: f32[N]) -> f32[N] { return x }
    |    ------- one is here
   --> std/nn.fov:10:4
    |
 10 | fn softmax(x: float[J]) -> float[J] {
    |    ------- the other here
    = help: rename yours
)~"},
    {"no such module",
     R"~(import std.atention
fn f(x: f32) -> f32 { return x }
)~",
     R"~(error: there is no module `std.atention`
  --> t.fov:1:1
   |
 1 | import std.atention
   | ^^^^^^^^^^^^^^^^^^^
   = help: did you mean `std.attention`?
)~"},
    {"no such module at all",
     R"~(import torch
fn f(x: f32) -> f32 { return x }
)~",
     R"~(error: there is no module `torch`
  --> t.fov:1:1
   |
 1 | import torch
   | ^^^^^^^^^^^^
   = help: a program is one file, and imports modules of the library only: std.attention, std.loss, std.nn
)~"},
    {"example of an unknown function",
     R"~(fn attend(x: f32[N]) -> f32 { return x[0] }
example { atend: N = 3 }
)~",
     R"~(error: there is no function `atend` in this file
  --> t.fov:2:11
   |
 2 | example { atend: N = 3 }
   |           ^^^^^
   = help: did you mean `attend`?
)~"},
    {"example with an unknown input",
     R"~(fn f(query: f32[N]) -> f32 { return query[0] }
example { f: qeury = [1, 2], L = 3 }
)~",
     R"~(error: `f` has no input or dimension `qeury`
  --> t.fov:2:14
   |
 2 | example { f: qeury = [1, 2], L = 3 }
   |              ^^^^^
   = help: did you mean `query`?

error: `f` has no input or dimension `L`
  --> t.fov:2:30
   |
 2 | example { f: qeury = [1, 2], L = 3 }
   |                              ^
)~"},
    {"example with no such choice",
     R"~(fn f(x: f32, r: none | mean = none) -> f32 { return x }
example { f: r = sum }
)~",
     R"~(error: `r` is none | mean, this is none of these
  --> t.fov:2:18
   |
 2 | example { f: r = sum }
   |                  ^^^
)~"},
    {"example with a number for a choice",
     R"~(fn f(x: f32, r: none | mean = none) -> f32 { return x }
example { f: r = 1 }
)~",
     R"~(error: `r` is none | mean, this is none of these
  --> t.fov:2:18
   |
 2 | example { f: r = 1 }
   |                  ^
)~"},
    {"example with another function",
     R"~(fn f(x: f32[N]) -> f32 { return x[0] }
example { f: x = zeros(3) }
)~",
     R"~(error: an example sets a value by a number, an array, a file name, `random(lo, hi)` or `normal()`
  --> t.fov:2:18
   |
 2 | example { f: x = zeros(3) }
   |                  ^^^^^^^^
)~"},
    {"example with one bound",
     R"~(fn f(x: f32[N]) -> f32 { return x[0] }
example { f: x = random(3) }
)~",
     R"~(error: an example sets a value by a number, an array, a file name, `random(lo, hi)` or `normal()`
  --> t.fov:2:18
   |
 2 | example { f: x = random(3) }
   |                  ^^^^^^^^^
)~"},
    {"example with ragged rows",
     R"~(fn f(x: f32[N, M]) -> f32 { return x[0, 0] }
example { f: x = [[1, 2], [3]] }
)~",
     R"~(error: the rows of an array must have one length and hold numbers
  --> t.fov:2:27
   |
 2 | example { f: x = [[1, 2], [3]] }
   |                           ^^^
)~"},
    {"example with a dimension that comes later",
     R"~(fn f(x: f32[N, M]) -> f32 { return x[0, 0] }
example { f: N = 2 * M, M = 3 }
)~",
     R"~(error: an example needs a number that is known here, made of numbers and dimensions before it
  --> t.fov:2:18
   |
 2 | example { f: N = 2 * M, M = 3 }
   |                  ^^^^^
)~"},
    {"example with a bound that is not known",
     R"~(fn f(t: i64[N], C: i64) -> i64 { return t[0] }
example { f: t = random(0, K) }
)~",
     R"~(error: an example needs a number that is known here, made of numbers and dimensions before it
  --> t.fov:2:28
   |
 2 | example { f: t = random(0, K) }
   |                            ^
)~"},
};
// clang-format on

TEST_CASE("mistakes in imports and examples", "[frontend]") {
  checkElaboration(mistakes);
}
