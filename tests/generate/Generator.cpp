//===- Generator.cpp - random programs ------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/generate/Generator.h"

#include "tests/generate/Edits.h"
#include "tests/generate/Library.h"
#include "tests/generate/Statements.h"

#include <algorithm>

using namespace fovea::generate;

namespace {
class Generator {
public:
  explicit Generator(uint64_t seed) : dice(seed), gen(dice) {}
  Case make(bool chains);

private:
  void params();
  Parameter param(std::string name);
  void helper();
  void results();
  void useLibrary(const std::set<std::string> &called);

  Dice dice;
  ExprGenerator gen;
  Case c;
  std::vector<Dim> symbols;
};
} // namespace

Parameter Generator::param(std::string name) {
  Parameter p;
  p.name = std::move(name);
  static const std::vector<std::string> dtypes = {
      "main", "f16", "bf16", "f32", "f64", "bool", "i64", "i32"};
  p.dtype = dtypes[dice.weighted({52, 4, 4, 4, 4, 12, 16, 4})];
  p.type = p.dtype == "bool"  ? Type::Bool
           : p.dtype == "i64" ? Type::I64
           : p.dtype == "i32" ? Type::I32
                              : Type::Float;
  size_t rank = dice.weighted({10, 32, 38, 14, 6});
  for (size_t i = 0; i < rank; ++i)
    p.shape.push_back(dice.pick(symbols));
  if (rank > 0 && dice.chance(8))
    p.shape[0].offset = 1;
  if (rank > 0 && dice.chance(5))
    p.shape[rank - 1] = {p.shape[rank - 1].a, "", 2};
  if (p.type == Type::I64 && dice.chance(75)) {
    p.target = dice.pick(symbols).text();
    p.slack = dice.chance(60) ? 0 : 3;
  }
  return p;
}

void Generator::params() {
  int count = 1 + dice.below(4);
  for (int i = 0; i < count; ++i)
    c.entry.params.push_back(param("x" + std::to_string(i)));
  // Formulas are solved for their symbols only if these are known, so each
  // symbol has an axis of its own somewhere.
  for (const Dim &symbol : symbols) {
    bool known = std::any_of(
        c.entry.params.begin(), c.entry.params.end(), [&](const Parameter &p) {
          return std::count(p.shape.begin(), p.shape.end(), symbol) != 0;
        });
    if (known)
      continue;
    Parameter p = {"s" + symbol.a, "main", Type::Float, {symbol}};
    c.entry.params.push_back(p);
  }
  if (dice.chance(15)) {
    gen.seed = "seed";
    c.entry.params.push_back({"seed", "i64", Type::I64, {}});
  }
  for (const Parameter &p : c.entry.params) {
    std::string wide = p.dtype == "f16" || p.dtype == "bf16" ? "f32" : p.dtype;
    bool foreign = p.type == Type::Float && wide != "main" && wide != c.main;
    gen.arrays.push_back(
        {p.name, p.type, p.shape, false, foreign, p.target, p.slack});
  }
}

void Generator::useLibrary(const std::set<std::string> &called) {
  c.library.insert(c.library.end(), called.begin(), called.end());
}

/// A function over `float`, made as the entry is.
void Generator::helper() {
  ExprGenerator inner(dice);
  Function f;
  f.name = "helper";
  bool two = dice.chance(30);
  Dim axis = {"J"};
  f.params.push_back({"x", "float", Type::Float, {axis}});
  inner.arrays.push_back({"x", Type::Float, {axis}});
  if (two) {
    f.params.push_back({"y", "float", Type::Float, {axis}});
    inner.arrays.push_back({"y", Type::Float, {axis}});
  }
  f.params.push_back({"w", "float", Type::Float, {}, "", 0, "0.5"});
  inner.arrays.push_back({"w", Type::Float, {}});
  inner.dims = {axis};
  inner.tame = gen.tame;
  Statements statements(inner, f, "h");
  for (int i = dice.below(3); i > 0; --i)
    statements.addPlain();
  // The last one is the result: an array over the axis, or a number.
  bool keepsAxis = dice.chance(50);
  std::vector<Binder> binders;
  if (keepsAxis)
    binders.push_back({"j", axis, false});
  ExprPtr value;
  {
    ExprGenerator::Bind bind(inner, binders);
    value = strong(inner.real(3));
    // Calls with brackets find the axis by its use.
    if (keepsAxis)
      value = infix("+", read("x", {leaf("j")}, Type::Float), value,
                    Type::Float, Rounding::Sum);
  }
  std::vector<Dim> shape;
  if (keepsAxis)
    shape.push_back(axis);
  f.definitions.push_back({{"out"}, binders, value, Type::Float, shape});
  f.results.push_back({"out", "float", shape});
  gen.callables.push_back({"helper", two ? 2 : 1, keepsAxis});
  c.helpers.push_back(f);
}

/// Whether a later definition reads it.
static bool isRead(const Function &function, const std::string &name) {
  return std::any_of(
      function.definitions.begin(), function.definitions.end(),
      [&](const Definition &d) { return mentions(*d.value, name); });
}

void Generator::results() {
  std::vector<const Array *> defined, last;
  for (const Array &array : gen.arrays)
    for (const Definition &d : c.entry.definitions)
      if (std::count(d.names.begin(), d.names.end(), array.name))
        (isRead(c.entry, array.name) ? defined : last).push_back(&array);
  // Mostly all that nothing else uses, so that little goes unseen; but what no
  // result needs must not be evaluated, and that is to be seen, too.
  std::vector<const Array *> chosen;
  for (const Array *array : last)
    if (chosen.empty() || dice.chance(85))
      chosen.push_back(array);
  if (!defined.empty() && dice.chance(20))
    chosen.push_back(dice.pick(defined));
  for (const Array *array : chosen) {
    Result r = {array->name, "main", array->shape};
    if (array->type == Type::Bool)
      r.dtype = dice.chance(85) ? "bool" : "i64";
    if (array->type == Type::I64)
      r.dtype = "i64";
    if (array->type == Type::I32)
      r.dtype = array->weak || dice.chance(20) ? "i64" : "i32";
    if (array->type == Type::Float && c.main == "f32" && dice.chance(10))
      r.dtype = dice.chance(50) ? "f16" : "bf16";
    c.entry.results.push_back(std::move(r));
  }
}

Case Generator::make(bool chains) {
  c.main = dice.chance(50) ? "f64" : "f32";
  c.tame = gen.tame = dice.chance(45);
  static const char *const names[] = {"N", "M", "K", "L"};
  int count = 1 + dice.below(4);
  for (int i = 0; i < count; ++i)
    symbols.push_back({names[i]});
  gen.dims = symbols;
  if (dice.chance(8))
    gen.dims.push_back({"N", "", 1, 1});
  c.entry.name = "generated";
  params();

  std::vector<const LibraryFunction *> chosen;
  for (const LibraryFunction &function : axisFunctions())
    if (dice.chance(25)) {
      gen.callables.push_back(function.callable);
      chosen.push_back(&function);
    }
  if (dice.chance(25))
    helper();
  Statements statements(gen, c.entry, "t");
  if (chains)
    statements.chain();
  for (int i = 1 + dice.below(9); i > 0; --i)
    statements.add();
  results();

  useLibrary(statements.library);
  for (const LibraryFunction *function : chosen)
    c.library.push_back(function->text);
  removeUncalled(c);
  return std::move(c);
}

Case fovea::generate::generate(uint64_t seed, bool chains) {
  return Generator(seed).make(chains);
}
