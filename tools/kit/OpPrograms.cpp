//===- OpPrograms.cpp - one program for each op ---------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/kit/Programs.h"

#include <span>

using namespace fovea;
using namespace fovea::kit;

namespace {
/// `text` is a formula of a and b.
struct Formula {
  const char *name;
  const char *text;
  bool noHuge = false;
  bool noInfinite = false;
};

constexpr Formula ofFloats[] = {{"exp", "exp(a)"},
                                {"exp2", "exp2(a)"},
                                {"expm1", "expm1(a)"},
                                {"log", "log(a)"},
                                {"log1p", "log1p(a)"},
                                {"sqrt", "sqrt(a)"},
                                {"rsqrt", "rsqrt(a)"},
                                {"tanh", "tanh(a)"},
                                {"sinh", "sinh(a)"},
                                {"cosh", "cosh(a)"},
                                {"sigmoid", "sigmoid(a)"},
                                {"erf", "erf(a)"},
                                {"sin", "sin(a)", true},
                                {"cos", "cos(a)", true},
                                {"floor", "floor(a)"},
                                {"div", "a / b"},
                                {"floordiv", "a // b", true, true},
                                {"mod", "a % b", true, true},
                                {"pow", "a ^ b", true},
                                {"floordiv by a tenth", "a // 0.1", true, true},
                                {"mod by a tenth", "a % 0.1", true, true},
                                {"cast to i64", "i64(a)"},
                                {"cast to i32", "i32(a)"},
                                {"cast to bool", "bool(a)"}};

constexpr Formula ofNumbers[] = {
    {"abs", "abs(a)"},    {"neg", "-a"},        {"sign", "sign(a)"},
    {"add", "a + b"},     {"sub", "a - b"},     {"mul", "a * b"},
    {"min", "min(a, b)"}, {"max", "max(a, b)"}, {"lt", "a < b"},
    {"le", "a <= b"},     {"gt", "a > b"},      {"ge", "a >= b"},
    {"eq", "a == b"},     {"ne", "a != b"}};

constexpr Formula ofIntegers[] = {{"floordiv", "a // by[n, m]"},
                                  {"mod", "a % by[n, m]"},
                                  {"pow", "a ^ m"},
                                  {"cast to f32", "f32(a)"},
                                  {"cast to f64", "f64(a)"},
                                  {"cast to bool", "bool(a)"},
                                  {"cast to i32", "i32(a)"},
                                  {"cast to i64", "i64(a)"}};

constexpr Formula ofBools[] = {
    {"not", "not a"},          {"and", "a and b"},
    {"or", "a or b"},          {"cast to i64", "i64(a)"},
    {"cast to f32", "f32(a)"}, {"select", "where(a, 1.5, f32(n))"}};
} // namespace

static std::string replaced(const std::string &text, char name,
                            const std::string &by) {
  std::string out;
  auto isWord = [](char c) { return std::isalnum(c) || c == '_'; };
  for (size_t i = 0; i < text.size(); ++i) {
    const bool isName = text[i] == name && (i == 0 || !isWord(text[i - 1])) &&
                        (i + 1 == text.size() || !isWord(text[i + 1]));
    out += isName ? by : std::string(1, text[i]);
  }
  return out;
}

/// The formula of an array and one with fewer axes: operands repeat.
static void add(std::vector<Program> &programs, std::span<const Formula> list,
                const std::string &type) {
  for (const Formula &formula : list) {
    const std::string body =
        replaced(replaced(formula.text, 'a', "x[n, m]"), 'b', "y[m]");
    auto uses = [&](const char *name) {
      return body.find(name) != std::string::npos;
    };
    std::string parameters = "x: " + type + "[N, M]";
    if (uses("by["))
      parameters += ", by: " + type + "[N, M]";
    if (uses("y["))
      parameters += ", y: " + type + "[M]";
    programs.push_back({std::string(formula.name) + " " + type,
                        "fn f(" + parameters + ") {\n  r[n, m] = " + body +
                            "\n  return r\n}\n",
                        formula.noHuge, formula.noInfinite});
  }
}

std::vector<Program> kit::opPrograms() {
  std::vector<Program> programs;
  for (const char *type : {"f32", "f64"}) {
    add(programs, ofFloats, type);
    add(programs, ofNumbers, type);
  }
  for (const char *type : {"i32", "i64"}) {
    add(programs, ofNumbers, type);
    add(programs, ofIntegers, type);
  }
  add(programs, ofBools, "bool");
  return programs;
}
