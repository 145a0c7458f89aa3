//===- ElaborateCall.cpp - calls of functions of the program --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "frontend/ProgramImpl.h"
#include "ir/Size.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

std::optional<Actual> Elaborator::evaluate(const ast::Argument &argument,
                                           Scope *scope) {
  Actual actual;
  actual.syntax = &argument;
  const ast::Expr &value = *argument.value;
  if (auto *lambda = value.as<ast::Lambda>()) {
    actual.form = Actual::Form::Function;
    actual.closure.lambda = lambda;
    actual.closure.scope = scope;
    return actual;
  }
  if (auto *id = value.as<ast::Name>()) {
    const Named *named = lookup(id->name, scope);
    if (!named && id->name != "inf" && id->name != "pi") {
      bool function = isBuiltin(id->name) ||
                      !functionsNamed(id->name, value.range.source).empty();
      actual.form = function ? Actual::Form::Function : Actual::Form::Word;
      actual.word = id->name;
      actual.closure.name = id->name;
      actual.closure.source = value.range.source;
      return actual;
    }
    if (named && std::holds_alternative<OptionValue>(named->entity)) {
      actual.form = Actual::Form::Word;
      actual.word = std::get<OptionValue>(named->entity).choice;
      return actual;
    }
    if (named && std::holds_alternative<Closure>(named->entity)) {
      actual.form = Actual::Form::Function;
      actual.closure = std::get<Closure>(named->entity);
      return actual;
    }
    auto *defined = named ? std::get_if<Defined>(&named->entity) : nullptr;
    if (defined && !knowsRanges(defined->definition) &&
        defined->definition->progress == DefinitionState::Progress::Pending) {
      actual.form = Actual::Form::Deferred;
      return actual;
    }
  }
  MaybeArray array = expr(value, scope);
  if (!array)
    return std::nullopt;
  actual.array = *array;
  return actual;
}

