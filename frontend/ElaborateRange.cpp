//===- ElaborateRange.cpp - binders and how far they run ------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// The range of an index is declared, or found at a bare use `x[j]` among the
// expressions that it runs through, or given by the use of the defined name
// (`hints`). Search looks at the text: nothing is elaborated for it but
// definitions above that know their own ranges.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "ir/Size.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

/// The same index one level up, in the same function: inside the new binder
/// nothing can name it, so both may share one axis.
static const Index *shadowed(StringRef name, Scope *inner) {
  for (Scope *scope = inner->parent; scope && scope->frame == inner->frame;
       scope = scope->parent)
    if (const Named *named = scope->find(name))
      return std::get_if<Index>(&named->entity);
  return nullptr;
}

/// A bare use of what failed says that a range is unknown; another one may say
/// what it is.
template <typename Found>
static bool settled(const std::optional<Found> &found) {
  return found && !found->failed;
}
template <typename Found>
static void add(std::optional<Found> &found, std::optional<Found> next) {
  if (next && !settled(found))
    found = std::move(next);
}

bool Elaborator::bind(const std::vector<ast::Binder> &binders, Exprs uses,
                      Scope *inner, ArrayRef<SizeAttr> hints, StringRef example,
                      SmallVectorImpl<AxisAttr> &axes) {
  Scope *outer = inner->parent;
  std::vector<Named> bound;
  bool good = true;
  // A lambda means the indices outside: then both exist at once.
  bool closes = llvm::any_of(uses, [](const ast::Expr *expr) {
    return expr->as<ast::Lambda>() != nullptr;
  });
  auto use = [&](AxisAttr axis) {
    axes.push_back(axis);
    if (!emit.isLive(axis))
      emit.live.push_back(axis.getName());
  };
  for (const ast::Binder &binder : binders) {
    const std::string &name = binder.name.name;
    SourceRange range = binder.name.range;
    if (llvm::any_of(bound, [&](const Named &n) { return n.name == name; })) {
      error(range, "`" + name + "` is bound twice");
      good = false;
      continue;
    }
    const Named *earlier = lookup(name, outer);
    if (earlier && !std::holds_alternative<Index>(earlier->entity) &&
        !std::holds_alternative<IndexPack>(earlier->entity)) {
      error(range, "index `" + name + "` has the name of a value")
          .at(earlier->range, "`" + name + "` is defined here")
          .fix("an index may hide another index, but no value: rename it");
      good = false;
      continue;
    }
    if (binder.isPack) {
      std::optional<FoundPack> found;
      for (const ast::Expr *expr : uses)
        if (!settled(found))
          add(found, findPack(name, *expr, outer));
      if (!found)
        error(range, "nothing says what `" + name + "...` stands for")
            .fix("it must be used bare: `x[" + name + "...]`");
      if (!settled(found)) {
        good = false;
        continue;
      }
      IndexPack pack;
      for (auto [i, source] : llvm::enumerate(found->axes)) {
        AxisAttr axis =
            emit.axis(name + std::to_string(i), source.getSize(), source);
        pack.axes.push_back(axis);
        use(axis);
      }
      bound.push_back({name, range, pack});
      continue;
    }
    SizeAttr extent;
    AxisAttr prefer;
    auto found = findRange(name, uses, outer);
    if (found)
      prefer = found->axis;
    if (binder.extent) {
      extent = size(*binder.extent, outer);
      if (!extent) {
        good = false;
        continue;
      }
    } else if (settled(found)) {
      extent = found->size;
    } else if (axes.size() < hints.size() && hints[axes.size()]) {
      extent = hints[axes.size()];
    } else {
      if (!found && !toldDeep)
        reportNoRange(binder.name, uses, example, binders, outer);
      good = false;
      continue;
    }
    if (extent.getConstant().value_or(0) < 0) {
      error(binder.extent ? binder.extent->range : range,
            "`" + name + "` cannot run over " + sizeText(extent) + " places");
      good = false;
      continue;
    }
    const Index *hidden = closes ? nullptr : shadowed(name, inner);
    AxisAttr axis = hidden && hidden->axis.getSize() == extent &&
                            !llvm::is_contained(axes, hidden->axis)
                        ? hidden->axis
                        : emit.axis(name, extent, prefer);
    bound.push_back({name, range, Index{axis, binder.extent != nullptr}});
    use(axis);
  }
  inner->names.insert(inner->names.end(), bound.begin(), bound.end());
  return good;
}

