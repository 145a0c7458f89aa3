//===- PlainTextTest.cpp - texts of strangers, fit to be shown ------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/PlainText.h"

#include <catch2/catch.hpp>

using fovea::plainText;

TEST_CASE("text that is only text stays") {
  for (const char *text :
       {"", "no such op", "two\n\tlines", "\xc3\xa4\xe2\x82\xac",
        "\xf0\x9f\x94\xa5", "\xf4\x8f\xbf\xbf"})
    CHECK(plainText(text) == text);
}

TEST_CASE("what a terminal would obey is spelled") {
  CHECK(plainText("\x1b[31mred\r\a\x7f") == "\\x1b[31mred\\x0d\\x07\\x7f");
  // A control character of two bytes, and one that turns the direction.
  CHECK(plainText("a\xc2\x9bm") == "a\\x9bm");
  CHECK(plainText("a\xe2\x80\xae"
                  "b") == "a\\u202eb");
  CHECK(plainText(std::string_view("a\0b", 3)) == "a\\x00b");
}

TEST_CASE("one line has no line ends and no tabs") {
  CHECK(plainText("a\nb\tc\r") == "a\nb\tc\\x0d");
  CHECK(fovea::plainLine("a\nb\tc\r") == "a\\x0ab\\x09c\\x0d");
}

TEST_CASE("bytes that are no UTF-8 are spelled") {
  CHECK(plainText("caf\xe9!") == "caf\\xe9!");
  CHECK(plainText("\x80\xc0\xaf\xff") == "\\x80\\xc0\\xaf\\xff");
  // Too long for what it says, half of a pair, beyond the last character.
  CHECK(plainText("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");
  CHECK(plainText("\xed\xa0\x80") == "\\xed\\xa0\\x80");
  CHECK(plainText("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");
}

TEST_CASE("a character that was cut at the end is left out") {
  CHECK(plainText("5 \xe2\x82") == "5 ");
  CHECK(plainText("5 \xf0\x9f\x94") == "5 ");
  // But not in the middle.
  CHECK(plainText("\xe2\x82 5") == "\\xe2\\x82 5");
}
