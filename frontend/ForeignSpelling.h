//===- ForeignSpelling.h - what other languages write -----------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Spellings that people bring along from other languages and from mathematics,
// with what to write instead. Only messages are made of them.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_FOREIGNSPELLING_H
#define FOVEA_FRONTEND_FOREIGNSPELLING_H

#include "frontend/Lexer.h"

#include <string>
#include <string_view>

namespace fovea {

/// A sign that is none of ours. If `meaning` is not Error, the program is read
/// on as if that stood there.
struct ForeignSign {
  std::string_view text;
  TokenKind meaning;
  std::string_view help;
};

/// The foreign sign that `text` starts with, or null.
const ForeignSign *foreignSign(std::string_view text);

/// What to do instead of the statement or operator `word` ("if", "for", "let");
/// empty if nothing is known about the word.
std::string_view helpForForeignWord(std::string_view word);

/// What to write in place of a call of the function `name` ("ln", "zeros");
/// empty if nothing is known about the name.
std::string_view helpForForeignFunction(std::string_view name);

/// Our name of a dtype that others call `name` ("float32"); empty if unknown.
std::string_view ownDtype(std::string_view name);

/// What to write in the place of `x.member`, or of `x.member(...)`.
std::string helpForMember(std::string_view member, bool isCalled);

} // namespace fovea

#endif // FOVEA_FRONTEND_FOREIGNSPELLING_H
