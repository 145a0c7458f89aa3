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
// Which definition
//===----------------------------------------------------------------------===//

static bool hasPack(const ast::ArrayType &type) {
  return llvm::any_of(type.dims, [](const ast::ExprPtr &dim) {
    return dim->as<ast::Pack>() != nullptr;
  });
}

static std::string paramText(const ast::Param &param) {
  return std::string(param.type->range.text());
}

std::string Elaborator::misfit(const ast::Param &param, const Actual &actual,
                               ArrayRef<AxisAttr> binders, bool &converts) {
  std::string needs = "`" + param.name.name + "` is " + paramText(param) + ", ";
  if (auto *option = param.type->as<ast::OptionType>()) {
    if (actual.word.empty()) // `sum` is a word too, though it names a function
      return needs + "this is no bare word";
    for (const ast::Ident &choice : option->choices)
      if (choice.name == actual.word)
        return "";
    return needs + "`" + actual.word + "` is none of these";
  }
  if (param.type->as<ast::FunctionType>())
    return actual.form == Actual::Form::Function
               ? ""
               : needs + "this is no function";
  if (actual.form == Actual::Form::Word)
    return "nothing is called `" + actual.word + "` here";
  if (actual.form == Actual::Form::Function)
    return needs + "this is a function";
  if (actual.form == Actual::Form::Deferred)
    return "";

  const auto &type = *param.type->as<ast::ArrayType>();
  size_t rank = actual.array.rank(), declared = type.dims.size();
  // `f[j](e)`: what is a number here may be an array over the binders.
  size_t highest = rank == 0 ? binders.size() : rank;
  bool fits = hasPack(type) ? highest + 1 >= declared
                            : declared == rank || (rank == 0 && declared > 0 &&
                                                   declared <= binders.size());
  if (!fits)
    return needs + "this is " + typeText(actual.array);
  for (AxisAttr axis : binders)
    if (declared == 0 && actual.array.type().hasAxis(axis.getName()))
      return needs + "this varies with the index in brackets";
  bool wantsFloat =
      type.dtype == "float" || type.dtype[0] == 'f' || type.dtype == "bf16";
  if (type.dtype == "bool" && !actual.array.isBool())
    return needs + "this is " + typeText(actual.array);
  if ((type.dtype == "i32" || type.dtype == "i64") && actual.array.isFloat())
    return needs + "this is " + typeText(actual.array);
  bool higher = wantsFloat ? !actual.array.isFloat()
                           : type.dtype != "bool" && actual.array.isBool();
  converts |= higher && !(wantsFloat && actual.array.weak);
  return "";
}

Matching Elaborator::match(const ast::Function &function,
                           std::deque<Actual> &actuals,
                           ArrayRef<AxisAttr> binders) {
  Matching matching;
  matching.function = &function;
  matching.actuals.assign(function.params.size(), nullptr);
  auto fail = [&](SourceRange range, std::string why) {
    if (matching.misfit.empty()) {
      matching.misfit = std::move(why);
      matching.misfitRange = range;
    }
  };
  size_t place = 0;
  for (Actual &actual : actuals) {
    size_t at = place;
    if (actual.syntax->name) {
      const std::string &name = actual.syntax->name->name;
      at = llvm::find_if(function.params,
                         [&](const ast::Param &param) {
                           return param.name.name == name;
                         }) -
           function.params.begin();
      if (at == function.params.size()) {
        std::vector<std::string> names;
        for (const ast::Param &param : function.params)
          names.push_back(param.name.name);
        std::string close = didYouMean(name, names);
        fail(actual.syntax->name->range,
             "`" + function.name.name + "` has no parameter `" + name + "`" +
                 (close.empty() ? "" : "; did you mean `" + close + "`?"));
        continue;
      }
    } else {
      ++place;
    }
    if (at >= function.params.size()) {
      fail(actual.range(),
           "`" + function.name.name + "` takes " +
               std::to_string(function.params.size()) +
               (function.params.size() == 1 ? " argument, " : " arguments, ") +
               std::to_string(actuals.size()) +
               (actuals.size() == 1 ? " is" : " are") + " given");
      continue;
    }
    if (matching.actuals[at]) {
      fail(actual.range(),
           "`" + function.params[at].name.name + "` is given twice");
      continue;
    }
    matching.actuals[at] = &actual;
    std::string why =
        misfit(function.params[at], actual, binders, matching.converts);
    if (!why.empty())
      fail(actual.range(), why);
  }
  for (auto [param, actual] :
       llvm::zip_equal(function.params, matching.actuals))
    if (!actual && !param.defaultValue)
      fail({},
           "`" + param.name.name + "` (" + paramText(param) + ") is not given");
  return matching;
}

