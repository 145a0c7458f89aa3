//===- ExpressionMessagesTest.cpp - what is said about expressions --------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/Messages.h"

using namespace fovea;

// clang-format off
static const Mistake mistakes[] = {
    {"conditional of Python", "fn f(x: f32[N]) { y = 1 if N > 3 else 2; return x }\n",
     R"~(error: `if` cannot stand in an expression
  --> t.fov:1:25
   |
 1 | fn f(x: f32[N]) { y = 1 if N > 3 else 2; return x }
   |                         ^^
   = help: a choice is written `where(condition, a, b)`
)~"},
    {"loop of Python", "fn f(x: f32[N]) { y = sum(x[i] for i in N); return x }\n",
     R"~(error: `for` cannot stand in an expression
  --> t.fov:1:32
   |
 1 | fn f(x: f32[N]) { y = sum(x[i] for i in N); return x }
   |                                ^^^
   |                          - inside this `(`
   = help: there are no loops: `y[i] = ...` runs over every `i`, `sum[j](...)` adds over `j`
)~"},
    {"lambda of Python", "fn f(x: f32[N]) { y = g(x, lambda a: a); return x }\n",
     R"~(error: `lambda` cannot stand in an expression
  --> t.fov:1:28
   |
 1 | fn f(x: f32[N]) { y = g(x, lambda a: a); return x }
   |                            ^^^^^^
   = help: a function without a name is written `(x) -> ...`
)~"},
    {"`=` in parentheses", "fn f(x: f32[N]) { y = (N = 3); return x }\n",
     R"~(error: `=` cannot stand in an expression
  --> t.fov:1:26
   |
 1 | fn f(x: f32[N]) { y = (N = 3); return x }
   |                          ^
   |                       - inside this `(`
   = help: `=` defines a name; to compare, write `==`
)~"},
    {"`=` in `where`", "fn f(x: f32[N]) { y = where(N = 3, 1, 2); return x }\n",
     R"~(error: `where` has no named arguments
  --> t.fov:1:31
   |
 1 | fn f(x: f32[N]) { y = where(N = 3, 1, 2); return x }
   |                               ^
   = help: `=` names an argument; to compare, write `==`
)~"},
    {"lambda without parentheses", "fn f(x: f32[N]) { y = g(x, a -> a); return x }\n",
     R"~(error: the parameters of a function stand in parentheses
  --> t.fov:1:28
   |
 1 | fn f(x: f32[N]) { y = g(x, a -> a); return x }
   |                            ^
   |                        - inside this `(`
   = help: write `(a) -> ...`
)~"},
    {"fat arrow", "fn f(x: f32[N]) { y = N => 3; return x }\n",
     R"~(error: `=>` is not known here
  --> t.fov:1:25
   |
 1 | fn f(x: f32[N]) { y = N => 3; return x }
   |                         ^^
   = help: write `>=` to compare, `(x) -> ...` for a function
)~"},
    {"guard outside", "fn f(x: f32[N]) { y = (x[0] | N > 3); return x }\n",
     R"~(error: a guard `|` cannot stand here
  --> t.fov:1:29
   |
 1 | fn f(x: f32[N]) { y = (x[0] | N > 3); return x }
   |                             ^
   |                       - inside this `(`
   = help: a guard stands behind the indices of a reduction: `sum[j | condition](...)`; or is written `or`
)~"},
    {"method", "fn f(x: f32[N]) { y = x.T; return x }\n",
     R"~(error: `.` cannot stand in an expression
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) { y = x.T; return x }
   |                        ^
   = help: functions are called as `f(x)`; a transposed array is read as `x[j, i]`
)~"},
    {"torch's reduction", "fn f(x: f32[N]) { y = x.sum(dim=-1); return x }\n",
     R"~(error: `.` cannot stand in an expression
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) { y = x.sum(dim=-1); return x }
   |                        ^
   = help: a reduction binds an index: `sum[j](x[i, j])`
)~"},
    {"torch's function", "fn f(x: f32[N]) { y = F.relu(x); return x }\n",
     R"~(error: `.` cannot stand in an expression
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) { y = F.relu(x); return x }
   |                        ^
   = help: functions are called as `relu(x)`
)~"},
    {"torch's shape", "fn f(x: f32[N]) { y = x.shape[0]; return x }\n",
     R"~(error: `.` cannot stand in an expression
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) { y = x.shape[0]; return x }
   |                        ^
   = help: a size is a dimension of the signature, as N of `x: f32[N]`
)~"},
    {"reduction without parentheses", "fn f(x: f32[N]) { y = sum[j] x[j]; return x }\n",
     R"~(error: expected an operator or `(`, found `x`
  --> t.fov:1:30
   |
 1 | fn f(x: f32[N]) { y = sum[j] x[j]; return x }
   |                              ^
   = help: what a reduction works on stands in parentheses: `sum[j](...)`
)~"},
    {"`not` behind an operator", "fn f(x: f32[N]) { y = 1 == not b; return x }\n",
     R"~(error: `not` cannot stand behind an operator that binds more tightly
  --> t.fov:1:28
   |
 1 | fn f(x: f32[N]) { y = 1 == not b; return x }
   |                            ^^^
   = help: put parentheses around it: `(not x)`
)~"},
    {"`~=` in a function", "fn f(x: f32[N]) { y = N ~= 3; return x }\n",
     R"~(error: `~=` stands only in tests
  --> t.fov:1:25
   |
 1 | fn f(x: f32[N]) { y = N ~= 3; return x }
   |                         ^^
   = help: write `abs(a - b) < tolerance`
)~"},
    {"unary plus", "fn f(x: f32[N]) { y = +3; return x }\n",
     R"~(error: expected an expression, found `+`
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N]) { y = +3; return x }
   |                       ^
   = help: there is no `+` before a single operand
)~"},
    {"increment", "fn f(x: f32[N]) { y = N++; return x }\n",
     R"~(error: expected an expression, found `+`
  --> t.fov:1:25
   |
 1 | fn f(x: f32[N]) { y = N++; return x }
   |                         ^
)~"},
    {"no operand", R"~(fn f(x: f32[N]) -> f32 {
  y = N *
  return x
}
)~",
     R"~(error: expected an expression, found the end of the line
  --> t.fov:2:10
   |
 2 |   y = N *
   |          ^
)~"},
    {"reserved word", "fn f(x: f32[N]) { y = test + 1; return x }\n",
     R"~(error: `test` is a reserved word and cannot be a name
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N]) { y = test + 1; return x }
   |                       ^^^^
   = help: choose another name, such as `test_`
)~"},
    {"string", R"~(fn f(x: f32[N]) { y = g(x, "mean"); return x }
)~",
     R"~(error: a string cannot stand in an expression
  --> t.fov:1:28
   |
 1 | fn f(x: f32[N]) { y = g(x, "mean"); return x }
   |                            ^^^^^^
   = help: strings name tests, and files in `example` blocks; a choice of an option is a bare word
)~"},
    {"empty parentheses", "fn f(x: f32[N]) { y = (); return x }\n",
     R"~(error: there is nothing between these parentheses
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N]) { y = (); return x }
   |                       ^^
)~"},
    {"lambda as an operand", "fn f(x: f32[N]) { y = 1 + (a) -> a; return x }\n",
     R"~(error: a function cannot be the operand of an operator
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = 1 + (a) -> a; return x }
   |                           ^
   = help: functions without a name are arguments: `f((x) -> x)`
)~"},
    {"tuple", "fn f(x: f32[N]) { y = (1, 2); return x }\n",
     R"~(error: expected `)`, found `,`
  --> t.fov:1:25
   |
 1 | fn f(x: f32[N]) { y = (1, 2); return x }
   |                         ^
   |                       - inside this `(`
   = help: there are no tuples: write `return a, b` and `a, b = f(x)`, and `[a, b]` for an array
)~"},
    {"empty array", "fn f(x: f32[N]) { y = []; return x }\n",
     R"~(error: an array has one element at least
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N]) { y = []; return x }
   |                       ^^
)~"},
    {"type of a lambda's parameter", "fn f(x: f32[N]) { y = g((a: f32) -> a); return x }\n",
     R"~(error: a parameter of a function without a name has no type of its own
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = g((a: f32) -> a); return x }
   |                           ^
   = help: remove the type; it follows from the call
)~"},
    {"parameter of a lambda twice", "fn f(x: f32[N]) { y = g((a, a) -> a); return x }\n",
     R"~(error: parameter `a` is given twice
  --> t.fov:1:29
   |
 1 | fn f(x: f32[N]) { y = g((a, a) -> a); return x }
   |                             ^
   |                          - first here
)~"},
    {"`where` as a value", "fn f(x: f32[N]) { y = where + 1; return x }\n",
     R"~(error: `where` is a reserved word and cannot be a name
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N]) { y = where + 1; return x }
   |                       ^^^^^
   = help: it is called: `where(condition, a, b)`
)~"},
    {"pack as a value", "fn f(x: f32[N]) { y = s... + 1; return x }\n",
     R"~(error: a pack of axes cannot stand here
  --> t.fov:1:23
   |
 1 | fn f(x: f32[N]) { y = s... + 1; return x }
   |                       ^^^^
   = help: packs stand among indices and sizes: `x[s...]`
)~"},
    {"slice", "fn f(x: f32[N]) { y = x[1:3]; return x }\n",
     R"~(error: expected an index, found `:`
  --> t.fov:1:26
   |
 1 | fn f(x: f32[N]) { y = x[1:3]; return x }
   |                          ^
   = help: there are no slices: a part of an array is defined by its indices, `y[i: N] = x[i + 1]`
)~"},
    {"empty read", "fn f(x: f32[N]) { y = x[]; return x }\n",
     R"~(error: there is no index between these brackets
  --> t.fov:1:24
   |
 1 | fn f(x: f32[N]) { y = x[]; return x }
   |                        ^^
   = help: the whole array is written `x`
)~"},
    {"empty binders", "fn f(x: f32[N]) { y = sum[](x); return x }\n",
     R"~(error: `sum` has no index to run over
  --> t.fov:1:26
   |
 1 | fn f(x: f32[N]) { y = sum[](x); return x }
   |                          ^^
   = help: name one: `sum[j](...)`
)~"},
    {"guard in a read", "fn f(x: f32[N]) { y = x[j | j > 1]; return x }\n",
     R"~(error: a guard `|` needs an operand behind the brackets
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = x[j | j > 1]; return x }
   |                           ^
   = help: write `x[j | condition](...)`
)~"},
    {"two guards", "fn f(x: f32[N]) { y = sum[j | j > 1 | j < 3](x[j]); return x }\n",
     R"~(error: a second guard
  --> t.fov:1:37
   |
 1 | fn f(x: f32[N]) { y = sum[j | j > 1 | j < 3](x[j]); return x }
   |                                     ^
   |                               ----- the first one
   = help: join them with `and`
)~"},
    {"expression as a binder", "fn f(x: f32[N]) { y = sum[j < 3](x[j]); return x }\n",
     R"~(error: what a call runs over is a new name, not an expression
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = sum[j < 3](x[j]); return x }
   |                           ^
   = help: write `sum[j](...)`, with a guard `sum[j | j < N](...)`
)~"},
    {"binder that is no name", "fn f(x: f32[N]) { y = sum[(j)](x[j]); return x }\n",
     R"~(error: expected the name of an index, found `(`
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = sum[(j)](x[j]); return x }
   |                           ^
)~"},
    {"index twice", "fn f(x: f32[N]) { y = sum[j, j](x[j]); return x }\n",
     R"~(error: index `j` is given twice
  --> t.fov:1:30
   |
 1 | fn f(x: f32[N]) { y = sum[j, j](x[j]); return x }
   |                              ^
   |                           - first here
)~"},
    {"argument by place behind one by name", "fn f(x: f32[N]) { y = g(a = 1, 2); return x }\n",
     R"~(error: an argument without a name behind one with a name
  --> t.fov:1:32
   |
 1 | fn f(x: f32[N]) { y = g(a = 1, 2); return x }
   |                                ^
   |                         - this one has a name
   = help: give it a name too, or move it to the front
)~"},
    {"argument twice", "fn f(x: f32[N]) { y = g(a = 1, a = 2); return x }\n",
     R"~(error: argument `a` is given twice
  --> t.fov:1:32
   |
 1 | fn f(x: f32[N]) { y = g(a = 1, a = 2); return x }
   |                                ^
   |                         - first here
)~"},
    {"match without braces", "fn f(x: f32[N]) { y = match r a; return x }\n",
     R"~(error: expected `{` and the cases, found `a`
  --> t.fov:1:31
   |
 1 | fn f(x: f32[N]) { y = match r a; return x }
   |                               ^
)~"},
    {"match without cases", "fn f(x: f32[N]) { y = match r {}; return x }\n",
     R"~(error: this `match` has no case
  --> t.fov:1:31
   |
 1 | fn f(x: f32[N]) { y = match r {}; return x }
   |                               ^^
   = help: give every choice a case: `{ none: a, mean: b }`
)~"},
    {"match without a colon", "fn f(x: f32[N]) { y = match r { a = 1 }; return x }\n",
     R"~(error: expected `:` after the choice, found `=`
  --> t.fov:1:35
   |
 1 | fn f(x: f32[N]) { y = match r { a = 1 }; return x }
   |                                   ^
)~"},
    {"case without a name", "fn f(x: f32[N]) { y = match r { 1: 1 }; return x }\n",
     R"~(error: expected a choice, found `1`
  --> t.fov:1:33
   |
 1 | fn f(x: f32[N]) { y = match r { 1: 1 }; return x }
   |                                 ^
)~"},
    {"cases with a semicolon", "fn f(x: f32[N]) { y = match r { a: 1; b: 2 }; return x }\n",
     R"~(error: expected `,`, a line break or `}` after the case, found `;`
  --> t.fov:1:37
   |
 1 | fn f(x: f32[N]) { y = match r { a: 1; b: 2 }; return x }
   |                                     ^
   |                               - inside this `{`
)~"},
    {"trailing comma", "fn f(x: f32[N]) { y = g(x,); return x }\n",
     R"~(error: nothing follows this comma
  --> t.fov:1:26
   |
 1 | fn f(x: f32[N]) { y = g(x,); return x }
   |                          ^
   = help: remove the comma
)~"},
    {"match that is not closed", R"~(fn f(r: a | b) {
  y = match r {
    a: 1
    b: 2
  return y
}
)~",
     R"~(error: `}` is missing
  --> t.fov:4:9
   |
 4 |     b: 2
   |         ^
  --> t.fov:2:15
   |
 2 |   y = match r {
   |               - this `{` is not closed
)~"},
    {"indices in two pairs", "fn f(x: f32[N]) { y = x[0][1]; return x }\n",
     R"~(error: only a name can be read with indices
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = x[0][1]; return x }
   |                           ^
   = help: write all indices in one pair of brackets: `x[i, j]`
)~"},
    {"indices of a value", "fn f(x: f32[N]) { y = g(x)[1]; return x }\n",
     R"~(error: only a name can be read with indices
  --> t.fov:1:27
   |
 1 | fn f(x: f32[N]) { y = g(x)[1]; return x }
   |                           ^
   = help: give the value a name first: `y = ...`, then `y[i]`
)~"},
};
// clang-format on

TEST_CASE("mistakes in expressions", "[frontend]") { checkMessages(mistakes); }
