//===- Brackets.cpp - which bracket closes which --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Brackets.h"

using namespace fovea;

bool fovea::startsDeclaration(const std::vector<Token> &tokens, size_t i) {
  using enum TokenKind;
  if (i + 1 >= tokens.size())
    return false;
  TokenKind next = tokens[i + 1].kind;
  switch (tokens[i].kind) {
  case Fn:
  case Import:
    return next == Name;
  case Test:
    return next == String;
  case Example:
    return next == LBrace;
  default:
    return false;
  }
}

namespace {

/// The brackets that are open while the tokens pass by.
class OpenBrackets {
public:
  OpenBrackets(const std::vector<Token> &tokens, std::vector<uint32_t> &partner)
      : tokens(tokens), partner(partner) {}

  void open(uint32_t index) {
    stack.push_back(index);
    ++count(tokens[index].kind);
  }

  /// Pairs token `index` with the innermost open bracket of kind `opener`, if
  /// there is one and no brace lies between. What stood open inside is lost.
  void close(uint32_t index, TokenKind opener) {
    while (count(opener) > 0) {
      uint32_t top = pop();
      if (tokens[top].kind != opener)
        continue;
      partner[top] = index;
      return;
    }
  }

  /// Forgets what is open, down to the innermost block.
  void dropToBlock() {
    while (!stack.empty() && !isBlock(stack.back()))
      pop();
  }

  void drop() {
    while (!stack.empty())
      pop();
  }

  /// How many brackets of this kind are open since the innermost brace; of
  /// braces, how many at all.
  uint32_t &count(TokenKind kind) {
    if (kind == TokenKind::LBrace)
      return braces;
    return kind == TokenKind::LParen ? inner.parens : inner.brackets;
  }

  void enterBrace() {
    outer.push_back(inner);
    inner = {};
  }

private:
  struct Counts {
    uint32_t parens = 0;
    uint32_t brackets = 0;
  };

  /// Whether token `index` is the brace of a block, not of a `match`.
  bool isBlock(uint32_t index) const {
    return tokens[index].kind == TokenKind::LBrace &&
           (index < 2 || tokens[index - 2].kind != TokenKind::Match);
  }

  uint32_t pop() {
    uint32_t top = stack.back();
    stack.pop_back();
    --count(tokens[top].kind);
    if (tokens[top].kind == TokenKind::LBrace) {
      inner = outer.back();
      outer.pop_back();
    }
    return top;
  }

  const std::vector<Token> &tokens;
  std::vector<uint32_t> &partner;
  std::vector<uint32_t> stack;
  std::vector<Counts> outer;
  Counts inner;
  uint32_t braces = 0;
};

} // namespace

std::vector<uint32_t> fovea::pairBrackets(const std::vector<Token> &tokens) {
  using enum TokenKind;
  std::vector<uint32_t> partner(tokens.size(), 0);
  OpenBrackets brackets(tokens, partner);
  for (uint32_t i = 0; i < tokens.size(); ++i) {
    switch (tokens[i].kind) {
    case LBrace:
      brackets.open(i);
      brackets.enterBrace();
      break;
    case LParen:
    case LBracket:
      brackets.open(i);
      break;
    case RParen:
      brackets.close(i, LParen);
      break;
    case RBracket:
      brackets.close(i, LBracket);
      break;
    case RBrace:
      brackets.close(i, LBrace);
      break;
    case Return:
    case Require:
      brackets.dropToBlock();
      break;
    default:
      if (startsDeclaration(tokens, i))
        brackets.drop();
    }
  }
  return partner;
}
