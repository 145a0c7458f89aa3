//===- ParseExpr.cpp - expressions ----------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/ParserImpl.h"
#include "frontend/Utf8.h"

#include <algorithm>
#include <charconv>
#include <cmath>

using namespace fovea;

/// Makes an expression that starts at byte `begin` and ends with the last
/// token; its operands are at most `tallest` high. Null if it is too high.
ast::ExprPtr Parser::make(uint32_t begin, decltype(ast::Expr::node) node,
                          unsigned tallest) {
  // Chains of operators make high trees without nesting; those who walk the
  // tree by recursion, its destructor first, must come to an end in time.
  const unsigned highest = 1000;
  height = tallest + 1;
  if (height > highest) {
    error(here(), "the expression has more than 1000 operators in a row")
        .fix("give a part of it a name of its own");
    return nullptr;
  }
  return std::make_unique<ast::Expr>(ast::Expr{from(begin), std::move(node)});
}

ast::ExprPtr Parser::parseExpr() {
  Nesting level(*this);
  if (level.tooDeep())
    return nullptr;
  return atLambda() ? parseLambda() : parseOperators(Precedence::Or);
}

static std::optional<InfixOperator> infixOperator(TokenKind kind) {
  using enum TokenKind;
  using ast::BinaryOp;
  using ast::Comparison;
  switch (kind) {
  case Or:
    return InfixOperator{Precedence::Or, BinaryOp::Or};
  case And:
    return InfixOperator{Precedence::And, BinaryOp::And};
  case Less:
    return InfixOperator{Precedence::Comparison, Comparison::Lt};
  case LessEqual:
    return InfixOperator{Precedence::Comparison, Comparison::Le};
  case Greater:
    return InfixOperator{Precedence::Comparison, Comparison::Gt};
  case GreaterEqual:
    return InfixOperator{Precedence::Comparison, Comparison::Ge};
  case EqualEqual:
    return InfixOperator{Precedence::Comparison, Comparison::Eq};
  case NotEqual:
    return InfixOperator{Precedence::Comparison, Comparison::Ne};
  case Approx:
    return InfixOperator{Precedence::Comparison, Comparison::Approx};
  case Plus:
    return InfixOperator{Precedence::Sum, BinaryOp::Add};
  case Minus:
    return InfixOperator{Precedence::Sum, BinaryOp::Sub};
  case Star:
    return InfixOperator{Precedence::Product, BinaryOp::Mul};
  case Slash:
    return InfixOperator{Precedence::Product, BinaryOp::Div};
  case SlashSlash:
    return InfixOperator{Precedence::Product, BinaryOp::FloorDiv};
  case Percent:
    return InfixOperator{Precedence::Product, BinaryOp::Mod};
  case Caret:
    return InfixOperator{Precedence::Power, BinaryOp::Pow};
  default:
    return std::nullopt;
  }
}

/// Parses operators that bind at least as tightly as `least`.
ast::ExprPtr Parser::parseOperators(Precedence least) {
  ast::ExprPtr lhs = parseOperand(least);
  while (lhs && !lineEnds()) {
    std::optional<InfixOperator> op = infixOperator(current().kind);
    if (!op || op->precedence < least)
      break;
    lhs = op->precedence == Precedence::Comparison
              ? parseComparison(std::move(lhs))
              : parseBinary(std::move(lhs), *op);
  }
  return lhs;
}

ast::ExprPtr Parser::parseOperand(Precedence least) {
  if (is(TokenKind::Minus))
    return parsePrefix(ast::UnaryOp::Neg, Precedence::Power);
  if (!is(TokenKind::Not))
    return parsePrimary();
  if (least <= Precedence::Not)
    return parsePrefix(ast::UnaryOp::Not, Precedence::Not);
  error(here(), "`not` cannot stand behind an operator that binds more tightly")
      .fix("put parentheses around it: `(not x)`");
  return nullptr;
}

ast::ExprPtr Parser::parsePrefix(ast::UnaryOp op, Precedence operand) {
  Nesting level(*this);
  if (level.tooDeep())
    return nullptr;
  uint32_t begin = current().begin;
  advance();
  if (op == ast::UnaryOp::Neg && isLeastInteger()) {
    advance();
    return make(begin, ast::Number{true, INT64_MIN, 0}, 0);
  }
  ast::ExprPtr value = parseOperators(operand);
  return value ? make(begin, ast::Unary{op, std::move(value)}, height)
               : nullptr;
}

