//===- Values.h - what names stand for --------------------------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_VALUES_H
#define FOVEA_FRONTEND_VALUES_H

#include "frontend/Ast.h"
#include "ir/Dialect.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

#include <string>
#include <variant>
#include <vector>

namespace fovea {

/// An array in the making. Its positional axes are `dims`; other axes of the
/// value are the indices over which the surrounding text is lifted. The value
/// may lack an axis of `dims`: it does not vary along it. No dims: a scalar.
struct Array {
  mlir::Value value;
  llvm::SmallVector<ir::AxisAttr> dims;
  /// A literal, dimension or index, or made of such alone: takes the type that
  /// it meets. Weak floats are f64, weak integers i64 until then.
  bool weak = false;

  ir::ArrayType type() const {
    return mlir::cast<ir::ArrayType>(value.getType());
  }
  mlir::Type element() const { return type().getElementType(); }
  bool isFloat() const { return type().isFloat(); }
  bool isBool() const { return type().isBool(); }
  bool isInt() const { return !isFloat() && !isBool(); }
  size_t rank() const { return dims.size(); }
};

struct Scope;
struct Frame;

/// A definition of a function's body. It is elaborated when it is first read:
/// only then the range of an index may be known ("from bare uses of the defined
/// name").
struct DefinitionState {
  enum class Progress { Pending, Running, Done, Failed };
  const ast::Definition *syntax;
  Scope *scope;
  /// Position in the body: a definition sees only those before it.
  unsigned order;
  Progress progress = Progress::Pending;
  /// One array per target.
  std::vector<Array> arrays;
};

/// A function as a value: a name with its definitions, or a lambda with the
/// scope that it closes over.
struct Closure {
  std::string name;
  const Source *source = nullptr; // where `name` is looked up
  const ast::Lambda *lambda = nullptr;
  Scope *scope = nullptr;
};

// What a name can stand for.
struct Dimension {
  ir::SizeAttr size;
};
struct DimensionPack {
  llvm::SmallVector<ir::SizeAttr> sizes;
};
struct Index {
  ir::AxisAttr axis;
  /// Its range was written by the user: reads through it are checked, while a
  /// found range must agree with every bare use.
  bool declared;
};
struct IndexPack {
  llvm::SmallVector<ir::AxisAttr> axes;
};
struct OptionValue {
  std::string choice;
  const ast::OptionType *type;
};
struct Defined {
  DefinitionState *definition;
  unsigned target;
};
using Entity = std::variant<Array, Dimension, DimensionPack, Index, IndexPack,
                            OptionValue, Closure, Defined>;

struct Named {
  std::string name;
  SourceRange range;
  Entity entity;
};

/// Names of one level: a function's body, the binders of a statement or of a
/// reduction, the parameters of a lambda.
struct Scope {
  Scope *parent;
  Frame *frame;
  std::vector<Named> names;

  const Named *find(llvm::StringRef name) const {
    for (const Named &named : names)
      if (named.name == name)
        return &named;
    return nullptr;
  }
};

/// One call of a function (or a test) that is being inlined.
struct Frame {
  const ast::Function *function; // null for a test
  Frame *caller;
  /// The frame in whose text the call stands: the caller, or what a lambda that
  /// the caller calls closes over.
  Frame *lexical;
  SourceRange call;
  /// The same for the IR; null in the outermost frame.
  mlir::LocationAttr site;
  /// Axes of the caller's indices: no axis of this frame may be one of them.
  llvm::SmallVector<mlir::StringAttr> live;
  /// Those of them along which an argument varies: the call is lifted there.
  llvm::SmallVector<mlir::StringAttr> lifted;
  /// What `float` stands for; null if only weak numbers were given.
  mlir::Type floatType;
  Scope *scope = nullptr;
  std::vector<DefinitionState *> definitions;
  /// The definition in hand, to keep text order; the body's end if none is.
  unsigned order = 0;
};

} // namespace fovea

#endif // FOVEA_FRONTEND_VALUES_H
