//===- Formula.h - operations as formulas of the language -------*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_IR_FORMULA_H
#define FOVEA_IR_FORMULA_H

#include "ir/Dialect.h"

#include "llvm/ADT/DenseMap.h"

#include <string>

namespace fovea::ir {

/// Writes values as a user would: `exp(s[i, j] - G0) * v[j, e]`. Inputs and
/// named values that depend on no argument of a region stand with their names
/// and indices.
class Formula {
public:
  /// How an argument of a region is called.
  void name(mlir::Value value, std::string text) {
    names[value] = std::move(text);
  }
  std::string text(mlir::Value value);
  /// The same with the axes in braces, `x[{n}, t[{n}]]`, to be replaced.
  std::string pattern(mlir::Value value);
  /// The axes of a value in the order in which its text shows them.
  llvm::SmallVector<AxisAttr> shownAxes(mlir::Value value);
  /// As text, but a value with a name is written out.
  std::string definition(mlir::Value value);
  /// The definition of what is read, at the indices where it is read.
  std::string writtenOut(mlir::Value value);
  /// `sum[j | c[j]](x[i, j])`; `guard` may be null.
  std::string reduction(ReduceKind kind, mlir::ArrayAttr axes,
                        mlir::Value operand, mlir::Value guard);

private:
  /// So many operations; a longer formula ends in dots.
  static constexpr int longest = 120;

  /// How strongly a formula's last operation binds. A Quotient is a product in
  /// which something is rounded, `//` or `%`.
  enum Binding {
    Or,
    And,
    Not,
    Compare,
    Sum,
    Quotient,
    Product,
    Negation,
    Power,
    Atom
  };

  std::string text(mlir::Value value, Binding least);
  std::pair<std::string, Binding> form(mlir::Value value);
  std::pair<std::string, Binding> form(mlir::Operation *op);
  std::string infix(mlir::Operation *op, const char *sign, Binding binding);
  std::pair<std::string, Binding> product(mlir::Operation *op, const char *sign,
                                          Binding right, Binding binding);
  std::string call(llvm::StringRef function, mlir::ValueRange arguments);
  std::string read(llvm::StringRef array, llvm::ArrayRef<AxisAttr> axes);
  std::string readNamed(mlir::Operation *op);
  std::string index(mlir::StringAttr axis);
  void replaceIndices(mlir::Operation *op);
  std::string fill(llvm::StringRef pattern, mlir::MLIRContext *context);
  std::string resultOf(FoldOp fold, unsigned number);
  bool hasArgument(mlir::Value value);

  llvm::DenseMap<mlir::Value, std::string> names;
  llvm::DenseMap<mlir::Value, bool> argumentIn;
  /// What stands for an axis: behind a rename or a read.
  llvm::DenseMap<mlir::StringAttr, std::string> indices;
  /// How many operations may still be written: shared values are repeated.
  int budget = longest;
  bool isPattern = false;
};

/// What the results of a fold are in the program, as an attribute of it: a list
/// of patterns, of names (`m[{i}]`), or of formulas where they have none.
inline constexpr llvm::StringLiteral foldResultsName = "fovea.results";

/// What stands for an axis in a pattern.
std::string placeholder(llvm::StringRef axis);

/// The location of an operation whose result has a name; `axes` are the names
/// of its axes in the program's order. What stands at the indices is kept as
/// patterns: `{c}` is that axis, and an element that is read of it has, say,
/// `t[{n}]` there.
mlir::Location namedLoc(llvm::StringRef name,
                        llvm::ArrayRef<mlir::StringAttr> axes,
                        mlir::Location place);

/// The same location, with those patterns in place of the axes; as it is if it
/// has no name.
mlir::Location withPlaces(mlir::Location location,
                          llvm::function_ref<std::string(mlir::StringAttr)> at);

/// The location with the name of another one, if that has one.
mlir::Location withName(mlir::Location location, mlir::Location named);

/// The place in such a location, or the location if it has no name.
mlir::Location placeIn(mlir::Location location);

/// The name that the user gave to the result of `op`, or an empty one.
llvm::StringRef nameOf(mlir::Operation *op);

/// Takes away names that would stand for more than one value of the function,
/// since functions are inlined, or for a part of one: these are written as
/// formulas.
void settleNames(FuncOp func);

} // namespace fovea::ir

#endif // FOVEA_IR_FORMULA_H