ast::ExprPtr Parser::parseBinary(ast::ExprPtr lhs, InfixOperator op) {
  Nesting level(*this); // powers nest to the right
  if (level.tooDeep())
    return nullptr;
  uint32_t begin = lhs->range.begin;
  unsigned tallest = height;
  ast::Binary binary;
  binary.op = std::get<ast::BinaryOp>(op.op);
  binary.opRange = rangeOf(current());
  advance();
  bool toTheRight = op.precedence == Precedence::Power;
  binary.lhs = std::move(lhs);
  binary.rhs = parseOperators(
      toTheRight
          ? op.precedence
          : static_cast<Precedence>(static_cast<int>(op.precedence) + 1));
  if (!binary.rhs)
    return nullptr;
  return make(begin, std::move(binary), std::max(tallest, height));
}

ast::ExprPtr Parser::parseComparison(ast::ExprPtr lhs) {
  uint32_t begin = lhs->range.begin;
  unsigned tallest = height;
  ast::Compare compare;
  compare.operands.push_back(std::move(lhs));
  while (!lineEnds()) {
    std::optional<InfixOperator> op = infixOperator(current().kind);
    if (!op || op->precedence != Precedence::Comparison)
      break;
    if (is(TokenKind::Approx) && block != Block::Test)
      error(here(), "`~=` stands only in tests")
          .fix("write `abs(a - b) < tolerance`");
    advance();
    compare.ops.push_back(std::get<ast::Comparison>(op->op));
    compare.operands.push_back(parseOperators(Precedence::Sum));
    if (!compare.operands.back())
      return nullptr;
    tallest = std::max(tallest, height);
  }
  return make(begin, std::move(compare), tallest);
}

ast::ExprPtr Parser::parsePrimary() {
  using enum TokenKind;
  switch (current().kind) {
  case Integer:
  case Real:
    return parseNumber();
  case True:
  case False:
    return parseBoolean();
  case String:
    return parseString();
  case Name:
  case Where:
    return parseNamed();
  case LParen:
    return parseParenthesised();
  case LBracket:
    return parseArray();
  case Match:
    return parseMatch();
  default:
    return reportNoExpression();
  }
}

ast::ExprPtr Parser::reportNoExpression() {
  using enum TokenKind;
  std::string text = quoted(textOf(current()));
  bool infix = at > 0 && infixOperator(tokens[at - 1].kind);
  if (lineEnds() || is(Error)) {
    unexpected("an expression");
  } else if (isReserved(current().kind) && !is(And) && !is(Or) && !is(Return) &&
             !is(Require)) {
    error(here(), text + " is a reserved word and cannot be a name")
        .fix("choose another name, such as `" + std::string(textOf(current())) +
             "_`");
  } else if (is(Plus) && !infix) {
    unexpected("an expression").fix("there is no `+` before a single operand");
  } else if (is(Assign)) {
    unexpected("an expression")
        .fix("`=` defines a name; to compare, write `==`");
  } else {
    unexpected("an expression");
  }
  return nullptr;
}

static std::string withoutUnderscores(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  return digits;
}

/// Whether the 2^63 of -2^63 comes, which i64 has only with its sign.
bool Parser::isLeastInteger() {
  return is(TokenKind::Integer) && next().kind != TokenKind::Caret &&
         withoutUnderscores(rangeOf(current()).text()) == "9223372036854775808";
}

ast::ExprPtr Parser::parseNumber() {
  SourceRange range = rangeOf(current());
  bool isInteger = is(TokenKind::Integer);
  std::string digits = withoutUnderscores(range.text());
  advance();
  const char *begin = digits.data(), *end = begin + digits.size();
  ast::Number number{isInteger, 0, 0};
  if (isInteger) {
    auto [rest, failure] = std::from_chars(begin, end, number.integer);
    if (failure == std::errc::result_out_of_range)
      error(range, "the integer " + quoted(range.text()) +
                       " does not fit into 64 bits")
          .fix("written with a point it is a floating-point number");
  } else {
    auto [rest, failure] = std::from_chars(begin, end, number.real);
    std::string_view mantissa =
        std::string_view(digits).substr(0, digits.find_first_of("eE"));
    bool isZero = mantissa.find_first_of("123456789") == std::string::npos;
    bool outside = failure == std::errc::result_out_of_range ||
                   !std::isfinite(number.real) || number.real == 0;
    if (outside && !isZero)
      error(range, "the number " + quoted(range.text()) +
                       " is outside the range of f64")
          .fix("the range is 4.9e-324 to 1.8e308; infinity is written `inf`");
  }
  return make(range.begin, number, 0);
}

