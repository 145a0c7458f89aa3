//===- ElaborateRead.cpp - names, reads, gathers --------------------------===//
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

const Named *Elaborator::lookup(StringRef name, Scope *scope) {
  for (; scope; scope = scope->parent) {
    const Named *named = scope->find(name);
    if (!named)
      continue;
    // A definition sees only what stands above it.
    auto *defined = std::get_if<Defined>(&named->entity);
    if (!defined || defined->definition->order <= scope->frame->order)
      return named;
  }
  return nullptr;
}

void Elaborator::reportUnknown(const std::string &name, SourceRange range,
                               Scope *scope) {
  std::vector<std::string> known = {"inf", "pi"};
  for (Scope *level = scope; level; level = level->parent) {
    for (const Named &named : level->names) {
      if (named.name == name) {
        error(range, "`" + name + "` is read before it is defined")
            .at(named.range, "defined here")
            .fix("move the definition up");
        return;
      }
      known.push_back(named.name);
    }
  }
  fovea::Diagnostic &diagnostic =
      error(range, "nothing is called `" + name + "` here");
  std::string close = didYouMean(name, known);
  if (!close.empty())
    diagnostic.fix("did you mean `" + close + "`?");
  else if (isBuiltin(name) || !functionsNamed(name, range.source).empty())
    diagnostic.fix("`" + name + "` is a function: call it");
  else if (indexed(scope))
    diagnostic.fix("an index must stand on the left of `=` or in a reduction "
                   "such as `sum[" +
                   name + "](...)`: there is no implicit sum");
}

bool Elaborator::reportFreeIndex(const ast::Expr &expr, Scope *scope) {
  auto *id = expr.as<ast::Name>();
  if (!id || lookup(id->name, scope) || id->name == "inf" || id->name == "pi")
    return false;
  std::vector<std::string> known;
  for (Scope *level = scope; level; level = level->parent)
    for (const Named &named : level->names)
      if (!std::holds_alternative<Dimension>(named.entity))
        known.push_back(named.name);
  if (llvm::is_contained(known, id->name) ||
      !didYouMean(id->name, known).empty()) {
    reportUnknown(id->name, expr.range, scope);
    return true;
  }
  error(expr.range, "nothing is called `" + id->name + "` here")
      .fix("an index must stand on the left of `=` or in a reduction such as "
           "`sum[" +
           id->name + "](...)`: there is no implicit sum");
  return true;
}

bool Elaborator::indexed(Scope *scope) const {
  for (; scope; scope = scope->parent)
    for (const Named &named : scope->names)
      if (std::holds_alternative<Index>(named.entity) ||
          std::holds_alternative<IndexPack>(named.entity))
        return true;
  return false;
}

const Named *Elaborator::indexNamed(const ast::Expr &expr, Scope *scope) {
  auto *id = expr.as<ast::Name>();
  const Named *named = id ? lookup(id->name, scope) : nullptr;
  return named && std::holds_alternative<Index>(named->entity) ? named
                                                               : nullptr;
}

Elaborator::MaybeArray Elaborator::name(const ast::Expr &expr,
                                        const std::string &name, Scope *scope) {
  const Named *named = lookup(name, scope);
  if (!named) {
    if (name == "inf")
      return emit.real(std::numeric_limits<double>::infinity());
    if (name == "pi")
      return emit.real(3.14159265358979323846);
    reportUnknown(name, expr.range, scope);
    return std::nullopt;
  }
  if (auto *dimension = std::get_if<Dimension>(&named->entity))
    return emit.size(dimension->size);
  if (auto *index = std::get_if<Index>(&named->entity))
    return emit.index(index->axis);
  if (std::holds_alternative<OptionValue>(named->entity)) {
    error(expr.range, "`" + name + "` is an option, no number")
        .fix("choose with `match " + name + " { ... }`");
    return std::nullopt;
  }
  if (std::holds_alternative<Closure>(named->entity)) {
    error(expr.range, "`" + name + "` is a function, no number")
        .fix("call it: `" + name + "(...)`");
    return std::nullopt;
  }
  if (std::holds_alternative<DimensionPack>(named->entity) ||
      std::holds_alternative<IndexPack>(named->entity)) {
    error(expr.range, "`" + name + "` stands for several axes")
        .fix("write `" + name + "...` among indices");
    return std::nullopt;
  }
  MaybeArray array = wholeArray(*named, expr.range, scope);
  emit.loc = location(expr.range);
  return array ? MaybeArray(emit.detached(*array)) : std::nullopt;
}

