//===- ElaborateCall.cpp - calls of functions of the program --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "frontend/ForeignSpelling.h"
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
  const std::string_view help = helpForForeignFunction(name);
  std::string close = help.empty() ? didYouMean(name, known) : "";
  if (!help.empty() || !close.empty()) {
    diagnostic.fix(help.empty() ? "did you mean `" + close + "`?"
                                : std::string(help));
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
    if (!bind(call.binders, uses, inner, {}, callee.name + "[{}](...)",
              binders))
      return std::nullopt;
  }
  auto actuals = evaluate(call, inner);
  if (!actuals)
    return std::nullopt;
  // A function among the arguments means the indices outside the brackets.
  for (Actual &actual : *actuals)
    if (actual.closure.lambda && actual.closure.scope == inner)
      actual.closure.scope = scope;
  std::optional<Matching> matching =
      choose(callee, candidates, *actuals, binders, inner);
  if (!matching)
    return std::nullopt;
  // What the binders bound is complete now: their axes are free again.
  llvm::erase_if(emit.live, [&](StringAttr name) {
    return llvm::any_of(binders,
                        [&](AxisAttr axis) { return axis.getName() == name; });
  });
  return inlineCall(whole, *matching, scope, brackets(binders, inner, scope));
}

Elaborator::MaybeArrays Elaborator::inlineCall(const ast::Expr &whole,
                                               Matching &matching, Scope *scope,
                                               const Brackets &brackets) {
  Frame *frame =
      newFrame(matching.function, current, scope->frame, whole.range);
  if (!frame)
    return std::nullopt;
  BoundDims bound;
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals)) {
    if (!actual || actual->form != Actual::Form::Value)
      continue;
    Array over = overBinders(actual->array, param, brackets.axes);
    if (over.rank() != actual->array.rank())
      noteBound(param, over, bound);
    actual->array = emit.detached(over);
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
  for (auto [i, result] : llvm::enumerate(*results)) {
    if (!brackets.axes.empty() &&
        !readOutside(result, i, frame, bound, brackets))
      return std::nullopt;
    result = emit.detached(result);
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Results of calls with brackets
//===----------------------------------------------------------------------===//

Brackets Elaborator::brackets(ArrayRef<AxisAttr> axes, Scope *inner,
                              Scope *scope) {
  Brackets out;
  out.axes.assign(axes.begin(), axes.end());
  for (const Named &named : inner->names) {
    const Named *outer = lookup(named.name, scope);
    if (auto *pack = std::get_if<IndexPack>(&named.entity)) {
      auto *around = outer ? std::get_if<IndexPack>(&outer->entity) : nullptr;
      for (size_t i = 0; i < pack->axes.size(); ++i)
        out.outer.push_back(around && i < around->axes.size() ? around->axes[i]
                                                              : AxisAttr());
    } else if (std::holds_alternative<Index>(named.entity)) {
      auto *around = outer ? std::get_if<Index>(&outer->entity) : nullptr;
      out.outer.push_back(around ? around->axis : AxisAttr());
    }
  }
  for (auto [axis, outer] : llvm::zip(axes, out.outer))
    if (outer && outer.getSize() != axis.getSize())
      outer = {};
  return out;
}

/// The declared dimensions of an array of `rank` axes, axis by axis, as they
/// are written; those of a pack are numbered.
static std::vector<std::string> dimNames(const std::vector<ast::ExprPtr> &dims,
                                         size_t rank) {
  std::vector<std::string> names;
  for (const ast::ExprPtr &dim : dims) {
    std::string text(dim->range.text());
    llvm::erase_if(text, [](char c) { return c == ' '; });
    if (!dim->as<ast::Pack>()) {
      names.push_back(std::move(text));
      continue;
    }
    for (size_t i = 0; i + dims.size() <= rank; ++i)
      names.push_back(text + std::to_string(i));
  }
  return names;
}

void Elaborator::noteBound(const ast::Param &param, const Array &over,
                           BoundDims &bound) {
  const auto &type = *param.type->as<ast::ArrayType>();
  for (auto [name, axis] :
       llvm::zip_equal(dimNames(type.dims, over.rank()), over.dims)) {
    SmallVector<AxisAttr> &axes = bound[name];
    if (!llvm::is_contained(axes, axis))
      axes.push_back(axis);
  }
}

std::optional<SmallVector<AxisAttr>>
Elaborator::outerAxes(const Array &result, size_t number, Frame *frame,
                      const BoundDims &bound, const Brackets &brackets) {
  auto outerOf = [&](AxisAttr axis) {
    auto binder = llvm::find(brackets.axes, axis);
    return binder == brackets.axes.end()
               ? AxisAttr()
               : brackets.outer[binder - brackets.axes.begin()];
  };
  SmallVector<AxisAttr> out;
  const ast::Function &function = *frame->function;
  if (!function.resultsDeclared) {
    for (AxisAttr axis : result.dims)
      out.push_back(outerOf(axis));
    return out;
  }
  const ast::Type *type = resultType(function.results[number], frame);
  std::vector<std::string> names =
      dimNames(type->as<ast::ArrayType>()->dims, result.rank());
  for (auto [i, name] : llvm::enumerate(names)) {
    auto binders = bound.find(name);
    if (binders == bound.end() || llvm::none_of(binders->second, outerOf)) {
      out.push_back({});
      continue;
    }
    // Each axis of that dimension belongs to one binder, in order.
    if (size_t(llvm::count(names, name)) != binders->second.size()) {
      error(frame->call,
            "`" + function.name.name + "` gives " +
                std::string(type->range.text()) + ", and " +
                std::to_string(binders->second.size()) +
                (binders->second.size() == 1 ? " index in brackets runs"
                                             : " indices in brackets run") +
                " over `" + name + "`: it is not clear where it is read")
          .at(type->range, "declared here")
          .fix("define the result on a line of its own, then read it");
      return std::nullopt;
    }
    size_t earlier = llvm::count(ArrayRef(names).take_front(i), name);
    out.push_back(outerOf(binders->second[earlier]));
  }
  return out;
}

bool Elaborator::readOutside(Array &result, size_t number, Frame *frame,
                             const BoundDims &bound, const Brackets &brackets) {
  auto outer = outerAxes(result, number, frame, bound, brackets);
  if (!outer)
    return false;
  SmallVector<AxisAttr> rest;
  std::vector<Array> indices;
  for (auto [dim, axis] : llvm::zip_equal(result.dims, *outer)) {
    if (!axis)
      rest.push_back(dim);
    indices.push_back(emit.index(axis ? axis : dim));
  }
  result = emit.read(result, indices, frame->function->name.name);
  result.dims = rest;
  return true;
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
