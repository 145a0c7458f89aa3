//===- Emitter.h - builds IR under the language's typing rules --*- C++ -*-===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Knows axes, dtypes and weak numbers, but nothing of the program's text. What
// cannot be done is told by a null result; the caller has the words for it.
//
//===----------------------------------------------------------------------===//

#ifndef FOVEA_FRONTEND_EMITTER_H
#define FOVEA_FRONTEND_EMITTER_H

#include "frontend/Number.h"
#include "frontend/Values.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

#include <map>
#include <optional>

namespace fovea {

/// The type in which two numbers meet.
struct Meeting {
  mlir::Type element;
  bool weak;
};

/// How many operations lie one behind another in what a builder has made.
class Depth : public mlir::OpBuilder::Listener {
public:
  size_t deepest() const { return most; }

private:
  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint previous) override;

  llvm::DenseMap<mlir::Operation *, size_t> depths;
  size_t most = 0;
};

class Emitter {
public:
  explicit Emitter(ir::FuncOp func);
  Emitter(const Emitter &) = delete; // the builder knows where `depth` lies

  Depth depth;

  mlir::OpBuilder builder;
  mlir::MLIRContext *context;
  mlir::Location loc;

  mlir::Type boolType, i32, i64, f16, bf16, f32, f64;
  /// By name ("f32"); null if there is none.
  mlir::Type dtype(llvm::StringRef name) const;

  //===--- axes -----------------------------------------------------------===//

  /// Names of the axes of all indices in scope here: an index that is bound now
  /// gets another axis.
  llvm::SmallVector<mlir::StringAttr> live;
  bool isLive(ir::AxisAttr axis) const;

  /// An axis of that extent that is not live: `prefer` if it can be had, else
  /// `name`, `name_1`, ... One name stands for one extent in the function.
  ir::AxisAttr axis(llvm::StringRef name, ir::SizeAttr size,
                    ir::AxisAttr prefer = {});

  /// Several at once, all different.
  llvm::SmallVector<ir::AxisAttr> axes(llvm::StringRef name,
                                       llvm::ArrayRef<ir::SizeAttr> sizes);

  /// The array with its dims called `axes` instead.
  Array withDims(Array array, llvm::ArrayRef<ir::AxisAttr> axes);
  /// The array with no live axis among its dims.
  Array detached(Array array);

  //===--- leaves ---------------------------------------------------------===//

  Array integer(int64_t value);
  Array real(double value);
  Array boolean(bool value);
  Array size(ir::SizeAttr size);
  Array index(ir::AxisAttr axis);
  /// An array of numbers, row-major; weak unless they are bools.
  Array literal(llvm::ArrayRef<Number> values, llvm::ArrayRef<int64_t> shape,
                mlir::Type element);

  //===--- types ----------------------------------------------------------===//

  /// Where bool, int and float meet, the higher one wins, its weakness with it;
  /// of equal ones the strong one. Null for f32 with f64.
  std::optional<Meeting> meet(const Array &a, const Array &b) const;
  /// The array as that element type. Weak floats that vary with an index are
  /// computed in it, not converted.
  Array convert(Array array, mlir::Type element, bool weak = false);
  /// Integers and bools as weak floats.
  Array toFloat(Array array);
  /// Rounded to f16 or bf16 and widened again.
  Array rounded(Array array, mlir::Type storage);

  //===--- operations -----------------------------------------------------===//

  /// The operation `Op`, made of `args`, on operands whose dims agree; the
  /// result has the dims of the first operand that has any. Nothing is folded:
  /// the oracle shall see the formula as it was written.
  template <typename Op, typename... Args>
  Array apply(llvm::ArrayRef<Array> operands, bool weak, Args &&...args) {
    auto op = Op::create(builder, loc, std::forward<Args>(args)...);
    return shaped(op, operands, weak);
  }
  Array compare(ir::Predicate predicate, Array a, Array b);
  Array logicalNot(Array a);
  Array logicalAnd(Array a, Array b);
  /// `a` where the condition holds, else `b`; hard if a branch is the constant
  /// 0 or -inf.
  Array select(Array condition, Array a, Array b);
  Array reduce(ir::ReduceKind kind, Array body, std::optional<Array> guard,
               llvm::ArrayRef<ir::AxisAttr> axes);
  /// The array read at `indices` along its first dims; bare coordinates of
  /// equal extent become renames.
  Array read(Array array, llvm::ArrayRef<Array> indices,
             llvm::StringRef tensor);
  /// The array with b's dims called as a's are. Needs equal ranks.
  Array aligned(Array array, const Array &like);

  Array shaped(mlir::Value value, llvm::ArrayRef<Array> operands, bool weak);

private:
  mlir::Value constant(Number value, mlir::Type element);
  mlir::Value retype(mlir::Value value, mlir::Type element);
  mlir::Value cloneAs(mlir::Operation *op, mlir::Type element);

  llvm::StringMap<ir::SizeAttr> extents;
  std::map<std::pair<void *, void *>, mlir::Value> retyped;
};

/// The number that a scalar is, if it is written out: a constant, perhaps
/// behind a sign or a change of dtype.
std::optional<Number> constantOf(const Array &array);
/// A number among those written out in the array, a literal, that i32 cannot
/// hold.
std::optional<int64_t> beyondI32(const Array &array);
/// The axis whose coordinate the scalar is, if it is one; else null.
ir::AxisAttr coordinateOf(const Array &array);

} // namespace fovea

#endif // FOVEA_FRONTEND_EMITTER_H
