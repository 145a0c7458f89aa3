//===- ElaborateChoose.cpp - which definition a call means ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

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
  size_t declared = type.dims.size();
  Array over = overBinders(actual.array, param, binders);
  bool fits =
      hasPack(type) ? over.rank() + 1 >= declared : over.rank() == declared;
  if (!fits)
    return needs + "this is " + typeText(over);
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
  auto parameterNamed = [&](const std::string &name) -> size_t {
    return llvm::find_if(function.params,
                         [&](const ast::Param &param) {
                           return param.name.name == name;
                         }) -
           function.params.begin();
  };
  // A name that there is not says more than what it leaves unfit.
  for (const Actual &actual : actuals) {
    if (!actual.syntax->name)
      continue;
    const std::string &name = actual.syntax->name->name;
    if (parameterNamed(name) < function.params.size())
      continue;
    std::vector<std::string> names;
    for (const ast::Param &param : function.params)
      names.push_back(param.name.name);
    std::string close = didYouMean(name, names);
    if (!close.empty())
      close = "; did you mean `" + close + "`?";
    else if (name == "dim" || name == "axis")
      close = "; an axis is bound by its name, as in `" + function.name.name +
              "[j](x[i, j])`";
    else if (const std::string variant = name + "_" + function.name.name;
             !functionsNamed(variant, actual.syntax->name->range.source)
                  .empty())
      close = "; that is the function `" + variant + "`";
    fail(actual.syntax->name->range, "`" + function.name.name +
                                         "` has no parameter `" + name + "`" +
                                         close);
  }
  size_t place = 0;
  for (Actual &actual : actuals) {
    size_t at = place;
    if (actual.syntax->name) {
      at = parameterNamed(actual.syntax->name->name);
      if (at == function.params.size())
        continue;
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

namespace {
/// The argument that does not fit, if it is a value where an array is wanted.
struct MisfitArray {
  const ast::ArrayType *type = nullptr;
  const Actual *actual = nullptr;
};
} // namespace

static MisfitArray misfitArray(const Matching &matching) {
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals))
    if (auto *type = param.type->as<ast::ArrayType>();
        type && actual && actual->form == Actual::Form::Value &&
        matching.misfitRange.begin == actual->range().begin)
      return {type, actual};
  return {};
}

/// What to do about an array of too many axes; empty if that is not it.
static std::string lowerRank(const Matching &matching, StringRef callee) {
  const auto [type, actual] = misfitArray(matching);
  if (!type || actual->array.rank() <= type->dims.size())
    return "";
  // One letter for each axis that is too many, and one for the others.
  const char *front[] = {"b", "b, h", "b, h, i"};
  size_t extra = actual->array.rank() - type->dims.size();
  auto *id = actual->syntax->value->as<ast::Name>();
  std::string name = id ? id->name : "...";
  std::string lifted = name + "[" + front[std::min<size_t>(extra, 3) - 1] + "]";
  if (type->dims.size() != 1 || extra != 1)
    return "functions are written at their smallest rank: on an indexed line "
           "hand in `" +
           lifted + "`";
  return "functions are written at their smallest rank: on an indexed line "
         "hand in `" +
         lifted + "`, or bind an axis: `" + callee.str() + "[j](" + name +
         "[b, j])`";
}

/// What to do about an element where an array is wanted: `f(x[n, d])`; empty if
/// that is not it.
static std::string higherRank(const Matching &matching, StringRef callee,
                              ArrayRef<AxisAttr> binders) {
  const auto [type, actual] = misfitArray(matching);
  if (!type || type->dims.size() != 1 || actual->array.rank() > 0 ||
      !binders.empty())
    return "";
  auto *read = actual->syntax->value->as<ast::Read>();
  auto *index = read ? read->indices.back()->as<ast::Name>() : nullptr;
  if (!index || !actual->array.type().hasAxis(StringAttr::get(
                    actual->array.type().getContext(), index->name)))
    return "";
  return "bind the axis that it goes along: `" + callee.str() + "[" +
         index->name + "](" + std::string(actual->range().text()) + ")`";
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
    std::string help = lowerRank(only, callee.name);
    if (help.empty())
      help = higherRank(only, callee.name, binders);
    if (!help.empty())
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
