//===- Reader.cpp - a formula as an algebra sees it -----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "passes/derive/Reader.h"

#include "ir/Formula.h"
#include "ir/Size.h"
#include "ir/TypeOf.h"
#include "passes/Demand.h"

#include "mlir/IR/BuiltinAttributes.h"

#include <cmath>
#include <limits>
#include <numbers>

using namespace mlir;
using namespace fovea;
using namespace fovea::derive;
using ir::Law;
using ir::typeOf;

Reader::Reader(Chain &chain, ArrayRef<ir::AxisAttr> axes)
    : chain(chain), a(chain.algebra), axes(axes),
      extent(ir::sizeOfAxes(axes.front().getContext(), axes)) {}

void Reader::define(ir::ReduceOp reduce, unsigned number) {
  numbers[reduce.getResult()] = number;
}

Names Reader::Formula::unfinished() const {
  Names names = element->fresh;
  for (Expr guard : guards)
    names.insert(guard->fresh.begin(), guard->fresh.end());
  return names;
}

Value Reader::valueOf(Expr part) {
  a.keepsCancelled = true;
  const Expr own = a.mapped(a.atNew(part), [&](Expr leaf) {
    auto number =
        leaf->form == Form::Given ? numbers.find(leaf->value) : numbers.end();
    return number == numbers.end() ? leaf : a.fresh(number->second);
  });
  a.keepsCancelled = false;
  Value first;
  for (auto [value, e] : known)
    if ((e == part || e == own) &&
        (!first ||
         value.getDefiningOp()->isBeforeInBlock(first.getDefiningOp())))
      first = value;
  return first;
}

Reader::Awaited
Reader::awaitedIn(Value value,
                  llvm::function_ref<bool(unsigned)> isUnfinished) {
  Awaited result;
  llvm::DenseMap<Value, bool> known;
  auto awaits = [&](auto &&self, Value value) -> bool {
    if (auto number = numbers.find(value); number != numbers.end())
      return isUnfinished(number->second);
    if (llvm::none_of(behind(value), isUnfinished))
      return false;
    Operation *op = value.getDefiningOp();
    if (isa<ir::ReduceOp>(op) && !varies(value)) {
      result.isAround = true;
      return false;
    }
    if (auto found = known.find(value); found != known.end())
      return found->second;
    bool does = false;
    for (Value operand : op->getOperands())
      does |= self(self, operand);
    return known[value] = does;
  };
  llvm::SetVector<Value> work;
  work.insert(value);
  for (size_t i = 0; i < work.size(); ++i) {
    const Value next = work[i];
    if (!awaits(awaits, next))
      continue;
    Operation *op = next.getDefiningOp();
    if (!varies(next) && (numbers.count(next) || !ir::nameOf(op).empty()))
      result.values.insert(next);
    else
      work.insert_range(op->getOperands());
  }
  return result;
}

/// Whether a place with that number in the element might as well be left out.
static bool isNeutral(ir::ReduceKind kind, Value value) {
  auto constant = value.getDefiningOp<ir::ConstantOp>();
  auto number =
      constant ? dyn_cast<FloatAttr>(constant.getValue()) : FloatAttr();
  return number && neutralOf(kind) == number.getValueAsDouble();
}

Reader::Formula Reader::read(ir::ReduceOp reduce) {
  Formula formula;
  finished = &formula.finished;
  known.clear();
  a.keepsCancelled = true;
  if (reduce.getGuard())
    split(reduce.getGuard(), formula.guards);
  Value element = reduce.getOperand();
  while (auto select = element.getDefiningOp<ir::SelectOp>()) {
    if (!isNeutral(reduce.getKind(), select.getOnFalse()) ||
        leads(select.getCondition()))
      break;
    split(select.getCondition(), formula.guards);
    element = select.getOnTrue();
  }
  formula.element = expr(element);
  formula.whole = leads(element) ? array(element) : leaf(element);
  if ((reduce.getKind() == ir::ReduceKind::Max ||
       reduce.getKind() == ir::ReduceKind::Min) &&
      leads(element))
    formula.argument = argumentOf(element);
  a.keepsCancelled = false;
  return formula;
}