Elaborator::MaybeArray Elaborator::wholeArray(const Named &named,
                                              SourceRange range, Scope *scope) {
  if (auto *array = std::get_if<Array>(&named.entity))
    return *array;
  if (auto *defined = std::get_if<Defined>(&named.entity)) {
    if (!define(defined->definition))
      return std::nullopt;
    return defined->definition->arrays[defined->target];
  }
  bool size = std::holds_alternative<Dimension>(named.entity);
  error(range, "`" + named.name + "` is " +
                   (size ? "a dimension" : "no array") +
                   ", it cannot be indexed");
  return std::nullopt;
}

std::optional<std::vector<Elaborator::Subscript>>
Elaborator::subscripts(const ast::Read &read, Scope *scope) {
  std::vector<Subscript> out;
  for (const ast::ExprPtr &index : read.indices) {
    auto *pack = index->as<ast::Pack>();
    if (!pack) {
      out.push_back({index.get(), {}});
      continue;
    }
    const Named *named = lookup(pack->name, scope);
    auto *axes = named ? std::get_if<IndexPack>(&named->entity) : nullptr;
    if (!axes) {
      error(index->range, "`" + pack->name + "...` is not bound here")
          .fix("bind it on the left: `y[" + pack->name +
               "...] = ...`, or in a reduction: `sum[" + pack->name +
               "...](...)`");
      return std::nullopt;
    }
    for (AxisAttr axis : axes->axes)
      out.push_back({index.get(), axis});
  }
  return out;
}

/// What may have been meant by index `place` of a read, which does not run over
/// that axis of the array: that it and another index are exchanged, or an index
/// that does run over it. `axes` are those of the indices, null for formulas.
static std::string likelyIndex(const ast::Read &read, ArrayRef<AxisAttr> axes,
                               size_t place, const Array &array, Scope *scope) {
  const SizeAttr size = axes[place].getSize();
  const SizeAttr extent = array.dims[place].getSize();
  for (size_t other = 0; other < axes.size(); ++other) {
    const SizeAttr there = array.dims[other].getSize();
    // The range of the other one may have been found here.
    if (!axes[other] || there != size || axes.size() != read.indices.size() ||
        (axes[other].getSize() != extent && axes[other].getSize() != there))
      continue;
    std::string list;
    for (size_t i = 0; i < axes.size(); ++i) {
      const size_t from = i == place ? other : i == other ? place : i;
      list += (list.empty() ? "" : ", ") +
              std::string(read.indices[from]->range.text());
    }
    return "if the indices are exchanged, write `" + read.array.name + "[" +
           list + "]`; ";
  }
  for (; scope; scope = scope->parent)
    for (const Named &named : scope->names)
      if (auto *index = std::get_if<Index>(&named.entity);
          index && index->axis.getSize() == extent)
        return "`" + named.name + "` runs over " + sizeText(extent) + "; ";
  return "";
}

