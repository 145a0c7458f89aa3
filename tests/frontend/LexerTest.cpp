//===- LexerTest.cpp - program text to tokens -----------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Lexer.h"

#include <catch2/catch.hpp>

using namespace fovea;

using Kinds = std::vector<TokenKind>;

static Kinds kinds(std::string text) {
  Source source("t.fov", std::move(text));
  Diagnostics diagnostics;
  Kinds result;
  for (const Token &token : lex(source, diagnostics))
    result.push_back(token.kind);
  CHECK(!diagnostics.hasErrors());
  return result;
}

TEST_CASE("every token", "[frontend]") {
  using enum TokenKind;
  CHECK(kinds("") == Kinds{End});
  CHECK(kinds("fn return require match where import test example") ==
        Kinds{Fn, Return, Require, Match, Where, Import, Test, Example, End});
  CHECK(kinds("and or not true false fn_ _x Fn sum inf") ==
        Kinds{And, Or, Not, True, False, Name, Name, Name, Name, Name, End});
  CHECK(kinds("()[]{},;:|=->...") ==
        Kinds{LParen, RParen, LBracket, RBracket, LBrace, RBrace, Comma,
              Semicolon, Colon, Bar, Assign, Arrow, Ellipsis, End});
  CHECK(kinds("+-*///%^ < <= > >= == != ~=") ==
        Kinds{Plus, Minus, Star, SlashSlash, Slash, Percent, Caret, Less,
              LessEqual, Greater, GreaterEqual, EqualEqual, NotEqual, Approx,
              End});
  CHECK(
      kinds("1 1_0 1.5 1e5 1.5E-3 \"a\\\"b\" std.nn") ==
      Kinds{Integer, Integer, Real, Real, Real, String, Name, Dot, Name, End});
  CHECK(kinds("a<-1 x=-y") ==
        Kinds{Name, Less, Minus, Integer, Name, Assign, Minus, Name, End});
}

TEST_CASE("what separates tokens", "[frontend]") {
  using enum TokenKind;
  CHECK(kinds("\xEF\xBB\xBF x # λ, it's a comment\r\n\ty") ==
        Kinds{Name, Name, End});
  CHECK(kinds("(a\n// b)") ==
        Kinds{LParen, Name, SlashSlash, Name, RParen, End});
}

TEST_CASE("tokens know their place", "[frontend]") {
  Source source("t.fov", "ab \"λ\"\r\n# c\n  12");
  Diagnostics diagnostics;
  std::vector<Token> tokens = lex(source, diagnostics);
  REQUIRE(tokens.size() == 4);
  CHECK(tokens[0].startsLine);
  CHECK(!tokens[1].startsLine);
  CHECK(tokens[2].startsLine);
  CHECK(tokens[3].startsLine);
  CHECK(tokens[1].begin == 3);
  CHECK(tokens[1].end == 7);
  CHECK(source.position(tokens[2].begin).line == 3);
  CHECK(source.position(tokens[2].begin).column == 3);
}

TEST_CASE("escapes of strings", "[frontend]") {
  CHECK(unescape("\"a\"") == "a");
  CHECK(unescape(R"("\"\\n\n")") == "\"\\n\n");
}