std::optional<Argument> Reader::argumentOf(Value element) {
  Argument argument;
  argument.element = argument.value = element;
  while (leads(argument.value)) {
    Operation *op = argument.value.getDefiningOp();
    auto elementwise = dyn_cast<ir::ElementwiseOpInterface>(op);
    if (!elementwise || !typeOf(argument.value).isFloat())
      return std::nullopt;
    // One operand varies; the map rises in it, or falls, whatever the others.
    unsigned number = 0;
    for (unsigned i = 0, found = 0; i < op->getNumOperands(); ++i)
      if (varies(op->getOperand(i))) {
        number = i;
        if (++found > 1)
          return std::nullopt;
      }
    const Value next = op->getOperand(number);
    auto other = [&] { return expr(op->getOperand(1 - number)); };
    switch (elementwise.law()) {
    case Law::Add:
    case Law::Max:
    case Law::Min:
    case Law::Exp:
    case Law::Exp2:
      break;
    // Of a negative number it is NaN, which wins: the extremum does not tell.
    case Law::Log:
    case Law::Sqrt:
      if (!a.isPositive(expr(next)))
        return std::nullopt;
      break;
    case Law::Subtract:
      argument.falls ^= number == 1;
      break;
    case Law::Negate:
      argument.falls = !argument.falls;
      break;
    // A hard 0 takes whatever it meets; as an extremum it is an ordinary one.
    case Law::Multiply:
      if (!a.isPositive(other()) || mayBeHard(next, ir::HardKind::Zero))
        return std::nullopt;
      break;
    case Law::Divide:
      if (number == 1 || !a.isPositive(other()) ||
          mayBeHard(next, ir::HardKind::Zero))
        return std::nullopt;
      break;
    default:
      return std::nullopt;
    }
    argument.value = next;
  }
  if (!varies(argument.value) || !typeOf(argument.value).isFloat())
    return std::nullopt;
  argument.accumulated = expr(argument.value);
  // The number of places is known, though a mean takes it as it stands.
  if (argument.accumulated->moves())
    argument.accumulated = array(argument.value);
  if (argument.falls)
    argument.accumulated = a.negate(argument.accumulated);
  return argument;
}

/// Whether it has one of the folded axes.
bool Reader::varies(Value value) const {
  return llvm::any_of(axes, [&](ir::AxisAttr axis) {
    return typeOf(value).hasAxis(axis.getName());
  });
}

/// Reductions of the chain in whatever way they are behind `value`.
const Names &Reader::behind(Value value) {
  auto found = reached.find(value);
  if (found != reached.end())
    return found->second;
  Names names;
  if (auto number = numbers.find(value); number != numbers.end())
    names.insert(number->second);
  else if (Operation *op = value.getDefiningOp())
    for (Value operand : op->getOperands()) {
      const Names &more = behind(operand);
      names.insert(more.begin(), more.end());
    }
  return reached[value] = std::move(names);
}

/// Whether elementwise operations lead from `value` to a reduction of the
/// chain.
bool Reader::leads(Value value) {
  if (numbers.count(value))
    return true;
  Operation *op = value.getDefiningOp();
  if (!isa_and_nonnull<ir::ElementwiseOpInterface>(op) || behind(value).empty())
    return false;
  auto found = leading.find(value);
  if (found != leading.end())
    return found->second;
  const bool does = llvm::any_of(op->getOperands(),
                                 [&](Value operand) { return leads(operand); });
  return leading[value] = does;
}

Expr Reader::expr(Value value) {
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  const Expr made = compute(value);
  known[value] = made;
  // If the normal form lost the data it is computed outside of the fold. What
  // may fail is data though it does not vary.
  if ((made->hasData || !varies(value)) && !made->args.empty())
    (made->moves() ? a.writtenMoving : a.written).try_emplace(made, value);
  return made;
}

