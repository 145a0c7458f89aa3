//===- Examples.cpp - the example blocks, for the host --------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "frontend/Number.h"
#include "frontend/ProgramImpl.h"

#include "llvm/Support/CheckedArithmetic.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>
#include <limits>

using namespace fovea;

namespace {
/// Reads the settings of one example. Numbers that stand before may be used by
/// name.
class SettingReader {
public:
  explicit SettingReader(Diagnostics &diagnostics) : diagnostics(diagnostics) {}

  bool read(const ast::Function &function, const ast::Argument &argument,
            ExampleSetting &setting) {
    setting.name = argument.name->name;
    const ast::Expr &value = *argument.value;
    if (auto *text = value.as<ast::String>()) {
      setting.kind = ExampleSetting::Kind::File;
      setting.text = text->value;
      return true;
    }
    if (isOption(function, setting.name))
      return readChoice(function, value, setting);
    if (auto *call = value.as<ast::Call>())
      return readRandom(*call, value.range, setting);
    if (value.as<ast::ArrayLiteral>()) {
      setting.kind = ExampleSetting::Kind::Array;
      if (!readArray(value, 0, setting))
        return false;
      if (setting.integers.size() < setting.array.size())
        setting.integers.clear();
      return true;
    }
    setting.kind = ExampleSetting::Kind::Number;
    Number made;
    if (!number(value, made))
      return false;
    setting.number = made.real;
    if (made.integer)
      setting.integers = {*made.integer};
    numbers[setting.name] = made;
    return true;
  }

private:
  static const ast::OptionType *optionType(const ast::Function &function,
                                           const std::string &name) {
    for (const ast::Param &param : function.params)
      if (param.name.name == name)
        return param.type->as<ast::OptionType>();
    return nullptr;
  }
  static bool isOption(const ast::Function &function, const std::string &name) {
    return optionType(function, name) != nullptr;
  }

  bool readChoice(const ast::Function &function, const ast::Expr &value,
                  ExampleSetting &setting) {
    setting.kind = ExampleSetting::Kind::Choice;
    auto *word = value.as<ast::Name>();
    std::string choices;
    for (const ast::Ident &choice :
         optionType(function, setting.name)->choices) {
      choices += (choices.empty() ? "" : " | ") + choice.name;
      if (!word || choice.name != word->name)
        continue;
      setting.text = word->name;
      return true;
    }
    diagnostics.error(value.range, "`" + setting.name + "` is " + choices +
                                       ", this is none of these");
    return false;
  }

  bool readRandom(const ast::Call &call, SourceRange range,
                  ExampleSetting &setting) {
    setting.kind = ExampleSetting::Kind::Random;
    setting.normal = call.callee.name == "normal";
    bool uniform = call.callee.name == "random" && call.arguments.size() == 2;
    if (setting.normal && call.arguments.empty())
      return true;
    Number lo, hi;
    if (uniform && number(*call.arguments[0].value, lo) &&
        number(*call.arguments[1].value, hi)) {
      setting.lo = lo.real;
      setting.hi = hi.real;
      return true;
    }
    if (!uniform)
      diagnostics.error(range, "an example sets a value by a number, an array, "
                               "a file name, `random(lo, hi)` or `normal()`");
    return false;
  }

  bool readArray(const ast::Expr &value, size_t depth,
                 ExampleSetting &setting) {
    auto *array = value.as<ast::ArrayLiteral>();
    if (!array) {
      Number element;
      if (depth != setting.shape.size() || !number(value, element))
        return complain(value);
      setting.array.push_back(element.real);
      if (element.integer)
        setting.integers.push_back(*element.integer);
      return true;
    }
    int64_t extent = array->elements.size();
    if (depth == setting.shape.size() && setting.array.empty())
      setting.shape.push_back(extent);
    if (depth >= setting.shape.size() || setting.shape[depth] != extent)
      return complain(value);
    for (const ast::ExprPtr &element : array->elements)
      if (!readArray(*element, depth + 1, setting))
        return false;
    return true;
  }

  bool complain(const ast::Expr &value) {
    diagnostics.error(value.range, "the rows of an array must have one length "
                                   "and hold numbers");
    return false;
  }

  bool number(const ast::Expr &expr, Number &out) {
    if (evaluate(expr, out))
      return true;
    diagnostics.error(expr.range, "an example needs a number that is known "
                                  "here, made of numbers and dimensions "
                                  "before it");
    return false;
  }

