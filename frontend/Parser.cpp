//===- Parser.cpp - files, imports and functions --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Parser.h"
#include "frontend/ForeignSpelling.h"
#include "frontend/ParserImpl.h"
#include "frontend/Utf8.h"

#include <cstdio>

using namespace fovea;

static constexpr size_t mostBytes = 4 << 20;

/// `10 MB`, `4.2 MB`.
static std::string megabytes(size_t bytes) {
  char text[32];
  double number = bytes / 1e6;
  std::snprintf(text, sizeof(text), number < 9.95 ? "%.1f MB" : "%.0f MB",
                number);
  return text;
}

ast::File fovea::parse(const Source &source, Diagnostics &diagnostics) {
  if (source.text.size() > mostBytes) {
    diagnostics.error({&source, 0, 0}, "the program is " +
                                           megabytes(source.text.size()) +
                                           "; at most 4 MiB are read");
    ast::File file;
    file.source = &source;
    return file;
  }
  return Parser(source, diagnostics).parseFile();
}

Parser::Parser(const Source &source, Diagnostics &diagnostics)
    : source(source), diagnostics(diagnostics),
      tokens(lex(source, diagnostics)), partners(pairBrackets(tokens)) {}

ast::File Parser::parseFile() {
  ast::File file;
  file.source = &source;
  while (!is(TokenKind::End))
    parseDeclaration(file);
  return file;
}

/// `def f(`: the rest is likely to be right.
bool Parser::startsForeignFunction() const {
  bool header = is(TokenKind::Name) && next(1).kind == TokenKind::Name &&
                next(2).kind == TokenKind::LParen;
  return header && helpForForeignWord(textOf(current())).find("`fn`") !=
                       std::string_view::npos;
}

void Parser::parseDeclaration(ast::File &file) {
  using enum TokenKind;
  linesCount = false;
  switch (current().kind) {
  case Import:
    return parseImport(file);
  case Fn:
    return parseFunction(file);
  case Test:
    return parseTest(file);
  case Example:
    return parseExamples(file);
  case RBrace:
    reportClosesNothing();
    return advance();
  case Semicolon:
    error(here(), "`;` stands only between the statements of a block")
        .fix("remove it");
    return advance();
  default:
    break;
  }
  Diagnostic &diagnostic = unexpected("`fn`, `test`, `example` or `import`");
  std::string help(helpForForeignWord(textOf(current())));
  if (startsForeignFunction()) {
    diagnostic.fix(help);
    return parseFunction(file);
  }
  TokenKind second = next().kind;
  bool statement =
      second == Assign || second == LBracket || is(Return) || is(Require);
  if (statement)
    diagnostic.fix("definitions stand inside a function, between its braces");
  else if (second == Name && !help.empty())
    diagnostic.fix(help);
  skipToDeclaration();
}

void Parser::parseImport(ast::File &file) {
  uint32_t begin = current().begin;
  advance();
  if (is(TokenKind::String)) {
    error(here(), "a module's name stands without quotes")
        .fix("write `import std.nn`");
    return skipToDeclaration();
  }
  ast::Import import;
  Lines lines(*this, true);
  do {
    std::optional<ast::Ident> part = expectName("the name of a module");
    if (!part)
      return skipToDeclaration();
    import.module += (import.module.empty() ? "" : ".") + part->name;
  } while (accept(TokenKind::Dot));
  import.range = from(begin);
  file.imports.push_back(std::move(import));
  if (accept(TokenKind::Semicolon) || lineEnds() ||
      startsDeclaration(tokens, at))
    return;
  unexpected("the end of the line")
      .fix("every module has an `import` of its own");
  skipToDeclaration();
}

void Parser::parseFunction(ast::File &file) {
  uint32_t begin = current().begin;
  advance();
  std::optional<ast::Ident> name = expectName("the name of the function");
  if (!name)
    return skipToDeclaration();
  ast::Function function;
  function.name = std::move(*name);
  if (!is(TokenKind::LParen)) {
    unexpected("`(` and the parameters of " + quoted(function.name.name));
    return skipToDeclaration();
  }
  size_t open = at;
  if (!parseParams(function)) {
    if (!partners[open])
      return skipToDeclaration();
    at = partners[open] + 1;
  }
  // After a mistake in the results the body is still worth reading.
  if (!parseResults(function) && !skipToBody())
    return skipToDeclaration();
  block = Block::Function;
  bool closed = parseBlock([&] { return parseFunctionStatement(function); });
  function.range = from(begin);
  if (closed)
    checkReturn(function);
  file.functions.push_back(std::move(function));
}

/// Goes to the brace that opens the function's body; the cases of a `match`
/// among the results have braces, too.
bool Parser::skipToBody() {
  using enum TokenKind;
  while (!is(End) && !is(RBrace) && !is(Return) && !is(Require) &&
         !startsDeclaration(tokens, at)) {
    uint32_t partner = partners[at];
    bool cases = is(LBrace) && partner && tokens[partner + 1].kind == LBrace;
    if (is(LBrace) && !cases)
      return true;
    at = std::max<size_t>(partner, at) + 1;
  }
  return false;
}