Expr Reader::compute(Value value) {
  if (auto number = numbers.find(value); number != numbers.end())
    return a.fresh(number->second);
  Operation *op = value.getDefiningOp();
  if (auto constant = dyn_cast<ir::ConstantOp>(op)) {
    if (auto number = dyn_cast<FloatAttr>(constant.getValue()))
      return a.constant(number.getValueAsDouble());
    return leaf(value);
  }
  if (auto cast = dyn_cast<ir::CastOp>(op))
    return this->cast(cast);
  if (!isa<ir::ElementwiseOpInterface>(op))
    return leaf(value);
  const ir::ArrayType type = typeOf(value);
  // Integers wrap: no law of real numbers holds for them.
  if (!type.isFloat())
    return leads(value) ? elementwise(op) : leaf(value);
  const bool hasLaw =
      mlir::cast<ir::ElementwiseOpInterface>(op).law() != Law::None;
  // What excludes a whole row is a condition too.
  if (!leads(value) && (!hasLaw || (!varies(value) && !mayBeHard(value))))
    return leaf(value);
  return elementwise(op);
}

/// What is not taken apart. It may need results of the chain that are finished.
Expr Reader::leaf(Value value) {
  const Names &names = behind(value);
  finished->insert(names.begin(), names.end());
  return array(value);
}

/// A value whose reductions of the chain are finished by then.
Expr Reader::array(Value value) {
  return varies(value) || mayFail(value) ? a.data(value) : a.given(value);
}

/// Counts are numbers like others, positions are not; the number of places is a
/// reduction.
Expr Reader::cast(ir::CastOp op) {
  const Value operand = op.getOperand();
  Value integer = operand;
  // sum(x) / N divides by an f64 that is rounded to x's type.
  if (auto wide = operand.getDefiningOp<ir::CastOp>();
      wide && wide.getType().isFloat())
    integer = wide.getOperand();
  if (op.getType().isFloat() && !typeOf(integer).isFloat() &&
      !typeOf(integer).isBool()) {
    auto reduce = integer.getDefiningOp<ir::ReduceOp>();
    if (numbers.count(integer) && !(reduce && ir::isArg(reduce.getKind())))
      return a.fresh(numbers.lookup(integer));
    if (auto size = integer.getDefiningOp<ir::SizeOp>();
        size && size.getSize() == extent)
      return a.fresh(Chain::count);
  }
  if (leads(op.getResult()))
    return elementwise(op);
  // A cast keeps what is hard: a mask of integers is a mask.
  if (!op.getType().isFloat())
    return leaf(op.getResult());
  Exprs conditions;
  Expr inner = nullptr;
  double otherwise = 0;
  auto select = operand.getDefiningOp<ir::SelectOp>();
  if (select && select.getHard() != ir::HardKind::None) {
    split(select.getCondition(), conditions);
    inner = expr(select.getOnTrue());
    if (select.getHard() == ir::HardKind::NegInf)
      otherwise = -std::numeric_limits<double>::infinity();
  } else if (typeOf(operand).isFloat() && mayBeHard(operand)) {
    inner = expr(operand);
    if (excludes(inner, -std::numeric_limits<double>::infinity()))
      otherwise = -std::numeric_limits<double>::infinity();
    for (; excludes(inner, otherwise); inner = inner->args[1])
      conditions.push_back(inner->args[0]);
  }
  if (conditions.empty())
    return leaf(op.getResult());
  Expr out = a.apply(Form::Other, op, {inner});
  for (Expr condition : llvm::reverse(conditions))
    out = a.where(condition, out, a.constant(otherwise), /*hard=*/true);
  return out;
}

void Reader::split(Value guard, Exprs &into) {
  // Parts are shared: each is looked at once.
  llvm::DenseSet<Value> seen;
  SmallVector<Value> work = {guard};
  while (!work.empty()) {
    const Value next = work.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    if (auto both = next.getDefiningOp<ir::AndOp>())
      work.append({both.getRhs(), both.getLhs()});
    else if (const Expr condition = expr(next);
             !llvm::is_contained(into, condition))
      into.push_back(condition);
  }
}

static std::optional<double> constantOf(Expr e) {
  if (e->form == Form::Constant)
    return e->number;
  return std::nullopt;
}

Expr Reader::select(Operation *op) {
  auto select = mlir::cast<ir::SelectOp>(op);
  Exprs conditions;
  split(select.getCondition(), conditions);
  Expr out = expr(select.getOnTrue());
  const Expr otherwise = expr(select.getOnFalse());
  const bool hard = select.getHard() != ir::HardKind::None;
  for (Expr condition : llvm::reverse(conditions))
    out = a.where(condition, out, otherwise, hard);
  return out;
}

