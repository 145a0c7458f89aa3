//===- ElaborateEntry.cpp - the compiled function, its inputs, outputs ----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "frontend/ProgramImpl.h"
#include "ir/Size.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

static const InputSpec *specOf(const Instance &instance,
                               const std::string &name) {
  for (const InputSpec &spec : instance.inputs)
    if (spec.name == name)
      return &spec;
  return nullptr;
}

static size_t packs(const ast::ArrayType &type) {
  return llvm::count_if(type.dims, [](const ast::ExprPtr &dim) {
    return dim->as<ast::Pack>() != nullptr;
  });
}

static std::string axesText(size_t rank) {
  return std::to_string(rank) + (rank == 1 ? " axis" : " axes");
}

/// Why a function cannot be instantiated so; empty if it can.
static std::string misfit(const ast::Function &function,
                          const Instance &instance) {
  for (const InputSpec &spec : instance.inputs) {
    auto found = llvm::find_if(function.params, [&](const ast::Param &param) {
      return param.name.name == spec.name;
    });
    if (found == function.params.end())
      return "there is no parameter `" + spec.name + "`";
    auto *type = found->type->as<ast::ArrayType>();
    if (!type)
      return "`" + spec.name + "` is " +
             std::string(found->type->range.text()) + ", not an array";
    bool rank = packs(*type) ? spec.rank + 1 >= type->dims.size()
                             : spec.rank == type->dims.size();
    std::string needs = "`" + spec.name + "` is " +
                        std::string(found->type->range.text()) + ", ";
    if (!rank)
      return needs + "an array of " + axesText(spec.rank) + " is given";
    bool isFloat = spec.dtype[0] == 'f' || spec.dtype == "bf16";
    if (type->dtype == "float" ? !isFloat : type->dtype != spec.dtype)
      return needs + spec.dtype + " is given";
  }
  for (const auto &[name, choice] : instance.options) {
    auto found = llvm::find_if(function.params, [&](const ast::Param &param) {
      return param.name.name == name;
    });
    auto *option = found == function.params.end()
                       ? nullptr
                       : found->type->as<ast::OptionType>();
    if (!option)
      return "there is no option `" + name + "`";
    if (llvm::none_of(option->choices,
                      [&](const auto &c) { return c.name == choice; }))
      return "`" + name + "` is " + std::string(found->type->range.text()) +
             ", not " + choice;
  }
  for (const ast::Param &param : function.params) {
    bool given = specOf(instance, param.name.name) ||
                 instance.options.count(param.name.name);
    if (!given && !param.defaultValue)
      return "`" + param.name.name + "` (" +
             std::string(param.type->range.text()) + ") is not given";
  }
  return "";
}

void Elaborator::declareDims(Frame *frame, const ast::Type &type,
                             unsigned rank) {
  auto add = [&](const std::string &name) {
    dims.push_back(name);
    return sizeDim(emit.context, name);
  };
  Scope *scope = frame->scope;
  std::vector<const ast::Expr *> todo;
  const auto &declared = type.as<ast::ArrayType>()->dims;
  for (const ast::ExprPtr &dim : declared) {
    auto *pack = dim->as<ast::Pack>();
    if (!pack) {
      todo.push_back(dim.get());
    } else if (!scope->find(pack->name)) {
      DimensionPack sizes;
      for (size_t i = 0; i + declared.size() < rank + 1; ++i)
        sizes.sizes.push_back(add(pack->name + "." + std::to_string(i)));
      scope->names.push_back({pack->name, dim->range, sizes});
    }
  }
  while (!todo.empty()) {
    const ast::Expr *expr = todo.front();
    todo.erase(todo.begin());
    if (auto *id = expr->as<ast::Name>()) {
      if (!scope->find(id->name))
        scope->names.push_back(
            {id->name, expr->range, Dimension{add(id->name)}});
    } else if (auto *unary = expr->as<ast::Unary>()) {
      todo.push_back(unary->operand.get());
    } else if (auto *binary = expr->as<ast::Binary>()) {
      todo.push_back(binary->lhs.get());
      todo.push_back(binary->rhs.get());
    }
  }
}

bool Elaborator::bindInput(Frame *frame, const ast::Param &param,
                           const InputSpec *spec) {
  if (!spec)
    return bindParam(frame, param, nullptr);
  const auto &type = *param.type->as<ast::ArrayType>();
  std::optional<SmallVector<SizeAttr>> sizes = sizesOf(type.dims, frame);
  if (!sizes)
    return false;
  if (sizes->size() != spec->rank) {
    error(param.name.range, "`" + param.name.name + "` has " +
                                axesText(sizes->size()) +
                                " by its pack, an array of " +
                                axesText(spec->rank) + " is given");
    return false;
  }
  emit.loc = location(param.name.range);
  SmallVector<AxisAttr> axes = emit.axes(param.name.name + ".", *sizes);
  Type element = emit.dtype(spec->dtype);
  Array array;
  array.value =
      InputOp::create(emit.builder, emit.loc, ArrayType::get(element, axes),
                      emit.builder.getStringAttr(param.name.name),
                      axisArray(emit.context, axes));
  array.dims = axes;
  if (element == emit.f16 || element == emit.bf16)
    array = emit.convert(array, emit.f32); // storage: widened when read
  frame->scope->names.push_back({param.name.name, param.name.range, array});
  return true;
}

bool Elaborator::output(StringRef name, Array array, Type storage) {
  if (storage && (storage == emit.f16 || storage == emit.bf16))
    array = emit.convert(array, storage);
  OutputOp::create(emit.builder, emit.loc, emit.builder.getStringAttr(name),
                   array.value, axisArray(emit.context, array.dims));
  return true;
}