/// The only return must be there and be the last statement. Where something in
/// the function could not be read, nothing is known about that.
void Parser::checkReturn(const ast::Function &function) {
  if (!blockIsWhole)
    return;
  const ast::Return *first = nullptr;
  for (size_t i = 0; i < function.body.size(); ++i) {
    const auto *statement = std::get_if<ast::Return>(&function.body[i]);
    if (statement && first) {
      error(statement->range,
            "a second `return` in " + quoted(function.name.name))
          .at(first->range, "the first one")
          .fix("a function has one `return`, its last statement; a choice is "
               "written `where(condition, a, b)`");
      return;
    }
    first = statement ? statement : first;
  }
  bool isLast =
      first && std::holds_alternative<ast::Return>(function.body.back());
  if (isLast)
    return;
  if (first)
    error(first->range,
          "`return` is not the last statement of " + quoted(function.name.name))
        .fix("move it to the end of the function");
  else
    error(function.name.range, quoted(function.name.name) + " has no `return`")
        .fix("end the function with `return` and the result");
}

bool Parser::parseParams(ast::Function &function) {
  if (next().kind == TokenKind::RParen) {
    advance();
    advance();
    return true;
  }
  Distinct names(*this, "parameter");
  return parseList(TokenKind::RParen,
                   [&] { return parseParam(function, names); });
}

bool Parser::parseParam(ast::Function &function, Distinct &names) {
  std::optional<ast::Ident> name = expectName("a parameter");
  if (!name)
    return false;
  ast::Param param;
  param.name = std::move(*name);
  names.add(param.name);
  if (!parseParamType(param))
    return false;
  if (accept(TokenKind::Assign) && !(param.defaultValue = parseExpr()))
    return false;
  function.params.push_back(std::move(param));
  return true;
}

bool Parser::parseParamType(ast::Param &param) {
  using enum TokenKind;
  const std::string &name = param.name.name;
  if (accept(Colon)) {
    param.type = parseType(TypePlace::Parameter);
    return param.type != nullptr;
  }
  if (is(Comma) || is(RParen) || is(Assign)) {
    error(param.name.range, "parameter " + quoted(name) + " has no type")
        .fix("write " + quoted(name + ": float"));
    return false;
  }
  if (!is(Name) && !is(Fn)) {
    unexpected("`:` and the type of " + quoted(name));
    return false;
  }
  bool listGoesOn = next().kind == Comma || next().kind == RParen;
  if (is(Name) && listGoesOn && isDtype(name)) {
    error(param.name.range, "the type stands behind the parameter's name")
        .fix("write " + quoted(std::string(textOf(current())) + ": " + name));
    return false;
  }
  error(here(), "expected `:` between " + quoted(name) + " and its type");
  param.type = parseType(TypePlace::Parameter);
  return param.type != nullptr;
}

bool Parser::parseResults(ast::Function &function) {
  using enum TokenKind;
  if (is(LBrace))
    return true;
  if (!accept(Arrow)) {
    bool foreign = is(FatArrow) || is(Colon) || is(Minus) || is(Greater);
    bool type = is(Name) || is(Fn) || is(Match);
    if (!foreign && (!type || current().startsLine))
      return true; // the block will be missed
    unexpected("`->` before the result's type");
    if (foreign)
      advance();
  }
  function.resultsDeclared = true;
  Distinct names(*this, "result");
  if (is(LParen) && next().kind != RParen) {
    size_t open = at;
    if (parseList(RParen, [&] { return parseResult(function.results, names); }))
      return true;
    at = open; // for skipToBody to pass the parentheses as a whole
    return false;
  }
  if (is(LParen)) {
    error(rangeOf(current()).to(rangeOf(next())), "a function has a result")
        .fix("name its type: `-> f32[N]`");
    advance();
    advance();
    return false;
  }
  if (is(Name) && next().kind == Colon) {
    std::string name(textOf(current()));
    error(here(), "a named result stands in parentheses")
        .fix("write " + quoted("-> (" + name + ": ...)"));
    advance();
    advance();
  }
  ast::TypePtr type = parseType(TypePlace::Result);
  if (!type)
    return false;
  function.results.push_back({std::nullopt, std::move(type)});
  return true;
}

bool Parser::parseResult(std::vector<ast::Result> &results, Distinct &names) {
  ast::Result result;
  if (is(TokenKind::Name) && next().kind == TokenKind::Colon) {
    result.name = expectName("a result");
    names.add(*result.name);
    advance();
  }
  result.type = parseType(TypePlace::Result);
  if (!result.type)
    return false;
  results.push_back(std::move(result));
  return true;
}
