//===- ParserImpl.h - the recursive descent ---------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Private to the parser's own files:
//
//   Parser.cpp           files, imports, functions
//   ParseStatement.cpp   blocks, statements, tests, examples
//   ParseType.cpp        types
//   ParseExpr.cpp        operators, what stands alone, lambdas, match
//   ParseCall.cpp        reads, calls, binders, arguments
//   ParserTokens.cpp     the cursor, errors, the way on after an error
//
// A parse function that fails has reported why, leaves the cursor where it
// stopped and returns null or false; the statement around it then skips to its
// own end. Thus one mistake gives one error.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_PARSERIMPL_H
#define FOVEA_FRONTEND_PARSERIMPL_H

#include "frontend/Ast.h"
#include "frontend/Brackets.h"

#include <unordered_map>

namespace fovea {

/// How tightly an operator binds.
enum class Precedence { Or, And, Not, Comparison, Sum, Product, Power };

/// An operator between two operands.
struct InfixOperator {
  Precedence precedence;
  std::variant<ast::BinaryOp, ast::Comparison> op;
};

/// Which kind of type may stand somewhere.
enum class TypePlace { Parameter, Result, Inner };

class Parser {
public:
  Parser(const Source &source, Diagnostics &diagnostics);
  ast::File parseFile();

private:
  /// Makes line breaks count or not while it lives.
  class Lines {
  public:
    Lines(Parser &parser, bool count)
        : parser(parser), before(parser.linesCount) {
      parser.linesCount = count;
    }
    ~Lines() { parser.linesCount = before; }

  private:
    Parser &parser;
    bool before;
  };

  /// One level of nesting while it lives.
  class Nesting {
  public:
    explicit Nesting(Parser &parser) : parser(parser) { ++parser.depth; }
    ~Nesting() { --parser.depth; }
    /// Reports an error if the level is one too many.
    bool tooDeep();

  private:
    Parser &parser;
  };

  /// The names given so far in one list; reports those that come twice.
  class Distinct {
  public:
    Distinct(Parser &parser, std::string what)
        : parser(parser), what(std::move(what)) {}
    void add(const ast::Ident &ident);

  private:
    Parser &parser;
    std::string what;
    std::unordered_map<std::string_view, SourceRange> seen;
  };

  // The cursor (ParserTokens.cpp).
  const Token &current() const { return tokens[at]; }
  const Token &next(size_t ahead = 1) const {
    return tokens[std::min(at + ahead, tokens.size() - 1)];
  }
  /// Whether the current line, and with it the statement, ends here.
  bool lineEnds() const {
    return current().kind == TokenKind::End ||
           (linesCount && current().startsLine);
  }
  bool is(TokenKind kind) const { return current().kind == kind; }
  bool accept(TokenKind kind);
  void advance();
  SourceRange rangeOf(const Token &token) const {
    return {&source, token.begin, token.end};
  }
  std::string_view textOf(const Token &token) const {
    return rangeOf(token).text();
  }
  SourceRange here() const;
  SourceRange last() const { return rangeOf(tokens[at ? at - 1 : 0]); }
  SourceRange from(uint32_t begin) const {
    return {&source, begin, last().end};
  }
  std::string found() const;

  // Errors (ParserTokens.cpp).
  Diagnostic &error(SourceRange range, std::string message);
  Diagnostic &unexpected(const std::string &needed);
  bool expect(TokenKind kind, const std::string &needed);
  std::optional<ast::Ident> expectName(const std::string &needed);
  bool expectClose(size_t open, TokenKind close, bool list);
  void reportClosesNothing();
  void reportLineStart();
  Diagnostic *explainLeftover();
  void skipStatement(size_t start);
  void skipToDeclaration();

  /// Parses `item`s between the bracket under the cursor and `close`, with
  /// commas between them. An empty list is left to the caller.
  template <typename Item> bool parseList(TokenKind close, Item item);

  // Files and functions (Parser.cpp).
  void parseDeclaration(ast::File &file);
  bool startsForeignFunction() const;
  void parseImport(ast::File &file);
  void parseFunction(ast::File &file);
  bool parseParams(ast::Function &function);
  bool parseParam(ast::Function &function, Distinct &names);
  bool parseParamType(ast::Param &param);
  bool parseResults(ast::Function &function);
  bool parseResult(std::vector<ast::Result> &results, Distinct &names);
  void checkReturn(const ast::Function &function);
  bool skipToBody();

  // Blocks and statements (ParseStatement.cpp).
  /// Parses the statements of a block with `statement`, which returns whether
  /// it read one. False if the block does not end.
  template <typename Parse> bool parseBlock(Parse statement);
  bool findBlock(std::optional<size_t> &open);
  bool parseFunctionStatement(ast::Function &function);
  bool isDefinition() const;
  bool parseDefinition(ast::Definition &definition);
  bool parseTarget(ast::Target &target);
  bool parseTargetIndices(ast::Target &target);
  bool reportNoStatement();
  bool reportNoDefinition(const ast::Expr &expr);
  bool parseReturn(ast::Return &statement);
  bool expectStatementEnd();
  void parseTest(ast::File &file);
  bool parseTestLine(ast::Test &test);
  void parseExamples(ast::File &file);
  bool parseExample(ast::File &file);
  bool parseSetting(ast::Example &example, Distinct &names);

