//===- ParserTokens.cpp - the parser's cursor and errors ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/ForeignSpelling.h"
#include "frontend/ParserImpl.h"
#include "frontend/Utf8.h"

using namespace fovea;

void Parser::advance() {
  if (at + 1 < tokens.size())
    ++at;
}

bool Parser::accept(TokenKind kind) {
  if (!is(kind))
    return false;
  advance();
  return true;
}

/// Where to point when the current token is not what is needed: where a line
/// ends too early, behind its last token.
SourceRange Parser::here() const {
  bool behind = at > 0 && lineEnds();
  if (behind)
    return {&source, last().end, last().end};
  return rangeOf(current());
}

std::string Parser::found() const {
  if (is(TokenKind::End))
    return "the end of the file";
  return lineEnds() ? "the end of the line" : quoted(textOf(current()));
}

Diagnostic &Parser::error(SourceRange range, std::string message) {
  return diagnostics.error(range, std::move(message));
}

Diagnostic &Parser::unexpected(const std::string &needed) {
  silent = Diagnostic();
  if (is(TokenKind::Error) && !lineEnds())
    return silent;
  return error(here(), "expected " + needed + ", found " + found());
}

bool Parser::expect(TokenKind kind, const std::string &needed) {
  if (accept(kind))
    return true;
  unexpected(needed);
  return false;
}

std::optional<ast::Ident> Parser::expectName(const std::string &needed) {
  if (is(TokenKind::Name)) {
    ast::Ident ident{std::string(textOf(current())), rangeOf(current())};
    advance();
    return ident;
  }
  if (isReserved(current().kind) && !lineEnds())
    error(here(), quoted(textOf(current())) +
                      " is a reserved word and cannot be a name")
        .fix("choose another name, such as `" + std::string(textOf(current())) +
             "_`");
  else
    unexpected(needed);
  return std::nullopt;
}

/// Expects the bracket that closes token `open`. In a `list` a comma would have
/// been right as well.
bool Parser::expectClose(size_t open, TokenKind close, bool list) {
  if (accept(close))
    return true;
  if (is(TokenKind::Error))
    return false;
  std::string closer = close == TokenKind::RParen     ? "`)`"
                       : close == TokenKind::RBracket ? "`]`"
                                                      : "`}`";
  std::string opener = quoted(textOf(tokens[open]));
  bool lineOver = is(TokenKind::End) || current().startsLine;
  if (lineOver) {
    error({&source, last().end, last().end}, closer + " is missing")
        .at(rangeOf(tokens[open]), "this " + opener + " is not closed");
    return false;
  }
  Diagnostic *diagnostic = explainLeftover();
  if (!diagnostic)
    diagnostic = &unexpected(list ? "`,` or " + closer : closer);
  diagnostic->at(rangeOf(tokens[open]), "inside this " + opener);
  return false;
}

void Parser::reportClosesNothing() {
  error(rangeOf(current()), quoted(textOf(current())) + " closes nothing")
      .fix("remove it, or open the bracket before");
}

/// A line starts with what should have ended the one before.
void Parser::reportLineStart() {
  std::string text = quoted(textOf(current()));
  bool infix = current().kind >= TokenKind::Plus || is(TokenKind::And) ||
               is(TokenKind::Or);
  error(rangeOf(current()), "a line cannot start with " + text)
      .fix("end the line before with " + text +
           (infix ? ", or put the expression in parentheses" : ""));
}

/// Behind a complete expression something stands that cannot go on with it:
/// reports the mistakes whose cause is known. Null if it is none of them.
Diagnostic *Parser::explainLeftover() {
  using enum TokenKind;
  std::string text = quoted(textOf(current()));
  std::string help(is(Name) ? helpForForeignWord(textOf(current())) : "");
  if (!help.empty())
    return &error(here(), text + " cannot stand in an expression").fix(help);
  if (is(Assign))
    return &error(here(), "`=` cannot stand in an expression")
                .fix("`=` defines a name; to compare, write `==`");
  if (is(Arrow) && tokens[at - 1].kind == Name && !isDtype(last().text()))
    return &error(last(), "the parameters of a function stand in parentheses")
                .fix("write " +
                     quoted("(" + std::string(textOf(tokens[at - 1])) +
                            ") -> ..."));
  if (is(FatArrow))
    return &error(here(), "`=>` is not known here")
                .fix("write `>=` to compare, `(x) -> ...` for a function");
  if (is(Bar))
    return &error(here(), "a guard `|` cannot stand here")
                .fix("a guard stands behind the indices of a reduction: `sum[j "
                     "| condition](...)`; or is written `or`");
  if (is(Dot))
    return &error(here(), "`.` cannot stand in an expression")
                .fix(helpForMember(next().kind == Name ? textOf(next()) : "",
                                   next(2).kind == LParen));
  bool behindBracket = tokens[at - 1].kind == RBracket;
  if (is(LBracket) && (behindBracket || tokens[at - 1].kind == RParen))
    return &error(here(), "only a name can be read with indices")
                .fix(
                    behindBracket
                        ? "write all indices in one pair of brackets: `x[i, j]`"
                        : "give the value a name first: `y = ...`, then "
                          "`y[i]`");
  return nullptr;
}

/// Goes from a mistake in the statement that started at token `start` to where
/// the next one may start. Pairs of brackets are passed as a whole, so that the
/// rest of a list over several lines is not read as statements.
void Parser::skipStatement(size_t start) {
  using enum TokenKind;
  size_t i = start;
  while (tokens[i].kind != End) {
    bool ends = tokens[i].startsLine || tokens[i].kind == Semicolon ||
                tokens[i].kind == RBrace || startsDeclaration(tokens, i);
    if (i >= at && i > start && ends)
      break;
    i = std::max<size_t>(partners[i], i) + 1;
  }
  at = std::min(i, tokens.size() - 1);
}

/// Goes to the next `fn`, `test`, `example` or `import` that starts a line.
void Parser::skipToDeclaration() {
  using enum TokenKind;
  while (!is(End) && !startsDeclaration(tokens, at)) {
    bool word = is(Fn) || is(Test) || is(Example) || is(Import);
    if (word && current().startsLine)
      return;
    advance();
  }
}

bool Parser::Nesting::tooDeep() {
  const unsigned deepest = 256;
  // The outermost level is not nested in anything.
  if (parser.depth <= deepest + 1)
    return false;
  parser.error(parser.here(), "nested more than 256 deep")
      .fix("give a part of it a name of its own");
  return true;
}

void Parser::Distinct::add(const ast::Ident &ident) {
  auto [place, isNew] = seen.try_emplace(ident.range.text(), ident.range);
  if (isNew)
    return;
  parser.error(ident.range, what + " " + quoted(ident.name) + " is given twice")
      .at(place->second, "first here");
}
