//===- Ranges.cpp - indices that are proven to be in range ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/kernels/Ranges.h"

#include "ir/Size.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace fovea;
using namespace fovea::kernels;
using ir::SizeAttr;
using ir::SizeKind;

/// Whether `size` is at least 0 for all dimensions, which are at least 0:
/// every part of it is. Says no when in doubt.
static bool isNonNegative(SizeAttr size) {
  switch (size.getKind()) {
  case SizeKind::Constant:
    return size.getValue() >= 0;
  case SizeKind::Dim:
    return true;
  case SizeKind::Add:
  case SizeKind::Mul:
    return llvm::all_of(size.getOperands(), isNonNegative);
  case SizeKind::FloorDiv:
  case SizeKind::Mod:
    return llvm::all_of(size.getOperands(), isNonNegative);
  }
  return false;
}

bool kernels::isAtMost(SizeAttr low, SizeAttr high) {
  return isNonNegative(ir::sizeSub(high, low));
}

/// Whether `size` has at most `budget` parts; takes them off. Products of sums
/// of products grow without bounds, and no index is written like that.
static bool isSmall(SizeAttr size, int &budget) {
  if (--budget < 0)
    return false;
  return llvm::all_of(size.getOperands(), [&](SizeAttr operand) {
    return isSmall(operand, budget);
  });
}

Ranges::Ranges(ir::FuncOp func) {
  func.getBody().walk([&](Operation *op) {
    // What phases and kernels yield they have.
    if (isa<ir::KernelOp, ir::PhaseOp>(op)) {
      for (auto [given, result] : llvm::zip_equal(
               op->getRegion(0).front().getTerminator()->getOperands(),
               op->getResults()))
        if (std::optional<Range> range = rangeOf(given))
          ranges[result] = *range;
      return;
    }
    const std::optional<Range> range = compute(op);
    int budget = 64;
    if (range && isSmall(range->low, budget) && isSmall(range->high, budget))
      ranges[op->getResult(0)] = *range;
  });
}

bool Ranges::isBelow(Value value, SizeAttr extent) const {
  const std::optional<Range> range = rangeOf(value);
  if (!range || !isNonNegative(range->low))
    return false;
  SizeAttr one = ir::sizeConstant(extent.getContext(), 1);
  return isAtMost(range->high, ir::sizeSub(extent, one));
}

bool Ranges::isNonZero(Value divisor, ir::ArrayType result) const {
  const std::optional<Range> range = rangeOf(divisor);
  if (!range || range->low != range->high)
    return false;
  if (std::optional<int64_t> constant = range->low.getConstant())
    return *constant != 0;
  // An element exists only if no extent is 0, so no factor of one is.
  return llvm::any_of(result.getAxes(), [&](ir::AxisAttr axis) {
    return !!ir::sizeExactQuotient(axis.getSize(), range->low);
  });
}

std::optional<Ranges::Range> Ranges::rangeOf(Value value) const {
  auto found = ranges.find(value);
  if (found == ranges.end())
    return std::nullopt;
  return found->second;
}

std::optional<Ranges::Range> Ranges::product(const Range &lhs,
                                             const Range &rhs) const {
  if (!isNonNegative(lhs.low) || !isNonNegative(rhs.low))
    return std::nullopt;
  return Range{ir::sizeMul(lhs.low, rhs.low), ir::sizeMul(lhs.high, rhs.high)};
}

/// A number that the size is not beyond, on either side, as extents go.
static double magnitudeOf(SizeAttr size) {
  double result = size.getKind() == SizeKind::Mul ? 1 : 0;
  switch (size.getKind()) {
  case SizeKind::Constant:
    return std::abs(static_cast<double>(size.getValue()));
  case SizeKind::Dim:
    return 0x1p31;
  case SizeKind::Add:
    for (SizeAttr operand : size.getOperands())
      result += magnitudeOf(operand);
    return result;
  case SizeKind::Mul:
    for (SizeAttr operand : size.getOperands())
      result *= magnitudeOf(operand);
    return result;
  case SizeKind::FloorDiv:
  case SizeKind::Mod:
    for (SizeAttr operand : size.getOperands())
      result = std::max(result, magnitudeOf(operand));
    return result;
  }
  return result;
}