  // Types (ParseType.cpp).
  ast::TypePtr parseType(TypePlace place);
  ast::TypePtr parseArrayType();
  ast::TypePtr parseFunctionType();
  ast::TypePtr parseOptionType(TypePlace place);
  ast::TypePtr parseMatchType(TypePlace place);
  static bool isDtype(std::string_view name);
  void checkDtype(std::string_view name);
  ast::TypePtr makeType(uint32_t begin, decltype(ast::Type::node) node) const;

  // Expressions (ParseExpr.cpp).
  ast::ExprPtr parseExpr();
  ast::ExprPtr parseOperators(Precedence least);
  ast::ExprPtr parseOperand(Precedence least);
  ast::ExprPtr parsePrefix(ast::UnaryOp op, Precedence operand);
  ast::ExprPtr parseBinary(ast::ExprPtr lhs, InfixOperator op);
  ast::ExprPtr parseComparison(ast::ExprPtr lhs);
  ast::ExprPtr parsePrimary();
  bool isLeastInteger();
  ast::ExprPtr parseNumber();
  ast::ExprPtr parseBoolean();
  ast::ExprPtr parseString();
  ast::ExprPtr parseParenthesised();
  ast::ExprPtr parseArray();
  ast::ExprPtr parseLambda();
  ast::ExprPtr parseMatch();
  /// Parses `{ name: ..., name: ... }`; `parseCase` gets the name and reads
  /// what stands behind the colon.
  template <typename Case> bool parseCases(Case parseCase);
  bool atLambda() const;
  ast::ExprPtr reportNoExpression();
  ast::ExprPtr make(uint32_t begin, decltype(ast::Expr::node) node,
                    unsigned tallest);

  // Reads and calls (ParseCall.cpp).
  ast::ExprPtr parseNamed();
  ast::ExprPtr parseRead(ast::Ident name);
  ast::ExprPtr parseCall(ast::Ident name);
  bool callFollows() const;
  bool parseBinders(ast::Call &call, unsigned &tallest);
  bool parseGuard(ast::Call &call, unsigned &tallest);
  bool parseBinder(ast::Binder &binder, bool leftOfAssign);
  bool parseArguments(ast::Call &call, unsigned &tallest);
  bool parseArgument(ast::Call &call, Distinct &names);
  ast::ExprPtr parseIndex(const std::string &needed);

  const Source &source;
  Diagnostics &diagnostics;
  std::vector<Token> tokens;
  std::vector<uint32_t> partners; // see pairBrackets
  size_t at = 0;
  bool linesCount = false;
  unsigned depth = 0;
  /// How high the tree is that was made last.
  unsigned height = 0;
  enum class Block { Function, Test, Example } block = Block::Function;
  /// Whether every statement of the latest block could be read.
  bool blockIsWhole = true;
  Diagnostic silent; // takes what is said about a place that has an error
};

template <typename Item> bool Parser::parseList(TokenKind close, Item item) {
  size_t open = at;
  Lines lines(*this, false);
  advance();
  do {
    bool trailing = is(close) && at > open + 1;
    if (trailing) {
      error(last(), "nothing follows this comma").fix("remove the comma");
      break;
    }
    if (!item())
      return false;
  } while (accept(TokenKind::Comma));
  return expectClose(open, close, true);
}

template <typename Parse> bool Parser::parseBlock(Parse statement) {
  std::optional<size_t> open;
  if (!findBlock(open)) {
    skipToDeclaration();
    return false;
  }
  Lines lines(*this, true);
  blockIsWhole = true;
  while (true) {
    if (accept(TokenKind::Semicolon))
      continue;
    if (accept(TokenKind::RBrace))
      return true;
    if (is(TokenKind::End) || startsDeclaration(tokens, at)) {
      Diagnostic &diagnostic =
          error({&source, last().end, last().end}, "`}` is missing");
      if (open)
        diagnostic.at(rangeOf(tokens[*open]), "this `{` is not closed");
      return false;
    }
    size_t start = at;
    if (statement() && expectStatementEnd())
      continue;
    skipStatement(start);
    blockIsWhole = false;
  }
}

template <typename Case> bool Parser::parseCases(Case parseCase) {
  if (!is(TokenKind::LBrace)) {
    unexpected("`{` and the cases");
    return false;
  }
  size_t open = at;
  if (next().kind == TokenKind::RBrace) {
    error(rangeOf(current()).to(rangeOf(next())), "this `match` has no case")
        .fix("give every choice a case: `{ none: a, mean: b }`");
    return false;
  }
  Lines lines(*this, true);
  advance();
  do {
    Lines choiceLines(*this, false);
    bool over = is(TokenKind::End) || is(TokenKind::Return) ||
                is(TokenKind::Require) || startsDeclaration(tokens, at);
    if (over)
      return expectClose(open, TokenKind::RBrace, true);
    std::optional<ast::Ident> choice = expectName("a choice");
    if (!choice || !expect(TokenKind::Colon, "`:` after the choice"))
      return false;
    Lines valueLines(*this, true);
    if (!parseCase(std::move(*choice)))
      return false;
    bool separated = accept(TokenKind::Comma) || lineEnds();
    if (separated || is(TokenKind::RBrace))
      continue;
    Diagnostic *diagnostic = explainLeftover();
    if (!diagnostic)
      diagnostic = &unexpected("`,`, a line break or `}` after the case");
    diagnostic->at(rangeOf(tokens[open]), "inside this `{`");
    return false;
  } while (!is(TokenKind::RBrace));
  advance();
  return true;
}

} // namespace fovea

#endif // FOVEA_FRONTEND_PARSERIMPL_H
