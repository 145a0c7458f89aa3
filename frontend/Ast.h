//===- Ast.h - what the parser makes of the text ----------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The tree mirrors the text: no name is resolved here, no type is known. The
// grammar stands in docs/language.md.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_AST_H
#define FOVEA_FRONTEND_AST_H

#include "frontend/Source.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace fovea::ast {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;

/// A name with its place.
struct Ident {
  std::string name;
  SourceRange range;
};

enum class UnaryOp { Neg, Not };
enum class BinaryOp { Add, Sub, Mul, Div, FloorDiv, Mod, Pow, And, Or };
enum class Comparison { Lt, Le, Gt, Ge, Eq, Ne, Approx };

/// `3`, `0.5`, `1e-5`. Only digits (and underscores) make an integer.
struct Number {
  bool isInteger;
  int64_t integer;
  double real;
};
/// `true`, `false`.
struct Boolean {
  bool value;
};
/// `x`: a value, dimension, index, option, function or a constant (inf, pi).
struct Name {
  std::string name;
};
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};
struct Binary {
  BinaryOp op;
  SourceRange opRange;
  ExprPtr lhs, rhs;
};
/// `a < b <= c`: operands.size() == ops.size() + 1.
struct Compare {
  std::vector<Comparison> ops;
  std::vector<ExprPtr> operands;
};
/// `x[i, j + 1]`, `x[s...]`: a read of a named array.
struct Read {
  Ident array;
  std::vector<ExprPtr> indices; // an element may be a Pack
};
/// `s...` among indices, binders or dimensions.
struct Pack {
  std::string name;
};
/// `j`, `j: M + 1` or `s...` in `sum[...]`, `f[...]` or left of `=`.
struct Binder {
  Ident name;
  bool isPack = false;
  ExprPtr extent; // may be null
};
/// An argument, by place or by name.
struct Argument {
  std::optional<Ident> name;
  ExprPtr value;
};
/// `f(a, k = b)`, `f[j](e)`, `sum[j: M | c](e)`.
struct Call {
  Ident callee;
  bool hasBinders = false;
  std::vector<Binder> binders;
  ExprPtr guard; // after `|`; may be null
  std::vector<Argument> arguments;
};
/// `[1, 2, 3]`, nested for more axes.
struct ArrayLiteral {
  std::vector<ExprPtr> elements;
};
/// `(s, i, j) -> s - slope * (i - j)`.
struct Lambda {
  std::vector<Ident> params;
  ExprPtr body;
};
/// `match reduction { none: l, mean: ... }`.
struct MatchCase {
  Ident choice;
  ExprPtr value;
};
struct Match {
  Ident option;
  std::vector<MatchCase> cases;
};
/// `"digits/x.npy"`: only in example blocks and the name of a test.
struct String {
  std::string value;
};

struct Expr {
  SourceRange range;
  std::variant<Number, Boolean, Name, Unary, Binary, Compare, Read, Pack, Call,
               ArrayLiteral, Lambda, Match, String>
      node;

  template <typename T> const T *as() const { return std::get_if<T>(&node); }
};

struct Type;
using TypePtr = std::unique_ptr<Type>;

/// `f32[N, D]`, `float`, `bool[S...]`. `dims` are expressions over dimension
/// names; an element may be a Pack.
struct ArrayType {
  std::string dtype; // a dtype's name, or "float"
  std::vector<ExprPtr> dims;
};
/// `fn(f32, i64) -> f32`.
struct FunctionType {
  std::vector<TypePtr> params;
  TypePtr result;
};
/// `none | mean | sum`: a compile-time option and its choices.
struct OptionType {
  std::vector<Ident> choices;
};
/// `match reduction { none: float[N], mean: float }`: only for results.
struct MatchType {
  Ident option;
  std::vector<std::pair<Ident, TypePtr>> cases;
};

struct Type {
  SourceRange range;
  std::variant<ArrayType, FunctionType, OptionType, MatchType> node;

  template <typename T> const T *as() const { return std::get_if<T>(&node); }
};

struct Param {
  Ident name;
  TypePtr type;
  ExprPtr defaultValue; // may be null
};
struct Result {
  std::optional<Ident> name;
  TypePtr type;
};

/// `s[i, j: M + 1] = e`, `x = e`, `a, b = f(x)`.
struct Target {
  Ident name;
  bool indexed = false;
  std::vector<Binder> indices;
};
struct Definition {
  SourceRange range;
  std::vector<Target> targets; // more than one: no target is indexed
  ExprPtr value;
};
/// `require H % G == 0`.
struct Require {
  SourceRange range;
  ExprPtr condition;
};
struct Return {
  SourceRange range;
  std::vector<ExprPtr> values;
};
using Statement = std::variant<Definition, Require, Return>;

struct Function {
  Ident name;
  SourceRange range;
  std::vector<Param> params;
  std::vector<Result> results; // empty: one result of inferred type
  bool resultsDeclared = false;
  std::vector<Statement> body; // ends in the only Return
};

/// `import std.nn`.
struct Import {
  SourceRange range;
  std::string module; // "std.nn"
};
/// `test "by hand" { l1_loss([1, 2], [1, 3]) ~= 0.5 }`: definitions and
/// conditions; all conditions must hold.
struct Test {
  SourceRange range;
  std::string name;
  std::vector<std::variant<Definition, ExprPtr>> body;
};
/// One line of an example block: `attention: N = 1024, q = random(0, 5)`.
struct Example {
  Ident function;
  std::vector<Argument> settings; // every setting is named
};

/// One parsed file.
struct File {
  const Source *source;
  std::vector<Import> imports;
  std::vector<Function> functions;
  std::vector<Test> tests;
  std::vector<Example> examples;
};

} // namespace fovea::ast

#endif // FOVEA_FRONTEND_AST_H