Elaborator::MaybeArray Elaborator::read(const ast::Expr &whole,
                                        const ast::Read &read, Scope *scope) {
  const std::string &tensor = read.array.name;
  const Named *named = lookup(tensor, scope);
  if (!named) {
    bool function = isBuiltin(tensor) ||
                    !functionsNamed(tensor, read.array.range.source).empty();
    if (!function) {
      reportUnknown(tensor, read.array.range, scope);
      return std::nullopt;
    }
    error(whole.range, "`" + tensor + "` is a function")
        .fix("call it: `" + tensor + "[j](...)` or `" + tensor + "(...)`");
    return std::nullopt;
  }
  std::optional<std::vector<Subscript>> indices = subscripts(read, scope);
  if (!indices)
    return std::nullopt;

  // A definition whose ranges are open takes them from this use.
  if (auto *defined = std::get_if<Defined>(&named->entity)) {
    SmallVector<SizeAttr> hints;
    for (const Subscript &index : *indices) {
      const Named *bare =
          index.packAxis ? nullptr : indexNamed(*index.syntax, scope);
      hints.push_back(index.packAxis ? index.packAxis.getSize()
                      : bare ? std::get<Index>(bare->entity).axis.getSize()
                             : SizeAttr());
    }
    if (!define(defined->definition, hints))
      return std::nullopt;
  }
  MaybeArray array = wholeArray(*named, read.array.range, scope);
  if (!array)
    return std::nullopt;
  if (array->rank() == 0 && !indices->empty()) {
    error(whole.range,
          "`" + tensor + "` is a single number, it cannot be indexed")
        .at(named->range, typeText(*array));
    return std::nullopt;
  }
  if (indices->size() > array->rank()) {
    error(whole.range, "`" + tensor + "` has " + std::to_string(array->rank()) +
                           (array->rank() == 1 ? " axis, " : " axes, ") +
                           std::to_string(indices->size()) + " are indexed")
        .at(named->range, typeText(*array));
    return std::nullopt;
  }
  if (indices->size() < array->rank())
    *array = emit.detached(*array);

  std::vector<AxisAttr> axes;
  for (const Subscript &index : *indices) {
    const Named *bare =
        index.packAxis ? nullptr : indexNamed(*index.syntax, scope);
    axes.push_back(index.packAxis ? index.packAxis
                   : bare         ? std::get<Index>(bare->entity).axis
                                  : AxisAttr());
  }
  std::vector<Array> values;
  for (auto [i, index] : llvm::enumerate(*indices)) {
    SizeAttr extent = array->dims[i].getSize();
    const AxisAttr axis = axes[i];
    const Named *bare =
        index.packAxis ? nullptr : indexNamed(*index.syntax, scope);
    bool found =
        index.packAxis || (bare && !std::get<Index>(bare->entity).declared);
    if (found && axis.getSize() != extent) {
      std::string text = bare ? bare->name : std::string("the pack");
      error(index.syntax->range, "`" + text + "` runs over " +
                                     sizeText(axis.getSize()) + ", axis " +
                                     std::to_string(i) + " of `" + tensor +
                                     "` is " + sizeText(extent))
          .at(named->range, "`" + tensor + "` is " + typeText(*array))
          .fix(likelyIndex(read, axes, i, *array, scope) +
               "declare the range if that is meant: `" + text + ": " +
               sizeText(axis.getSize()) +
               "`; reads beyond it are then checked");
      return std::nullopt;
    }
    if (axis) {
      emit.loc = location(index.syntax->range);
      values.push_back(emit.index(axis));
      continue;
    }
    if (reportFreeIndex(*index.syntax, scope))
      return std::nullopt;
    MaybeArray value = scalar(*index.syntax, scope, "an index");
    if (!value)
      return std::nullopt;
    if (!value->isInt()) {
      fovea::Diagnostic &diagnostic =
          error(index.syntax->range, "an index must be a whole number, " +
                                         quoted(index.syntax->range) + " is " +
                                         typeText(*value));
      auto *binary = index.syntax->as<ast::Binary>();
      if (binary && binary->op == ast::BinaryOp::Div)
        diagnostic.fix("`/` is real division; `//` gives a whole number");
      else
        diagnostic.fix("cast it: `i64(...)`");
      return std::nullopt;
    }
    emit.loc = location(index.syntax->range);
    values.push_back(emit.convert(*value, emit.i64, value->weak));
  }
  emit.loc = location(whole.range);
  return emit.read(*array, values, tensor);
}
