//===- DiagnosticsTest.cpp - collecting and rendering errors --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Diagnostics.h"

#include <catch2/catch.hpp>

using namespace fovea;

/// The range of `word` in `source`.
static SourceRange rangeOf(const Source &source, const std::string &word) {
  size_t begin = source.text.find(word);
  REQUIRE(begin != std::string::npos);
  return {&source, static_cast<uint32_t>(begin),
          static_cast<uint32_t>(begin + word.size())};
}

TEST_CASE("positions and lines", "[frontend]") {
  Source source("a.fov", "ab\r\n\ncd");
  CHECK(source.position(0).line == 1);
  CHECK(source.position(5).line == 3);
  CHECK(source.position(7).column == 3);
  CHECK(source.line(1) == "ab");
  CHECK(source.line(2) == "");
  CHECK(source.line(3) == "cd");
}

TEST_CASE("one error with all its parts", "[frontend]") {
  std::string text = "fn f(k: f32[N])\n";
  for (int i = 0; i < 8; ++i)
    text += "\n";
  Source source("a.fov", text + "  s = q[i, c] * k[j]\n");
  Diagnostics diagnostics;
  diagnostics.error(rangeOf(source, "q[i, c]"), "`q` has 3 axes, 2 are given")
      .at(rangeOf(source, "k[j]"), "this one fits")
      .at(rangeOf(source, "k: f32[N]"), "`k` is declared here")
      .at({}, "a label without a place")
      .fix("give all three");
  const_cast<Diagnostic &>(diagnostics.all()[0]).caret = "2 indices";
  CHECK(diagnostics.render() == R"(error: `q` has 3 axes, 2 are given
   --> a.fov:10:7
    |
 10 |   s = q[i, c] * k[j]
    |       ^^^^^^^ 2 indices
    |                 ---- this one fits
   --> a.fov:1:6
    |
  1 | fn f(k: f32[N])
    |      --------- `k` is declared here
    = note: a label without a place
    = help: give all three
)");
}

TEST_CASE("tabs, wide ranges and what cannot be printed", "[frontend]") {
  Source source("a.fov", "\ta\tb\u00e4\x01z = (1 +\n 2)\nend");
  Diagnostics diagnostics;
  diagnostics.error(rangeOf(source, "z"), "after a tab");
  diagnostics.error(rangeOf(source, "(1 +\n 2)"), "over two lines");
  diagnostics.error({&source, 22, 22}, "at the end");
  CHECK(diagnostics.render() == R"(error: after a tab
  --> a.fov:1:8
   |
 1 |     a   b)"
                                "\u00e4"
                                R"(<U+0001>z = (1 +
   |                   ^

error: over two lines
  --> a.fov:1:12
   |
 1 |     a   b)"
                                "\u00e4"
                                R"(<U+0001>z = (1 +
   |                       ^^^^

error: at the end
  --> a.fov:3:3
   |
 3 | end
   |   ^
)");
}

TEST_CASE("a long line is cut around the caret", "[frontend]") {
  Source source("a.fov", std::string(200, 'a') + "X" + std::string(200, 'b'));
  Diagnostics diagnostics;
  diagnostics.error(rangeOf(source, "X"), "here")
      .at({&source, 0, 2}, "and far away");
  CHECK(diagnostics.render() ==
        "error: here\n  --> a.fov:1:201\n   |\n 1 | ..." +
            std::string(50, 'a') + "X" + std::string(69, 'b') + "...\n   | " +
            std::string(53, ' ') + "^\n  --> a.fov:1:1\n   |\n 1 | " +
            std::string(120, 'a') + "...\n   | -- and far away\n");
}

TEST_CASE("diagnostics come in the order of the text", "[frontend]") {
  Source first("1.fov", "a b"), second("2.fov", "a b");
  Diagnostics diagnostics;
  diagnostics.error({&second, 2, 3}, "second b");
  diagnostics.warning({&first, 2, 3}, "first b");
  diagnostics.error({&first, 0, 1}, "first a");
  diagnostics.error({&second, 0, 1}, "second a");
  diagnostics.error({}, "nowhere");
  std::string text = diagnostics.render();
  size_t last = 0;
  for (const char *message :
       {"error: second a", "error: second b", "error: first a",
        "warning: first b", "error: nowhere"}) {
    size_t place = text.find(message);
    REQUIRE(place != std::string::npos);
    CHECK(place >= last);
    last = place;
  }
  CHECK(diagnostics.errors() == 4);
}

TEST_CASE("one error per place, and twenty at most are kept", "[frontend]") {
  Source source("a.fov", std::string(100, 'x'));
  Diagnostics diagnostics;
  CHECK(!diagnostics.hasErrors());
  CHECK(diagnostics.render() == "");
  for (uint32_t i = 0; i < 21; ++i) {
    diagnostics.error({&source, i, i + 1}, "first");
    diagnostics.error({&source, i, i + 2}, "consequence").fix("of the first");
  }
  CHECK(diagnostics.errors() == 21);
  CHECK(diagnostics.all().size() == 20);
  std::string text = diagnostics.render();
  CHECK(text.find("consequence") == std::string::npos);
  CHECK(text.substr(text.size() - 23) == "\n\n... and 1 more error\n");
  diagnostics.error({&source, 50, 51}, "one more");
  text = diagnostics.render();
  CHECK(text.find("\n\n... and 2 more errors\n") != std::string::npos);
}

TEST_CASE("what was meant", "[frontend]") {
  std::vector<std::string> names = {"softmax", "sum", "Mean", "q", "f32"};
  CHECK(didYouMean("sotfmax", names) == "softmax");
  CHECK(didYouMean("softmx", names) == "softmax");
  CHECK(didYouMean("SUM", names) == "sum");
  CHECK(didYouMean("mean", names) == "Mean");
  CHECK(didYouMean("f23", names) == "f32");
  CHECK(didYouMean("x", names) == "");
  CHECK(didYouMean("entirely", names) == "");
  CHECK(didYouMean("", names) == "");
  CHECK(didYouMean(std::string(1 << 20, 's'), names) == "");
}