/// Whether some definition takes the argument as the choice of an option.
static bool isChoice(const Actual &actual, ArrayRef<Matching> matchings) {
  for (const Matching &matching : matchings)
    for (auto [param, given] :
         llvm::zip_equal(matching.function->params, matching.actuals))
      if (given == &actual && param.type->as<ast::OptionType>())
        return true;
  return false;
}

/// What to do about an array of too many axes; empty if that is not it.
static std::string lowerRank(const Matching &matching, StringRef callee) {
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals)) {
    auto *type = param.type->as<ast::ArrayType>();
    if (!type || !actual || actual->form != Actual::Form::Value ||
        matching.misfitRange.begin != actual->range().begin ||
        actual->array.rank() <= type->dims.size())
      continue;
    // One letter for each axis that is too many, and one for the others.
    const char *front[] = {"b", "b, h", "b, h, i"};
    size_t extra = actual->array.rank() - type->dims.size();
    auto *id = actual->syntax->value->as<ast::Name>();
    std::string name = id ? id->name : "...";
    std::string lifted =
        name + "[" + front[std::min<size_t>(extra, 3) - 1] + "]";
    if (type->dims.size() != 1 || extra != 1)
      return "functions are written at their smallest rank: on an indexed line "
             "hand in `" +
             lifted + "`";
    return "functions are written at their smallest rank: on an indexed line "
           "hand in `" +
           lifted + "`, or bind an axis: `" + callee.str() + "[j](" + name +
           "[b, j])`";
  }
  return "";
}

/// Whether a pack would need two ranks: `float[C, S...]` and `float[S...]` take
/// arrays whose ranks differ by one.
static bool packsDisagree(const Matching &matching) {
  llvm::StringMap<size_t> ranks;
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals)) {
    auto *type = param.type->as<ast::ArrayType>();
    // A number may become an array over the binders of the call.
    if (!type || !actual || actual->form != Actual::Form::Value ||
        actual->array.rank() == 0)
      continue;
    for (const ast::ExprPtr &dim : type->dims) {
      auto *pack = dim->as<ast::Pack>();
      size_t rank = actual->array.rank() + 1 - type->dims.size();
      if (pack && ranks.try_emplace(pack->name, rank).first->second != rank)
        return true;
    }
  }
  return false;
}

/// The signature as the user wrote it: `f(x: f32[N]) -> f32`.
static std::string signatureText(const ast::Function &function) {
  std::string text = function.name.name + "(";
  for (auto [i, param] : llvm::enumerate(function.params))
    text += (i ? ", " : "") + param.name.name + ": " + paramText(param);
  return text + ")";
}

