//===- AstPrinter.h - syntax trees as S-expressions -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_FRONTEND_ASTPRINTER_H
#define FOVEA_TESTS_FRONTEND_ASTPRINTER_H

#include "frontend/Ast.h"

namespace fovea {

/// `(+ a (* 2 (read x i s...)))`: what binds to what, without ranges.
std::string print(const ast::Expr &expr);

/// A type much as it is written: `f32[N (* 2 D)]`.
std::string print(const ast::Type &type);

/// The declarations of a file, one line for each and one for each statement.
std::string print(const ast::File &file);

} // namespace fovea

#endif // FOVEA_TESTS_FRONTEND_ASTPRINTER_H