/// 2^e = exp(e log 2). Of a hard -inf it is a hard 0, though a multiple of that
/// would be an ordinary number.
Expr Reader::exp2(Expr e) {
  if (excludes(e, -std::numeric_limits<double>::infinity()))
    return a.where(e->args[0], exp2(e->args[1]), a.zero(), /*hard=*/true);
  return a.exp(a.mul(a.constant(std::numbers::ln2), e));
}

static bool isScaling(Expr array, Expr by) {
  return array->form == Form::Data && by->form == Form::Constant;
}

/// Whether a sum has a term 0 x.
static bool hasCancelled(Expr sum) {
  return llvm::any_of(termsOf(sum), [](Expr term) {
    return term->form == Form::Multiply && isConstant(term->args[0], 0);
  });
}

Expr Reader::elementwise(Operation *op) {
  const Law law = mlir::cast<ir::ElementwiseOpInterface>(op).law();
  if (!typeOf(op->getResult(0)).isFloat() || law == Law::None) {
    Exprs args;
    for (Value operand : op->getOperands())
      args.push_back(expr(operand));
    return a.apply(Form::Other, op, args);
  }
  if (law == Law::Select)
    return select(op);
  const Expr x = expr(op->getOperand(0));
  const Expr y = op->getNumOperands() > 1 ? expr(op->getOperand(1)) : nullptr;
  a.hasOverflowed = false;
  const Expr made = byLaw(op, law, x, y);
  if (!a.hasOverflowed)
    return made;
  // With constants that no double holds it is no formula of real numbers.
  if (!leads(op->getResult(0)))
    return leaf(op->getResult(0));
  return y ? a.apply(Form::Other, op, {x, y}) : a.apply(Form::Other, op, {x});
}

Expr Reader::byLaw(Operation *op, Law law, Expr x, Expr y) {
  // x + 1 - x is what the formula makes of it, as long as nothing in it moves.
  auto unlessCancelled = [&](Expr sum) {
    return hasCancelled(sum) && !leads(op->getResult(0))
               ? leaf(op->getResult(0))
               : sum;
  };
  switch (law) {
  case Law::Add:
    return unlessCancelled(a.add(x, y));
  case Law::Subtract:
    return unlessCancelled(a.sub(x, y));
  case Law::Negate:
    return a.negate(x);
  // An array in other units is an array: constants that were multiplied into
  // those of 2^x would not cancel against a maximum in these units.
  case Law::Multiply:
    return isScaling(x, y) || isScaling(y, x) ? leaf(op->getResult(0))
                                              : a.mul(x, y);
  case Law::Divide:
    return isScaling(x, y) ? leaf(op->getResult(0)) : a.div(x, y);
  case Law::Exp:
    return a.exp(x);
  case Law::Exp2:
    return exp2(x);
  case Law::Log:
    return a.log(x);
  case Law::Sqrt:
    return a.power(x, 0.5);
  case Law::Rsqrt:
    return a.power(x, -0.5);
  case Law::Power:
    if (auto exponent = constantOf(y);
        exponent && std::isfinite(*exponent) && *exponent != 0)
      return a.power(x, *exponent);
    // b^y = exp(y log b), but of a hard -inf it is not hard.
    if (auto base = constantOf(x);
        base && std::isfinite(*base) && *base > 1 && !y->mayBeHard)
      return a.exp(a.mul(a.constant(std::log(*base)), y));
    return a.apply(Form::Other, op, {x, y});
  case Law::Abs:
    return a.absolute(x);
  case Law::Max:
    return a.maximum(x, y);
  case Law::Min:
    return a.negate(a.maximum(a.negate(x), a.negate(y)));
  case Law::Sin:
    return a.apply(Form::Sin, nullptr, {x});
  case Law::Cos:
    return a.apply(Form::Cos, nullptr, {x});
  case Law::Select:
  case Law::None:
    break;
  }
  llvm_unreachable("handled above");
}