std::optional<Matching> Elaborator::choose(
    const ast::Ident &callee, ArrayRef<const ast::Function *> candidates,
    std::deque<Actual> &actuals, ArrayRef<AxisAttr> binders, Scope *scope) {
  std::vector<Matching> matchings, fits;
  for (const ast::Function *candidate : candidates)
    matchings.push_back(match(*candidate, actuals, binders));
  for (const Matching &matching : matchings)
    if (matching.misfit.empty())
      fits.push_back(matching);
  // A pack has one rank in all parameters.
  if (fits.size() > 1)
    llvm::erase_if(fits, packsDisagree);
  // Where one takes the arguments as they are, conversions do not count.
  if (fits.size() > 1)
    llvm::erase_if(fits, [](const Matching &m) { return m.converts; });
  if (fits.size() == 1)
    return fits.front();

  for (const Actual &actual : actuals) {
    if (actual.form != Actual::Form::Word || isChoice(actual, matchings))
      continue;
    reportUnknown(actual.word, actual.range(), scope);
    return std::nullopt;
  }
  if (matchings.size() == 1) {
    const Matching &only = matchings.front();
    fovea::Diagnostic &diagnostic =
        error(only.misfitRange ? only.misfitRange : callee.range, only.misfit);
    diagnostic.at(only.function->name.range, signatureText(*only.function));
    if (std::string help = lowerRank(only, callee.name); !help.empty())
      diagnostic.fix(help);
    return std::nullopt;
  }
  fovea::Diagnostic &diagnostic =
      error(callee.range,
            fits.empty()
                ? "no definition of `" + callee.name + "` fits these arguments"
                : "more than one definition of `" + callee.name +
                      "` fits these arguments");
  for (const Matching &matching : matchings)
    diagnostic.at(matching.function->name.range,
                  matching.misfit.empty() ? "this one fits" : matching.misfit);
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

Elaborator::MaybeArrays Elaborator::call(const std::string &name,
                                         const Source *from,
                                         const ast::Expr &whole,
                                         const ast::Call &call, Scope *scope) {
  const ast::Ident callee = {name, call.callee.range};
  auto candidates = functionsNamed(name, from);
  if (candidates.empty()) {
    fovea::Diagnostic &diagnostic =
        error(callee.range, "there is no function `" + callee.name + "`");
    std::vector<std::string> known = builtinNames();
    auto table = program.visible.find(from);
    if (table != program.visible.end())
      for (const auto &entry : table->second)
        known.push_back(entry.getKey().str());
    std::string close = didYouMean(callee.name, known);
    if (!close.empty())
      diagnostic.fix("did you mean `" + close + "`?");
    for (const std::string &module : standardModules()) {
      if (!close.empty())
        break;
      std::string needle = "\nfn " + callee.name + "(";
      if (StringRef(standardModule(module)).contains(needle)) {
        diagnostic.fix("it stands in the library: `import " + module + "`");
        break;
      }
    }
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

Array Elaborator::overBinders(const Array &array, const ast::Param &param,
                              ArrayRef<AxisAttr> binders) {
  auto *type = param.type->as<ast::ArrayType>();
  if (!type || binders.empty() || type->dims.empty() || array.rank() != 0)
    return array;
  Array out = array;
  // Of several binders those that the argument runs along, if their number is
  // the parameter's rank; else all.
  SmallVector<AxisAttr> used;
  for (AxisAttr axis : binders)
    if (array.type().hasAxis(axis.getName()))
      used.push_back(axis);
  bool all = hasPack(*type) || type->dims.size() == binders.size() ||
             used.size() != type->dims.size();
  out.dims.assign(binders.begin(), binders.end());
  if (!all)
    out.dims = used;
  return out;
}

Elaborator::MaybeArrays Elaborator::inlineCall(const ast::Expr &whole,
                                               const ast::Call &call,
                                               Matching &matching, Scope *scope,
                                               ArrayRef<AxisAttr> binders) {
  Frame *frame =
      newFrame(matching.function, current, scope->frame, whole.range);
  if (!frame)
    return std::nullopt;
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals))
    if (actual && actual->form == Actual::Form::Value)
      actual->array = emit.detached(overBinders(actual->array, param, binders));
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
      const AxisAttr *binder = llvm::find(binders, axis);
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
