//===- Size.cpp - arithmetic of sizes ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "ir/Size.h"

#include <map>

using namespace mlir;
using namespace fovea::ir;

namespace {
/// Orders atoms by their text, so that printed sizes do not depend on pointers.
struct ByText {
  bool operator()(SizeAttr a, SizeAttr b) const {
    return a != b && sizeText(a) < sizeText(b);
  }
};
using Monomial = SmallVector<SizeAttr>; // sorted atoms; empty is 1
struct ByMonomial {
  bool operator()(const Monomial &a, const Monomial &b) const {
    // Higher degree first, constants last.
    if (a.size() != b.size())
      return a.size() > b.size();
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        ByText());
  }
};
using Polynomial = std::map<Monomial, int64_t, ByMonomial>;
} // namespace

static int64_t wrapMul(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) *
                              static_cast<uint64_t>(b));
}
static int64_t wrapAdd(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) +
                              static_cast<uint64_t>(b));
}

static void addTerm(Polynomial &polynomial, Monomial monomial, int64_t by) {
  llvm::sort(monomial, ByText());
  int64_t &coefficient = polynomial[monomial];
  coefficient = wrapAdd(coefficient, by);
  if (coefficient == 0)
    polynomial.erase(monomial);
}

static Polynomial expand(SizeAttr size) {
  Polynomial out;
  switch (size.getKind()) {
  case SizeKind::Constant:
    addTerm(out, {}, size.getValue());
    break;
  case SizeKind::Dim:
  case SizeKind::FloorDiv:
  case SizeKind::Mod:
    addTerm(out, {size}, 1);
    break;
  case SizeKind::Add:
    for (SizeAttr operand : size.getOperands())
      for (const auto &[monomial, coefficient] : expand(operand))
        addTerm(out, monomial, coefficient);
    break;
  case SizeKind::Mul: {
    // In normal form: a product of atoms, perhaps with a leading constant.
    Monomial atoms;
    int64_t coefficient = 1;
    for (SizeAttr operand : size.getOperands()) {
      if (std::optional<int64_t> value = operand.getConstant())
        coefficient = wrapMul(coefficient, *value);
      else
        atoms.push_back(operand);
    }
    addTerm(out, atoms, coefficient);
    break;
  }
  }
  return out;
}

static SizeAttr compound(SizeKind kind, ArrayRef<SizeAttr> operands) {
  return SizeAttr::get(operands.front().getContext(), kind, 0, "", operands);
}

static SizeAttr collect(MLIRContext *context, const Polynomial &polynomial) {
  SmallVector<SizeAttr> terms;
  for (const auto &[monomial, coefficient] : polynomial) {
    SmallVector<SizeAttr> factors;
    if (coefficient != 1 || monomial.empty())
      factors.push_back(sizeConstant(context, coefficient));
    llvm::append_range(factors, monomial);
    terms.push_back(factors.size() == 1 ? factors.front()
                                        : compound(SizeKind::Mul, factors));
  }
  if (terms.empty())
    return sizeConstant(context, 0);
  return terms.size() == 1 ? terms.front() : compound(SizeKind::Add, terms);
}

SizeAttr fovea::ir::sizeConstant(MLIRContext *context, int64_t value) {
  return SizeAttr::get(context, SizeKind::Constant, value, "", {});
}

SizeAttr fovea::ir::sizeDim(MLIRContext *context, StringRef name) {
  return SizeAttr::get(context, SizeKind::Dim, 0, name, {});
}

SizeAttr fovea::ir::sizeAdd(SizeAttr a, SizeAttr b) {
  Polynomial sum = expand(a);
  for (const auto &[monomial, coefficient] : expand(b))
    addTerm(sum, monomial, coefficient);
  return collect(a.getContext(), sum);
}

SizeAttr fovea::ir::sizeSub(SizeAttr a, SizeAttr b) {
  return sizeAdd(a, sizeMul(sizeConstant(b.getContext(), -1), b));
}

SizeAttr fovea::ir::sizeOfAxes(MLIRContext *context, ArrayRef<AxisAttr> axes) {
  SizeAttr size = sizeConstant(context, 1);
  for (AxisAttr axis : axes)
    size = sizeMul(size, axis.getSize());
  return size;
}

SizeAttr fovea::ir::sizeMul(SizeAttr a, SizeAttr b) {
  Polynomial product, right = expand(b);
  for (const auto &[left, coefficient] : expand(a)) {
    for (const auto &[monomial, factor] : right) {
      Monomial atoms = left;
      llvm::append_range(atoms, monomial);
      addTerm(product, atoms, wrapMul(coefficient, factor));
    }
  }
  return collect(a.getContext(), product);
}