std::optional<FoundRange> Elaborator::findRange(StringRef index, Exprs uses,
                                                Scope *scope) {
  // A bare use comes first. Of `f[j](x[j])` the result carries j, if f's does:
  // without a bare use the outer j runs as far as the inner one.
  std::optional<FoundRange> found;
  for (bool carried : {false, true})
    for (const ast::Expr *expr : uses)
      if (!settled(found))
        add(found, findRange(index, *expr, scope, carried));
  return found;
}

/// Calls `visit` on the direct parts of an expression in which `index` still
/// means what it means outside, or, if `carried`, what a bound call may hand
/// on.
static void forEachPart(const ast::Expr &expr, StringRef index, bool carried,
                        llvm::function_ref<void(const ast::Expr &)> visit) {
  auto all = [&](const auto &exprs) {
    for (const ast::ExprPtr &part : exprs)
      visit(*part);
  };
  if (auto *node = expr.as<ast::Unary>()) {
    visit(*node->operand);
  } else if (auto *node = expr.as<ast::Binary>()) {
    visit(*node->lhs);
    visit(*node->rhs);
  } else if (auto *node = expr.as<ast::Compare>()) {
    all(node->operands);
  } else if (auto *node = expr.as<ast::Read>()) {
    all(node->indices);
  } else if (auto *node = expr.as<ast::ArrayLiteral>()) {
    all(node->elements);
  } else if (auto *node = expr.as<ast::Match>()) {
    for (const ast::MatchCase &branch : node->cases)
      visit(*branch.value);
  } else if (auto *node = expr.as<ast::Lambda>()) {
    if (llvm::none_of(node->params,
                      [&](const auto &param) { return param.name == index; }))
      visit(*node->body);
  } else if (auto *node = expr.as<ast::Call>()) {
    bool bound = llvm::any_of(node->binders, [&](const ast::Binder &binder) {
      return binder.name.name == index;
    });
    if (bound && (!carried || isReduction(node->callee.name)))
      return;
    if (node->guard)
      visit(*node->guard);
    for (const ast::Argument &argument : node->arguments)
      visit(*argument.value);
  }
}

std::optional<FoundRange> Elaborator::findRange(StringRef index,
                                                const ast::Expr &expr,
                                                Scope *scope, bool carried) {
  std::optional<FoundRange> found;
  if (auto *read = expr.as<ast::Read>())
    found = findInRead(index, *read, scope);
  // Of a match only the chosen branch counts, where it is known.
  if (auto *match = expr.as<ast::Match>()) {
    const Named *named = lookup(match->option.name, scope);
    auto *option = named ? std::get_if<OptionValue>(&named->entity) : nullptr;
    for (const ast::MatchCase &branch : match->cases)
      if (option && branch.choice.name == option->choice)
        return findRange(index, *branch.value, scope, carried);
  }
  forEachPart(expr, index, carried, [&](const ast::Expr &part) {
    if (!settled(found))
      add(found, findRange(index, part, scope, carried));
  });
  return found;
}

/// Whether the expression names the index, as what it is outside.
static bool mentions(const ast::Expr &expr, StringRef index) {
  auto *id = expr.as<ast::Name>();
  bool found = id && id->name == index;
  if (auto *call = expr.as<ast::Call>())
    for (const ast::Binder &binder : call->binders)
      found |= binder.extent && mentions(*binder.extent, index);
  forEachPart(expr, index, true, [&](const ast::Expr &part) {
    found = found || mentions(part, index);
  });
  return found;
}

void Elaborator::reportNoRange(const ast::Ident &index, Exprs uses,
                               StringRef example, ArrayRef<ast::Binder> binders,
                               Scope *scope) {
  const std::string &name = index.name;
  // A name that nobody knows hides the range: say that first.
  for (const ast::Expr *expr : uses)
    if (reportMissingUse(name, *expr, scope))
      return;
  for (const ast::Expr *expr : uses)
    if (reportUnknownCall(*expr, scope))
      return;
  if (const ast::Expr *unknown = unknownIndexIn(uses, binders, scope)) {
    const std::string &other = unknown->as<ast::Name>()->name;
    error(unknown->range, "nothing is called `" + other + "` here")
        .fix("read at `" + name + "`, which is bound here, or bind `" + other +
             "` as well");
    return;
  }
  std::string how = example.str();
  if (size_t hole = how.find("{}"); hole != std::string::npos)
    how.replace(hole, 2, withSizeOf(name, binders));
  fovea::Diagnostic &diagnostic =
      error(index.range, "nothing says how far `" + name + "` runs");
  if (llvm::any_of(uses, [&](auto *expr) { return mentions(*expr, name); }))
    diagnostic.fix("use it bare (`x[" + name + "]`) or declare it: `" + how +
                   "`");
  else // a declaration alone would compile, and mean something else
    diagnostic.fix("nothing here depends on `" + name +
                   "`: read at it what varies (`x[" + name +
                   "]`) or leave it out; declared, as in `" + how +
                   "`, it repeats one value");
}

