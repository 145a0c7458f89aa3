//===- Elaborate.cpp - bodies, definitions, statements --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

#include "frontend/ProgramImpl.h"
#include "ir/Formula.h"
#include "ir/Size.h"

#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

/// Inlined calls of one function: a program that needs more is a mistake (each
/// function calling the one before it twice), and would take all memory.
static constexpr size_t maxCalls = 20000;
/// Calls within calls: each takes its share of the stack.
static constexpr size_t deepestCall = 128;
/// Operations behind operations, and definitions within definitions: passes and
/// backends recurse over formulas, in up to 4 KiB a level.
static constexpr size_t deepestFormula = 1000;

Elaborator::Elaborator(const Program::Impl &program, FuncOp func,
                       Diagnostics &diagnostics)
    : program(program), func(func), diagnostics(diagnostics), emit(func) {}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

fovea::Diagnostic &Elaborator::error(SourceRange range, std::string message) {
  fovea::Diagnostic &diagnostic = diagnostics.error(range, std::move(message));
  size_t shown = 0;
  for (Frame *frame = current; frame && frame->caller && shown++ < 8;
       frame = frame->caller)
    diagnostic.at(frame->call, "in this call");
  return diagnostic;
}

std::string fovea::dtypeText(const Array &array) {
  if (array.weak)
    return array.isFloat() ? "number" : "whole number";
  std::string text;
  llvm::raw_string_ostream stream(text);
  Type element = array.element();
  if (element.isInteger(1))
    stream << "bool";
  else
    stream << element;
  return text;
}

std::string fovea::withSizeOf(StringRef index, ArrayRef<ast::Binder> binders) {
  std::string list;
  for (const ast::Binder &binder : binders) {
    list += (list.empty() ? "" : ", ") + binder.name.name;
    if (binder.name.name == index)
      list += ": <size>";
    else if (binder.extent)
      list += ": " + std::string(binder.extent->range.text());
    else if (binder.isPack)
      list += "...";
  }
  return list;
}

std::string fovea::quoted(SourceRange range) {
  constexpr size_t longest = 40;
  std::string text;
  for (char c : range.text()) {
    bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank || (!text.empty() && text.back() != ' '))
      text += blank ? ' ' : c;
  }
  // Not cut within a character of several bytes.
  if (text.size() > longest) {
    size_t end = longest - 4;
    while (end > 0 && (text[end] & 0xC0) == 0x80)
      --end;
    text = text.substr(0, end) + " ...";
  }
  return "`" + text + "`";
}

std::string Elaborator::typeText(const Array &array) const {
  std::string text = dtypeText(array);
  if (array.rank() == 0)
    return array.weak ? "a " + text : text;
  text += "[";
  for (auto [i, dim] : llvm::enumerate(array.dims))
    text += (i ? ", " : "") + sizeText(dim.getSize());
  return text + "]";
}

std::string Elaborator::typeText(const Array &array,
                                 ArrayRef<AxisAttr> binders) const {
  Array whole = array;
  whole.dims.insert(whole.dims.begin(), binders.begin(), binders.end());
  return typeText(whole);
}

Location Elaborator::location(SourceRange range) const {
  if (!range)
    return UnknownLoc::get(emit.context);
  auto [line, column] = range.source->position(range.begin);
  auto [endLine, endColumn] = range.source->position(range.end);
  Location here =
      FileLineColRange::get(StringAttr::get(emit.context, range.source->path),
                            line, column, endLine, endColumn);
  if (!current || !current->site)
    return here;
  return CallSiteLoc::get(here, current->site);
}

ArrayRef<const ast::Function *> Elaborator::functionsNamed(StringRef name,
                                                           const Source *from) {
  auto table = program.visible.find(from);
  if (table == program.visible.end())
    return {};
  auto found = table->second.find(name);
  if (found == table->second.end())
    return {};
  return found->second;
}

