//===- ParseType.cpp - types ----------------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/ForeignSpelling.h"
#include "frontend/ParserImpl.h"
#include "frontend/Utf8.h"

#include <algorithm>

using namespace fovea;

static const std::vector<std::string> dtypes = {"bool", "i32", "i64", "f16",
                                                "bf16", "f32", "f64", "float"};

bool Parser::isDtype(std::string_view name) {
  return std::find(dtypes.begin(), dtypes.end(), name) != dtypes.end();
}

ast::TypePtr Parser::makeType(uint32_t begin,
                              decltype(ast::Type::node) node) const {
  return std::make_unique<ast::Type>(ast::Type{from(begin), std::move(node)});
}

ast::TypePtr Parser::parseType(TypePlace place) {
  using enum TokenKind;
  Nesting level(*this);
  if (level.tooDeep())
    return nullptr;
  if (is(Fn))
    return parseFunctionType();
  if (is(Match))
    return parseMatchType(place);
  if (is(Name) && next().kind == Bar)
    return parseOptionType(place);
  if (is(Name))
    return parseArrayType();
  unexpected("a type");
  return nullptr;
}

/// Reports `name` if it is no dtype. The type is read on as if it were one.
void Parser::checkDtype(std::string_view name) {
  if (isDtype(name))
    return;
  Diagnostic &diagnostic = error(last(), "there is no type " + quoted(name));
  std::string meant(ownDtype(name));
  if (!meant.empty()) {
    diagnostic.fix("write `" + meant + "`");
    return;
  }
  meant = didYouMean(name, dtypes);
  if (!meant.empty())
    diagnostic.fix("did you mean `" + meant + "`?");
  else
    diagnostic.fix("types are bool, i32, i64, f16, bf16, f32, f64 and float; "
                   "an option has two choices at least: `a | b`");
}

ast::TypePtr Parser::parseArrayType() {
  using enum TokenKind;
  uint32_t begin = current().begin;
  ast::ArrayType type;
  type.dtype = textOf(current());
  advance();
  checkDtype(type.dtype);
  if (is(LParen)) {
    error(here(), "the sizes of an array stand in brackets")
        .fix("write " + quoted(type.dtype + "[N, D]"));
    return nullptr;
  }
  if (!is(LBracket))
    return makeType(begin, std::move(type));
  if (next().kind == RBracket) {
    error(rangeOf(current()).to(rangeOf(next())), "these brackets name no axis")
        .fix("write " + quoted(type.dtype) + " for a single number");
    advance();
    advance();
    return makeType(begin, std::move(type));
  }
  bool fine = parseList(RBracket, [&] {
    type.dims.push_back(parseIndex("a size"));
    return type.dims.back() != nullptr;
  });
  return fine ? makeType(begin, std::move(type)) : nullptr;
}

ast::TypePtr Parser::parseFunctionType() {
  using enum TokenKind;
  uint32_t begin = current().begin;
  advance();
  ast::FunctionType type;
  if (!is(LParen)) {
    unexpected("`(` and the types of the function's arguments");
    return nullptr;
  }
  bool empty = next().kind == RParen;
  if (empty) {
    advance();
    advance();
  } else if (!parseList(RParen, [&] {
               type.params.push_back(parseType(TypePlace::Inner));
               return type.params.back() != nullptr;
             })) {
    return nullptr;
  }
  if (!expect(Arrow, "`->` and the function's result"))
    return nullptr;
  type.result = parseType(TypePlace::Inner);
  return type.result ? makeType(begin, std::move(type)) : nullptr;
}

ast::TypePtr Parser::parseOptionType(TypePlace place) {
  uint32_t begin = current().begin;
  ast::OptionType type;
  Distinct names(*this, "choice");
  do {
    std::optional<ast::Ident> choice = expectName("one more choice after `|`");
    if (!choice)
      return nullptr;
    if (isDtype(choice->name))
      error(choice->range,
            quoted(choice->name) + " is a type and cannot be a choice")
          .fix("`float` stands for any type of floating-point numbers");
    names.add(*choice);
    type.choices.push_back(std::move(*choice));
  } while (accept(TokenKind::Bar));
  if (place != TypePlace::Parameter)
    error(from(begin), "only a parameter can be an option");
  return makeType(begin, std::move(type));
}

ast::TypePtr Parser::parseMatchType(TypePlace place) {
  uint32_t begin = current().begin;
  SourceRange word = rangeOf(current());
  advance();
  if (place != TypePlace::Result)
    error(word, "only a result's type can depend on an option");
  ast::MatchType type;
  std::optional<ast::Ident> option = expectName("the name of an option");
  if (!option)
    return nullptr;
  type.option = std::move(*option);
  Distinct choices(*this, "choice");
  bool fine = parseCases([&](ast::Ident choice) {
    choices.add(choice);
    type.cases.emplace_back(std::move(choice), parseType(place));
    return type.cases.back().second != nullptr;
  });
  return fine ? makeType(begin, std::move(type)) : nullptr;
}