bool Elaborator::reportUnknownCall(const ast::Expr &expr, Scope *scope) {
  if (auto *call = expr.as<ast::Call>()) {
    const std::string &name = call->callee.name;
    const Source *from = call->callee.range.source;
    if (!lookup(name, scope) && !isBuiltin(name) &&
        functionsNamed(name, from).empty()) {
      reportNoFunction(name, from, call->callee.range);
      return true;
    }
  }
  bool reported = false;
  forEachPart(expr, "", true, [&](const ast::Expr &part) {
    reported = reported || reportUnknownCall(part, scope);
  });
  return reported;
}

const ast::Expr *Elaborator::unknownIndexIn(const ast::Expr &expr,
                                            SmallVector<StringRef> bound,
                                            Scope *scope) {
  auto isUnknown = [&](const ast::ExprPtr &index) {
    auto *id = index->as<ast::Name>();
    return id && !lookup(id->name, scope) &&
           !llvm::is_contained(bound, StringRef(id->name));
  };
  if (auto *read = expr.as<ast::Read>()) {
    auto found = llvm::find_if(read->indices, isUnknown);
    if (found != read->indices.end())
      return found->get();
  } else if (auto *call = expr.as<ast::Call>()) {
    for (const ast::Binder &binder : call->binders)
      bound.push_back(binder.name.name);
  } else if (auto *lambda = expr.as<ast::Lambda>()) {
    for (const auto &param : lambda->params)
      bound.push_back(param.name);
  }
  const ast::Expr *unknown = nullptr;
  forEachPart(expr, "", true, [&](const ast::Expr &part) {
    if (!unknown)
      unknown = unknownIndexIn(part, bound, scope);
  });
  return unknown;
}

const ast::Expr *Elaborator::unknownIndexIn(Exprs uses,
                                            ArrayRef<ast::Binder> binders,
                                            Scope *scope) {
  SmallVector<StringRef> bound;
  for (const ast::Binder &binder : binders)
    bound.push_back(binder.name.name);
  for (const ast::Expr *expr : uses)
    if (const ast::Expr *unknown = unknownIndexIn(*expr, bound, scope))
      return unknown;
  return nullptr;
}

/// Rank of the pack in a subscript list of an array of `rank` axes.
static size_t packRank(const ast::Read &read, size_t rank) {
  return rank + 1 >= read.indices.size() ? rank + 1 - read.indices.size() : 0;
}

static bool failed(const Defined &use) {
  return use.definition->progress == DefinitionState::Progress::Failed;
}

std::optional<FoundRange>
Elaborator::findInRead(StringRef index, const ast::Read &read, Scope *scope) {
  const Named *named = lookup(read.array.name, scope);
  if (!named)
    return std::nullopt;
  auto *array = std::get_if<Array>(&named->entity);
  auto *defined = std::get_if<Defined>(&named->entity);
  if (defined && knowsRanges(defined->definition) &&
      define(defined->definition))
    array = &defined->definition->arrays[defined->target];
  size_t position = 0;
  for (const ast::ExprPtr &subscript : read.indices) {
    if (subscript->as<ast::Pack>()) {
      position += array ? packRank(read, array->rank()) : 1;
      continue;
    }
    auto *id = subscript->as<ast::Name>();
    if (id && id->name == index) {
      if (array && position < array->rank())
        return FoundRange{array->dims[position].getSize(),
                          array->dims[position]};
      if (!array && defined && failed(*defined))
        return FoundRange{{}, {}, true};
      if (!array && defined)
        return rangeOfTarget(*defined, position);
    }
    ++position;
  }
  return std::nullopt;
}

bool Elaborator::reportMissingUse(StringRef index, const ast::Expr &expr,
                                  Scope *scope) {
  auto *read = expr.as<ast::Read>();
  bool bare = read && llvm::any_of(read->indices, [&](const ast::ExprPtr &i) {
                auto *id = i->as<ast::Name>();
                return id && id->name == index;
              });
  const Named *named = bare ? lookup(read->array.name, scope) : nullptr;
  if (bare && !named) {
    reportUnknown(read->array.name, read->array.range, scope);
    return true;
  }
  auto *use = named ? std::get_if<Defined>(&named->entity) : nullptr;
  if (use && use->definition->progress == DefinitionState::Progress::Pending &&
      !define(use->definition))
    return true;
  bool told = false;
  forEachPart(expr, index, true, [&](const ast::Expr &part) {
    told = told || reportMissingUse(index, part, scope);
  });
  return told;
}

