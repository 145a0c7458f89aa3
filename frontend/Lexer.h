//===- Lexer.h - program text to tokens -------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_LEXER_H
#define FOVEA_FRONTEND_LEXER_H

#include "frontend/Diagnostics.h"

namespace fovea {

enum class TokenKind : uint8_t {
  End,
  /// Text that is no token; its error is reported already.
  Error,
  Name,
  Integer,
  Real,
  String,
  // Reserved words.
  Fn,
  Return,
  Require,
  Match,
  Where,
  Import,
  Test,
  Example,
  And,
  Or,
  Not,
  True,
  False,
  // Punctuation.
  LParen,
  RParen,
  LBracket,
  RBracket,
  LBrace,
  RBrace,
  Comma,
  Semicolon,
  Colon,
  Dot,
  Ellipsis,
  Arrow,
  FatArrow, // `=>`: known to the lexer for the sake of its message
  Bar,
  Assign,
  // Operators.
  Plus,
  Minus,
  Star,
  Slash,
  SlashSlash,
  Percent,
  Caret,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  EqualEqual,
  NotEqual,
  Approx,
};

/// One token: the bytes [begin, end) of its source.
struct Token {
  TokenKind kind;
  /// Whether a line break stands between the token and the one before it. True
  /// of the first token and of the end.
  bool startsLine;
  uint32_t begin;
  uint32_t end;
};

/// The tokens of `source`, the last of them an End. What is no token is
/// reported once and stands as one Error token; a foreign spelling with a clear
/// meaning (`&&`, `**`) is reported and stands as what it means.
std::vector<Token> lex(const Source &source, Diagnostics &diagnostics);

/// Whether a word with this kind cannot be used as a name.
bool isReserved(TokenKind kind);

/// The text of a String token without its quotes and escapes.
std::string unescape(std::string_view literal);

} // namespace fovea

#endif // FOVEA_FRONTEND_LEXER_H
