//===- DeclarationMessagesTest.cpp - what is said about declarations ------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/Messages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"stray brace", R"~(fn f(x: f32) { return x }
}
)~",
     R"~(error: `}` closes nothing
  --> t.fov:2:1
   |
 2 | }
   | ^
   = help: remove it, or open the bracket before
)~"},
    {"stray semicolon", "fn f(x: f32) { return x };\n",
     R"~(error: `;` stands only between the statements of a block
  --> t.fov:1:26
   |
 1 | fn f(x: f32) { return x };
   |                          ^
   = help: remove it
)~"},
    {"definition at the top", R"~(x = 3
fn f(x: f32) { return x }
)~",
     R"~(error: expected `fn`, `test`, `example` or `import`, found `x`
  --> t.fov:1:1
   |
 1 | x = 3
   | ^
   = help: definitions stand inside a function, between its braces
)~"},
    {"foreign function", "def f(x: f32) { return x }\n",
     R"~(error: expected `fn`, `test`, `example` or `import`, found `def`
  --> t.fov:1:1
   |
 1 | def f(x: f32) { return x }
   | ^^^
   = help: a function starts with `fn`
)~"},
    {"something else at the top", "struct A { }\n",
     R"~(error: expected `fn`, `test`, `example` or `import`, found `struct`
  --> t.fov:1:1
   |
 1 | struct A { }
   | ^^^^^^
)~"},
    {"end of file at the top", "fn\n",
     R"~(error: expected the name of the function, found the end of the file
  --> t.fov:1:3
   |
 1 | fn
   |   ^
)~"},
    {"import of a string", R"~(import "std.nn"
)~",
     R"~(error: a module's name stands without quotes
  --> t.fov:1:8
   |
 1 | import "std.nn"
   |        ^^^^^^^^
   = help: write `import std.nn`
)~"},
    {"import without a name", R"~(import

fn f(x: f32) { return x }
)~",
     R"~(error: expected the name of a module, found the end of the line
  --> t.fov:1:7
   |
 1 | import
   |       ^
)~"},
    {"two modules", "import std.nn, std.loss\n",
     R"~(error: expected the end of the line, found `,`
  --> t.fov:1:14
   |
 1 | import std.nn, std.loss
   |              ^
   = help: every module has an `import` of its own
)~"},
    {"function without a name", "fn (x: f32) { return x }\n",
     R"~(error: expected the name of the function, found `(`
  --> t.fov:1:4
   |
 1 | fn (x: f32) { return x }
   |    ^
)~"},
    {"function with a reserved name", "fn match(x: f32) { return x }\n",
     R"~(error: `match` is a reserved word and cannot be a name
  --> t.fov:1:4
   |
 1 | fn match(x: f32) { return x }
   |    ^^^^^
   = help: choose another name, such as `match_`
)~"},
    {"function without parameters", "fn f { return 1 }\n",
     R"~(error: expected `(` and the parameters of `f`, found `{`
  --> t.fov:1:6
   |
 1 | fn f { return 1 }
   |      ^
)~"},
    {"two returns", R"~(fn f(x: f32[N]) -> f32 {
  return x
  return x
}
)~",
     R"~(error: a second `return` in `f`
  --> t.fov:3:3
   |
 3 |   return x
   |   ^^^^^^^^
  --> t.fov:2:3
   |
 2 |   return x
   |   -------- the first one
   = help: a function has one `return`, its last statement; a choice is written `where(condition, a, b)`
)~"},
    {"return not at the end", R"~(fn f(x: f32) {
  return y
  y = x
}
)~",
     R"~(error: `return` is not the last statement of `f`
  --> t.fov:2:3
   |
 2 |   return y
   |   ^^^^^^^^
   = help: move it to the end of the function
)~"},
    {"no return", R"~(fn f(x: f32) {
  y = x
}
)~",
     R"~(error: `f` has no `return`
  --> t.fov:1:4
   |
 1 | fn f(x: f32) {
   |    ^
   = help: end the function with `return` and the result
)~"},
    {"not a parameter", "fn f(3: f32) { return x }\n",
     R"~(error: expected a parameter, found `3`
  --> t.fov:1:6
   |
 1 | fn f(3: f32) { return x }
   |      ^
)~"},
    {"parameter without a type", "fn f(x) { return x }\n",
     R"~(error: parameter `x` has no type
  --> t.fov:1:6
   |
 1 | fn f(x) { return x }
   |      ^
   = help: write `x: float`
)~"},
    {"type before the name", "fn f(f32 x) { return x }\n",
     R"~(error: the type stands behind the parameter's name
  --> t.fov:1:6
   |
 1 | fn f(f32 x) { return x }
   |      ^^^
   = help: write `x: f32`
)~"},
    {"no colon", "fn f(x f32[N], y: f32) { return x }\n",
     R"~(error: expected `:` between `x` and its type
  --> t.fov:1:8
   |
 1 | fn f(x f32[N], y: f32) { return x }
   |        ^^^
)~"},
    {"no colon but a bracket", "fn f(x[N]: f32) { return x }\n",
     R"~(error: expected `:` and the type of `x`, found `[`
  --> t.fov:1:7
   |
 1 | fn f(x[N]: f32) { return x }
   |       ^
)~"},
    {"parameter twice", "fn f(x: f32, y: f32, x: f32) { return x }\n",
     R"~(error: parameter `x` is given twice
  --> t.fov:1:22
   |
 1 | fn f(x: f32, y: f32, x: f32) { return x }
   |                      ^
   |      - first here
)~"},
    {"result twice", "fn f(x: f32) -> (a: f32, a: f32) { return x, x }\n",
     R"~(error: result `a` is given twice
  --> t.fov:1:26
   |
 1 | fn f(x: f32) -> (a: f32, a: f32) { return x, x }
   |                          ^
   |                  - first here
)~"},
    {"no arrow", "fn f(x: f32) f32 { return x }\n",
     R"~(error: expected `->` before the result's type, found `f32`
  --> t.fov:1:14
   |
 1 | fn f(x: f32) f32 { return x }
   |              ^^^
)~"},
    {"arrow inside the parentheses", "fn f(x: f32, y: f32 -> f32) { return x }\n",
     R"~(error: expected `,` or `)`, found `->`
  --> t.fov:1:21
   |
 1 | fn f(x: f32, y: f32 -> f32) { return x }
   |                     ^^
   |     - inside this `(`
)~"},
    {"fat arrow", "fn f(x: f32) => f32 { return x }\n",
     R"~(error: expected `->` before the result's type, found `=>`
  --> t.fov:1:14
   |
 1 | fn f(x: f32) => f32 { return x }
   |              ^^
)~"},
    {"no result", "fn f(x: f32) -> () { return x }\n",
     R"~(error: a function has a result
  --> t.fov:1:17
   |
 1 | fn f(x: f32) -> () { return x }
   |                 ^^
   = help: name its type: `-> f32[N]`
)~"},
    {"named result", "fn f(x: f32) -> y: f32 { return x }\n",
     R"~(error: a named result stands in parentheses
  --> t.fov:1:17
   |
 1 | fn f(x: f32) -> y: f32 { return x }
   |                 ^
   = help: write `-> (y: ...)`
)~"},
    {"no brace", R"~(fn f(x: f32) -> f32
  return x
}
)~",
     R"~(error: expected `{`, found the end of the line
  --> t.fov:1:20
   |
 1 | fn f(x: f32) -> f32
   |                    ^
)~"},
    {"missing brace", R"~(fn f(x: f32) -> f32 {
  return x

fn g(x: f32) -> f32 { return x }
)~",
     R"~(error: `}` is missing
  --> t.fov:2:11
   |
 2 |   return x
   |           ^
  --> t.fov:1:21
   |
 1 | fn f(x: f32) -> f32 {
   |                     - this `{` is not closed
)~"},
    {"missing parenthesis of parameters", R"~(fn f(x: f32, y: f32 -> f32 {
  return x
}
)~",
     R"~(error: expected `,` or `)`, found `->`
  --> t.fov:1:21
   |
 1 | fn f(x: f32, y: f32 -> f32 {
   |                     ^^
   |     - inside this `(`
)~"},
    {"trailing comma", "fn f(x: f32,) -> f32 { return x }\n",
     R"~(error: nothing follows this comma
  --> t.fov:1:12
   |
 1 | fn f(x: f32,) -> f32 { return x }
   |            ^
   = help: remove the comma
)~"},
    {"test without a name", "test { 1 == 1 }\n",
     R"~(error: expected the name of the test in double quotes, found `{`
  --> t.fov:1:6
   |
 1 | test { 1 == 1 }
   |      ^
)~"},
    {"return in a test", R"~(test "t" {
  return 3
}
)~",
     R"~(error: `return` stands only in a function
  --> t.fov:2:3
   |
 2 |   return 3
   |   ^^^^^^
   = help: a line of a test is a condition by itself
)~"},
    {"assignment in a test", R"~(test "t" { f(1) = 3 }
)~",
     R"~(error: only a name can be defined, or a name with indices
  --> t.fov:1:12
   |
 1 | test "t" { f(1) = 3 }
   |            ^^^^
   = help: to compare, write `==` or `~=`
)~"},
    {"example without a colon", "example { f N = 3 }\n",
     R"~(error: expected `:` after the name of the function, found `N`
  --> t.fov:1:13
   |
 1 | example { f N = 3 }
   |             ^
)~"},
    {"example without settings", "example { f: 3 }\n",
     R"~(error: expected a setting such as `N = 1024`, found `3`
  --> t.fov:1:14
   |
 1 | example { f: 3 }
   |              ^
)~"},
    {"setting twice", "example { f: N = 3, N = 4 }\n",
     R"~(error: setting `N` is given twice
  --> t.fov:1:21
   |
 1 | example { f: N = 3, N = 4 }
   |                     ^
   |              - first here
)~"},
    {"number in an example", R"~(example {
  3: N = 3
}
)~",
     R"~(error: expected the name of a function, found `3`
  --> t.fov:2:3
   |
 2 |   3: N = 3
   |   ^
)~"},
};
// clang-format on

TEST_CASE("mistakes in declarations", "[frontend]") { checkMessages(mistakes); }
