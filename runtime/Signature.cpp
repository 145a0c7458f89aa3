//===- Signature.cpp - what a compiled function takes and gives -----------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/Signature.h"

#include <algorithm>

using namespace fovea;

SizeExpr SizeExpr::constant(int64_t value) {
  return {Kind::Constant, value, {}};
}

SizeExpr SizeExpr::dim(int64_t index) { return {Kind::Dim, index, {}}; }

SizeExpr SizeExpr::op(Kind kind, SizeExpr lhs, SizeExpr rhs) {
  SizeExpr result{kind, 0, {}};
  result.operands.push_back(std::move(lhs));
  result.operands.push_back(std::move(rhs));
  return result;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static Status tooLarge() {
  return Status::error(StatusCode::Shape, "a size does not fit 64 bits");
}

/// a // b or a % b, rounding down.
static Expected<int64_t> divide(SizeExpr::Kind kind, int64_t a, int64_t b) {
  const bool modulo = kind == SizeExpr::Kind::Mod;
  if (b == 0)
    return Status::error(StatusCode::DivisionByZero,
                         std::string(modulo ? "remainder" : "quotient") +
                             " of " + std::to_string(a) + " and 0");
  // The only quotient beyond int64 is -(-2^63); its remainder traps too.
  if (b == -1 && modulo)
    return 0;
  if (b == -1 && a == INT64_MIN)
    return tooLarge();
  const int64_t rest = a % b;
  const bool towardsZero = rest != 0 && (rest < 0) != (b < 0);
  if (modulo)
    return towardsZero ? rest + b : rest;
  return a / b - towardsZero;
}

static Expected<int64_t> apply(SizeExpr::Kind kind, int64_t a, int64_t b) {
  int64_t result;
  switch (kind) {
  case SizeExpr::Kind::Add:
    if (__builtin_add_overflow(a, b, &result))
      return tooLarge();
    return result;
  case SizeExpr::Kind::Mul:
    if (__builtin_mul_overflow(a, b, &result))
      return tooLarge();
    return result;
  default:
    return divide(kind, a, b);
  }
}

Expected<int64_t> fovea::evaluate(const SizeExpr &expr,
                                  std::span<const int64_t> dims) {
  if (expr.kind == SizeExpr::Kind::Constant)
    return expr.value;
  if (expr.kind == SizeExpr::Kind::Dim) {
    if (expr.value < 0 || static_cast<size_t>(expr.value) >= dims.size())
      return Status::error(StatusCode::Internal,
                           "a size uses dimension number " +
                               std::to_string(expr.value) + " of " +
                               std::to_string(dims.size()));
    return dims[static_cast<size_t>(expr.value)];
  }
  if (expr.operands.empty())
    return Status::error(StatusCode::Internal, "a size lacks its operands");
  Expected<int64_t> result = evaluate(expr.operands[0], dims);
  for (size_t i = 1; result && i < expr.operands.size(); ++i) {
    Expected<int64_t> operand = evaluate(expr.operands[i], dims);
    if (!operand)
      return operand;
    result = apply(expr.kind, *result, *operand);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {
/// How tightly a formula binds.
enum class Tightness { Sum, Product, Atom };
} // namespace

static Tightness tightnessOf(const SizeExpr &expr) {
  switch (expr.kind) {
  case SizeExpr::Kind::Add:
    return Tightness::Sum;
  case SizeExpr::Kind::Mul:
  case SizeExpr::Kind::FloorDiv:
  case SizeExpr::Kind::Mod:
    return Tightness::Product;
  default:
    return Tightness::Atom;
  }
}

/// `expr`, in parentheses if it binds less tightly than `needed`.
static std::string textWithin(const SizeExpr &expr, const Signature &signature,
                              Tightness needed) {
  std::string inner = text(expr, signature);
  return tightnessOf(expr) < needed ? "(" + inner + ")" : inner;
}

/// What is subtracted if `expr` is a summand with a minus sign: 1 in -1, N in
/// -1 * N. Nothing otherwise.
static std::optional<SizeExpr> negated(const SizeExpr &expr) {
  if (expr.kind == SizeExpr::Kind::Constant && expr.value < 0 &&
      expr.value != INT64_MIN)
    return SizeExpr::constant(-expr.value);
  if (expr.kind != SizeExpr::Kind::Mul || expr.operands.size() != 2)
    return std::nullopt;
  for (size_t i : {0, 1})
    if (expr.operands[i] == SizeExpr::constant(-1))
      return expr.operands[1 - i];
  return std::nullopt;
}

static std::string sumText(const SizeExpr &expr, const Signature &signature) {
  // What is added comes first: `N - M`, which the IR sorts as -1 * M + N.
  std::vector<SizeExpr> operands = expr.operands;
  const auto first = std::ranges::find_if(
      operands, [](const SizeExpr &one) { return !negated(one); });
  if (first != operands.end())
    std::rotate(operands.begin(), first, first + 1);
  std::string result = text(operands[0], signature);
  for (size_t i = 1; i < operands.size(); ++i) {
    const SizeExpr &operand = operands[i];
    if (std::optional<SizeExpr> minus = negated(operand))
      result += " - " + textWithin(*minus, signature, Tightness::Product);
    else
      result += " + " + text(operand, signature);
  }
  return result;
}

static std::string productText(const SizeExpr &expr, const Signature &signature,
                               const char *sign) {
  std::string result =
      textWithin(expr.operands[0], signature, Tightness::Product);
  for (size_t i = 1; i < expr.operands.size(); ++i)
    result += sign + textWithin(expr.operands[i], signature, Tightness::Atom);
  return result;
}

std::string fovea::text(const SizeExpr &expr, const Signature &signature) {
  switch (expr.kind) {
  case SizeExpr::Kind::Constant:
    return std::to_string(expr.value);
  case SizeExpr::Kind::Dim:
    return signature.dims[static_cast<size_t>(expr.value)];
  case SizeExpr::Kind::Add:
    return sumText(expr, signature);
  case SizeExpr::Kind::Mul:
    return productText(expr, signature, " * ");
  case SizeExpr::Kind::FloorDiv:
    return productText(expr, signature, " // ");
  case SizeExpr::Kind::Mod:
    return productText(expr, signature, " % ");
  }
  return {};
}

std::string fovea::text(const Parameter &parameter,
                        const Signature &signature) {
  std::string result(name(parameter.dtype));
  for (size_t axis = 0; axis < parameter.shape.size(); ++axis)
    result += (axis ? ", " : "[") + text(parameter.shape[axis], signature);
  return parameter.shape.empty() ? result : result + "]";
}

std::string fovea::text(const Signature &signature) {
  std::string result = signature.name + "(";
  for (size_t i = 0; i < signature.inputs.size(); ++i)
    result += (i ? ", " : "") + signature.inputs[i].name + ": " +
              text(signature.inputs[i], signature);
  result += ") -> ";
  if (signature.results.size() == 1)
    return result + text(signature.results[0], signature);
  result += "(";
  for (size_t i = 0; i < signature.results.size(); ++i)
    result += (i ? ", " : "") + signature.results[i].name + ": " +
              text(signature.results[i], signature);
  return result + ")";
}