Type Elaborator::dtypeOf(StringRef name, const Frame *frame) const {
  if (name != "float")
    return emit.dtype(name);
  return frame->floatType;
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

Scope *Elaborator::newScope(Scope *parent, Frame *frame) {
  scopes.push_back({parent, frame, {}});
  return &scopes.back();
}

bool Elaborator::exhausted() const { return calls > maxCalls; }

bool Elaborator::countCall(SourceRange call) {
  if (++calls <= maxCalls)
    return true;
  if (calls > maxCalls + 1)
    return false; // told already
  // Told of the outermost call: where in it the number is reached is chance.
  for (Frame *frame = current; frame && frame->caller; frame = frame->caller)
    call = frame->call;
  diagnostics
      .error(call, "more than " + std::to_string(maxCalls) +
                       " calls are needed for this one")
      .fix("every call is a copy of the function's formula: give a value that "
           "is needed twice a name");
  return false;
}

bool Elaborator::tooDeep(SourceRange range) {
  if (emit.depth.deepest() <= deepestFormula && nested <= deepestFormula)
    return false;
  if (!std::exchange(toldDeep, true))
    error(range, "formulas are nested more than " +
                     std::to_string(deepestFormula) + " deep")
        .fix("a definition is a part of each that reads it: let what repeats "
             "itself run over an index, as `sum[k](...)` does");
  return true;
}

Frame *Elaborator::newFrame(const ast::Function *function, Frame *caller,
                            Frame *lexical, SourceRange call) {
  if (caller && !countCall(call))
    return nullptr;
  size_t depth = 0;
  for (Frame *outer = caller; outer; outer = outer->caller)
    ++depth;
  if (depth > deepestCall) {
    error(call, "calls are nested more than " + std::to_string(deepestCall) +
                    " deep");
    return nullptr;
  }
  // A lambda may call what it is handed to: what counts is where it is written.
  for (Frame *outer = lexical; outer; outer = outer->lexical) {
    if (!function || outer->function != function)
      continue;
    error(call, "`" + function->name.name + "` calls itself")
        .fix("functions are formulas: recursion has no meaning here");
    return nullptr;
  }
  frames.push_back({});
  Frame *frame = &frames.back();
  frame->function = function;
  frame->caller = caller;
  frame->lexical = lexical;
  frame->call = call;
  if (caller)
    frame->site = location(call);
  frame->live.assign(emit.live.begin(), emit.live.end());
  frame->scope = newScope(nullptr, frame);
  return frame;
}

bool Elaborator::declare(Frame *frame, const ast::Definition &syntax) {
  definitions.push_back({&syntax,
                         frame->scope,
                         static_cast<unsigned>(frame->definitions.size()),
                         DefinitionState::Progress::Pending,
                         {}});
  DefinitionState *definition = &definitions.back();
  frame->definitions.push_back(definition);
  bool fresh = true;
  for (auto [i, target] : llvm::enumerate(syntax.targets)) {
    if (target.name.name == "_")
      continue;
    if (const Named *earlier = frame->scope->find(target.name.name)) {
      fovea::Diagnostic &diagnostic =
          error(target.name.range,
                "`" + target.name.name + "` is defined a second time");
      if (earlier->range)
        diagnostic.at(earlier->range, "first here");
      diagnostic.fix("a name stands for one formula: choose another name");
      fresh = false;
      continue;
    }
    frame->scope->names.push_back(
        {target.name.name, target.name.range,
         Defined{definition, static_cast<unsigned>(i)}});
  }
  return fresh;
}

Elaborator::MaybeArrays Elaborator::body(Frame *frame) {
  Frame *outer = std::exchange(current, frame);
  SmallVector<StringAttr> live = std::exchange(emit.live, frame->live);
  llvm::scope_exit restore([&] {
    current = outer;
    emit.live = live;
  });

  const ast::Return *returns = nullptr;
  bool good = true;
  for (const ast::Statement &statement : frame->function->body) {
    frame->order = frame->definitions.size();
    if (auto *definition = std::get_if<ast::Definition>(&statement))
      good &= declare(frame, *definition);
    else if (auto *requirement = std::get_if<ast::Require>(&statement))
      good &= require(*requirement->condition, frame->scope,
                      requirement->condition->range);
    else
      returns = &std::get<ast::Return>(statement);
  }
  frame->order = frame->definitions.size();
  if (!returns)
    return std::nullopt; // the parser has told
  for (DefinitionState *definition : frame->definitions)
    defineEarly(definition);

  const auto &declared = frame->function->results;
  std::vector<Array> results;
  bool typed = frame->function->resultsDeclared;
  if (typed && declared.size() != returns->values.size()) {
    error(returns->range,
          "`" + frame->function->name.name + "` declares " +
              std::to_string(declared.size()) +
              (declared.size() == 1 ? " result, " : " results, ") +
              std::to_string(returns->values.size()) +
              (returns->values.size() == 1 ? " is" : " are") + " returned");
    return std::nullopt;
  }
  for (auto [i, value] : llvm::enumerate(returns->values)) {
    MaybeArray array = result(frame, *value, typed ? &declared[i] : nullptr);
    good &= array.has_value();
    if (array)
      results.push_back(*array);
  }
  finishUnused(frame);
  if (!good)
    return std::nullopt;
  return results;
}

void Elaborator::defineEarly(DefinitionState *definition) {
  if (definition->progress != DefinitionState::Progress::Pending)
    return;
  Frame *frame = definition->scope->frame;
  unsigned order = std::exchange(frame->order, definition->order);
  bool ready = readsDone(*definition->syntax->value, definition->scope);
  frame->order = order;
  if (ready && knowsRanges(definition))
    define(definition);
}

void Elaborator::finishUnused(Frame *frame) {
  for (DefinitionState *definition : frame->definitions)
    if (definition->progress == DefinitionState::Progress::Pending)
      define(definition);
}

bool Elaborator::define(DefinitionState *definition, ArrayRef<SizeAttr> hints) {
  using Progress = DefinitionState::Progress;
  const ast::Target &target = definition->syntax->targets.front();
  switch (definition->progress) {
  case Progress::Done:
    return true;
  case Progress::Failed:
    return false;
  case Progress::Running:
    error(target.name.range, "`" + target.name.name + "` reads itself")
        .fix("recurrences (`h[t] = ... h[t - 1] ...`) are reserved for a later "
             "version");
    definition->progress = Progress::Failed;
    return false;
  case Progress::Pending:
    break;
  }
  Frame *frame = definition->scope->frame;
  Frame *outer = std::exchange(current, frame);
  SmallVector<StringAttr> live = std::exchange(emit.live, frame->live);
  unsigned order = std::exchange(frame->order, definition->order);
  definition->progress = Progress::Running;
  ++nested;
  bool good = !tooDeep(target.name.range) && defineNow(definition, hints);
  --nested;
  if (definition->progress == Progress::Failed)
    good = false;
  definition->progress = good ? Progress::Done : Progress::Failed;
  ++defined;
  frame->order = order;
  emit.live = live;
  current = outer;
  return good;
}

bool Elaborator::defineNow(DefinitionState *definition,
                           ArrayRef<SizeAttr> hints) {
  const ast::Definition &syntax = *definition->syntax;
  Frame *frame = definition->scope->frame;
  const ast::Target &target = syntax.targets.front();
  if (syntax.targets.size() > 1) {
    MaybeArrays arrays = several(*syntax.value, definition->scope);
    if (!arrays)
      return false;
    if (arrays->size() != syntax.targets.size()) {
      error(syntax.value->range,
            quoted(syntax.value->range) + " gives " +
                std::to_string(arrays->size()) +
                (arrays->size() == 1 ? " result, " : " results, ") +
                std::to_string(syntax.targets.size()) +
                " names stand on the left");
      return false;
    }
    definition->arrays = *arrays;
    return true;
  }
  Scope *scope = newScope(definition->scope, frame);
  SmallVector<AxisAttr> axes;
  if (target.indexed && !bind(target.indices, {syntax.value.get()}, scope,
                              hints, target.name.name + "[{}] = ...", axes))
    return false;
  MaybeArray value = expr(*syntax.value, scope);
  if (!value)
    return false;
  value->dims.insert(value->dims.begin(), axes.begin(), axes.end());
  if (Operation *op = value->value.getDefiningOp())
    nameResult(op, target.name.name, value->dims, frame);
  definition->arrays = {*value};
  return true;
}

/// The name goes along in the location, for reports in the user's terms, and
/// the order of its axes. What came out of a call is called as it is where the
/// call stands.
void Elaborator::nameResult(Operation *op, llvm::StringRef name,
                            ArrayRef<AxisAttr> axes, Frame *frame) {
  Frame *&namer = namers[op];
  Frame *outer = namer == frame ? nullptr : namer;
  while (outer && outer != frame)
    outer = outer->caller;
  if (isa<NameLoc>(op->getLoc()) && !outer)
    return;
  namer = frame;
  SmallVector<StringAttr> order;
  for (AxisAttr axis : axes)
    order.push_back(axis.getName());
  op->setLoc(ir::namedLoc(name, order, ir::placeIn(op->getLoc())));
}