std::optional<Ranges::Range> Ranges::quotient(const Range &lhs,
                                              const Range &rhs) const {
  SizeAttr divisor = rhs.low;
  if (divisor != rhs.high || !isNonNegative(divisor) || !isNonNegative(lhs.low))
    return std::nullopt;
  // Sums and products are right where they wrap around and come back, a
  // quotient is not.
  if (std::max(magnitudeOf(lhs.low), magnitudeOf(lhs.high)) >= 0x1p63)
    return std::nullopt;
  SizeAttr zero = ir::sizeConstant(divisor.getContext(), 0);
  SizeAttr one = ir::sizeConstant(divisor.getContext(), 1);
  // (q * d - 1) // d = q - 1.
  if (SizeAttr exact =
          ir::sizeExactQuotient(ir::sizeAdd(lhs.high, one), divisor))
    return Range{zero, ir::sizeSub(exact, one)};
  return Range{zero, lhs.high};
}

std::optional<Ranges::Range> Ranges::compute(Operation *op) const {
  if (op->getNumResults() != 1)
    return std::nullopt;
  MLIRContext *context = op->getContext();
  SizeAttr one = ir::sizeConstant(context, 1);
  SmallVector<Range> operands;
  if (isa<ir::AddOp, ir::SubOp, ir::MulOp, ir::FloorDivOp, ir::ModOp,
          ir::RenameOp, ir::KeepOp>(op)) {
    for (Value operand : op->getOperands()) {
      std::optional<Range> range = rangeOf(operand);
      if (!range)
        return std::nullopt;
      operands.push_back(*range);
    }
  }
  // 10 % M is below M, but there may be no M to divide by.
  if (isa<ir::FloorDivOp, ir::ModOp>(op) &&
      !isNonZero(op->getOperand(1),
                 cast<ir::ArrayType>(op->getResult(0).getType())))
    return std::nullopt;

  if (isa<ir::KeepOp>(op))
    return operands[0];
  return llvm::TypeSwitch<Operation *, std::optional<Range>>(op)
      .Case([&](ir::IndexOp index) -> std::optional<Range> {
        return Range{ir::sizeConstant(context, 0),
                     ir::sizeSub(index.getAxis().getSize(), one)};
      })
      .Case([&](ir::SizeOp size) -> std::optional<Range> {
        return Range{size.getSize(), size.getSize()};
      })
      .Case([&](ir::ConstantOp constant) -> std::optional<Range> {
        auto value = dyn_cast<IntegerAttr>(constant.getValue());
        if (!value || !value.getType().isInteger(64))
          return std::nullopt;
        SizeAttr size = ir::sizeConstant(context, value.getInt());
        return Range{size, size};
      })
      .Case([&](ir::RenameOp) -> std::optional<Range> { return operands[0]; })
      .Case([&](ir::AddOp) -> std::optional<Range> {
        return Range{ir::sizeAdd(operands[0].low, operands[1].low),
                     ir::sizeAdd(operands[0].high, operands[1].high)};
      })
      .Case([&](ir::SubOp) -> std::optional<Range> {
        return Range{ir::sizeSub(operands[0].low, operands[1].high),
                     ir::sizeSub(operands[0].high, operands[1].low)};
      })
      .Case([&](ir::MulOp) { return product(operands[0], operands[1]); })
      .Case([&](ir::FloorDivOp) { return quotient(operands[0], operands[1]); })
      .Case([&](ir::ModOp) -> std::optional<Range> {
        SizeAttr divisor = operands[1].low;
        if (divisor != operands[1].high || !isNonNegative(divisor))
          return std::nullopt;
        return Range{ir::sizeConstant(context, 0), ir::sizeSub(divisor, one)};
      })
      .Default([](Operation *) { return std::nullopt; });
}
