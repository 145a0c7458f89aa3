//===- ForeignSpelling.cpp - what other languages write -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/ForeignSpelling.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

using namespace fovea;

using Words = std::unordered_map<std::string_view, std::string_view>;

static std::string_view find(const Words &words, std::string_view word) {
  auto found = words.find(word);
  return found == words.end() ? std::string_view() : found->second;
}

const ForeignSign *fovea::foreignSign(std::string_view text) {
  using enum TokenKind;
  static constexpr std::string_view augmented =
      "a name is defined once: define a new name, `y = x + ...`";
  // Longer signs stand before their own beginnings.
  static const ForeignSign signs[] = {
      {"===", EqualEqual, "write `==`"},
      {"!==", NotEqual, "write `!=`"},
      {"<>", NotEqual, "write `!=`"},
      {"=<", LessEqual, "write `<=`"},
      {":=", Assign, "write `=`"},
      {"**", Caret, "a power is written `^`"},
      {"&&", And, "write `and`"},
      {"||", Or, "write `or`"},
      {"&", And, "write `and`"},
      {"!", Not, "write `not`"},
      {"~", Not,
       "write `not`; `~=` compares with a tolerance and is for tests"},
      {"+=", Error, augmented},
      {"-=", Error, augmented},
      {"*=", Error, augmented},
      {"/=", Error, augmented},
      {"%=", Error, augmented},
      {"^=", Error, augmented},
      {"..", Error,
       "a pack of axes is `s...`; a range is given by an extent, `j: N`"},
      {"@", Error, "a matrix product is `sum[k](a[i, k] * b[k, j])`"},
      {"?", Error, "a choice is `where(condition, a, b)`"},
      {"'", Error, "strings stand in double quotes"},
      {"\\", Error,
       "an expression goes on after an operator, a comma or inside "
       "brackets"},
      {"−", Minus, "write the minus of the keyboard, `-`"},
      {"–", Minus, "write the minus of the keyboard, `-`"},
      {"×", Star, "write `*`"},
      {"·", Star, "write `*`"},
      {"÷", Slash, "write `/`"},
      {"≤", LessEqual, "write `<=`"},
      {"≥", GreaterEqual, "write `>=`"},
      {"≠", NotEqual, "write `!=`"},
      {"≈", Approx, "write `~=`"},
      {"∧", And, "write `and`"},
      {"∨", Or, "write `or`"},
      {"¬", Not, "write `not`"},
      {"→", Arrow, "write `->`"},
      {"…", Ellipsis, "write three dots, `...`"},
      {"∞", Error, "write `inf`"},
      {"π", Error, "write `pi`"},
      {"√", Error, "write `sqrt(x)`"},
      {"∑", Error, "write `sum[j](...)`"},
      {"Σ", Error, "write `sum[j](...)`"},
      {"“", Error, "strings stand in straight double quotes"},
      {"”", Error, "strings stand in straight double quotes"},
      {"’", Error, "strings stand in straight double quotes"},
  };
  for (const ForeignSign &sign : signs)
    if (text.starts_with(sign.text))
      return &sign;
  return nullptr;
}

std::string_view fovea::helpForForeignWord(std::string_view word) {
  static constexpr std::string_view choice =
      "a choice is written `where(condition, a, b)`";
  static constexpr std::string_view loop =
      "there are no loops: `y[i] = ...` runs over every `i`, `sum[j](...)` "
      "adds "
      "over `j`";
  static constexpr std::string_view definition =
      "a definition needs no word before it: `x = ...`";
  static const Words words = {
      {"if", choice},
      {"elif", choice},
      {"else", choice},
      {"for", loop},
      {"while", loop},
      {"let", definition},
      {"var", definition},
      {"val", definition},
      {"const", definition},
      {"auto", definition},
      {"lambda", "a function without a name is written `(x) -> ...`"},
      {"def", "a function starts with `fn`"},
      {"func", "a function starts with `fn`"},
      {"fun", "a function starts with `fn`"},
      {"function", "a function starts with `fn`"},
      {"assert", "a demand on sizes is written `require condition`"},
  };
  return find(words, word);
}

std::string_view fovea::helpForForeignFunction(std::string_view name) {
  static constexpr std::string_view filled =
      "an array of one number is `y[i: N] = 0`, with that number";
  static constexpr std::string_view product =
      "a product is written out: `c[i, j] = sum[k](a[i, k] * b[k, j])`";
  static const Words words = {
      {"ln", "the natural logarithm is `log`"},
      {"round", "there is no rounding to the nearest: `floor(x + 0.5)`"},
      {"ceil", "there is `floor` only: `-floor(-x)`"},
      {"trunc", "there is `floor` only: `sign(x) * floor(abs(x))`"},
      {"zeros", filled},
      {"ones", filled},
      {"full", filled},
      {"arange", "an index is a number: `y[i: N] = i`"},
      {"range", "an index is a number: `y[i: N] = i`"},
      {"iota", "an index is a number: `y[i: N] = i`"},
      {"maximum", "of two numbers it is `max(a, b)`, over an index "
                  "`max[j](x[j])`"},
      {"minimum", "of two numbers it is `min(a, b)`, over an index "
                  "`min[j](x[j])`"},
      {"sort", "nothing sorts; the place of the largest is "
               "`argmax[j](x[j])`"},
      {"matmul", product},
      {"dot", product},
      {"einsum", product},
      {"transpose", "a transposed array is read as `x[j, i]`"},
  };
  return find(words, name);
}

std::string_view fovea::ownDtype(std::string_view name) {
  static const Words words = {
      {"float16", "f16"},   {"half", "f16"},    {"fp16", "f16"},
      {"bfloat16", "bf16"}, {"float32", "f32"}, {"single", "f32"},
      {"fp32", "f32"},      {"float64", "f64"}, {"double", "f64"},
      {"fp64", "f64"},      {"int", "i64"},     {"integer", "i64"},
      {"long", "i64"},      {"int64", "i64"},   {"index", "i64"},
      {"int32", "i32"},     {"boolean", "bool"}};
  return find(words, name);
}

std::string fovea::helpForMember(std::string_view member, bool isCalled) {
  static constexpr std::string_view reductions[] = {
      "sum", "mean", "max", "min", "prod", "any", "all", "argmax", "argmin"};
  const std::string name(member);
  if (member == "shape" || member == "size")
    return "a size is a dimension of the signature, as N of `x: f32[N]`";
  if (member.empty() || !isCalled)
    return "functions are called as `f(x)`; a transposed array is read as "
           "`x[j, i]`";
  if (std::ranges::find(reductions, member) != std::end(reductions))
    return "a reduction binds an index: `" + name + "[j](x[i, j])`";
  return "functions are called as `" + name + "(x)`";
}
