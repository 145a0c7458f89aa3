//===- ParserLimitsTest.cpp - programs that nobody writes -----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Parser.h"

#include <catch2/catch.hpp>

using namespace fovea;

static constexpr size_t mostBytes = 4 << 20;

static std::string repeat(const std::string &text, size_t times) {
  std::string result;
  for (size_t i = 0; i < times; ++i)
    result += text;
  return result;
}

static std::string function(const std::string &value) {
  return "fn f(x: f32) {\n  y = " + value + "\n  return x\n}\n";
}

/// The messages of all errors, without excerpts.
static std::vector<std::string> messages(std::string program) {
  Source source("t.fov", std::move(program));
  Diagnostics diagnostics;
  parse(source, diagnostics);
  std::vector<std::string> result;
  for (const Diagnostic &diagnostic : diagnostics.all())
    result.push_back(diagnostic.message);
  return result;
}

using Messages = std::vector<std::string>;

TEST_CASE("nesting up to 256 deep is read, deeper is one error", "[frontend]") {
  struct Nest {
    const char *open, *inner, *close;
  };
  const Nest nests[] = {{"(", "1", ")"},
                        {"[", "1", "]"},
                        {"-", "1", ""},
                        {"not ", "1", ""},
                        {"2^", "1", ""},
                        {"f(", "1", ")"},
                        {"x[", "1", "]"},
                        {"f((a) -> ", "1", ")"},
                        {"sum[j](", "1", ")"},
                        {"sum[j | ", "1", "](1)"},
                        {"match r { a: ", "1", " }"}};
  for (const Nest &nest : nests) {
    INFO(nest.open);
    auto nested = [&](size_t depth) {
      return function(repeat(nest.open, depth) + nest.inner +
                      repeat(nest.close, depth));
    };
    CHECK(messages(nested(120)) == Messages());
    Messages tooDeep = {"nested more than 256 deep"};
    CHECK(messages(nested(10000)) == tooDeep);
    CHECK(messages(nested(30000)) == tooDeep);
  }
  CHECK(messages(function(repeat("(", 256) + "1" + repeat(")", 256))) ==
        Messages());
  CHECK(messages(function(repeat("(", 257) + "1" + repeat(")", 257))) ==
        Messages{"nested more than 256 deep"});
}

TEST_CASE("a million of anything is no trouble", "[frontend]") {
  for (const char *piece : {"(", "[", "-", "not ", "2^", "() -> ", "{"}) {
    INFO(piece);
    CHECK(!messages(function(repeat(piece, 1000000 / 4) + "1")).empty());
  }
  CHECK(messages(function(repeat("(", 1000000) + "1" + repeat(")", 1000000))) ==
        Messages{"nested more than 256 deep"});
  CHECK(messages("fn f(x: " + repeat("fn(", 10000) + "f32" +
                 repeat(") -> f32", 10000) + ") { return 1 }") ==
        Messages{"nested more than 256 deep"});
}

TEST_CASE("chains of operators", "[frontend]") {
  CHECK(messages(function("1" + repeat(" + 1", 999))) == Messages());
  CHECK(messages(function("1" + repeat(" + 1", 100000))) ==
        Messages{"the expression has more than 1000 operators in a row"});
  CHECK(messages(function("1" + repeat(" < 1", 10000))) == Messages());
  CHECK(messages(function("f(1" + repeat(", 1", 100000) + ")")) == Messages());
}

TEST_CASE("a program is 4 MiB at most", "[frontend]") {
  CHECK(messages(std::string(mostBytes, '\n')) == Messages());
  Source source("t.fov", "# x\n" + std::string(9999996, '\n'));
  Diagnostics diagnostics;
  ast::File file = parse(source, diagnostics);
  CHECK(file.source == &source);
  CHECK(diagnostics.render() ==
        R"(error: the program is 10 MB; at most 4 MiB are read
  --> t.fov:1:1
   |
 1 | # x
   | ^
)");
}

TEST_CASE("one error per mistake, and the rest is read", "[frontend]") {
  Source source("t.fov", R"(
fn a(x: f32, y f32) -> f32 {
  u = exp(x,
          @,
          y)
  v = (x + y
  w = x + * 2
  u = x[0]]
  return u
}
garbage { here }
fn b(x: f32) -> f32 {
  return x

fn c(x: f32) -> f32 { return x }
test "t" { 1 === 1; 2 == ; 3 == 3 }
example { c: N = 3; c: 4; c: N = 5 }
)");
  Diagnostics diagnostics;
  ast::File file = parse(source, diagnostics);
  std::vector<uint32_t> lines;
  for (const Diagnostic &diagnostic : diagnostics.all())
    lines.push_back(source.position(diagnostic.range.begin).line);
  std::sort(lines.begin(), lines.end());
  CHECK(lines == std::vector<uint32_t>{2, 4, 6, 7, 8, 11, 13, 16, 16, 17});
  CHECK(file.functions.size() == 3);
  CHECK(file.tests.size() == 1);
  CHECK(file.tests[0].body.size() == 2);
  CHECK(file.examples.size() == 2);
}
