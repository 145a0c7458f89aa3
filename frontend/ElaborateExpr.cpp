//===- ElaborateExpr.cpp - expressions ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "ir/Size.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

Elaborator::MaybeArray Elaborator::expr(const ast::Expr &expr, Scope *scope) {
  MaybeArray array = anyExpr(expr, scope);
  return array && tooDeep(expr.range) ? std::nullopt : array;
}

Elaborator::MaybeArray Elaborator::anyExpr(const ast::Expr &expr,
                                           Scope *scope) {
  emit.loc = location(expr.range);
  if (auto *number = expr.as<ast::Number>())
    return number->isInteger ? emit.integer(number->integer)
                             : emit.real(number->real);
  if (auto *boolean = expr.as<ast::Boolean>())
    return emit.boolean(boolean->value);
  if (auto *id = expr.as<ast::Name>())
    return name(expr, id->name, scope);
  if (auto *node = expr.as<ast::Unary>())
    return unary(*node, expr, scope);
  if (auto *node = expr.as<ast::Binary>())
    return binary(*node, expr, scope);
  if (auto *node = expr.as<ast::Compare>())
    return compare(*node, scope);
  if (auto *node = expr.as<ast::Read>())
    return read(expr, *node, scope);
  if (expr.as<ast::ArrayLiteral>())
    return literal(expr, scope);
  if (auto *node = expr.as<ast::Match>()) {
    const ast::Expr *branch = chosen(*node, scope);
    return branch ? this->expr(*branch, scope) : std::nullopt;
  }
  if (expr.as<ast::Call>()) {
    MaybeArrays arrays = several(expr, scope);
    if (!arrays)
      return std::nullopt;
    if (arrays->size() == 1)
      return arrays->front();
    error(expr.range, quoted(expr.range) + " gives " +
                          std::to_string(arrays->size()) +
                          " results, one is needed here")
        .fix("take them apart first: `a, b = " +
             expr.as<ast::Call>()->callee.name + "(...)`");
    return std::nullopt;
  }
  if (expr.as<ast::Lambda>())
    error(expr.range, "a function can only be an argument");
  else if (auto *pack = expr.as<ast::Pack>())
    error(expr.range, "`" + pack->name + "...` stands only among indices");
  else
    error(expr.range, "text has no place in a formula");
  return std::nullopt;
}

Elaborator::MaybeArrays Elaborator::several(const ast::Expr &expr,
                                            Scope *scope) {
  auto one = [](MaybeArray array) -> MaybeArrays {
    if (!array)
      return std::nullopt;
    return std::vector<Array>{*array};
  };
  if (auto *node = expr.as<ast::Match>()) {
    const ast::Expr *branch = chosen(*node, scope);
    return branch ? several(*branch, scope) : std::nullopt;
  }
  auto *node = expr.as<ast::Call>();
  if (!node)
    return one(this->expr(expr, scope));
  const ast::Ident &callee = node->callee;
  const Named *named = lookup(callee.name, scope);
  if (!named)
    return callNamed(callee.name, callee.range.source, expr, *node, scope);
  if (auto *closure = std::get_if<Closure>(&named->entity))
    return callClosure(*closure, expr, *node, scope);
  error(callee.range, "`" + callee.name + "` is no function")
      .at(named->range, "defined here");
  return std::nullopt;
}

const ast::Expr *Elaborator::chosen(const ast::Match &match, Scope *scope) {
  const Named *named = lookup(match.option.name, scope);
  if (!named) {
    reportUnknown(match.option.name, match.option.range, scope);
    return nullptr;
  }
  auto *option = std::get_if<OptionValue>(&named->entity);
  if (!option) {
    error(match.option.range, "`" + match.option.name +
                                  "` is no option: `match` chooses when "
                                  "compiling")
        .at(named->range, "declared here")
        .fix("for a choice by number use `where(condition, a, b)`");
    return nullptr;
  }
  for (const ast::MatchCase &branch : match.cases)
    if (!checkChoice(branch.choice, match.option, *option))
      return nullptr;
  for (const ast::MatchCase &branch : match.cases)
    if (branch.choice.name == option->choice)
      return branch.value.get();
  error(match.option.range,
        "no case for `" + match.option.name + " = " + option->choice + "`")
      .at(named->range, "`" + option->choice + "` is one of its choices");
  return nullptr;
}

