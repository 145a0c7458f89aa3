//===- Words.h - building expressions ---------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_WORDS_H
#define FOVEA_TESTS_GENERATE_WORDS_H

#include "tests/generate/Ast.h"

namespace fovea::generate {

/// A literal, index, dimension or other weak word.
ExprPtr leaf(std::string text, Type type = Type::I64);
/// A scalar value by its name.
ExprPtr scalar(std::string name, Type type, bool weak);
ExprPtr number(int64_t value, Type type = Type::I64);
ExprPtr size(const Dim &dim);

ExprPtr infix(std::string op, ExprPtr a, ExprPtr b, Type type,
              Rounding rounding = Rounding::None);
ExprPtr prefix(std::string op, ExprPtr a);
/// A call of a builtin or of a function without brackets.
ExprPtr call(std::string function, std::vector<ExprPtr> arguments, Type type,
             Rounding rounding = Rounding::None);
ExprPtr where(ExprPtr condition, ExprPtr a, ExprPtr b);
/// To the main type.
ExprPtr toMain(ExprPtr a);
/// The same, if it would else be weak.
ExprPtr strong(ExprPtr a);
ExprPtr read(std::string array, std::vector<ExprPtr> indices, Type type,
             bool weak = false);
/// `op[binders | guard](body)`; `guard` may be null.
ExprPtr reduce(std::string op, std::vector<Binder> binders, ExprPtr body,
               ExprPtr guard = nullptr);
/// `function[binders](arguments)`, a float.
ExprPtr bound(std::string function, std::vector<Binder> binders,
              std::vector<ExprPtr> arguments);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_WORDS_H
