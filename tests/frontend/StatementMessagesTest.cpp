//===- StatementMessagesTest.cpp - what is said about statements ----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/Messages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"two statements on a line", R"~(fn f(x: f32[N]) -> f32 {
  y = 1 z = 2
  return x
}
)~",
     R"~(error: an operator is missing between `1` and `z`
  --> t.fov:2:9
   |
 2 |   y = 1 z = 2
   |         ^
   = help: a product is written `a * b`; statements on one line are separated by `;`
)~"},
    {"missing operator", R"~(fn f(x: f32[N]) -> f32 {
  y = 2 (x[0])
  return x
}
)~",
     R"~(error: an operator is missing between `2` and `(`
  --> t.fov:2:9
   |
 2 |   y = 2 (x[0])
   |         ^
   = help: a product is written `a * b`; statements on one line are separated by `;`
)~"},
    {"require without a condition", R"~(fn f(x: f32[N]) -> f32 {
  require
  return x
}
)~",
     R"~(error: expected a condition, found the end of the line
  --> t.fov:2:10
   |
 2 |   require
   |          ^
)~"},
    {"return without a value", R"~(fn f(x: f32) {
  return
}
)~",
     R"~(error: `return` has no value
  --> t.fov:2:3
   |
 2 |   return
   |   ^^^^^^
   = help: write `return x`
)~"},
    {"line starts with an operator", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0]
  + x[1]
  return x
}
)~",
     R"~(error: a line cannot start with `+`
  --> t.fov:3:3
   |
 3 |   + x[1]
   |   ^
   = help: end the line before with `+`, or put the expression in parentheses
)~"},
    {"line starts with a minus", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0]
  - x[1]
  return x
}
)~",
     R"~(error: a line cannot start with `-`
  --> t.fov:3:3
   |
 3 |   - x[1]
   |   ^
   = help: end the line before with `-`, or put the expression in parentheses
)~"},
    {"line starts with `=`", R"~(fn f(x: f32[N]) -> f32 {
  y
  = 3
  return x
}
)~",
     R"~(error: a line cannot start with `=`
  --> t.fov:3:3
   |
 3 |   = 3
   |   ^
   = help: end the line before with `=`
)~"},
    {"name twice", R"~(fn f(x: f32[N]) -> f32 {
  a, a = g(x)
  return x
}
)~",
     R"~(error: name `a` is given twice
  --> t.fov:2:6
   |
 2 |   a, a = g(x)
   |      ^
   |   - first here
)~"},
    {"several names with an index", R"~(fn f(x: f32[N]) -> f32 {
  a, b[i] = g(x)
  return x
}
)~",
     R"~(error: of several names none can have indices
  --> t.fov:2:6
   |
 2 |   a, b[i] = g(x)
   |      ^
   = help: `a, b = f(x)` gives names to the whole results of `f`; index by index a function has one result: write one for each
)~"},
    {"names without a value", R"~(fn f(x: f32[N]) -> f32 {
  a, b
  return x
}
)~",
     R"~(error: expected `=`, found the end of the line
  --> t.fov:2:7
   |
 2 |   a, b
   |       ^
)~"},
    {"reserved word", R"~(fn f(x: f32[N]) -> f32 {
  match = 3
  return x
}
)~",
     R"~(error: `match` is a reserved word and cannot be a name
  --> t.fov:2:3
   |
 2 |   match = 3
   |   ^^^^^
   = help: choose another name, such as `match_`
)~"},
    {"empty brackets on the left", R"~(fn f(x: f32[N]) -> f32 {
  y[] = 3
  return x
}
)~",
     R"~(error: these brackets name no index
  --> t.fov:2:4
   |
 2 |   y[] = 3
   |    ^^
   = help: a whole array is defined without brackets: `y = ...`
)~"},
    {"index twice", R"~(fn f(x: f32[N]) -> f32 {
  y[i, i] = 3
  return x
}
)~",
     R"~(error: index `i` is given twice
  --> t.fov:2:8
   |
 2 |   y[i, i] = 3
   |        ^
   |     - first here
)~"},
    {"expression as an index on the left", R"~(fn f(x: f32[N]) -> f32 {
  y[i + 1] = 3
  return x
}
)~",
     R"~(error: an index on the left of `=` is a new name, not an expression
  --> t.fov:2:5
   |
 2 |   y[i + 1] = 3
   |     ^
   = help: write `y[i] = ...` and put the arithmetic on the right
)~"},
    {"if", R"~(fn f(x: f32[N]) -> f32 {
  if x[0] > 1 { y = 3 }
  return x
}
)~",
     R"~(error: `if` starts no statement
  --> t.fov:2:3
   |
 2 |   if x[0] > 1 { y = 3 }
   |   ^^
   = help: a choice is written `where(condition, a, b)`
)~"},
    {"let", R"~(fn f(x: f32[N]) -> f32 {
  let y = 3
  return x
}
)~",
     R"~(error: `let` starts no statement
  --> t.fov:2:3
   |
 2 |   let y = 3
   |   ^^^
   = help: a definition needs no word before it: `x = ...`
)~"},
    {"for", R"~(fn f(x: f32[N]) -> f32 {
  for i in x
  return x
}
)~",
     R"~(error: `for` starts no statement
  --> t.fov:2:3
   |
 2 |   for i in x
   |   ^^^
   = help: there are no loops: `y[i] = ...` runs over every `i`, `sum[j](...)` adds over `j`
)~"},
    {"stray parenthesis", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0])
  return x
}
)~",
     R"~(error: `)` closes nothing
  --> t.fov:2:11
   |
 2 |   y = x[0])
   |           ^
   = help: remove it, or open the bracket before
)~"},
    {"stray parenthesis at the start", R"~(fn f(x: f32[N]) -> f32 {
  )
  return x
}
)~",
     R"~(error: `)` closes nothing
  --> t.fov:2:3
   |
 2 |   )
   |   ^
   = help: remove it, or open the bracket before
)~"},
    {"declared type", R"~(fn f(x: f32[N]) -> f32 {
  y: f32 = 3
  return x
}
)~",
     R"~(error: a definition does not tell its type
  --> t.fov:2:4
   |
 2 |   y: f32 = 3
   |    ^
   = help: the type follows from the value: `y = ...`
)~"},
    {"assignment to an expression", R"~(fn f(x: f32[N]) -> f32 {
  x[0] + 1 = 3
  return x
}
)~",
     R"~(error: only a name can be defined, or a name with indices
  --> t.fov:2:3
   |
 2 |   x[0] + 1 = 3
   |   ^^^^^^^^
)~"},
    {"equality as a statement", R"~(fn f(x: f32[N]) -> f32 {
  y == 3
  return x
}
)~",
     R"~(error: a comparison is no statement
  --> t.fov:2:3
   |
 2 |   y == 3
   |   ^^^^^^
   = help: to define a name, write `=`; to demand it, write `require`
)~"},
    {"value not returned", R"~(fn f(x: f32) {
  x + 1
}
)~",
     R"~(error: this value is not returned
  --> t.fov:2:3
   |
 2 |   x + 1
   |   ^^^^^
   = help: the last statement of a function is `return`
)~"},
    {"value not used", R"~(fn f(x: f32[N]) -> f32 {
  x[0]
  return x
}
)~",
     R"~(error: this value is not used
  --> t.fov:2:3
   |
 2 |   x[0]
   |   ^^^^
   = help: give it a name, `x = ...`, or remove it
)~"},
    {"no statement", R"~(fn f(x: f32[N]) -> f32 {
  { y = 3 }
  return x
}
)~",
     R"~(error: expected a statement, found `{`
  --> t.fov:2:3
   |
 2 |   { y = 3 }
   |   ^
)~"},
    {"comparison with `=`", R"~(fn f(x: f32[N]) -> f32 {
  require N = 3
  return x
}
)~",
     R"~(error: `=` cannot stand in an expression
  --> t.fov:2:13
   |
 2 |   require N = 3
   |             ^
   = help: `=` defines a name; to compare, write `==`
)~"},
    {"end of the line", R"~(fn f(x: f32[N]) -> f32 {
  y =
  return x
}
)~",
     R"~(error: expected an expression, found the end of the line
  --> t.fov:2:6
   |
 2 |   y =
   |      ^
)~"},
    {"end of the file", "fn f(x: f32) {\n  return x",
     R"~(error: `}` is missing
  --> t.fov:2:11
   |
 2 |   return x
   |           ^
  --> t.fov:1:14
   |
 1 | fn f(x: f32) {
   |              - this `{` is not closed
)~"},
    {"missing parenthesis", R"~(fn f(x: f32[N]) -> f32 {
  y = exp(x[0]
  return x
}
)~",
     R"~(error: `)` is missing
  --> t.fov:2:15
   |
 2 |   y = exp(x[0]
   |               ^
   |          - this `(` is not closed
)~"},
    {"missing bracket", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0
  return x
}
)~",
     R"~(error: `]` is missing
  --> t.fov:2:10
   |
 2 |   y = x[0
   |          ^
   |        - this `[` is not closed
)~"},
    {"wrong bracket", R"~(fn f(x: f32[N]) -> f32 {
  y = exp(x[0)]
  return x
}
)~",
     R"~(error: expected `,` or `]`, found `)`
  --> t.fov:2:14
   |
 2 |   y = exp(x[0)]
   |              ^
   |            - inside this `[`
)~"},
    {"comma forgotten", R"~(fn f(x: f32[N]) -> f32 {
  y = max(x[0] x[1])
  return x
}
)~",
     R"~(error: expected `,` or `)`, found `x`
  --> t.fov:2:16
   |
 2 |   y = max(x[0] x[1])
   |                ^
   |          - inside this `(`
)~"},
};
// clang-format on

TEST_CASE("mistakes in statements", "[frontend]") { checkMessages(mistakes); }
