//===- Ast.h - programs as the generator makes them -------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Not the frontend's tree: this one knows types and where rounding happens, so
// that one program can be printed in several variants (Print.h) and cut down
// without becoming ill-typed (Shrink.h).
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_TESTS_GENERATE_AST_H
#define FOVEA_TESTS_GENERATE_AST_H

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace fovea::generate {

/// What an element is. Float is the main type of the program, f32 or f64.
enum class Type { Bool, I32, I64, Float };

/// Sizes of dimension symbols.
using Sizes = std::map<std::string, int64_t>;

/// A size: factor * a * b + offset, where `b` may be empty.
struct Dim {
  std::string a;
  std::string b = {};
  int64_t factor = 1;
  int64_t offset = 0;

  std::string text() const;
  int64_t eval(const Sizes &sizes) const;
  bool isSymbol() const { return b.empty() && factor == 1 && offset == 0; }
  bool operator==(const Dim &other) const = default;
};

/// An index that a statement, a reduction or a call binds. The range is written
/// if `declared`, or if nothing else tells it.
struct Binder {
  std::string name;
  Dim dim;
  bool declared = false;
};

/// How a result is rounded, and so how a variant may move it: `Sum` by
/// adding (keeps a hard -inf), `Factor` by multiplying (keeps a hard 0).
enum class Rounding { None, Sum, Factor };

struct Expr;
using ExprPtr = std::shared_ptr<const Expr>;

struct Expr {
  enum class Kind {
    Leaf,   // head: a literal, an index, a dimension, a name
    Read,   // head[kids]
    Infix,  // kids joined by head
    Prefix, // head kid
    Call,   // head(kids)
    Reduce, // head[binders | kids[1]](kids[0])
    Bound,  // head[binders](kids)
    Named,  // head = kid, an argument
    Lambda, // (binders) -> kid
  };
  Kind kind;
  Type type;
  /// As it stands in the text; the cast `main` is the main type.
  std::string head;
  std::vector<ExprPtr> kids = {};
  std::vector<Binder> binders = {};
  /// Made of literals, dimensions and indices alone.
  bool weak = false;
  Rounding rounding = Rounding::None;
};

/// `name[binders] = value`, or several names taken from a call.
struct Definition {
  std::vector<std::string> names;
  std::vector<Binder> binders;
  ExprPtr value;
  Type type;
  /// All of the array; longer than `binders` if whole rows are assigned.
  std::vector<Dim> shape;
  bool weak = false;
  /// A statement without indices on whole arrays.
  bool whole = false;
};

struct Parameter {
  std::string name;
  /// "f32", "i64", ..., or "main".
  std::string dtype;
  Type type;
  std::vector<Dim> shape;
  /// Integers: values are in [low, high) of this dimension, if it is set,
  /// widened on both sides by `slack`.
  std::string target = {};
  int64_t slack = 0;
  /// As text; empty for none.
  std::string standard = {};
};

/// A named result: the value of a definition.
struct Result {
  std::string value;
  /// "f32", "i64", ..., or "main".
  std::string dtype;
  std::vector<Dim> shape;
};

struct Function {
  std::string name;
  std::vector<Parameter> params;
  std::vector<Definition> definitions;
  std::vector<Result> results;
};

/// A whole program.
struct Case {
  /// "f32" or "f64".
  std::string main;
  /// Functions as text, in the notation of Library.h.
  std::vector<std::string> library;
  std::vector<Function> helpers;
  Function entry;
  /// Inputs are of moderate size, without infinities and NaN.
  bool tame = false;
};

/// Whether `index` stands alone in a read somewhere in `expr`, where it still
/// means what it means outside.
bool hasBareUse(const Expr &expr, const std::string &index);
/// Whether `name` stands anywhere in `expr`.
bool mentions(const Expr &expr, const std::string &name);
/// Whether the brackets of a call in `expr` bind that name: the frontend looks
/// for the range of an index of the same name outside in there, too.
bool callBinds(const Expr &expr, const std::string &name);

} // namespace fovea::generate

#endif // FOVEA_TESTS_GENERATE_AST_H