bool Elaborator::checkChoice(const ast::Ident &choice, const ast::Ident &option,
                             const OptionValue &value) {
  std::vector<std::string> names;
  for (const ast::Ident &known : value.type->choices)
    names.push_back(known.name);
  if (llvm::is_contained(names, choice.name))
    return true;
  fovea::Diagnostic &diagnostic =
      error(choice.range, "`" + choice.name + "` is no choice of `" +
                              option.name + "`: " + llvm::join(names, " | "));
  std::string close = didYouMean(choice.name, names);
  if (!close.empty())
    diagnostic.fix("did you mean `" + close + "`?");
  return false;
}

//===----------------------------------------------------------------------===//
// Shapes and types that must agree
//===----------------------------------------------------------------------===//

Elaborator::MaybeArray Elaborator::scalar(const ast::Expr &syntax, Scope *scope,
                                          StringRef what) {
  MaybeArray array = expr(syntax, scope);
  if (!array || array->rank() == 0)
    return array;
  error(syntax.range, what.str() + " needs one number, " +
                          quoted(syntax.range) + " is " + typeText(*array))
      .fix("index it");
  return std::nullopt;
}

Elaborator::MaybeArray Elaborator::condition(const ast::Expr &syntax,
                                             Scope *scope, StringRef what) {
  MaybeArray array = expr(syntax, scope);
  if (!array || array->isBool())
    return array;
  error(syntax.range, what.str() + " needs a condition, " +
                          quoted(syntax.range) + " is " + typeText(*array))
      .fix("compare it: `... != 0`");
  return std::nullopt;
}

bool Elaborator::agree(MutableArrayRef<Array> arrays, Exprs syntax,
                       Scope *scope) {
  const Array *reference = nullptr;
  size_t referenceAt = 0;
  for (auto [i, array] : llvm::enumerate(arrays)) {
    if (array.rank() == 0)
      continue;
    if (indexed(scope)) {
      error(syntax[i]->range, quoted(syntax[i]->range) + " is " +
                                  typeText(array) +
                                  ", one of its numbers is needed here")
          .fix("index it: operators in an indexed statement take numbers");
      return false;
    }
    if (!reference) {
      reference = &array;
      referenceAt = i;
      continue;
    }
    bool same =
        array.rank() == reference->rank() &&
        llvm::all_of(llvm::zip(array.dims, reference->dims), [](auto pair) {
          auto [a, b] = pair;
          return a.getSize() == b.getSize();
        });
    if (!same) {
      error(syntax[i]->range, quoted(syntax[i]->range) + " is " +
                                  typeText(array) + ", " +
                                  quoted(syntax[referenceAt]->range) + " is " +
                                  typeText(*reference))
          .at(syntax[referenceAt]->range, typeText(*reference))
          .fix("whole arrays need equal shapes; write the indices for anything "
               "else");
      return false;
    }
    array = emit.aligned(array, *reference);
  }
  return true;
}

std::optional<bool> Elaborator::meet(MutableArrayRef<Array> arrays,
                                     SourceRange range) {
  Array common = arrays.front();
  for (const Array &array : arrays.drop_front()) {
    std::optional<Meeting> meeting = emit.meet(common, array);
    if (!meeting) {
      error(range, dtypeText(common) + " meets " + dtypeText(array))
          .fix("cast one of them: `f32(...)` or `f64(...)`");
      return std::nullopt;
    }
    // Only the type counts from here on.
    if (meeting->element != common.element())
      common.value = array.element() == meeting->element
                         ? array.value
                         : emit.convert(common, meeting->element).value;
    common.weak = meeting->weak;
  }
  Type element = common.element();
  bool weak = common.weak;
  for (Array &array : arrays) {
    if (!fitsInto(element, array, range))
      return std::nullopt;
    array = emit.convert(array, element, weak);
  }
  return weak;
}