std::optional<FoundRange> Elaborator::rangeOfTarget(const Defined &use,
                                                    size_t position) {
  DefinitionState *definition = use.definition;
  if (definition->progress != DefinitionState::Progress::Pending)
    return std::nullopt;
  const ast::Target &target = definition->syntax->targets[use.target];
  if (!target.indexed || position >= target.indices.size() ||
      target.indices[position].isPack)
    return std::nullopt;
  const ast::Binder &binder = target.indices[position];
  auto &kept = keptRanges[{definition, &binder}];
  if (kept.defined != defined) {
    kept.defined = defined;
    ++nested;
    kept.found = tooDeep(binder.name.range) ? FoundRange{{}, {}, true}
                                            : searchTarget(definition, binder);
    --nested;
  }
  return kept.found;
}

std::optional<FoundRange> Elaborator::searchTarget(DefinitionState *definition,
                                                   const ast::Binder &binder) {
  Frame *frame = definition->scope->frame;
  unsigned order = std::exchange(frame->order, definition->order);
  std::optional<FoundRange> found;
  if (binder.extent) {
    if (SizeAttr extent = size(*binder.extent, definition->scope, false))
      found = FoundRange{extent, {}};
  } else {
    found = findRange(binder.name.name, {definition->syntax->value.get()},
                      definition->scope);
  }
  frame->order = order;
  return found;
}

bool Elaborator::knowsRanges(DefinitionState *definition) {
  using Progress = DefinitionState::Progress;
  if (definition->progress != Progress::Pending)
    return definition->progress == Progress::Done;
  if (!definition->syntax->targets.front().indexed)
    return true;
  auto kept = keptKnown.find(definition);
  if (kept != keptKnown.end() && kept->second.defined == defined)
    return kept->second.found;
  size_t before = defined;
  ++nested;
  bool known = tooDeep(definition->syntax->targets.front().name.range) ||
               searchRanges(definition);
  --nested;
  keptKnown[definition] = {before, known};
  return known;
}

bool Elaborator::searchRanges(DefinitionState *definition) {
  using Progress = DefinitionState::Progress;
  const ast::Target &target = definition->syntax->targets.front();
  // In hand while it is asked about: a definition that reads itself.
  definition->progress = Progress::Running;
  bool known = true;
  for (const ast::Binder &binder : target.indices) {
    Frame *frame = definition->scope->frame;
    unsigned order = std::exchange(frame->order, definition->order);
    if (binder.isPack)
      known &= findPack(binder.name.name, *definition->syntax->value,
                        definition->scope)
                   .has_value();
    else if (!binder.extent)
      known &= findRange(binder.name.name, {definition->syntax->value.get()},
                         definition->scope)
                   .has_value();
    frame->order = order;
  }
  if (definition->progress == Progress::Running)
    definition->progress = Progress::Pending;
  return known;
}

bool Elaborator::readsDone(const ast::Expr &expr, Scope *scope) {
  auto done = [&](StringRef name) {
    const Named *named = lookup(name, scope);
    auto *defined = named ? std::get_if<Defined>(&named->entity) : nullptr;
    return !defined ||
           defined->definition->progress == DefinitionState::Progress::Done;
  };
  if (auto *id = expr.as<ast::Name>())
    return done(id->name);
  if (auto *read = expr.as<ast::Read>(); read && !done(read->array.name))
    return false;
  bool good = true;
  forEachPart(expr, "", true, [&](const ast::Expr &part) {
    good = good && readsDone(part, scope);
  });
  return good;
}

std::optional<FoundPack>
Elaborator::findPack(StringRef pack, const ast::Expr &expr, Scope *scope) {
  std::optional<FoundPack> found;
  if (auto *read = expr.as<ast::Read>()) {
    const Named *named = lookup(read->array.name, scope);
    const Array *array = named ? std::get_if<Array>(&named->entity) : nullptr;
    auto *defined = named ? std::get_if<Defined>(&named->entity) : nullptr;
    if (defined && knowsRanges(defined->definition) &&
        define(defined->definition))
      array = &defined->definition->arrays[defined->target];
    for (size_t i = 0; i < read->indices.size(); ++i) {
      auto *node = read->indices[i]->as<ast::Pack>();
      if (!node || node->name != pack)
        continue;
      if (!array && defined && failed(*defined))
        found = FoundPack{{}, true};
      if (!array || array->rank() + 1 < read->indices.size())
        continue;
      auto axes =
          ArrayRef(array->dims).slice(i, packRank(*read, array->rank()));
      return FoundPack{SmallVector<AxisAttr>(axes)};
    }
  }
  forEachPart(expr, pack, true, [&](const ast::Expr &part) {
    if (!settled(found))
      add(found, findPack(pack, part, scope));
  });
  return found;
}