SizeAttr fovea::ir::sizeExactQuotient(SizeAttr a, SizeAttr b) {
  Polynomial divisor = expand(b);
  if (a == b && !divisor.empty())
    return sizeConstant(a.getContext(), 1);
  if (divisor.size() != 1)
    return {};
  const auto &[atoms, coefficient] = *divisor.begin();
  Polynomial quotient;
  for (const auto &[monomial, factor] : expand(a)) {
    // The least number by -1 is no quotient in C++; sizes wrap.
    if (coefficient != -1 && factor % coefficient != 0)
      return {};
    Monomial rest = monomial;
    for (SizeAttr atom : atoms) {
      auto *found = llvm::find(rest, atom);
      if (found == rest.end())
        return {};
      rest.erase(found);
    }
    addTerm(quotient, rest,
            coefficient == -1
                ? static_cast<int64_t>(0 - static_cast<uint64_t>(factor))
                : factor / coefficient);
  }
  return collect(a.getContext(), quotient);
}

SizeAttr fovea::ir::sizeFloorDiv(SizeAttr a, SizeAttr b) {
  std::optional<int64_t> x = a.getConstant(), y = b.getConstant();
  if (x && y && *y != 0 && *y != -1) {
    int64_t quotient = *x / *y - ((*x % *y != 0) && ((*x < 0) != (*y < 0)));
    return sizeConstant(a.getContext(), quotient);
  }
  // A symbolic divisor may be 0 at run time, but then so is an extent of the
  // formula that it came from; the quotient of G * R by G is R all the same.
  if (SizeAttr exact = sizeExactQuotient(a, b); exact && y != 0)
    return exact;
  return compound(SizeKind::FloorDiv, {a, b});
}

SizeAttr fovea::ir::sizeMod(SizeAttr a, SizeAttr b) {
  std::optional<int64_t> x = a.getConstant(), y = b.getConstant();
  if (x && y && *y != 0 && *y != -1) {
    int64_t rest = *x % *y;
    return sizeConstant(a.getContext(),
                        rest + (rest != 0 && (rest < 0) != (*y < 0) ? *y : 0));
  }
  if (y != 0 && sizeExactQuotient(a, b))
    return sizeConstant(a.getContext(), 0);
  return compound(SizeKind::Mod, {a, b});
}

static void collectDims(SizeAttr size, SmallVector<StringRef> &names) {
  if (size.getKind() == SizeKind::Dim &&
      !llvm::is_contained(names, size.getName()))
    names.push_back(size.getName());
  for (SizeAttr operand : size.getOperands())
    collectDims(operand, names);
}

SmallVector<StringRef> fovea::ir::sizeDims(SizeAttr size) {
  SmallVector<StringRef> names;
  collectDims(size, names);
  return names;
}

/// The text, in parentheses if it stands beside an operator that binds as
/// strongly as `*`.
static std::string factorText(SizeAttr size) {
  bool atom =
      size.getKind() == SizeKind::Dim || size.getKind() == SizeKind::Constant;
  return atom ? sizeText(size) : "(" + sizeText(size) + ")";
}

static std::string productText(ArrayRef<SizeAttr> factors) {
  std::string text;
  for (SizeAttr factor : factors)
    text += (text.empty() ? "" : " * ") + factorText(factor);
  return text;
}

/// Appends one term of a sum, written with the sign that it has.
static void appendTerm(std::string &text, SizeAttr term) {
  ArrayRef<SizeAttr> factors = term.getOperands();
  bool product = term.getKind() == SizeKind::Mul;
  SizeAttr head = product ? factors.front() : term;
  int64_t lead = head.getConstant().value_or(1);
  if (text.empty() || lead >= 0 || lead == INT64_MIN) {
    text += (text.empty() ? "" : " + ") + sizeText(term);
    return;
  }
  text += " - ";
  if (!product)
    text += std::to_string(-lead);
  else if (lead == -1)
    text += productText(factors.drop_front());
  else
    text += std::to_string(-lead) + " * " + productText(factors.drop_front());
}

std::string fovea::ir::sizeText(SizeAttr size) {
  ArrayRef<SizeAttr> operands = size.getOperands();
  switch (size.getKind()) {
  case SizeKind::Constant:
    return std::to_string(size.getValue());
  case SizeKind::Dim:
    return size.getName().str();
  case SizeKind::Mul:
    if (operands.front().getConstant() == -1)
      return "-" + productText(operands.drop_front());
    return productText(operands);
  case SizeKind::FloorDiv:
    return factorText(operands[0]) + " // " + factorText(operands[1]);
  case SizeKind::Mod:
    return factorText(operands[0]) + " % " + factorText(operands[1]);
  case SizeKind::Add: {
    // A positive term first: `M - N`, not `-N + M`.
    std::string text;
    SmallVector<SizeAttr> negative;
    for (SizeAttr term : operands) {
      bool product = term.getKind() == SizeKind::Mul;
      SizeAttr head = product ? term.getOperands().front() : term;
      if (text.empty() && head.getConstant().value_or(1) < 0)
        negative.push_back(term);
      else
        appendTerm(text, term);
    }
    for (SizeAttr term : negative)
      appendTerm(text, term);
    return text;
  }
  }
  llvm_unreachable("all kinds are handled");
}