std::optional<std::deque<Actual>> Elaborator::evaluate(const ast::Call &call,
                                                       Scope *scope) {
  std::deque<Actual> actuals;
  bool good = true;
  for (const ast::Argument &argument : call.arguments) {
    std::optional<Actual> actual = evaluate(argument, scope);
    good &= actual.has_value();
    if (actual)
      actuals.push_back(*actual);
  }
  if (!good)
    return std::nullopt;
  return actuals;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

void Elaborator::reportNoFunction(const std::string &name, const Source *from,
                                  SourceRange range) {
  fovea::Diagnostic &diagnostic =
      error(range, "there is no function `" + name + "`");
  std::vector<std::string> known = builtinNames();
  auto table = program.visible.find(from);
  if (table != program.visible.end())
    for (const auto &entry : table->second)
      known.push_back(entry.getKey().str());
  std::string close = didYouMean(name, known);
  if (!close.empty()) {
    diagnostic.fix("did you mean `" + close + "`?");
    return;
  }
  std::string needle = "\nfn " + name + "(";
  for (const std::string &module : standardModules())
    if (StringRef(standardModule(module)).contains(needle))
      diagnostic.fix("it stands in the library: `import " + module + "`");
}

Elaborator::MaybeArrays Elaborator::call(const std::string &name,
                                         const Source *from,
                                         const ast::Expr &whole,
                                         const ast::Call &call, Scope *scope) {
  const ast::Ident callee = {name, call.callee.range};
  auto candidates = functionsNamed(name, from);
  if (candidates.empty()) {
    reportNoFunction(name, from, callee.range);
    return std::nullopt;
  }
  if (call.guard) {
    error(call.guard->range, "only reductions take a guard after `|`")
        .fix("exclude with `where(condition, x, 0)` or `where(condition, x, "
             "-inf)`");
    return std::nullopt;
  }
  SmallVector<StringAttr> live = emit.live;
  llvm::scope_exit restore([&] { emit.live = live; });
  Scope *inner = scope;
  SmallVector<AxisAttr> binders;
  if (call.hasBinders) {
    inner = newScope(scope, scope->frame);
    std::vector<const ast::Expr *> uses;
    for (const ast::Argument &argument : call.arguments)
      uses.push_back(argument.value.get());
    if (!bind(call.binders, uses, inner, {}, callee.name + "[{}: N](...)",
              binders))
      return std::nullopt;
  }
  auto actuals = evaluate(call, inner);
  // A function among the arguments means the indices outside the brackets.
  bool closes = false;
  for (size_t i = 0; actuals && i < actuals->size(); ++i) {
    Actual &actual = (*actuals)[i];
    if (!actual.closure.lambda || actual.closure.scope != inner)
      continue;
    actual.closure.scope = scope;
    closes = true;
  }
  if (!actuals)
    return std::nullopt;
  std::optional<Matching> matching =
      choose(callee, candidates, *actuals, binders, inner);
  if (!matching)
    return std::nullopt;
  // What the binders bound is complete now: their axes are free again, unless a
  // function may still mean the outer index that shares one.
  llvm::erase_if(emit.live, [&](StringAttr name) {
    return !closes && llvm::any_of(binders, [&](AxisAttr axis) {
      return axis.getName() == name;
    });
  });
  return inlineCall(whole, call, *matching, scope, binders);
}

Elaborator::MaybeArrays Elaborator::inlineCall(const ast::Expr &whole,
                                               const ast::Call &call,
                                               Matching &matching, Scope *scope,
                                               ArrayRef<AxisAttr> binders) {
  Frame *frame =
      newFrame(matching.function, current, scope->frame, whole.range);
  if (!frame)
    return std::nullopt;
  // An axis of a binder may have another name inside the call.
  llvm::DenseMap<AxisAttr, AxisAttr> standsFor;
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals))
    if (actual && actual->form == Actual::Form::Value) {
      Array over = overBinders(actual->array, param, binders);
      actual->array = emit.detached(over);
      for (auto [own, inside] : llvm::zip_equal(over.dims, actual->array.dims))
        standsFor.try_emplace(inside, own);
    }
  if (!bindFloat(frame, matching, whole.range) ||
      !bindDims(frame, matching, whole.range))
    return std::nullopt;
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals))
    if (!bindParam(frame, param, actual))
      return std::nullopt;
  MaybeArrays results = body(frame);
  if (!results)
    return std::nullopt;

  // A result that carries a bound dimension is read at the index of that name
  // outside.
  for (Array &result : *results) {
    SmallVector<AxisAttr> axes(result.dims), rest;
    bool reads = false;
    for (AxisAttr &axis : axes) {
      auto own = standsFor.find(axis);
      const AxisAttr *binder =
          llvm::find(binders, own == standsFor.end() ? axis : own->second);
      const Named *outer =
          binder == binders.end()
              ? nullptr
              : lookup(call.binders[binder - binders.begin()].name.name, scope);
      auto *index = outer ? std::get_if<Index>(&outer->entity) : nullptr;
      if (!index || index->axis.getSize() != axis.getSize()) {
        rest.push_back(axis);
        continue;
      }
      axis = index->axis;
      reads = true;
    }
    if (reads) {
      result = emit.withDims(result, axes);
      result.dims = rest;
    }
    result = emit.detached(result);
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Functions as values
//===----------------------------------------------------------------------===//

Elaborator::MaybeArrays Elaborator::callClosure(const Closure &closure,
                                                const ast::Expr &whole,
                                                const ast::Call &call,
                                                Scope *scope) {
  if (closure.lambda)
    return callLambda(closure, whole, call, scope);
  return callNamed(closure.name, closure.source, whole, call, scope);
}

Elaborator::MaybeArrays Elaborator::callNamed(const std::string &name,
                                              const Source *from,
                                              const ast::Expr &whole,
                                              const ast::Call &call,
                                              Scope *scope) {
  auto one = [](MaybeArray array) -> MaybeArrays {
    if (!array)
      return std::nullopt;
    return std::vector<Array>{*array};
  };
  bool user = !functionsNamed(name, from).empty();
  if (!user && isReduction(name) && call.hasBinders)
    return one(reduction(name, whole, call, scope));
  if (!user && isBuiltin(name))
    return one(builtin(name, whole, call, scope));
  return this->call(name, from, whole, call, scope);
}

Elaborator::MaybeArrays Elaborator::callLambda(const Closure &closure,
                                               const ast::Expr &whole,
                                               const ast::Call &call,
                                               Scope *scope) {
  const ast::Lambda &lambda = *closure.lambda;
  if (call.hasBinders || call.guard) {
    error(call.callee.range,
          "`" + call.callee.name + "` takes no indices in brackets");
    return std::nullopt;
  }
  if (call.arguments.size() != lambda.params.size()) {
    error(lambda.body->range,
          "this function takes " + std::to_string(lambda.params.size()) +
              (lambda.params.size() == 1 ? " argument, " : " arguments, ") +
              std::to_string(call.arguments.size()) +
              (call.arguments.size() == 1 ? " is" : " are") + " given")
        .at(whole.range, "called here");
    return std::nullopt;
  }
  if (!countCall(whole.range))
    return std::nullopt;
  Scope *inner = newScope(closure.scope, closure.scope->frame);
  for (auto [param, argument] :
       llvm::zip_equal(lambda.params, call.arguments)) {
    MaybeArray array = expr(*argument.value, scope);
    if (!array)
      return std::nullopt;
    if (argument.name) {
      error(argument.name->range,
            "`" + call.callee.name + "` takes its arguments by place");
      return std::nullopt;
    }
    inner->names.push_back({param.name, param.range, *array});
  }
  return several(*lambda.body, inner);
}