void Elaborator::finish() {
  func.setDimsAttr(emit.builder.getStrArrayAttr(
      SmallVector<StringRef>(dims.begin(), dims.end())));
  SmallVector<Attribute> unique;
  for (RequireAttr requirement : requirements)
    if (!llvm::is_contained(unique, requirement))
      unique.push_back(requirement);
  func.setRequirementsAttr(emit.builder.getArrayAttr(unique));
}

static const ast::Function *entryOf(const ast::File &file,
                                    const Instance &instance,
                                    Diagnostics &diagnostics) {
  std::vector<const ast::Function *> named, fits;
  std::vector<std::string> names;
  for (const ast::Function &function : file.functions) {
    names.push_back(function.name.name);
    if (function.name.name != instance.function)
      continue;
    named.push_back(&function);
    if (misfit(function, instance).empty())
      fits.push_back(&function);
  }
  if (fits.size() == 1)
    return fits.front();
  SourceRange start = {file.source, 0, 0};
  if (named.empty()) {
    fovea::Diagnostic &diagnostic = diagnostics.error(
        start, "there is no function `" + instance.function + "`");
    std::string close = didYouMean(instance.function, names);
    if (!close.empty())
      diagnostic.fix("did you mean `" + close + "`?");
  } else if (named.size() == 1) {
    diagnostics.error(named.front()->name.range,
                      misfit(*named.front(), instance));
  } else {
    fovea::Diagnostic &diagnostic =
        diagnostics.error(named.front()->name.range,
                          (fits.empty() ? "no definition of `"
                                        : "more than one definition of `") +
                              instance.function + "` fits these inputs");
    for (const ast::Function *function : named) {
      std::string why = misfit(*function, instance);
      diagnostic.at(function->name.range, why.empty() ? "this one fits" : why);
    }
  }
  return nullptr;
}

bool Elaborator::instantiate(const Instance &instance) {
  const ast::Function *function =
      entryOf(program.main(), instance, diagnostics);
  if (!function)
    return false;
  Frame *frame = newFrame(function, nullptr, nullptr, {});
  current = frame;

  const InputSpec *floats = nullptr;
  for (const ast::Param &param : function->params) {
    const InputSpec *spec = specOf(instance, param.name.name);
    auto *type = param.type->as<ast::ArrayType>();
    if (!type || !spec)
      continue;
    declareDims(frame, *param.type, spec->rank);
    if (type->dtype != "float")
      continue;
    if (floats && floats->dtype != spec->dtype) {
      error(param.name.range, "`float` is " + floats->dtype + " for `" +
                                  floats->name + "` and " + spec->dtype +
                                  " for `" + spec->name + "`")
          .fix("all `float` parameters of a function have one type");
      return false;
    }
    floats = spec;
    frame->floatType = emit.dtype(spec->dtype);
  }
  if (!frame->floatType)
    frame->floatType = emit.f32;

  for (const ast::Param &param : function->params) {
    auto choice = instance.options.find(param.name.name);
    if (choice != instance.options.end()) {
      frame->scope->names.push_back(
          {param.name.name, param.name.range,
           OptionValue{choice->second, param.type->as<ast::OptionType>()}});
      continue;
    }
    if (!bindInput(frame, param, specOf(instance, param.name.name)))
      return false;
  }
  MaybeArrays results = body(frame);
  if (!results)
    return false;
  const auto &declared = function->results;
  for (auto [i, array] : llvm::enumerate(*results)) {
    bool typed = function->resultsDeclared;
    std::string name =
        results->size() == 1 ? "result" : "result" + std::to_string(i);
    if (typed && declared[i].name)
      name = declared[i].name->name;
    const ast::Type *type = typed ? resultType(declared[i], frame) : nullptr;
    auto *arrayType = type ? type->as<ast::ArrayType>() : nullptr;
    output(name, array, arrayType ? dtypeOf(arrayType->dtype, frame) : Type());
  }
  finish();
  return !diagnostics.hasErrors();
}

bool Elaborator::instantiateTest(const ast::Test &test) {
  Frame *frame = newFrame(nullptr, nullptr, nullptr, {});
  current = frame;
  bool good = true;
  size_t conditions = 0;
  for (const auto &item : test.body) {
    frame->order = frame->definitions.size();
    if (auto *definition = std::get_if<ast::Definition>(&item)) {
      good &= declare(frame, *definition);
      defineEarly(frame->definitions.back());
      continue;
    }
    const ast::Expr &condition = *std::get<ast::ExprPtr>(item);
    std::string number = std::to_string(conditions++);
    auto *compare = condition.as<ast::Compare>();
    bool approximate = compare && compare->ops.size() == 1 &&
                       compare->ops.front() == ast::Comparison::Approx;
    if (!approximate) {
      MaybeArray holds = this->condition(condition, frame->scope, "a test");
      good &= holds && output("holds" + number, *holds, {});
      continue;
    }
    MaybeArray left = expr(*compare->operands[0], frame->scope);
    MaybeArray right = expr(*compare->operands[1], frame->scope);
    good &= left && right;
    if (!left || !right)
      continue;
    Array both[] = {*left, *right};
    const ast::Expr *syntax[] = {compare->operands[0].get(),
                                 compare->operands[1].get()};
    emit.loc = location(condition.range);
    if (!agree(both, syntax, frame->scope) || !meet(both, condition.range)) {
      good = false;
      continue;
    }
    if (both[0].rank() < both[1].rank())
      both[0].dims = both[1].dims;
    if (both[1].rank() < both[0].rank())
      both[1].dims = both[0].dims;
    output("left" + number, both[0], {});
    output("right" + number, both[1], {});
  }
  frame->order = frame->definitions.size();
  finishUnused(frame);
  finish();
  return good && !diagnostics.hasErrors();
}
