//===- ParseCall.cpp - reads and calls ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/ForeignSpelling.h"
#include "frontend/ParserImpl.h"
#include "frontend/Utf8.h"

#include <algorithm>

using namespace fovea;

/// A name, a read or a call.
ast::ExprPtr Parser::parseNamed() {
  using enum TokenKind;
  ast::Ident name{std::string(textOf(current())), rangeOf(current())};
  bool isWhere = is(Where);
  std::string help(helpForForeignWord(name.name));
  advance();
  bool goesOn = !lineEnds();
  if (isWhere && !(goesOn && is(LParen))) {
    error(name.range, "`where` is a reserved word and cannot be a name")
        .fix("it is called: `where(condition, a, b)`");
    return nullptr;
  }
  if (!help.empty() && goesOn && is(Name)) {
    error(name.range, quoted(name.name) + " cannot stand in an expression")
        .fix(help);
    return nullptr;
  }
  if (goesOn && is(Ellipsis)) {
    error(name.range.to(rangeOf(current())), "a pack of axes cannot stand here")
        .fix("packs stand among indices and sizes: " +
             quoted("x[" + name.name + "...]"));
    return nullptr;
  }
  if (goesOn && is(LParen))
    return parseCall(std::move(name));
  if (goesOn && is(LBracket))
    return callFollows() ? parseCall(std::move(name))
                         : parseRead(std::move(name));
  return make(name.range.begin, ast::Name{name.name}, 0);
}

/// Whether the bracket here is directly followed by a parenthesis.
bool Parser::callFollows() const {
  if (!partners[at])
    return false;
  const Token &behind = tokens[partners[at] + 1];
  return behind.kind == TokenKind::LParen && !(linesCount && behind.startsLine);
}

/// An index of a read or a size in a type.
ast::ExprPtr Parser::parseIndex(const std::string &needed) {
  using enum TokenKind;
  if (is(Name) && next().kind == Ellipsis) {
    uint32_t begin = current().begin;
    std::string name(textOf(current()));
    advance();
    advance();
    return make(begin, ast::Pack{std::move(name)}, 0);
  }
  bool slice = is(Colon);
  ast::ExprPtr index = slice ? nullptr : parseExpr();
  if (!slice && !(index && is(Colon)))
    return index;
  error(here(), "expected " + needed + ", found `:`")
      .fix("there are no slices: a part of an array is defined by its indices, "
           "`y[i: N] = x[i + 1]`");
  return nullptr;
}

ast::ExprPtr Parser::parseRead(ast::Ident name) {
  uint32_t begin = name.range.begin;
  if (next().kind == TokenKind::RBracket) {
    error(rangeOf(current()).to(rangeOf(next())),
          "there is no index between these brackets")
        .fix("the whole array is written " + quoted(name.name));
    return nullptr;
  }
  ast::Read read;
  read.array = std::move(name);
  unsigned tallest = 0;
  bool fine = parseList(TokenKind::RBracket, [&] {
    read.indices.push_back(parseIndex("an index"));
    tallest = std::max(tallest, height);
    if (!read.indices.back() || !is(TokenKind::Bar))
      return read.indices.back() != nullptr;
    error(here(), "a guard `|` needs an operand behind the brackets")
        .fix("write " + quoted(read.array.name + "[j | condition](...)"));
    return false;
  });
  return fine ? make(begin, std::move(read), tallest) : nullptr;
}

ast::ExprPtr Parser::parseCall(ast::Ident name) {
  uint32_t begin = name.range.begin;
  ast::Call call;
  call.callee = std::move(name);
  unsigned tallest = 0;
  if (is(TokenKind::LBracket) && !parseBinders(call, tallest))
    return nullptr;
  if (!parseArguments(call, tallest))
    return nullptr;
  return make(begin, std::move(call), tallest);
}

bool Parser::parseBinders(ast::Call &call, unsigned &tallest) {
  using enum TokenKind;
  call.hasBinders = true;
  size_t open = at;
  if (next().kind == RBracket || next().kind == Bar) {
    error(rangeOf(current()).to(rangeOf(next())),
          quoted(call.callee.name) + " has no index to run over")
        .fix("name one: " + quoted(call.callee.name + "[j](...)"));
    return false;
  }
  Lines lines(*this, false);
  Distinct names(*this, "index");
  advance();
  do {
    ast::Binder binder;
    if (!parseBinder(binder, false))
      return false;
    if (binder.extent)
      tallest = std::max(tallest, height);
    names.add(binder.name);
    call.binders.push_back(std::move(binder));
  } while (accept(Comma));
  if (accept(Bar) && !parseGuard(call, tallest))
    return false;
  return expectClose(open, RBracket, true);
}

bool Parser::parseGuard(ast::Call &call, unsigned &tallest) {
  call.guard = parseExpr();
  if (!call.guard)
    return false;
  tallest = std::max(tallest, height);
  if (!is(TokenKind::Bar))
    return true;
  error(here(), "a second guard")
      .at(call.guard->range, "the first one")
      .fix("join them with `and`");
  return false;
}

/// `j`, `j: extent` or `s...`. The name of an index is always a new one, so
/// arithmetic in its place is reported.
bool Parser::parseBinder(ast::Binder &binder, bool leftOfAssign) {
  using enum TokenKind;
  TokenKind behind = next().kind;
  bool number = is(Integer) || is(Real) || is(Minus);
  bool arithmetic = behind >= Plus || behind == LBracket || behind == LParen;
  if (number || (is(Name) && arithmetic)) {
    error(here(),
          leftOfAssign
              ? "an index on the left of `=` is a new name, not an "
                "expression"
              : "what a call runs over is a new name, not an expression")
        .fix(leftOfAssign
                 ? "write `y[i] = ...` and put the arithmetic on the right"
                 : "write `sum[j](...)`, with a guard `sum[j | j < N](...)`");
    return false;
  }
  std::optional<ast::Ident> name = expectName("the name of an index");
  if (!name)
    return false;
  binder.name = std::move(*name);
  if (accept(Ellipsis)) {
    binder.isPack = true;
    return true;
  }
  if (!accept(Colon))
    return true;
  binder.extent = parseExpr();
  return binder.extent != nullptr;
}

bool Parser::parseArguments(ast::Call &call, unsigned &tallest) {
  bool empty = next().kind == TokenKind::RParen;
  if (empty) {
    advance();
    advance();
    return true;
  }
  Distinct names(*this, "argument");
  return parseList(TokenKind::RParen, [&] {
    bool fine = parseArgument(call, names);
    tallest = std::max(tallest, height);
    return fine;
  });
}

bool Parser::parseArgument(ast::Call &call, Distinct &names) {
  ast::Argument argument;
  uint32_t begin = current().begin;
  bool named = is(TokenKind::Name) && next().kind == TokenKind::Assign;
  if (named && call.callee.name == "where") {
    error(rangeOf(next()), "`where` has no named arguments")
        .fix("`=` names an argument; to compare, write `==`");
    return false;
  }
  if (named) {
    argument.name = expectName("an argument");
    names.add(*argument.name);
    advance();
  }
  argument.value = parseExpr();
  if (!argument.value)
    return false;
  bool late = !named && !call.arguments.empty() &&
              call.arguments.back().name.has_value();
  if (late)
    error(from(begin), "an argument without a name behind one with a name")
        .at(call.arguments.back().name->range, "this one has a name")
        .fix("give it a name too, or move it to the front");
  call.arguments.push_back(std::move(argument));
  return true;
}
