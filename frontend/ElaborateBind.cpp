//===- ElaborateBind.cpp - dimensions and types of a call, solved ---------===//
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

static const ast::ArrayType *arrayType(const ast::Param &param) {
  return param.type->as<ast::ArrayType>();
}

/// Position of the pack among `dims`, or their number.
static size_t packPosition(const std::vector<ast::ExprPtr> &dims) {
  return llvm::find_if(dims,
                       [](const ast::ExprPtr &dim) {
                         return dim->as<ast::Pack>() != nullptr;
                       }) -
         dims.begin();
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
  bool pack = packPosition(type->dims) < type->dims.size();
  bool all = pack || type->dims.size() == binders.size() ||
             used.size() != type->dims.size();
  out.dims.assign(binders.begin(), binders.end());
  if (!all)
    out.dims = used;
  return out;
}

bool Elaborator::bindFloat(Frame *frame, Matching &matching, SourceRange call) {
  const Actual *first = nullptr;
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals)) {
    const ast::ArrayType *type = arrayType(param);
    bool binds = type && type->dtype == "float" && actual &&
                 actual->form == Actual::Form::Value && !actual->array.weak &&
                 actual->array.isFloat();
    if (!binds)
      continue;
    Type element = actual->array.element();
    if (first && frame->floatType != element) {
      error(actual->range(), "`float` is " + dtypeText(first->array) + " and " +
                                 dtypeText(actual->array))
          .at(first->range(), "here it is " + dtypeText(first->array))
          .fix("all `float` parameters of a function have one type: cast one "
               "argument");
      return false;
    }
    first = actual;
    frame->floatType = element;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

/// Names in a dimension's formula that are not yet bound in the frame.
static void unknowns(const ast::Expr &expr, Scope *scope,
                     SmallVectorImpl<const ast::Expr *> &out) {
  if (auto *id = expr.as<ast::Name>()) {
    if (!scope->find(id->name))
      out.push_back(&expr);
  } else if (auto *unary = expr.as<ast::Unary>()) {
    unknowns(*unary->operand, scope, out);
  } else if (auto *binary = expr.as<ast::Binary>()) {
    unknowns(*binary->lhs, scope, out);
    unknowns(*binary->rhs, scope, out);
  }
}

bool Elaborator::solve(Frame *frame, const ast::Expr &expr, SizeAttr target) {
  Scope *scope = frame->scope;
  SmallVector<const ast::Expr *> open;
  unknowns(expr, scope, open);
  if (open.size() != 1)
    return false;
  if (auto *id = expr.as<ast::Name>()) {
    if (target.getConstant().value_or(0) < 0)
      return false; // no array is that short
    scope->names.push_back({id->name, expr.range, Dimension{target}});
    return true;
  }
  auto *binary = expr.as<ast::Binary>();
  if (!binary)
    return false;
  SmallVector<const ast::Expr *> left;
  unknowns(*binary->lhs, scope, left);
  const ast::Expr &inner = left.empty() ? *binary->rhs : *binary->lhs;
  SizeAttr known =
      size(left.empty() ? *binary->lhs : *binary->rhs, scope, false);
  if (!known)
    return false;
  switch (binary->op) {
  case ast::BinaryOp::Add:
    return solve(frame, inner, sizeSub(target, known));
  case ast::BinaryOp::Sub:
    return solve(frame, inner,
                 left.empty() ? sizeSub(known, target)
                              : sizeAdd(target, known));
  case ast::BinaryOp::Mul:
    if (SizeAttr quotient = sizeExactQuotient(target, known))
      return solve(frame, inner, quotient);
    if (!knownMultiple(target, known))
      return false;
    return solve(frame, inner, sizeFloorDiv(target, known));
  default:
    return false;
  }
}

bool Elaborator::bindDims(Frame *frame, Matching &matching, SourceRange call) {
  std::vector<Equation> equations;
  llvm::StringMap<const Actual *> packs; // that say what a pack stands for
  for (auto [param, actual] :
       llvm::zip_equal(matching.function->params, matching.actuals)) {
    const ast::ArrayType *type = arrayType(param);
    if (!type || !actual || actual->form != Actual::Form::Value)
      continue;
    const Array &array = actual->array;
    size_t pack = packPosition(type->dims), axis = 0;
    for (auto [i, dim] : llvm::enumerate(type->dims)) {
      if (i != pack) {
        equations.push_back(
            {&param, axis, dim.get(), array.dims[axis].getSize(), actual});
        ++axis;
        continue;
      }
      DimensionPack sizes;
      for (size_t n = array.rank() + 1 - type->dims.size(); n > 0; --n)
        sizes.sizes.push_back(array.dims[axis++].getSize());
      const std::string &name = dim->as<ast::Pack>()->name;
      const Named *earlier = frame->scope->find(name);
      if (!earlier) {
        frame->scope->names.push_back({name, dim->range, sizes});
        packs[name] = actual;
        continue;
      }
      if (std::get<DimensionPack>(earlier->entity).sizes == sizes.sizes)
        continue;
      const Actual &first = *packs[name];
      error(actual->range(),
            quoted(actual->range()) + " is " + typeText(array) + ", " +
                quoted(first.range()) + " is " + typeText(first.array))
          .at(first.range(), typeText(first.array))
          .at(dim->range, "`" + name + "...` is one shape in all parameters")
          .fix("shapes must agree: nothing is broadcast by itself");
      return false;
    }
  }
  for (bool progress = true; progress;) {
    progress = false;
    for (Equation &equation : equations) {
      if (equation.solved || !solve(frame, *equation.declared, equation.extent))
        continue;
      equation.solved = progress = true;
    }
  }
  for (const Equation &equation : equations) {
    if (equation.solved)
      continue;
    SizeAttr expected = size(*equation.declared, frame->scope, false);
    if (expected == equation.extent)
      continue;
    if (!expected) {
      reportUnsolved(frame, equation);
      return false;
    }
    std::string needed(equation.declared->range.text());
    if (sizeText(expected) != needed)
      needed += " = " + sizeText(expected);
    error(equation.actual->range(),
          quoted(equation.actual->range()) + " is " +
              typeText(equation.actual->array) + ", its axis " +
              std::to_string(equation.axis) + " must be " + needed)
        .at(equation.declared->range,
            "`" + equation.param->name.name + "` is declared here");
    return false;
  }
  return true;
}

void Elaborator::reportUnsolved(Frame *frame, const Equation &equation) {
  std::string extent = sizeText(equation.extent);
  fovea::Diagnostic &diagnostic =
      error(equation.actual->range(),
            quoted(equation.actual->range()) + " is " +
                typeText(equation.actual->array) + ", its axis " +
                std::to_string(equation.axis) + " must be " +
                std::string(equation.declared->range.text()));
  diagnostic.at(equation.declared->range,
                "`" + equation.param->name.name + "` is declared here");
  SmallVector<const ast::Expr *> open;
  unknowns(*equation.declared, frame->scope, open);
  std::string names;
  for (const ast::Expr *name : open)
    names += (names.empty() ? "`" : " and `") +
             std::string(name->range.text()) + "`";
  auto *binary = equation.declared->as<ast::Binary>();
  bool product = binary && binary->op == ast::BinaryOp::Mul;
  SizeAttr factor = product ? size(*binary->lhs, frame->scope, false) : nullptr;
  if (product && !factor)
    factor = size(*binary->rhs, frame->scope, false);
  if (open.size() != 1 || !factor) {
    diagnostic.fix("that does not tell " + names + ": no other argument has " +
                   (open.size() == 1 ? "it" : "one of them") +
                   " as a dimension of its own");
    return;
  }
  if (equation.extent.getConstant() && factor.getConstant())
    diagnostic.fix(extent + " is no multiple of " + sizeText(factor));
  else
    diagnostic.fix("if " + extent + " is always a multiple of " +
                   sizeText(factor) + ", say so: `require " + extent + " % " +
                   sizeText(factor) + " == 0`");
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

bool Elaborator::bindOption(Frame *frame, const ast::Param &param,
                            const Actual *actual) {
  std::string choice = actual ? actual->word : "";
  if (!actual) {
    auto *word = param.defaultValue->as<ast::Name>();
    const auto &choices = param.type->as<ast::OptionType>()->choices;
    bool known = word && llvm::any_of(choices, [&](const ast::Ident &c) {
                   return c.name == word->name;
                 });
    if (!known) {
      error(param.defaultValue->range,
            "the default of `" + param.name.name + "` is none of its choices")
          .at(param.type->range, "these are the choices");
      return false;
    }
    choice = word->name;
  }
  frame->scope->names.push_back(
      {param.name.name, param.name.range,
       OptionValue{choice, param.type->as<ast::OptionType>()}});
  return true;
}

bool Elaborator::bindDefault(Frame *frame, const ast::Param &param) {
  Frame *outer = std::exchange(current, frame);
  SmallVector<StringAttr> live = std::exchange(emit.live, frame->live);
  llvm::scope_exit restore([&] {
    current = outer;
    emit.live = live;
  });
  const ast::ArrayType *type = arrayType(param);
  MaybeArray value = expr(*param.defaultValue, frame->scope);
  if (!value)
    return false;
  // One number stands for the whole array.
  if (value->rank() == 0) {
    std::optional<SmallVector<SizeAttr>> sizes = sizesOf(type->dims, frame);
    if (!sizes)
      return false;
    value->dims = emit.axes(param.name.name + ".", *sizes);
  }
  auto array = toDeclared(*value, *param.type, frame, param.defaultValue->range,
                          "the default", Declared::Argument);
  if (!array)
    return false;
  frame->scope->names.push_back({param.name.name, param.name.range, *array});
  return true;
}

bool Elaborator::bindParam(Frame *frame, const ast::Param &param,
                           Actual *actual) {
  if (param.type->as<ast::OptionType>())
    return bindOption(frame, param, actual);
  if (param.type->as<ast::FunctionType>()) {
    Closure closure;
    if (actual) {
      closure = actual->closure;
    } else if (auto *lambda = param.defaultValue->as<ast::Lambda>()) {
      closure.lambda = lambda;
      closure.scope = frame->scope;
    } else if (auto *id = param.defaultValue->as<ast::Name>()) {
      closure.name = id->name;
      closure.source = param.defaultValue->range.source;
    }
    frame->scope->names.push_back({param.name.name, param.name.range, closure});
    return true;
  }
  if (!actual)
    return bindDefault(frame, param);

  bool checked = actual->form == Actual::Form::Value; // by bindDims
  if (actual->form == Actual::Form::Deferred) {
    // The parameter's dimensions say how far the indices of the argument run.
    SmallVector<SizeAttr> hints = hintsOf(arrayType(param)->dims, frame);
    const std::string &id = actual->syntax->value->as<ast::Name>()->name;
    const Named *named = lookup(id, current->scope);
    const Defined &defined = std::get<Defined>(named->entity);
    if (!define(defined.definition, hints))
      return false;
    actual->array = emit.detached(defined.definition->arrays[defined.target]);
    actual->form = Actual::Form::Value;
    bool converts = false;
    std::string why = misfit(param, *actual, {}, converts);
    if (!why.empty()) {
      error(actual->range(), why).at(param.name.range, "declared here");
      return false;
    }
  }
  auto array = toDeclared(actual->array, *param.type, frame, actual->range(),
                          "`" + param.name.name + "`",
                          checked ? Declared::Checked : Declared::Argument);
  if (!array)
    return false;
  for (AxisAttr axis : array->type().getAxes()) {
    bool own = llvm::is_contained(array->dims, axis);
    if (!own && !llvm::is_contained(frame->lifted, axis.getName()))
      frame->lifted.push_back(axis.getName());
  }
  frame->scope->names.push_back({param.name.name, param.name.range, *array});
  return true;
}

//===----------------------------------------------------------------------===//
// Declared types
//===----------------------------------------------------------------------===//

std::optional<SmallVector<SizeAttr>>
Elaborator::sizesOf(const std::vector<ast::ExprPtr> &dims, Frame *frame) {
  SmallVector<SizeAttr> sizes;
  for (const ast::ExprPtr &dim : dims) {
    if (auto *pack = dim->as<ast::Pack>()) {
      const Named *named = frame->scope->find(pack->name);
      if (!named || !std::holds_alternative<DimensionPack>(named->entity)) {
        error(dim->range,
              "nothing says what `" + pack->name + "...` stands for");
        return std::nullopt;
      }
      llvm::append_range(sizes, std::get<DimensionPack>(named->entity).sizes);
      continue;
    }
    SizeAttr extent = size(*dim, frame->scope);
    if (!extent)
      return std::nullopt;
    sizes.push_back(extent);
  }
  return sizes;
}

SmallVector<SizeAttr> Elaborator::hintsOf(const std::vector<ast::ExprPtr> &dims,
                                          Frame *frame) {
  SmallVector<SizeAttr> hints;
  for (const ast::ExprPtr &dim : dims) {
    auto *pack = dim->as<ast::Pack>();
    const Named *named = pack ? frame->scope->find(pack->name) : nullptr;
    if (named && std::holds_alternative<DimensionPack>(named->entity))
      llvm::append_range(hints, std::get<DimensionPack>(named->entity).sizes);
    else
      hints.push_back(pack ? SizeAttr() : size(*dim, frame->scope, false));
  }
  return hints;
}

std::optional<Array> Elaborator::toDeclared(Array array, const ast::Type &type,
                                            Frame *frame, SourceRange range,
                                            StringRef what, Declared how) {
  const auto &declared = *type.as<ast::ArrayType>();
  bool widen = how == Declared::Result;
  auto complain = [&]() -> fovea::Diagnostic & {
    return error(range, what.str() + " is " + typeText(array) + ", " +
                            std::string(type.range.text()) + " is declared")
        .at(type.range, "declared here");
  };
  if (how != Declared::Checked) {
    std::optional<SmallVector<SizeAttr>> sizes = sizesOf(declared.dims, frame);
    if (!sizes)
      return std::nullopt;
    bool same = sizes->size() == array.rank() &&
                llvm::all_of(llvm::zip(*sizes, array.dims), [](auto pair) {
                  auto [size, axis] = pair;
                  return size == axis.getSize();
                });
    if (!same) {
      complain();
      return std::nullopt;
    }
  }
  // The dtype.
  Type element = dtypeOf(declared.dtype, frame);
  if (!element) // `float` where only weak numbers were given
    return emit.toFloat(array);
  if (element == emit.f16 || element == emit.bf16)
    element = emit.f32; // storage: rounded only at an entry's result
  if (array.element() == element)
    return emit.convert(array, element);
  bool toFloat = isa<FloatType>(element);
  // bool -> int -> float by themselves; a result may widen (i32, f32); a weak
  // number takes any type of its kind.
  bool legal = false;
  if (element.isInteger(1))
    legal = array.isBool();
  else if (!array.isFloat())
    legal = array.isBool() || array.weak || toFloat || element == emit.i64;
  else if (toFloat)
    legal = array.weak || (widen && element == emit.f64);
  if (legal && !fitsInto(element, array, range))
    return std::nullopt;
  if (legal)
    return emit.convert(array, element);
  complain().fix("cast it: `" + declared.dtype + "(...)`");
  return std::nullopt;
}

const ast::Type *Elaborator::resultType(const ast::Result &result,
                                        Frame *frame) {
  auto *match = result.type->as<ast::MatchType>();
  if (!match)
    return result.type.get();
  const Named *named = frame->scope->find(match->option.name);
  auto *option = named ? std::get_if<OptionValue>(&named->entity) : nullptr;
  if (!option) {
    error(match->option.range, "`" + match->option.name + "` is no option");
    return nullptr;
  }
  for (const auto &[choice, type] : match->cases)
    if (!checkChoice(choice, match->option, *option))
      return nullptr;
  for (const auto &[choice, type] : match->cases)
    if (choice.name == option->choice)
      return type.get();
  error(match->option.range, "no result type for `" + match->option.name +
                                 " = " + option->choice + "`");
  return nullptr;
}

std::optional<Array> Elaborator::result(Frame *frame, const ast::Expr &value,
                                        const ast::Result *declared) {
  const ast::Type *type = declared ? resultType(*declared, frame) : nullptr;
  if (declared && !type)
    return std::nullopt;
  if (type && !type->as<ast::ArrayType>()) {
    error(type->range, "a result is an array");
    return std::nullopt;
  }
  // A returned name whose ranges are open takes them from the declared type.
  auto *id = value.as<ast::Name>();
  const Named *named = id ? lookup(id->name, frame->scope) : nullptr;
  auto *defined = named ? std::get_if<Defined>(&named->entity) : nullptr;
  if (type && defined) {
    SmallVector<SizeAttr> hints =
        hintsOf(type->as<ast::ArrayType>()->dims, frame);
    if (!define(defined->definition, hints))
      return std::nullopt;
  }
  MaybeArray array = expr(value, frame->scope);
  if (!array || !type)
    return array;
  return toDeclared(*array, *type, frame, value.range, quoted(value.range),
                    Declared::Result);
}
