//===- Relaxed.cpp - what fusion may do otherwise -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Relaxed.h"

#include "ir/TypeOf.h"

#include "llvm/ADT/SetVector.h"

#include <limits>

using namespace fovea;
using namespace fovea::generate;

bool fovea::generate::isOfReduction(mlir::Value value, bool atOwnPlace) {
  llvm::SetVector<mlir::Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    mlir::Operation *op = work[i].getDefiningOp();
    if (mlir::isa<ir::ReduceOp>(op))
      return true;
    if (mlir::isa<ir::ElementwiseOpInterface, ir::RenameOp>(op) ||
        (!atOwnPlace && mlir::isa<ir::AtOp>(op)))
      work.insert_range(op->getOperands());
  }
  return false;
}

mlir::Value fovea::generate::numberLike(mlir::OpBuilder &b, mlir::Value like,
                                        double value) {
  mlir::Type element = ir::typeOf(like).getElementType();
  return ir::ConstantOp::create(
      b, like.getLoc(),
      ir::ArrayType::get(element, llvm::ArrayRef<ir::AxisAttr>()),
      b.getFloatAttr(element, value));
}

/// Puts `now` in the place of `result`, but in what it is made of.
static void replace(mlir::Value result, mlir::Value now,
                    const llvm::SmallPtrSetImpl<mlir::Operation *> &made) {
  result.replaceUsesWithIf(now, [&](mlir::OpOperand &use) {
    return !made.contains(use.getOwner());
  });
}

/// 0 for a value whose size is at most `least`.
static void vanishBelow(mlir::OpBuilder &b, mlir::Value result,
                        mlir::Value least) {
  mlir::Location loc = result.getLoc();
  auto size = ir::AbsOp::create(b, loc, result);
  // What is infinite is not nothing.
  least = ir::MinOp::create(
      b, loc, least, numberLike(b, result, std::numeric_limits<double>::max()));
  auto now = ir::SelectOp::create(
      b, loc, ir::CompareOp::create(b, loc, ir::Predicate::Le, size, least),
      numberLike(b, result, 0), result, ir::HardKind::None);
  replace(result, now, llvm::SmallPtrSet<mlir::Operation *, 2>{size, now});
}

/// 0 for a sum that is at most `relative` times the sum of its terms' sizes, or
/// a subnormal number.
static void cancel(mlir::OpBuilder &b, ir::ReduceOp reduce, double relative,
                   double subnormal) {
  mlir::Location loc = reduce.getLoc();
  mlir::Value result = reduce.getResult();
  mlir::Value total =
      ir::ReduceOp::create(b, loc, reduce.getType(), reduce.getKind(),
                           ir::AbsOp::create(b, loc, reduce.getOperand()),
                           reduce.getGuard(), reduce.getAxes());
  vanishBelow(
      b, result,
      ir::MaxOp::create(
          b, loc,
          ir::MulOp::create(b, loc, total, numberLike(b, result, relative)),
          numberLike(b, result, subnormal)));
}

/// 0 for a sum or difference of two that is at most `relative` times as large
/// as they are together: x - mean(x) of equal numbers, which is rounding alone.
static void cancelTwo(mlir::OpBuilder &b, mlir::Operation *op,
                      double relative) {
  mlir::Location loc = op->getLoc();
  mlir::Value result = op->getResult(0);
  mlir::Value total =
      ir::AddOp::create(b, loc, ir::AbsOp::create(b, loc, op->getOperand(0)),
                        ir::AbsOp::create(b, loc, op->getOperand(1)));
  vanishBelow(
      b, result,
      ir::MulOp::create(b, loc, total, numberLike(b, result, relative)));
}

/// A large number for an exponential that is infinite, a small one for one that
/// is 0, of a finite exponent.
static void clamp(mlir::OpBuilder &b, mlir::Operation *exponential,
                  double largest) {
  mlir::Location loc = exponential->getLoc();
  mlir::Value result = exponential->getResult(0);
  auto least =
      ir::MaxOp::create(b, loc, result, numberLike(b, result, 1 / largest));
  mlir::Value both =
      ir::MinOp::create(b, loc, least, numberLike(b, result, largest));
  mlir::Value exponent = exponential->getOperand(0);
  mlir::Value isFinite = ir::CompareOp::create(
      b, loc, ir::Predicate::Lt, ir::AbsOp::create(b, loc, exponent),
      numberLike(b, exponent, std::numeric_limits<double>::infinity()));
  auto now =
      ir::SelectOp::create(b, loc, isFinite, both, result, ir::HardKind::None);
  replace(result, now, llvm::SmallPtrSet<mlir::Operation *, 2>{least, now});
}

