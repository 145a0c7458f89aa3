//===- ElaborateBuiltin.cpp - elementwise functions, casts, randomness ----===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Elaborator.h"

using namespace mlir;
using namespace fovea;
using namespace fovea::ir;

namespace {
/// A function of one number. Those of floats take integers too, as floats.
struct Function {
  bool ofFloats;
  Array (*make)(Emitter &, const Array &);
};
} // namespace

template <typename Op> static Array make(Emitter &emit, const Array &x) {
  return emit.apply<Op>({x}, x.weak, x.value);
}

static const llvm::StringMap<Function> &functions() {
  static const llvm::StringMap<Function> table = {
      {"abs", {false, make<AbsOp>}},        {"sign", {false, make<SignOp>}},
      {"exp", {true, make<ExpOp>}},         {"exp2", {true, make<Exp2Op>}},
      {"log", {true, make<LogOp>}},         {"log1p", {true, make<Log1pOp>}},
      {"expm1", {true, make<Expm1Op>}},     {"sqrt", {true, make<SqrtOp>}},
      {"rsqrt", {true, make<RsqrtOp>}},     {"tanh", {true, make<TanhOp>}},
      {"sinh", {true, make<SinhOp>}},       {"cosh", {true, make<CoshOp>}},
      {"sigmoid", {true, make<SigmoidOp>}}, {"erf", {true, make<ErfOp>}},
      {"sin", {true, make<SinOp>}},         {"cos", {true, make<CosOp>}},
      {"floor", {true, make<FloorOp>}}};
  return table;
}

/// The other builtins: how many arguments they take, at least and at most.
static const llvm::StringMap<std::pair<size_t, size_t>> &others() {
  constexpr size_t many = 16;
  static const llvm::StringMap<std::pair<size_t, size_t>> table = {
      {"min", {2, many}},    {"max", {2, many}},  {"pow", {2, 2}},
      {"clamp", {3, 3}},     {"where", {3, 3}},   {"uniform", {2, many}},
      {"normal", {2, many}}, {"fold", {2, many}}, {"bool", {1, 1}},
      {"i32", {1, 1}},       {"i64", {1, 1}},     {"f16", {1, 1}},
      {"bf16", {1, 1}},      {"f32", {1, 1}},     {"f64", {1, 1}},
      {"float", {1, 1}}};
  return table;
}

/// Names kept for what is to come.
static bool isReserved(StringRef name) {
  return name == "grad" || name == "vjp" || name == "jvp" || name == "stop";
}

bool fovea::isBuiltin(StringRef name) {
  return functions().contains(name) || others().contains(name) ||
         isReduction(name) || isReserved(name);
}

std::vector<std::string> fovea::builtinNames() {
  std::vector<std::string> names = {"sum",  "prod",   "any",   "all",
                                    "mean", "argmax", "argmin"};
  for (const auto &entry : functions())
    names.push_back(entry.getKey().str());
  for (const auto &entry : others())
    names.push_back(entry.getKey().str());
  return names;
}

Elaborator::MaybeArray Elaborator::builtin(const std::string &name,
                                           const ast::Expr &whole,
                                           const ast::Call &call,
                                           Scope *scope) {
  if (isReserved(name)) {
    error(call.callee.range,
          "`" + name + "` is reserved: derivatives come in a later version");
    return std::nullopt;
  }
  if (call.hasBinders) {
    error(call.callee.range, "`" + name + "` takes no indices in brackets")
        .fix("it works number by number: `" + name + "(x[i])`");
    return std::nullopt;
  }
  auto limits = others().find(name);
  if (limits == others().end() && !functions().contains(name)) {
    error(whole.range, "`" + name + "` needs the indices that it runs over")
        .fix("write `" + name + "[j](...)`");
    return std::nullopt;
  }
  auto [least, most] = limits == others().end()
                           ? std::pair<size_t, size_t>(1, 1)
                           : limits->second;
  if (call.arguments.size() < least || call.arguments.size() > most) {
    fovea::Diagnostic &diagnostic =
        error(whole.range,
              "`" + name + "` takes " + std::to_string(least) +
                  (most == least ? "" : " or more") +
                  (least == 1 && most == 1 ? " argument, " : " arguments, ") +
                  std::to_string(call.arguments.size()) +
                  (call.arguments.size() == 1 ? " is" : " are") + " given");
    if (name == "max" || name == "min")
      diagnostic.fix("`" + name + "(a, b)` compares numbers, `" + name +
                     "[j](x[j])` runs over an axis");
    return std::nullopt;
  }
  std::vector<Array> arguments;
  std::vector<const ast::Expr *> syntax;
  for (auto [i, argument] : llvm::enumerate(call.arguments)) {
    if (argument.name) {
      error(argument.name->range,
            "`" + name + "` takes its arguments by place");
      return std::nullopt;
    }
    MaybeArray array = name == "where" && i == 0
                           ? condition(*argument.value, scope, "`where`")
                           : expr(*argument.value, scope);
    if (!array)
      return std::nullopt;
    arguments.push_back(*array);
    syntax.push_back(argument.value.get());
  }
  if (!agree(arguments, syntax, scope))
    return std::nullopt;
  emit.loc = location(whole.range);
  return elementwise(name, call, std::move(arguments), whole.range, scope);
}

