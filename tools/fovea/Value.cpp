//===- Value.cpp - what stands right of `=` on the command line -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Value.h"

#include "runtime/Print.h"
#include "runtime/fovea_abi.h"
#include "tools/fovea/Failure.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>

using namespace fovea;
using namespace fovea::driver;

Value Value::file(std::string path) {
  Value value;
  value.kind = Kind::File;
  value.text = std::move(path);
  return value;
}

Value Value::uniform(double lo, double hi) {
  Value value;
  value.kind = Kind::Uniform;
  value.lo = lo;
  value.hi = hi;
  return value;
}

Value Value::normal() {
  Value value;
  value.kind = Kind::Normal;
  return value;
}

Value Value::word(std::string text) {
  Value value;
  value.kind = Kind::Word;
  value.text = std::move(text);
  return value;
}

Value Value::literal(std::vector<int64_t> shape, size_t count,
                     const double *elements, const int64_t *integers) {
  Value value;
  value.kind = Kind::Literal;
  value.shape = std::move(shape);
  value.elements.assign(elements, elements + count);
  if (integers)
    value.integers.assign(integers, integers + count);
  return value;
}

std::string Value::rangeText() const {
  char text[80];
  std::snprintf(text, sizeof text, "%.15g to %.15g", lo, hi);
  return text;
}

namespace {

/// Reads `0.5`, `[1, 2]`, `[[true], [false]]`.
class LiteralParser {
public:
  LiteralParser(const std::string &name, const std::string &text)
      : name(name), text(text) {}

  Value parse();

private:
  /// Reads an element or a list at `depth`, and checks its length against its
  /// siblings'.
  void parseItem(size_t depth);
  void parseList(size_t depth);
  void parseNumber(size_t depth);
  void addNumber(std::string_view word);
  bool addWord(std::string_view word);

  void skipSpace() {
    while (position < text.size() && text[position] == ' ')
      ++position;
  }
  bool take(char c) {
    skipSpace();
    if (position >= text.size() || text[position] != c)
      return false;
    ++position;
    return true;
  }
  [[noreturn]] void fail(const std::string &reason) const {
    throw usage("the value of `" + name + "`, `" + text + "`, " + reason);
  }

  const std::string &name;
  const std::string &text;
  size_t position = 0;
  Value value;
  bool allWhole = true;
  bool allBool = true;
  bool anyBool = false;
  /// The depth at which numbers stand, once one was read.
  std::optional<size_t> leafDepth;
};

} // namespace

void LiteralParser::parseItem(size_t depth) {
  if (depth > FOVEA_MAX_RANK)
    fail("has more than " + std::to_string(FOVEA_MAX_RANK) + " axes");
  if (take('['))
    parseList(depth);
  else
    parseNumber(depth);
}

void LiteralParser::parseList(size_t depth) {
  if (leafDepth && depth >= *leafDepth)
    fail("has a list where its other rows have numbers");
  int64_t length = 0;
  if (!take(']')) {
    do {
      parseItem(depth + 1);
      ++length;
    } while (take(','));
    if (!take(']'))
      fail(position < text.size()
               ? "has an unexpected `" + std::string(1, text[position]) + "`"
               : std::string("lacks a `]` at its end"));
  }
  // The first list at a depth sets its extent; inner ones end first.
  if (value.shape.size() <= depth)
    value.shape.resize(depth + 1, -1);
  if (value.shape[depth] < 0)
    value.shape[depth] = length;
  if (value.shape[depth] != length)
    fail("has rows of different lengths, " +
         std::to_string(value.shape[depth]) + " and " + std::to_string(length));
}

void LiteralParser::parseNumber(size_t depth) {
  if (leafDepth && depth != *leafDepth)
    fail("has a number where its other rows have a list");
  leafDepth = depth;
  skipSpace();
  const size_t end =
      std::min(text.find_first_of("[], ", position), text.size());
  const std::string_view word =
      std::string_view(text).substr(position, end - position);
  if (word.empty())
    fail(position < text.size()
             ? "has an unexpected `" + std::string(1, text[position]) + "`"
             : std::string("ends where a number is needed"));
  position = end;
  if (!addWord(word))
    addNumber(word);
}

/// `true`, `false`, `inf`, `-inf` and `nan`.
bool LiteralParser::addWord(std::string_view word) {
  if (word == "true" || word == "false") {
    anyBool = true;
    value.elements.push_back(word == "true");
    value.integers.push_back(word == "true");
    return true;
  }
  const bool known = word == "inf" || word == "-inf" || word == "nan";
  if (!known)
    return false;
  allBool = allWhole = false;
  value.elements.push_back(word == "nan"   ? NAN
                           : word == "inf" ? INFINITY
                                           : -INFINITY);
  return true;
}

