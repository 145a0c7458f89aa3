//===- ElaborateLimitsTest.cpp - programs that would never end ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/frontend/ElaborateMessages.h"

using namespace fovea;
using Catch::Contains;
using Catch::StartsWith;

static std::string name(const char *stem, int number) {
  return stem + std::to_string(number);
}

/// Functions g_0, g_1, ... of which each returns `body`, `@` being the one
/// before.
static std::string tower(int height, const std::string &body) {
  std::string text = "fn g_0(x: f32) -> f32 { return x }\n";
  for (int i = 1; i <= height; ++i) {
    text += "fn " + name("g_", i) + "(x: f32) -> f32 { return ";
    for (char c : body)
      text += c == '@' ? name("g_", i - 1) : std::string(1, c);
    text += " }\n";
  }
  return text;
}

TEST_CASE("too many calls are told once", "[frontend]") {
  CHECK(complaints(tower(30, "@(x) + @(x + 1)")) ==
        R"~(error: more than 20000 calls are needed for this one
   --> t.fov:15:43
    |
 15 | fn g_14(x: f32) -> f32 { return g_13(x) + g_13(x + 1) }
    |                                           ^^^^^^^^^^^
    = help: every call is a copy of the function's formula: give a value that is needed twice a name
)~");
}

TEST_CASE("calls of lambdas count", "[frontend]") {
  std::string text = "fn h_0(x: f32, g: fn(f32) -> f32) -> f32 "
                     "{ return g(x) }\n";
  for (int i = 1; i <= 30; ++i)
    text += "fn " + name("h_", i) + "(x: f32, g: fn(f32) -> f32) -> f32 " +
            "{ return " + name("h_", i - 1) + "(x, (a) -> g(g(a))) }\n";
  text += "fn f(x: f32) -> f32 { return h_30(x, (a) -> a) }\n";
  CHECK_THAT(complaints(text),
             StartsWith("error: more than 20000 calls are needed for this "
                        "one\n   --> t.fov:32:30"));
}

TEST_CASE("calls within calls are bounded", "[frontend]") {
  CHECK(complaints(tower(128, "@(x)")) == "");
  std::string told = complaints(tower(129, "@(x)"));
  CHECK_THAT(told, StartsWith("error: calls are nested more than 128 deep\n"
                              "   --> t.fov:2:32"));
  // The innermost calls are enough to find the place.
  CHECK_THAT(told, Contains("fn g_9(x"));
  CHECK_THAT(told, !Contains("fn g_10(x"));
}

/// Definitions of which each is one more than the one before, from `first` on.
static std::string chain(int length, const std::string &first) {
  std::string text = "fn f(x: f32[N]) -> f32[N] {\n  a_0[i] = " + first + "\n";
  for (int i = 1; i < length; ++i)
    text += "  " + name("a_", i) + "[i] = " + name("a_", i - 1) + "[i] + 1\n";
  return text + "  return " + name("a_", length - 1) + "\n}\n";
}

TEST_CASE("formulas within formulas are bounded", "[frontend]") {
  CHECK(complaints(chain(990, "x[i]")) == "");
  for (int length : {1100, 20000})
    CHECK(complaints(chain(length, "x[i]")) ==
          R"~(error: formulas are nested more than 1000 deep
     --> t.fov:1001:14
      |
 1001 |   a_999[i] = a_998[i] + 1
      |              ^^^^^^^^^^^^
      = help: a definition is a part of each that reads it: let what repeats itself run over an index, as `sum[k](...)` does
)~");
}

TEST_CASE("definitions that wait for their ranges are bounded", "[frontend]") {
  CHECK(complaints(chain(400, "x[0] * i")) == "");
  CHECK_THAT(complaints(chain(20000, "x[0] * i")),
             StartsWith("error: formulas are nested more than 1000 deep\n"));
}

TEST_CASE("ranges are searched once in every definition", "[frontend]") {
  std::string text = "fn f(x: f32[N]) -> f32 {\n  a_0[i] = x[0] * i\n";
  for (int i = 1; i < 40; ++i)
    text += "  " + name("a_", i) + "[i] = " + name("a_", i - 1) + "[i] + " +
            name("a_", i - 1) + "[i]\n";
  CHECK(complaints(text + "  return sum[i: N](a_39[i])\n}\n") == "");
}
