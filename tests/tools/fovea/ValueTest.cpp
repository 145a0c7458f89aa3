//===- ValueTest.cpp - values of the command line -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Malformed values are in tests/tools/wrong-command-lines.test.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Value.h"

#include <catch2/catch.hpp>

#include <cmath>

using namespace fovea::driver;

using Shape = std::vector<int64_t>;

TEST_CASE("arrays have the shape of their brackets") {
  CHECK(parseValue("x", "3").shape == Shape{});
  CHECK(parseValue("x", "[3]").shape == Shape{1});
  CHECK(parseValue("x", "[]").shape == Shape{0});
  CHECK(parseValue("x", "[[], []]").shape == Shape{2, 0});
  CHECK(parseValue("x", "[ [1, 2,3] ,[4,5,6] ]").shape == Shape{2, 3});
  CHECK(parseValue("x", "[[1,2],[3,4]]").elements ==
        std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("integers are exact, other numbers are no integers") {
  CHECK(parseValue("x", "9223372036854775807").integers ==
        Shape{9223372036854775807});
  CHECK(parseValue("x", "-3").isInteger());
  CHECK_FALSE(parseValue("x", "3.0").isInteger());
  CHECK_FALSE(parseValue("x", "[1, 2.5]").isInteger());
  CHECK(parseValue("x", "1e-3").elements[0] == 1e-3);
  CHECK(parseValue("x", "9007199254740993").integers ==
        Shape{9007199254740993});
  CHECK(parseValue("x", "[1, 2.5]").elements == std::vector<double>{1, 2.5});
}

TEST_CASE("a zero has a sign") {
  CHECK(std::signbit(parseValue("x", "-0").elements[0]));
  CHECK(std::signbit(parseValue("x", "[1, -0]").elements[1]));
  CHECK(parseValue("x", "-0").integers == Shape{0});
  CHECK_FALSE(std::signbit(parseValue("x", "0").elements[0]));
}

TEST_CASE("words that are numbers") {
  CHECK(parseValue("x", "true").isBool);
  CHECK(parseValue("x", "[true, false]").elements == std::vector<double>{1, 0});
  CHECK(parseValue("x", "-inf").elements[0] == -INFINITY);
  CHECK(std::isnan(parseValue("x", "[nan]").elements[0]));
}

TEST_CASE("files, random numbers and choices") {
  CHECK(parseValue("x", "@a=b.npy").kind == Value::Kind::File);
  CHECK(parseValue("x", "@a=b.npy").text == "a=b.npy");
  CHECK(parseValue("x", "zeros").kind == Value::Kind::Zeros);
  CHECK(parseValue("x", "random").kind == Value::Kind::Normal);
  CHECK_FALSE(parseValue("x", "random").seed);
  CHECK(parseValue("x", "random:normal,seed=5").seed == 5);
  CHECK(parseValue("x", "random:seed=5").seed == 5);
  const Value range = parseValue("x", "random:-1,2.5,seed=7");
  CHECK(range.kind == Value::Kind::Uniform);
  CHECK(range.lo == -1);
  CHECK(range.hi == 2.5);
  CHECK(range.seed == 7);
  CHECK(parseValue("x", "mean").kind == Value::Kind::Word);
}