  bool evaluate(const ast::Expr &expr, Number &out) {
    if (auto *node = expr.as<ast::Number>()) {
      out = node->isInteger ? Number::whole(node->integer) : known(node->real);
      return true;
    }
    if (auto *node = expr.as<ast::Boolean>()) {
      out = Number::whole(node->value);
      return true;
    }
    if (auto *node = expr.as<ast::Name>()) {
      auto before = numbers.find(node->name);
      bool isInf = node->name == "inf";
      out = before != numbers.end() ? before->second
            : isInf ? known(std::numeric_limits<double>::infinity())
                    : known(3.14159265358979323846);
      return before != numbers.end() || isInf || node->name == "pi";
    }
    if (auto *node = expr.as<ast::Unary>()) {
      bool isKnown = evaluate(*node->operand, out);
      // Of 0 it has a sign.
      out.real = -out.real;
      if (out.integer)
        out.integer = llvm::checkedSub<int64_t>(0, *out.integer);
      return isKnown && node->op == ast::UnaryOp::Neg;
    }
    auto *node = expr.as<ast::Binary>();
    Number a, b;
    if (!node || !evaluate(*node->lhs, a) || !evaluate(*node->rhs, b))
      return false;
    switch (node->op) {
    case ast::BinaryOp::Add:
      out = exact(a, b, llvm::checkedAdd<int64_t>, a.real + b.real);
      return true;
    case ast::BinaryOp::Sub:
      out = exact(a, b, llvm::checkedSub<int64_t>, a.real - b.real);
      return true;
    case ast::BinaryOp::Mul:
      out = exact(a, b, llvm::checkedMul<int64_t>, a.real * b.real);
      return true;
    case ast::BinaryOp::Div:
      out = known(a.real / b.real);
      return true;
    case ast::BinaryOp::FloorDiv:
      out = exact(a, b, floorDiv, std::floor(a.real / b.real));
      return true;
    case ast::BinaryOp::Pow:
      out = known(std::pow(a.real, b.real));
      return true;
    default:
      return false;
    }
  }

  /// What was computed in a double: up to 2^53 whole numbers are exact there.
  static Number known(double number) {
    if (number != std::floor(number) || std::fabs(number) > 0x1p53)
      return {number, std::nullopt};
    return {number, static_cast<int64_t>(number)};
  }
  static std::optional<int64_t> floorDiv(int64_t a, int64_t b) {
    if (b == 0 || llvm::divideSignedWouldOverflow(a, b))
      return std::nullopt;
    return llvm::divideFloorSigned(a, b);
  }
  /// What whole numbers make, or else `real`, which was computed in a double.
  static Number exact(Number a, Number b,
                      std::optional<int64_t> (*compute)(int64_t, int64_t),
                      double real) {
    std::optional<int64_t> integer;
    if (a.integer && b.integer)
      integer = compute(*a.integer, *b.integer);
    if (!integer)
      return known(real);
    return *integer ? Number::whole(*integer) : Number{real, integer};
  }

  Diagnostics &diagnostics;
  std::map<std::string, Number> numbers;
};
} // namespace

/// Names that an example of the function may set.
static std::vector<std::string> settable(const ast::Function &function) {
  std::vector<std::string> names;
  std::vector<const ast::Expr *> todo;
  for (const ast::Param &param : function.params) {
    names.push_back(param.name.name);
    if (auto *type = param.type->as<ast::ArrayType>())
      for (const ast::ExprPtr &dim : type->dims)
        todo.push_back(dim.get());
  }
  while (!todo.empty()) {
    const ast::Expr *expr = todo.back();
    todo.pop_back();
    if (auto *id = expr->as<ast::Name>())
      names.push_back(id->name);
    if (auto *binary = expr->as<ast::Binary>())
      todo.insert(todo.end(), {binary->rhs.get(), binary->lhs.get()});
  }
  return names;
}

std::vector<ExampleInfo> Program::examples(Diagnostics &diagnostics) const {
  std::vector<ExampleInfo> infos;
  for (const ast::Example &example : data->main().examples) {
    const ast::Function *function = nullptr;
    std::vector<std::string> names;
    for (const ast::Function &candidate : data->main().functions) {
      names.push_back(candidate.name.name);
      if (!function && candidate.name.name == example.function.name)
        function = &candidate;
    }
    if (!function) {
      Diagnostic &diagnostic = diagnostics.error(
          example.function.range,
          "there is no function `" + example.function.name + "` in this file");
      std::string close = didYouMean(example.function.name, names);
      if (!close.empty())
        diagnostic.fix("did you mean `" + close + "`?");
      continue;
    }
    ExampleInfo info;
    info.function = example.function.name;
    SettingReader reader(diagnostics);
    std::vector<std::string> known = settable(*function);
    for (const ast::Argument &argument : example.settings) {
      const std::string &name = argument.name->name;
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        Diagnostic &diagnostic =
            diagnostics.error(argument.name->range,
                              "`" + example.function.name +
                                  "` has no input or dimension `" + name + "`");
        std::string close = didYouMean(name, known);
        if (!close.empty())
          diagnostic.fix("did you mean `" + close + "`?");
        continue;
      }
      ExampleSetting setting{};
      setting.hi = 1;
      if (reader.read(*function, argument, setting))
        info.settings.push_back(std::move(setting));
    }
    infos.push_back(std::move(info));
  }
  return infos;
}