Elaborator::MaybeArray Elaborator::elementwise(const std::string &name,
                                               const ast::Call &call,
                                               std::vector<Array> arguments,
                                               SourceRange range,
                                               Scope *scope) {
  if (auto function = functions().find(name); function != functions().end()) {
    Array x = arguments.front();
    if (function->second.ofFloats)
      x = emit.toFloat(x);
    else if (x.isBool())
      x = emit.convert(x, emit.i64);
    return function->second.make(emit, x);
  }
  if (name == "max" || name == "min")
    return extremum(name == "max", arguments, range);
  if (name == "clamp") {
    MaybeArray raised = extremum(true, {arguments[0], arguments[1]}, range);
    return raised ? extremum(false, {*raised, arguments[2]}, range)
                  : std::nullopt;
  }
  if (name == "pow")
    return arithmetic(ast::BinaryOp::Pow, arguments[0], arguments[1], range);
  if (name == "where")
    return where(arguments, call);
  if (name == "uniform" || name == "normal" || name == "fold")
    return random(name, call, arguments, range, scope);
  return castTo(name, call.callee.range, arguments.front(), scope);
}

Elaborator::MaybeArray Elaborator::extremum(bool max,
                                            std::vector<Array> arguments,
                                            SourceRange range) {
  for (Array &argument : arguments)
    if (argument.isBool())
      argument = emit.convert(argument, emit.i64);
  std::optional<bool> weak = meet(arguments, range);
  if (!weak)
    return std::nullopt;
  Array result = arguments.front();
  for (const Array &next : ArrayRef(arguments).drop_front())
    result =
        max ? emit.apply<MaxOp>({result, next}, *weak, result.value, next.value)
            : emit.apply<MinOp>({result, next}, *weak, result.value,
                                next.value);
  return result;
}

Elaborator::MaybeArray Elaborator::where(std::vector<Array> arguments,
                                         const ast::Call &call) {
  SourceRange range =
      call.arguments[1].value->range.to(call.arguments[2].value->range);
  MutableArrayRef<Array> branches = MutableArrayRef(arguments).drop_front();
  if (!meet(branches, range))
    return std::nullopt;
  return emit.select(arguments[0], branches[0], branches[1]);
}

Elaborator::MaybeArray Elaborator::castTo(const std::string &name,
                                          SourceRange range, Array array,
                                          Scope *scope) {
  Type target = dtypeOf(name, scope->frame);
  if (!target) {
    // `float` where only weak numbers were given.
    bool generic = scope->frame->function;
    if (generic)
      return emit.toFloat(array);
    error(range, "`float` means nothing outside a function")
        .fix("write `f32(...)` or `f64(...)`");
    return std::nullopt;
  }
  if (target == emit.f16 || target == emit.bf16)
    return name == "float" ? emit.convert(array, emit.f32)
                           : emit.rounded(array, target);
  return emit.convert(array, target);
}

Elaborator::MaybeArray Elaborator::random(const std::string &name,
                                          const ast::Call &call,
                                          std::vector<Array> arguments,
                                          SourceRange range, Scope *scope) {
  for (auto [i, argument] : llvm::enumerate(arguments)) {
    if (argument.isInt()) {
      argument = emit.convert(argument, emit.i64);
      continue;
    }
    error(call.arguments[i].value->range,
          "`" + name + "` takes whole numbers, this is " + typeText(argument))
        .fix("a seed and indices: `" + name + "(seed, i, j)`");
    return std::nullopt;
  }
  bool draws = name != "fold";
  Array key = arguments.front();
  ArrayRef<Array> folded = ArrayRef(arguments).drop_front();
  if (draws)
    folded = folded.drop_back();
  for (const Array &index : folded)
    key = emit.apply<FoldKeyOp>({key, index}, false, key.value, index.value);
  if (!draws)
    return key;

  const Array &counter = arguments.back();
  auto axes = unionAxes({key.type(), counter.type()});
  // Lifted over an axis that the seed does not know: every place would get the
  // same bits.
  for (StringAttr axis : scope->frame->lifted) {
    if (llvm::any_of(*axes, [&](AxisAttr a) { return a.getName() == axis; }))
      continue;
    error(range, "`" + name + "` would give the same numbers for every `" +
                     axis.str() + "` over which this call is lifted")
        .fix("hand in a seed that varies: `fold(seed, " + axis.str() + ")`");
    return std::nullopt;
  }
  auto distribution =
      name == "uniform" ? Distribution::Uniform : Distribution::Normal;
  Value value =
      RandomOp::create(emit.builder, emit.loc, ArrayType::get(emit.f64, *axes),
                       distribution, key.value, counter.value);
  return emit.shaped(value, {key, counter}, true);
}
