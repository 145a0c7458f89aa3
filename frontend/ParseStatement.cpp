//===- ParseStatement.cpp - blocks, statements, tests, examples -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/ForeignSpelling.h"
#include "frontend/ParserImpl.h"
#include "frontend/Utf8.h"

using namespace fovea;

/// Goes to the brace that opens a block; `open` is its index. Where it was
/// forgotten at the end of a line the block starts without it.
bool Parser::findBlock(std::optional<size_t> &open) {
  using enum TokenKind;
  if (!is(LBrace)) {
    Lines lines(*this, true);
    unexpected("`{`");
    bool forgotten = current().startsLine && !is(RBrace);
    while (!forgotten && !is(LBrace) && !lineEnds())
      advance();
    if (is(End) || startsDeclaration(tokens, at))
      return false;
    if (!is(LBrace))
      return forgotten;
  }
  open = at;
  advance();
  return true;
}

bool Parser::expectStatementEnd() {
  using enum TokenKind;
  bool ends = lineEnds() || is(RBrace) || is(Semicolon) ||
              startsDeclaration(tokens, at);
  if (ends)
    return true;
  if (is(Error) || explainLeftover())
    return false;
  if (is(RParen) || is(RBracket)) {
    reportClosesNothing();
    return false;
  }
  bool operand = is(Name) || is(Integer) || is(Real) || is(LParen) ||
                 is(Where) || is(True) || is(False);
  if (operand && tokens[at - 1].kind == RBracket)
    error(here(),
          "expected an operator or `(`, found " + quoted(textOf(current())))
        .fix("what a reduction works on stands in parentheses: "
             "`sum[j](...)`");
  else if (operand)
    error(here(), "an operator is missing between " + quoted(last().text()) +
                      " and " + quoted(textOf(current())))
        .fix("a product is written `a * b`; statements on one line are "
             "separated by `;`");
  else
    unexpected("the end of the statement");
  return false;
}

bool Parser::parseFunctionStatement(ast::Function &function) {
  if (is(TokenKind::Return)) {
    ast::Return statement;
    if (!parseReturn(statement))
      return false;
    function.body.push_back(std::move(statement));
    return true;
  }
  if (is(TokenKind::Require)) {
    uint32_t begin = current().begin;
    advance();
    ast::ExprPtr condition =
        lineEnds() ? (unexpected("a condition"), nullptr) : parseExpr();
    if (!condition)
      return false;
    function.body.push_back(ast::Require{from(begin), std::move(condition)});
    return true;
  }
  if (!isDefinition())
    return reportNoStatement();
  ast::Definition definition;
  if (!parseDefinition(definition))
    return false;
  function.body.push_back(std::move(definition));
  return true;
}

bool Parser::parseReturn(ast::Return &statement) {
  uint32_t begin = current().begin;
  advance();
  if (lineEnds() || is(TokenKind::RBrace) || is(TokenKind::Semicolon)) {
    error(last(), "`return` has no value").fix("write `return x`");
    return false;
  }
  do {
    statement.values.push_back(parseExpr());
    if (!statement.values.back())
      return false;
  } while (accept(TokenKind::Comma));
  statement.range = from(begin);
  return true;
}

/// Whether a definition starts here: `x =`, `x[i] =`, `x, `.
bool Parser::isDefinition() const {
  using enum TokenKind;
  bool name = is(Name) || (isReserved(current().kind) && next().kind == Assign);
  if (!name)
    return false;
  size_t behind = at + 1;
  if (tokens[behind].kind == LBracket && partners[behind])
    behind = partners[behind] + 1;
  return tokens[behind].kind == Assign || tokens[behind].kind == Comma;
}

bool Parser::parseDefinition(ast::Definition &definition) {
  uint32_t begin = current().begin;
  Distinct names(*this, "name");
  do {
    ast::Target target;
    if (!parseTarget(target))
      return false;
    names.add(target.name);
    definition.targets.push_back(std::move(target));
  } while (accept(TokenKind::Comma));
  for (const ast::Target &target : definition.targets) {
    if (!target.indexed || definition.targets.size() == 1)
      continue;
    error(target.name.range, "of several names none can have indices")
        .fix("`a, b = f(x)` gives names to the whole results of `f`; index by "
             "index a function has one result: write one for each");
    return false;
  }
  if (is(TokenKind::Assign) && lineEnds())
    reportLineStart();
  else if (!is(TokenKind::Assign))
    unexpected("`=`");
  if (!accept(TokenKind::Assign))
    return false;
  definition.value = parseExpr();
  definition.range = from(begin);
  return definition.value != nullptr;
}

bool Parser::parseTarget(ast::Target &target) {
  Lines lines(*this, false); // a comma may have ended the line before
  std::optional<ast::Ident> name = expectName("a name to define");
  if (!name)
    return false;
  target.name = std::move(*name);
  if (!is(TokenKind::LBracket))
    return true;
  target.indexed = true;
  return parseTargetIndices(target);
}

bool Parser::parseTargetIndices(ast::Target &target) {
  if (next().kind == TokenKind::RBracket) {
    error(rangeOf(current()).to(rangeOf(next())),
          "these brackets name no index")
        .fix("a whole array is defined without brackets: " +
             quoted(target.name.name + " = ..."));
    return false;
  }
  Distinct names(*this, "index");
  return parseList(TokenKind::RBracket, [&] {
    ast::Binder binder;
    if (!parseBinder(binder, true))
      return false;
    names.add(binder.name);
    target.indices.push_back(std::move(binder));
    return true;
  });
}

