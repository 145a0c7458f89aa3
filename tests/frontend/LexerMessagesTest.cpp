//===- LexerMessagesTest.cpp - what is said about text that is no token ---===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/Messages.h"

using namespace fovea;
using namespace std::string_literals;

// clang-format off
static const Mistake mistakes[] = {
    {"no-break space", "fn f(x:\302\240f32) -> f32 { return x }\n",
     R"~(error: a no-break space (U+00A0) cannot stand between words
  --> t.fov:1:8
   |
 1 | fn f(x:<U+00A0>f32) -> f32 { return x }
   |        ^^^^^^^^
   = help: put an ordinary space in its place
)~"},
    {"NUL byte in a comment", "# a\000b\n"s,
     R"~(error: a NUL byte is no program text
  --> t.fov:1:4
   |
 1 | # a<U+0000>b
   |    ^^^^^^^^
)~"},
    {"NUL byte", "fn f(x: f32) { return \000 }\n"s,
     R"~(error: a NUL byte is no program text
  --> t.fov:1:23
   |
 1 | fn f(x: f32) { return <U+0000> }
   |                       ^^^^^^^^
)~"},
    {"comment of C", R"~(// a comment, isn't it?
fn f(x: f32) { return x }
)~",
     R"~(error: comments do not start with `//`
  --> t.fov:1:1
   |
 1 | // a comment, isn't it?
   | ^^
   = help: write `#` before a comment
)~"},
    {"block comment", R"~(/* isn't
   it */
fn f(x: f32) { return x }
)~",
     R"~(error: comments do not start with `/*`
  --> t.fov:1:1
   |
 1 | /* isn't
   | ^^
   = help: write `#` before a comment
)~"},
    {"letter behind a number", R"~(fn f(x: f32[N]) -> f32 {
  y = 2x
  return x
}
)~",
     R"~(error: `2x` is not a number
  --> t.fov:2:7
   |
 2 |   y = 2x
   |       ^^
   = help: if a product is meant, write `2 * x`
)~"},
    {"hexadecimal", R"~(fn f(x: f32[N]) -> f32 {
  y = 0x1F
  return x
}
)~",
     R"~(error: `0x1F` is not a number
  --> t.fov:2:7
   |
 2 |   y = 0x1F
   |       ^^^^
   = help: numbers are written in decimal
)~"},
    {"suffix", R"~(fn f(x: f32[N]) -> f32 {
  y = 1.0f
  return x
}
)~",
     R"~(error: `1.0f` is not a number
  --> t.fov:2:7
   |
 2 |   y = 1.0f
   |       ^^^^
   = help: write `1.0`; a number takes the type of what it meets
)~"},
    {"very long word behind a number", R"~(fn f(x: f32[N]) -> f32 {
  y = 2abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
  return x
}
)~",
     R"~(error: `2abcdefghijklmnopqrstuvwxyzabcdefghijklm...` is not a number
  --> t.fov:2:7
   |
 2 |   y = 2abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
)~"},
    {"no digit before the point", R"~(fn f(x: f32[N]) -> f32 {
  y = .5
  return x
}
)~",
     R"~(error: `.5` is not a number
  --> t.fov:2:7
   |
 2 |   y = .5
   |       ^^
   = help: write `0.5`
)~"},
    {"no digit behind the point", R"~(fn f(x: f32[N]) -> f32 {
  y = 1.
  return x
}
)~",
     R"~(error: `1.` is not a number
  --> t.fov:2:7
   |
 2 |   y = 1.
   |       ^^
   = help: write `1.0`
)~"},
    {"no digit before the exponent", R"~(fn f(x: f32[N]) -> f32 {
  y = 1.e-5
  return x
}
)~",
     R"~(error: `1.e-5` is not a number
  --> t.fov:2:7
   |
 2 |   y = 1.e-5
   |       ^^^^^
   = help: write `1.0e-5`
)~"},
    {"underscore", R"~(fn f(x: f32[N]) -> f32 {
  y = 1__000
  return x
}
)~",
     R"~(error: `1__000` is not a number
  --> t.fov:2:7
   |
 2 |   y = 1__000
   |       ^^^^^^
   = help: an underscore stands between two digits
)~"},
    {"integer too large", R"~(fn f(x: f32[N]) -> f32 {
  y = 9_223_372_036_854_775_808
  return x
}
)~",
     R"~(error: the integer `9_223_372_036_854_775_808` does not fit into 64 bits
  --> t.fov:2:7
   |
 2 |   y = 9_223_372_036_854_775_808
   |       ^^^^^^^^^^^^^^^^^^^^^^^^^
   = help: written with a point it is a floating-point number
)~"},
    {"float too large", R"~(fn f(x: f32[N]) -> f32 {
  y = 1e400
  return x
}
)~",
     R"~(error: the number `1e400` is outside the range of f64
  --> t.fov:2:7
   |
 2 |   y = 1e400
   |       ^^^^^
   = help: the range is 4.9e-324 to 1.8e308; infinity is written `inf`
)~"},
    {"float too small", R"~(fn f(x: f32[N]) -> f32 {
  y = 1e-400
  return x
}
)~",
     R"~(error: the number `1e-400` is outside the range of f64
  --> t.fov:2:7
   |
 2 |   y = 1e-400
   |       ^^^^^^
   = help: the range is 4.9e-324 to 1.8e308; infinity is written `inf`
)~"},
    {"unknown escape", R"~(test "a\t" { 1 == 1 }
)~",
     R"~(error: unknown escape `\t` in a string
  --> t.fov:1:8
   |
 1 | test "a\t" { 1 == 1 }
   |        ^^
   = help: the escapes are `\"`, `\\` and `\n`
)~"},
    {"NUL byte in a string", "test \"a\000b\" { 1 == 1 }\n"s,
     R"~(error: a NUL byte is no program text
  --> t.fov:1:8
   |
 1 | test "a<U+0000>b" { 1 == 1 }
   |        ^^^^^^^^
)~"},
    {"invalid UTF-8 in a string", "test \"a\377b\" { 1 == 1 }\n"s,
     R"~(error: the byte <FF> is no UTF-8
  --> t.fov:1:8
   |
 1 | test "a<FF>b" { 1 == 1 }
   |        ^^^^
)~"},
    {"open string", R"~(test "by hand { 1 == 1
}
)~",
     R"~(error: this string is not closed
  --> t.fov:1:6
   |
 1 | test "by hand { 1 == 1
   |      ^
   = help: a string ends with `"` on the line where it starts
)~"},
    {"invalid byte", "fn f(x: f32) { return \377 }\n"s,
     R"~(error: the byte <FF> is no UTF-8
  --> t.fov:1:23
   |
 1 | fn f(x: f32) { return <FF> }
   |                       ^^^^
)~"},
    {"invisible character", "fn f(x: f32) { return \342\200\213x }\n",
     R"~(error: the invisible character U+200B cannot stand here
  --> t.fov:1:23
   |
 1 | fn f(x: f32) { return <U+200B>x }
   |                       ^^^^^^^^
)~"},
    {"Greek letter", R"~(fn f(x: f32[N]) -> f32 {
  λx = 2
  y = λx
  return x
}
)~",
     R"~(error: unexpected character `λ`
  --> t.fov:2:3
   |
 2 |   λx = 2
   |   ^
   = help: names are made of the letters a to z, digits and underscores

error: unexpected character `λ`
  --> t.fov:3:7
   |
 3 |   y = λx
   |       ^
   = help: names are made of the letters a to z, digits and underscores
)~"},
    {"dollar", R"~(fn f(x: f32[N]) -> f32 {
  y = $x
  return x
}
)~",
     R"~(error: unexpected character `$`
  --> t.fov:2:7
   |
 2 |   y = $x
   |       ^
)~"},
    {"power of Python", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0] ** 2 + x[1]
  return x
}
)~",
     R"~(error: `**` is not known here
  --> t.fov:2:12
   |
 2 |   y = x[0] ** 2 + x[1]
   |            ^^
   = help: a power is written `^`
)~"},
    {"and of C", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0] > 1 && x[1] > 1 || !(x[2] > 1)
  return x
}
)~",
     R"~(error: `&&` is not known here
  --> t.fov:2:16
   |
 2 |   y = x[0] > 1 && x[1] > 1 || !(x[2] > 1)
   |                ^^
   = help: write `and`

error: `||` is not known here
  --> t.fov:2:28
   |
 2 |   y = x[0] > 1 && x[1] > 1 || !(x[2] > 1)
   |                            ^^
   = help: write `or`

error: `!` is not known here
  --> t.fov:2:31
   |
 2 |   y = x[0] > 1 && x[1] > 1 || !(x[2] > 1)
   |                               ^
   = help: write `not`
)~"},
    {"unequal of SQL", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0] <> 1
  return x
}
)~",
     R"~(error: `<>` is not known here
  --> t.fov:2:12
   |
 2 |   y = x[0] <> 1
   |            ^^
   = help: write `!=`
)~"},
    {"matrix product", R"~(fn f(x: f32[N]) -> f32 {
  y = a @ b
  return x
}
)~",
     R"~(error: `@` is not known here
  --> t.fov:2:9
   |
 2 |   y = a @ b
   |         ^
   = help: a matrix product is `sum[k](a[i, k] * b[k, j])`
)~"},
    {"augmented assignment", R"~(fn f(x: f32[N]) -> f32 {
  y += 1
  return x
}
)~",
     R"~(error: `+=` is not known here
  --> t.fov:2:5
   |
 2 |   y += 1
   |     ^^
   = help: a name is defined once: define a new name, `y = x + ...`
)~"},
    {"single quotes", "example { f: x = 'a b.npy' }\n",
     R"~(error: `'` is not known here
  --> t.fov:1:18
   |
 1 | example { f: x = 'a b.npy' }
   |                  ^
   = help: strings stand in double quotes
)~"},
    {"range", R"~(fn f(x: f32[N]) -> f32 {
  y = sum[i: 0..N](x[i])
  return x
}
)~",
     R"~(error: `..` is not known here
  --> t.fov:2:15
   |
 2 |   y = sum[i: 0..N](x[i])
   |               ^^
   = help: a pack of axes is `s...`; a range is given by an extent, `j: N`
)~"},
    {"less or equal sign", R"~(fn f(x: f32[N]) -> f32 {
  y = x[0] ≤ 1
  return x
}
)~",
     R"~(error: `≤` is not known here
  --> t.fov:2:12
   |
 2 |   y = x[0] ≤ 1
   |            ^
   = help: write `<=`
)~"},
    {"walrus", R"~(fn f(x: f32[N]) -> f32 {
  y := 3
  return x
}
)~",
     R"~(error: `:=` is not known here
  --> t.fov:2:5
   |
 2 |   y := 3
   |     ^^
   = help: write `=`
)~"},
    {"curly quotes", "test “by hand” { 1 == 1 }\n",
     R"~(error: `“` is not known here
  --> t.fov:1:6
   |
 1 | test “by hand” { 1 == 1 }
   |      ^
   = help: strings stand in straight double quotes
)~"},
};
// clang-format on

TEST_CASE("text that is no token", "[frontend]") { checkMessages(mistakes); }
