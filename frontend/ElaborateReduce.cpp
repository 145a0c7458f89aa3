//===- ElaborateReduce.cpp - reductions -----------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "ir/Size.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

static const llvm::StringMap<ReduceKind> &kinds() {
  static const llvm::StringMap<ReduceKind> table = {
      {"sum", ReduceKind::Sum},       {"prod", ReduceKind::Prod},
      {"max", ReduceKind::Max},       {"min", ReduceKind::Min},
      {"any", ReduceKind::Any},       {"all", ReduceKind::All},
      {"argmax", ReduceKind::ArgMax}, {"argmin", ReduceKind::ArgMin},
      {"mean", ReduceKind::Sum}};
  return table;
}

bool fovea::isReduction(StringRef name) { return kinds().contains(name); }

Elaborator::MaybeArray Elaborator::reduction(const std::string &name,
                                             const ast::Expr &whole,
                                             const ast::Call &call,
                                             Scope *outer) {
  if (call.arguments.size() != 1) {
    error(whole.range, "`" + name + "[...]` takes one argument, " +
                           std::to_string(call.arguments.size()) +
                           " are given");
    return std::nullopt;
  }
  if (const auto &keyword = call.arguments.front().name) {
    error(keyword->range, "`" + name + "[...]` takes its argument by place");
    return std::nullopt;
  }
  const ast::Expr &argument = *call.arguments.front().value;
  SmallVector<StringAttr> live = emit.live;
  llvm::scope_exit restore([&] { emit.live = live; });
  Scope *scope = newScope(outer, outer->frame);
  SmallVector<AxisAttr> axes;
  std::vector<const ast::Expr *> uses = {&argument};
  if (call.guard)
    uses.push_back(call.guard.get());
  if (!bind(call.binders, uses, scope, {}, name + "[{}](...)", axes))
    return std::nullopt;

  MaybeArray guard;
  if (call.guard) {
    guard = condition(*call.guard, scope, "a guard");
    if (!guard || !agree(*guard, {call.guard.get()}, scope))
      return std::nullopt;
  }
  ReduceKind kind = kinds().lookup(name);
  bool logical = kind == ReduceKind::Any || kind == ReduceKind::All;
  MaybeArray body = logical ? condition(argument, scope, "`" + name + "`")
                            : expr(argument, scope);
  if (!body || !agree(*body, {&argument}, scope))
    return std::nullopt;
  emit.loc = location(whole.range);
  if (name == "mean")
    return mean(*body, guard, axes);
  // Counts and products of integers are i64, whatever was counted.
  bool counts = kind == ReduceKind::Sum || kind == ReduceKind::Prod;
  if ((body->isBool() && !logical) || (counts && body->isInt() && !body->weak))
    *body = emit.convert(*body, emit.i64);
  if (axes.empty())
    return overNoAxes(kind, *body, guard);
  return emit.reduce(kind, *body, guard, axes);
}

/// What a reduction gives where it meets nothing.
static Array neutral(Emitter &emit, ReduceKind kind, Type element) {
  bool max = kind == ReduceKind::Max;
  switch (kind) {
  case ReduceKind::Sum:
    return emit.integer(0);
  case ReduceKind::Prod:
    return emit.integer(1);
  case ReduceKind::Any:
  case ReduceKind::All:
    return emit.boolean(kind == ReduceKind::All);
  case ReduceKind::ArgMax:
  case ReduceKind::ArgMin:
    return emit.integer(-1);
  case ReduceKind::Max:
  case ReduceKind::Min:
    break;
  }
  if (isa<FloatType>(element))
    return emit.real(max ? -std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::infinity());
  bool narrow = element.isInteger(32);
  int64_t least = narrow ? std::numeric_limits<int32_t>::min()
                         : std::numeric_limits<int64_t>::min();
  int64_t largest = narrow ? std::numeric_limits<int32_t>::max()
                           : std::numeric_limits<int64_t>::max();
  return emit.integer(max ? least : largest);
}

Array Elaborator::overNoAxes(ReduceKind kind, Array body,
                             std::optional<Array> guard) {
  bool places = kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin;
  if (places)
    body = emit.integer(0);
  // Not hard: the result of a reduction is an ordinary number.
  if (!body.isBool())
    body = emit.apply<MaxOp>({body}, body.weak, body.value, body.value);
  if (!guard)
    return body;
  Array nothing =
      emit.convert(neutral(emit, kind, body.element()), body.element());
  return emit.apply<SelectOp>({body}, body.weak, guard->value, body.value,
                              nothing.value, HardKind::None);
}

Elaborator::MaybeArray Elaborator::mean(Array body, std::optional<Array> guard,
                                        ArrayRef<AxisAttr> axes) {
  body = emit.toFloat(body);
  Array count;
  if (guard) {
    count = axes.empty()
                ? overNoAxes(ReduceKind::Sum, emit.integer(1), guard)
                : emit.reduce(ReduceKind::Sum, emit.integer(1), guard, axes);
  } else {
    count = emit.size(sizeOfAxes(emit.context, axes));
  }
  Array sum = axes.empty() ? overNoAxes(ReduceKind::Sum, body, guard)
                           : emit.reduce(ReduceKind::Sum, body, guard, axes);
  count = emit.convert(count, sum.element(), sum.weak);
  return emit.apply<DivOp>({sum, count}, sum.weak, sum.value, count.value);
}