ast::ExprPtr Parser::parseBoolean() {
  uint32_t begin = current().begin;
  bool value = is(TokenKind::True);
  advance();
  return make(begin, ast::Boolean{value}, 0);
}

ast::ExprPtr Parser::parseString() {
  SourceRange range = rangeOf(current());
  advance();
  if (block == Block::Example)
    return make(range.begin, ast::String{unescape(range.text())}, 0);
  error(range, "a string cannot stand in an expression")
      .fix("strings name tests, and files in `example` blocks; a choice of an "
           "option is a bare word");
  return nullptr;
}

ast::ExprPtr Parser::parseParenthesised() {
  size_t open = at;
  if (next().kind == TokenKind::RParen) {
    error(rangeOf(current()).to(rangeOf(next())),
          "there is nothing between these parentheses");
    return nullptr;
  }
  if (atLambda()) {
    error(here(), "a function cannot be the operand of an operator")
        .fix("functions without a name are arguments: `f((x) -> x)`");
    return nullptr;
  }
  Lines lines(*this, false);
  advance();
  ast::ExprPtr expr = parseExpr();
  if (expr && is(TokenKind::Comma)) {
    error(here(), "expected `)`, found `,`")
        .at(rangeOf(tokens[open]), "inside this `(`")
        .fix("there are no tuples: write `return a, b` and `a, b = f(x)`, and "
             "`[a, b]` for an array");
    return nullptr;
  }
  if (!expr || !expectClose(open, TokenKind::RParen, false))
    return nullptr;
  // With its parentheses, so that what is made of it is underlined as a whole.
  expr->range = from(tokens[open].begin);
  return expr;
}

ast::ExprPtr Parser::parseArray() {
  uint32_t begin = current().begin;
  if (next().kind == TokenKind::RBracket) {
    error(rangeOf(current()).to(rangeOf(next())),
          "an array has one element at least");
    return nullptr;
  }
  ast::ArrayLiteral array;
  unsigned tallest = 0;
  bool fine = parseList(TokenKind::RBracket, [&] {
    array.elements.push_back(parseExpr());
    tallest = std::max(tallest, height);
    return array.elements.back() != nullptr;
  });
  return fine ? make(begin, std::move(array), tallest) : nullptr;
}

/// Whether the parenthesis here closes right before an arrow.
bool Parser::atLambda() const {
  if (!is(TokenKind::LParen) || !partners[at])
    return false;
  const Token &arrow = tokens[partners[at] + 1];
  return arrow.kind == TokenKind::Arrow && !(linesCount && arrow.startsLine);
}

ast::ExprPtr Parser::parseLambda() {
  uint32_t begin = current().begin;
  ast::Lambda lambda;
  Distinct names(*this, "parameter");
  bool empty = next().kind == TokenKind::RParen;
  if (empty) {
    advance();
    advance();
  } else if (!parseList(TokenKind::RParen, [&] {
               std::optional<ast::Ident> param = expectName("a parameter");
               if (!param)
                 return false;
               names.add(*param);
               lambda.params.push_back(std::move(*param));
               if (!is(TokenKind::Colon))
                 return true;
               error(here(), "a parameter of a function without a name has no "
                             "type of its own")
                   .fix("remove the type; it follows from the call");
               return false;
             })) {
    return nullptr;
  }
  advance(); // the arrow, see atLambda
  lambda.body = parseExpr();
  return lambda.body ? make(begin, std::move(lambda), height) : nullptr;
}

ast::ExprPtr Parser::parseMatch() {
  uint32_t begin = current().begin;
  advance();
  std::optional<ast::Ident> option = expectName("the name of an option");
  if (!option)
    return nullptr;
  ast::Match match;
  match.option = std::move(*option);
  Distinct choices(*this, "choice");
  unsigned tallest = 0;
  bool fine = parseCases([&](ast::Ident choice) {
    choices.add(choice);
    match.cases.push_back({std::move(choice), parseExpr()});
    tallest = std::max(tallest, height);
    return match.cases.back().value != nullptr;
  });
  return fine ? make(begin, std::move(match), tallest) : nullptr;
}