/// A reduction of those elements that are numbers, if it depends on others.
static void skipNaNs(mlir::OpBuilder &b, ir::ReduceOp reduce) {
  if (!isOfReduction(reduce.getOperand(), /*atOwnPlace=*/false))
    return;
  mlir::Location loc = reduce.getLoc();
  mlir::Value element = reduce.getOperand();
  const double infinity = std::numeric_limits<double>::infinity();
  b.setInsertionPoint(reduce);
  reduce.getOperandMutable().assign(ir::SelectOp::create(
      b, loc,
      ir::CompareOp::create(b, loc, ir::Predicate::Eq, element, element),
      element,
      numberLike(b, element,
                 reduce.getKind() == ir::ReduceKind::Max   ? -infinity
                 : reduce.getKind() == ir::ReduceKind::Min ? infinity
                                                           : 0),
      ir::HardKind::None));
}

/// NaN for a product of which some part overflows: another part may be 0. 0 for
/// one of which a part vanishes.
static void takeApart(mlir::OpBuilder &b, ir::ReduceOp reduce, double largest) {
  mlir::Location loc = reduce.getLoc();
  mlir::Value result = reduce.getResult();
  mlir::Value size = ir::AbsOp::create(b, loc, reduce.getOperand());
  mlir::Value one = numberLike(b, size, 1);
  auto productOf = [&](mlir::Value elements) {
    return ir::ReduceOp::create(b, loc, reduce.getType(), reduce.getKind(),
                                elements, reduce.getGuard(), reduce.getAxes());
  };
  auto isBeyond = [&](ir::Predicate predicate, mlir::Value product,
                      double bound) {
    return ir::CompareOp::create(b, loc, predicate, product,
                                 numberLike(b, product, bound));
  };
  mlir::Value overflows =
      isBeyond(ir::Predicate::Gt,
               productOf(ir::MaxOp::create(b, loc, size, one)), largest);
  mlir::Value vanishes =
      isBeyond(ir::Predicate::Lt,
               productOf(ir::MinOp::create(b, loc, size, one)), 1 / largest);
  auto small = ir::SelectOp::create(b, loc, vanishes, numberLike(b, result, 0),
                                    result, ir::HardKind::None);
  auto now = ir::SelectOp::create(
      b, loc, overflows,
      numberLike(b, result, std::numeric_limits<double>::quiet_NaN()), small,
      ir::HardKind::None);
  replace(result, now, llvm::SmallPtrSet<mlir::Operation *, 2>{small, now});
}

/// What rounding may leave of a sum that is 0: a small number.
static void leaveResidue(mlir::OpBuilder &b, ir::ReduceOp reduce,
                         double residue) {
  if (!isOfReduction(reduce.getOperand(), /*atOwnPlace=*/false))
    return;
  mlir::Location loc = reduce.getLoc();
  mlir::Value result = reduce.getResult();
  auto isZero = ir::CompareOp::create(b, loc, ir::Predicate::Eq, result,
                                      numberLike(b, result, 0));
  auto now =
      ir::SelectOp::create(b, loc, isZero, numberLike(b, result, residue),
                           result, ir::HardKind::None);
  replace(result, now, llvm::SmallPtrSet<mlir::Operation *, 2>{isZero, now});
}

void fovea::generate::relax(ir::FuncOp func, Relaxed relaxed, bool isSingle) {
  mlir::OpBuilder b(func.getContext());
  std::vector<mlir::Operation *> ops;
  for (mlir::Operation &op : func.getBody().front())
    if (op.getNumResults() == 1 && ir::typeOf(op.getResult(0)).isFloat())
      ops.push_back(&op);
  for (mlir::Operation *op : ops) {
    b.setInsertionPointAfter(op);
    auto reduce = mlir::dyn_cast<ir::ReduceOp>(op);
    const ir::ReduceKind kind =
        reduce ? reduce.getKind() : ir::ReduceKind::Prod;
    if (relaxed == Relaxed::Sums && kind == ir::ReduceKind::Sum)
      cancel(b, reduce, isSingle ? 0x1p-20 : 0x1p-49,
             isSingle ? 0x1p-126 : 0x1p-1022);
    if (relaxed == Relaxed::Differences && mlir::isa<ir::AddOp, ir::SubOp>(op))
      cancelTwo(b, op, isSingle ? 0x1p-20 : 0x1p-49);
    if (relaxed == Relaxed::Exponentials &&
        mlir::isa<ir::ExpOp, ir::Exp2Op>(op))
      clamp(b, op, isSingle ? 1e37 : 1e300);
    if (relaxed == Relaxed::Extrema &&
        (kind == ir::ReduceKind::Max || kind == ir::ReduceKind::Min))
      skipNaNs(b, reduce);
    if (relaxed == Relaxed::Masked && kind == ir::ReduceKind::Sum)
      skipNaNs(b, reduce);
    if (relaxed == Relaxed::Products && reduce && kind == ir::ReduceKind::Prod)
      takeApart(b, reduce, isSingle ? 1e37 : 1e300);
    if (relaxed == Relaxed::Residues && kind == ir::ReduceKind::Sum)
      leaveResidue(b, reduce, isSingle ? 1e-30 : 1e-300);
    if (relaxed == Relaxed::Deficits && kind == ir::ReduceKind::Sum)
      leaveResidue(b, reduce, isSingle ? -1e-30 : -1e-300);
  }
}