/// Reports why what stands here is no statement; always false.
bool Parser::reportNoStatement() {
  using enum TokenKind;
  TokenKind kind = current().kind;
  std::string text = quoted(textOf(current()));
  TokenKind second = next().startsLine ? End : next().kind;
  bool foreign = kind == Name && second != End && second != LBracket &&
                 !helpForForeignWord(textOf(current())).empty();
  bool infix = kind >= Plus || kind == And || kind == Or || kind == Arrow ||
               kind == Assign || kind == Bar || kind == Dot || kind == Comma;
  bool operand = kind == Name || kind == Integer || kind == Real ||
                 kind == LParen || kind == LBracket || kind == Match ||
                 kind == Where || kind == True || kind == False || kind == Not;
  if (kind == Error)
    return false;
  if (foreign) {
    error(rangeOf(current()), text + " starts no statement")
        .fix(std::string(helpForForeignWord(textOf(current()))));
  } else if (kind == RParen || kind == RBracket) {
    reportClosesNothing();
  } else if (infix && current().startsLine) {
    reportLineStart();
  } else if (kind == Name && second == Colon) {
    error(rangeOf(next()), "a definition does not tell its type")
        .fix("the type follows from the value: " +
             quoted(std::string(textOf(current())) + " = ..."));
  } else if (operand) {
    ast::ExprPtr expr = parseExpr();
    return expr && reportNoDefinition(*expr);
  } else {
    error(rangeOf(current()), "expected a statement, found " + text);
  }
  return false;
}

/// Reports why `expr` is no statement; always false.
bool Parser::reportNoDefinition(const ast::Expr &expr) {
  if (is(TokenKind::Assign)) {
    error(expr.range, "only a name can be defined, or a name with indices")
        .fix(block == Block::Test ? "to compare, write `==` or `~=`" : "");
    return false;
  }
  if (!expectStatementEnd())
    return false;
  const auto *compare = expr.as<ast::Compare>();
  bool equals = compare && compare->ops.front() == ast::Comparison::Eq;
  if (equals)
    error(expr.range, "a comparison is no statement")
        .fix("to define a name, write `=`; to demand it, write `require`");
  else if (is(TokenKind::RBrace))
    error(expr.range, "this value is not returned")
        .fix("the last statement of a function is `return`");
  else
    error(expr.range, "this value is not used")
        .fix("give it a name, `x = ...`, or remove it");
  return false;
}

void Parser::parseTest(ast::File &file) {
  uint32_t begin = current().begin;
  advance();
  ast::Test test;
  if (is(TokenKind::String)) {
    test.name = unescape(textOf(current()));
    advance();
  } else {
    unexpected("the name of the test in double quotes");
  }
  block = Block::Test;
  parseBlock([&] { return parseTestLine(test); });
  test.range = from(begin);
  file.tests.push_back(std::move(test));
}

bool Parser::parseTestLine(ast::Test &test) {
  using enum TokenKind;
  if (is(Return) || is(Require)) {
    error(rangeOf(current()),
          quoted(textOf(current())) + " stands only in a function")
        .fix("a line of a test is a condition by itself");
    return false;
  }
  if (isDefinition()) {
    ast::Definition definition;
    if (!parseDefinition(definition))
      return false;
    test.body.push_back(std::move(definition));
    return true;
  }
  bool starts = current().kind < Plus || is(Minus);
  bool foreign = is(Name) && next().kind == Name;
  bool closes = is(RParen) || is(RBracket);
  if (!starts || closes ||
      (foreign && !helpForForeignWord(textOf(current())).empty()))
    return reportNoStatement();
  ast::ExprPtr condition = parseExpr();
  if (condition && is(Assign))
    return reportNoDefinition(*condition);
  if (!condition)
    return false;
  test.body.push_back(std::move(condition));
  return true;
}

void Parser::parseExamples(ast::File &file) {
  advance();
  block = Block::Example;
  parseBlock([&] { return parseExample(file); });
}

bool Parser::parseExample(ast::File &file) {
  Lines lines(*this, false);
  std::optional<ast::Ident> function = expectName("the name of a function");
  if (!function)
    return false;
  ast::Example example;
  example.function = std::move(*function);
  Lines settingLines(*this, true);
  if (!expect(TokenKind::Colon, "`:` after the name of the function"))
    return false;
  Distinct names(*this, "setting");
  do {
    if (!parseSetting(example, names))
      return false;
  } while (accept(TokenKind::Comma));
  file.examples.push_back(std::move(example));
  return true;
}

bool Parser::parseSetting(ast::Example &example, Distinct &names) {
  bool named = is(TokenKind::Name) && next().kind == TokenKind::Assign;
  if (!named) {
    unexpected("a setting such as `N = 1024`").fix("");
    return false;
  }
  ast::Argument setting;
  setting.name = expectName("a setting");
  names.add(*setting.name);
  advance();
  setting.value = parseExpr();
  if (!setting.value)
    return false;
  example.settings.push_back(std::move(setting));
  return true;
}
