//===- Brackets.h - which bracket closes which ------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_BRACKETS_H
#define FOVEA_FRONTEND_BRACKETS_H

#include "frontend/Lexer.h"

namespace fovea {

/// Whether token `i` surely starts a top-level declaration, whatever brackets
/// are still open before it: `fn name`, `test "..."`, `example {`,
/// `import name`.
bool startsDeclaration(const std::vector<Token> &tokens, size_t i);

/// For every opening bracket among `tokens` the index of its closing bracket;
/// 0 for one without and for all other tokens. No bracket is paired across the
/// start of a declaration, and none but the brace of a
/// block across `return` or `require`.
std::vector<uint32_t> pairBrackets(const std::vector<Token> &tokens);

} // namespace fovea

#endif // FOVEA_FRONTEND_BRACKETS_H