void LiteralParser::addNumber(std::string_view word) {
  allBool = false;
  const char *end = word.data() + word.size();
  double number = 0;
  auto [stop, fault] = std::from_chars(word.data(), end, number);
  const bool digit = word.find_first_of("0123456789") != word.npos;
  if (!digit ||
      (fault != std::errc() && fault != std::errc::result_out_of_range) ||
      stop != end)
    fail("has `" + std::string(word) + "` where a number is needed");
  if (fault == std::errc::result_out_of_range)
    fail("has `" + std::string(word) + "`, which no f64 can hold");
  // Of -0 this has the sign, and of a large integer that all its digits.
  value.elements.push_back(number);
  int64_t whole = 0;
  auto [wholeEnd, wholeFault] = std::from_chars(word.data(), end, whole);
  allWhole &= wholeFault == std::errc() && wholeEnd == end;
  value.integers.push_back(whole);
}

Value LiteralParser::parse() {
  value.kind = Value::Kind::Literal;
  parseItem(0);
  skipSpace();
  if (position < text.size())
    fail("goes on after its end with `" + text.substr(position) + "`");
  if (anyBool && !allBool)
    fail("mixes numbers with true and false");
  value.isBool = anyBool;
  if (!allWhole)
    value.integers.clear();
  return std::move(value);
}

static double numberIn(const std::string &name, const std::string &text,
                       const std::string &word) {
  double number = 0;
  const char *end = word.data() + word.size();
  auto [stop, fault] = std::from_chars(word.data(), end, number);
  if (fault != std::errc() || stop != end || !std::isfinite(number))
    throw usage("the value of `" + name + "`, `" + text + "`, has `" + word +
                    "` where a number is needed",
                "write `" + name + "=random:normal`, `" + name +
                    "=random:0,10`, and `,seed=1` behind if you like");
  return number;
}

/// `random`, `random:normal`, `random:0,10`, each with `seed=1` at its end.
static Value parseRandom(const std::string &name, const std::string &text) {
  std::vector<std::string> parts;
  for (size_t begin = std::min(text.find(':'), text.size() - 1) + 1;
       begin < text.size();) {
    const size_t end = std::min(text.find(',', begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  std::optional<uint64_t> seed;
  if (!parts.empty() && parts.back().starts_with("seed=")) {
    const std::string digits = parts.back().substr(5);
    uint64_t number = 0;
    const char *end = digits.data() + digits.size();
    auto [stop, fault] = std::from_chars(digits.data(), end, number);
    if (fault != std::errc() || stop != end)
      throw usage("the value of `" + name + "`, `" + text + "`, has `" +
                  digits + "` for its seed, a whole number is needed");
    seed = number;
    parts.pop_back();
  }
  Value value = Value::normal();
  if (parts.size() == 2) {
    value = Value::uniform(numberIn(name, text, parts[0]),
                           numberIn(name, text, parts[1]));
    if (!(value.lo < value.hi))
      throw usage("the value of `" + name + "`, `" + text +
                  "`, is an empty range");
  } else if (parts.size() > 2) {
    throw usage("the value of `" + name + "`, `" + text + "`, has " +
                std::to_string(parts.size()) +
                " parts, a range has a start and an end");
  } else if (!parts.empty() && parts[0] != "normal") {
    throw usage("the value of `" + name + "`, `" + text + "`, has `" +
                    parts[0] +
                    "` where `normal` or a range like `0,10` is "
                    "needed",
                nearest(parts[0], {"normal"}));
  }
  value.seed = seed;
  return value;
}

static bool isWord(const std::string &text) {
  const bool letters = std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  });
  return letters && !std::isdigit(static_cast<unsigned char>(text[0]));
}

Value driver::parseValue(const std::string &name, const std::string &text) {
  if (text[0] == '@') {
    if (text.size() == 1)
      throw usage("`" + name + "=@` names no file");
    return Value::file(text.substr(1));
  }
  if (text == "random" || text.starts_with("random:"))
    return parseRandom(name, text);
  if (text == "zeros")
    return Value();
  if (text.ends_with(".npy"))
    throw usage("the value of `" + name + "`, `" + text +
                    "`, looks like a file",
                "write `" + name + "=@" + text + "`");
  const bool literal =
      text == "true" || text == "false" || text == "inf" || text == "nan";
  if (isWord(text) && !literal)
    return Value::word(text);
  return LiteralParser(name, text).parse();
}
