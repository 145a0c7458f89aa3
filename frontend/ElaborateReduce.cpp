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
  if (call.arguments.size() != 1 || call.arguments.front().name) {
    error(whole.range, "`" + name + "[...]` takes one argument, " +
                           std::to_string(call.arguments.size()) +
                           " are given");
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
  if (!bind(call.binders, uses, scope, {}, name + "[{}: N](...)", axes))
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
  // A pack of no axes: the reduction of one number is that number.
  if (axes.empty() && !guard)
    return kind == ReduceKind::ArgMax || kind == ReduceKind::ArgMin
               ? emit.integer(0)
               : *body;
  if (body->isBool() && !logical)
    *body = emit.convert(*body, emit.i64);
  return emit.reduce(kind, *body, guard, axes);
}

Elaborator::MaybeArray Elaborator::mean(Array body, std::optional<Array> guard,
                                        ArrayRef<AxisAttr> axes) {
  body = emit.toFloat(body);
  Array count;
  if (guard) {
    count = emit.reduce(ReduceKind::Sum, emit.integer(1), guard, axes);
  } else {
    SizeAttr total = sizeConstant(emit.context, 1);
    for (AxisAttr axis : axes)
      total = sizeMul(total, axis.getSize());
    count = emit.size(total);
  }
  Array sum =
      axes.empty() ? body : emit.reduce(ReduceKind::Sum, body, guard, axes);
  count = emit.convert(count, sum.element(), sum.weak);
  return emit.apply<DivOp>({sum, count}, sum.weak, sum.value, count.value);
}