namespace {
/// Which elements of values are made from a sum that is not finite; null for
/// values of which none is.
class Tracker {
public:
  explicit Tracker(ir::FuncOp func) : func(func), b(func.getContext()) {}

  void run() {
    for (mlir::Operation &op :
         llvm::make_early_inc_range(func.getBody().front())) {
      b.setInsertionPointAfter(&op);
      if (auto output = mlir::dyn_cast<ir::OutputOp>(op))
        replace(output);
      else if (op.getNumResults() == 1)
        if (mlir::Value mark = markOf(&op))
          marks[op.getResult(0)] = mark;
    }
  }

private:
  mlir::Value either(mlir::Value x, mlir::Value y) {
    if (!x || !y)
      return x ? x : y;
    return ir::OrOp::create(b, x.getLoc(), x, y);
  }

  /// The mark with all axes of the value that it is of.
  mlir::Value widened(mlir::Value mark, mlir::Value value) {
    const mlir::Location loc = value.getLoc();
    for (ir::AxisAttr axis : ir::typeOf(value).getAxes()) {
      if (ir::typeOf(mark).hasAxis(axis.getName()))
        continue;
      mlir::Value index = ir::IndexOp::create(
          b, loc,
          ir::ArrayType::get(b.getI64Type(),
                             llvm::ArrayRef<ir::AxisAttr>(axis)),
          axis);
      mark = ir::AndOp::create(
          b, loc, mark,
          ir::CompareOp::create(b, loc, ir::Predicate::Eq, index, index));
    }
    return mark;
  }

  mlir::Value markOf(mlir::Operation *op) {
    auto of = [&](unsigned i) { return marks.lookup(op->getOperand(i)); };
    auto copied = [&](mlir::Value mark) -> mlir::Value {
      if (!mark)
        return nullptr;
      mark = widened(mark, op->getOperand(0));
      mlir::Operation *made = b.clone(*op);
      made->setOperand(0, mark);
      made->getResult(0).setType(
          ir::typeOf(op->getResult(0)).withElement(b.getI1Type()));
      return made->getResult(0);
    };
    if (auto reduce = mlir::dyn_cast<ir::ReduceOp>(op))
      return markOf(reduce);
    mlir::Value mark;
    if (mlir::isa<ir::RenameOp, ir::AtOp>(op)) {
      mark = copied(of(0));
      for (unsigned i = 1; i < op->getNumOperands(); ++i)
        mark = either(mark, of(i));
    } else if (mlir::isa<ir::ElementwiseOpInterface>(op)) {
      for (unsigned i = 0; i < op->getNumOperands(); ++i)
        mark = either(mark, of(i));
    }
    return mark;
  }

  mlir::Value markOf(ir::ReduceOp reduce) {
    const mlir::Location loc = reduce.getLoc();
    mlir::Value elements = marks.lookup(reduce.getOperand());
    if (reduce.getGuard())
      elements = either(elements, marks.lookup(reduce.getGuard()));
    mlir::Value mark;
    if (elements)
      mark = ir::ReduceOp::create(b, loc, ir::ReduceKind::Any, elements,
                                  mlir::Value(), reduce.getAxes());
    const bool isSum = reduce.getKind() == ir::ReduceKind::Sum ||
                       reduce.getKind() == ir::ReduceKind::Prod;
    if (!isSum || !reduce.getType().isFloat())
      return mark;
    mlir::Value isFinite = ir::CompareOp::create(
        b, loc, ir::Predicate::Lt, ir::AbsOp::create(b, loc, reduce),
        numberLike(b, reduce, std::numeric_limits<double>::infinity()));
    return either(ir::NotOp::create(b, loc, isFinite), mark);
  }

  void replace(ir::OutputOp output) {
    mlir::Value mark = marks.lookup(output.getValue());
    if (!mark)
      mark = ir::ConstantOp::create(
          b, output.getLoc(),
          ir::ArrayType::get(b.getI1Type(), llvm::ArrayRef<ir::AxisAttr>()),
          b.getBoolAttr(false));
    b.setInsertionPointAfter(output);
    ir::OutputOp::create(b, output.getLoc(), output.getName(), mark,
                         output.getAxes());
    output.erase();
  }

  ir::FuncOp func;
  mlir::OpBuilder b;
  llvm::DenseMap<mlir::Value, mlir::Value> marks;
};
} // namespace

void fovea::generate::trackUndefined(ir::FuncOp func) { Tracker(func).run(); }