bool Elaborator::fitsInto(Type element, const Array &array, SourceRange range) {
  if (element != emit.i32 || !array.weak || !array.isInt())
    return true;
  std::optional<int64_t> number = beyondI32(array);
  if (!number)
    return true;
  error(range,
        llvm::formatv("{0} does not fit into the i32 that it meets", *number)
            .str())
      .fix("declare that i64, or cast it: `i64(...)`");
  return false;
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

Elaborator::MaybeArray Elaborator::unary(const ast::Unary &unary,
                                         const ast::Expr &whole, Scope *scope) {
  if (unary.op == ast::UnaryOp::Not) {
    MaybeArray array = condition(*unary.operand, scope, "`not`");
    if (!array || !agree(*array, {unary.operand.get()}, scope))
      return std::nullopt;
    emit.loc = location(whole.range);
    return emit.logicalNot(*array);
  }
  MaybeArray array = expr(*unary.operand, scope);
  if (!array || !agree(*array, {unary.operand.get()}, scope))
    return std::nullopt;
  emit.loc = location(whole.range);
  if (array->isBool())
    *array = emit.convert(*array, emit.i64);
  return emit.apply<NegOp>({*array}, array->weak, array->value);
}

Elaborator::MaybeArray Elaborator::binary(const ast::Binary &binary,
                                          const ast::Expr &whole,
                                          Scope *scope) {
  bool logical =
      binary.op == ast::BinaryOp::And || binary.op == ast::BinaryOp::Or;
  StringRef word = binary.op == ast::BinaryOp::And ? "`and`" : "`or`";
  MaybeArray a =
      logical ? condition(*binary.lhs, scope, word) : expr(*binary.lhs, scope);
  MaybeArray b =
      logical ? condition(*binary.rhs, scope, word) : expr(*binary.rhs, scope);
  if (!a || !b)
    return std::nullopt;
  Array both[] = {*a, *b};
  if (!agree(both, {binary.lhs.get(), binary.rhs.get()}, scope))
    return std::nullopt;
  emit.loc = location(whole.range);
  return arithmetic(binary.op, both[0], both[1], whole.range);
}

/// Whether an integer is surely not negative: then a power of integers is an
/// integer.
static bool nonNegative(Value value) {
  Operation *op = value.getDefiningOp();
  if (isa_and_nonnull<IndexOp, SizeOp>(op))
    return true;
  if (auto constant = dyn_cast_or_null<ConstantOp>(op)) {
    auto number = dyn_cast<IntegerAttr>(constant.getValue());
    return number && !number.getValue().isNegative();
  }
  if (isa_and_nonnull<AddOp, MulOp>(op))
    return nonNegative(op->getOperand(0)) && nonNegative(op->getOperand(1));
  return false;
}

Elaborator::MaybeArray Elaborator::powerOf(Array a, Array b,
                                           SourceRange range) {
  if (a.isInt() && b.isInt() && !nonNegative(b.value)) {
    a = emit.toFloat(a);
    b = emit.toFloat(b);
  }
  Array both[] = {a, b};
  std::optional<bool> weak = meet(both, range);
  if (!weak)
    return std::nullopt;
  return emit.apply<PowOp>(both, *weak, both[0].value, both[1].value);
}

Elaborator::MaybeArray Elaborator::arithmetic(ast::BinaryOp op, Array a,
                                              Array b, SourceRange range) {
  using Op = ast::BinaryOp;
  if (op == Op::And)
    return emit.logicalAnd(a, b);
  if (op == Op::Or)
    return emit.apply<OrOp>({a, b}, false, a.value, b.value);
  if (op == Op::Div) {
    a = emit.toFloat(a);
    b = emit.toFloat(b);
  }
  // Two bools meet as integers; one follows the other operand.
  if (a.isBool() && b.isBool()) {
    a = emit.convert(a, emit.i64);
    b = emit.convert(b, emit.i64);
  }
  if (op == Op::Pow)
    return powerOf(a, b, range);
  Array both[] = {a, b};
  std::optional<bool> weak = meet(both, range);
  if (!weak)
    return std::nullopt;
  Value x = both[0].value, y = both[1].value;
  switch (op) {
  case Op::Add:
    return emit.apply<AddOp>(both, *weak, x, y);
  case Op::Sub:
    return emit.apply<SubOp>(both, *weak, x, y);
  case Op::Mul:
    return emit.apply<MulOp>(both, *weak, x, y);
  case Op::Div:
    return emit.apply<DivOp>(both, *weak, x, y);
  case Op::FloorDiv:
    return emit.apply<FloorDivOp>(both, *weak, x, y);
  default:
    return emit.apply<ModOp>(both, *weak, x, y);
  }
}

static Predicate predicateOf(ast::Comparison op) {
  switch (op) {
  case ast::Comparison::Lt:
    return Predicate::Lt;
  case ast::Comparison::Le:
    return Predicate::Le;
  case ast::Comparison::Gt:
    return Predicate::Gt;
  case ast::Comparison::Ge:
    return Predicate::Ge;
  case ast::Comparison::Eq:
    return Predicate::Eq;
  default:
    return Predicate::Ne;
  }
}

Elaborator::MaybeArray Elaborator::compare(const ast::Compare &compare,
                                           Scope *scope) {
  std::vector<Array> arrays;
  std::vector<const ast::Expr *> syntax;
  for (const ast::ExprPtr &operand : compare.operands) {
    MaybeArray array = expr(*operand, scope);
    if (!array)
      return std::nullopt;
    arrays.push_back(*array);
    syntax.push_back(operand.get());
  }
  if (!agree(arrays, syntax, scope))
    return std::nullopt;
  MaybeArray all;
  for (auto [i, op] : llvm::enumerate(compare.ops)) {
    SourceRange range = syntax[i]->range.to(syntax[i + 1]->range);
    if (op == ast::Comparison::Approx) {
      error(range, "`~=` stands only between the two sides of a test");
      return std::nullopt;
    }
    Array both[] = {arrays[i], arrays[i + 1]};
    emit.loc = location(range);
    if (!meet(both, range))
      return std::nullopt;
    Array holds = emit.compare(predicateOf(op), both[0], both[1]);
    all = all ? emit.logicalAnd(*all, holds) : holds;
  }
  return all;
}

//===----------------------------------------------------------------------===//
// Array literals
//===----------------------------------------------------------------------===//

namespace {
/// The numbers of a literal, row-major.
struct Elements {
  SmallVector<Number> values;
  SmallVector<int64_t> shape;
  bool real = false;
  bool boolean = false;
};
} // namespace

/// Collects the elements below `expr`; false if the rows differ in length.
static bool collect(const ast::Expr &expr, size_t depth, Elements &out,
                    const ast::Expr *&culprit,
                    llvm::function_ref<bool(const ast::Expr &)> leaf) {
  auto *array = expr.as<ast::ArrayLiteral>();
  if (!array) {
    culprit = &expr;
    return depth == out.shape.size() && leaf(expr);
  }
  int64_t extent = array->elements.size();
  if (depth == out.shape.size() && out.values.empty())
    out.shape.push_back(extent);
  if (depth >= out.shape.size() || out.shape[depth] != extent) {
    culprit = &expr;
    return false;
  }
  for (const ast::ExprPtr &element : array->elements)
    if (!collect(*element, depth + 1, out, culprit, leaf))
      return false;
  return true;
}

Elaborator::MaybeArray Elaborator::literal(const ast::Expr &whole,
                                           Scope *scope) {
  Elements elements;
  const ast::Expr *culprit = nullptr;
  bool reported = false;
  auto leaf = [&](const ast::Expr &syntax) {
    MaybeArray array = scalar(syntax, scope, "an element");
    std::optional<Number> number =
        array ? constantOf(*array) : std::optional<Number>();
    if (!number) {
      if (array)
        error(syntax.range, "an element of an array must be a number that is "
                            "written out");
      reported = true;
      return false;
    }
    elements.real |= array->isFloat();
    elements.boolean |= array->isBool();
    elements.values.push_back(*number);
    return true;
  };
  if (!collect(whole, 0, elements, culprit, leaf)) {
    if (!reported)
      error(culprit->range, "the rows of an array must have one length");
    return std::nullopt;
  }
  emit.loc = location(whole.range);
  Type element = elements.real      ? emit.f64
                 : elements.boolean ? emit.boolType
                                    : emit.i64;
  return emit.literal(elements.values, elements.shape, element);
}
