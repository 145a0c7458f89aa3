//===- Plan.cpp - which function, of which types --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Plan.h"

#include "runtime/Print.h"
#include "tools/fovea/Failure.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <cstdio>

using namespace fovea;
using namespace fovea::driver;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

static bool isPack(const std::string &name) { return name.ends_with("..."); }

std::vector<std::string> driver::namesIn(const std::string &dim) {
  if (isPack(dim))
    return {dim};
  std::vector<std::string> names;
  auto inName = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
  };
  for (size_t begin = 0; begin < dim.size();) {
    size_t end = begin;
    while (end < dim.size() && inName(dim[end]))
      ++end;
    if (end > begin && !std::isdigit(static_cast<unsigned char>(dim[begin])))
      names.push_back(dim.substr(begin, end - begin));
    begin = std::max(end, begin + 1);
  }
  return names;
}

static const Param *findParam(const Function &function,
                              const std::string &name) {
  for (const Param &param : function.params)
    if (param.name == name)
      return &param;
  return nullptr;
}

/// The names of dimensions, packs without their dots.
static std::vector<std::string> sizeNames(const Function &function) {
  std::vector<std::string> names;
  for (const Param &param : function.params)
    for (const std::string &dim : param.dims)
      for (std::string name : namesIn(dim)) {
        if (isPack(name))
          name.resize(name.size() - 3);
        if (std::find(names.begin(), names.end(), name) == names.end())
          names.push_back(name);
      }
  return names;
}

static const Function &chooseFunction(const Session &session,
                                      const Options &options) {
  const std::vector<Function> &functions = session.functions();
  std::vector<std::string> names;
  for (const Function &function : functions)
    names.push_back(function.name);
  auto named = [&](const std::string &name) -> const Function * {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? nullptr : &functions[found - names.begin()];
  };
  std::string list;
  for (const std::string &name : names)
    list += (list.empty() ? "" : ", ") + name;
  if (options.function) {
    if (const Function *function = named(*options.function))
      return *function;
    const std::string near = nearest(*options.function, names);
    throw usage("there is no function `" + *options.function + "` in `" +
                    session.file() + "`",
                near.empty() ? "it has " + list : near);
  }
  if (functions.empty())
    throw usage("`" + session.file() + "` has no function to run");
  if (!session.examples().empty())
    if (const Function *function = named(session.examples()[0].function))
      return *function;
  if (functions.size() == 1)
    return functions[0];
  throw usage("`" + session.file() +
                  "` has several functions and no example; name one",
              "it has " + list);
}

//===----------------------------------------------------------------------===//
// Settings
//===----------------------------------------------------------------------===//

using Settings = std::map<std::string, Setting>;

/// What the command line gives for one name.
static Setting fromCommandLine(const Function &function,
                               const Assignment &assignment) {
  const Param *param = findParam(function, assignment.name);
  if (!param) {
    std::vector<std::string> known = sizeNames(function);
    if (std::find(known.begin(), known.end(), assignment.name) == known.end()) {
      for (const Param &other : function.params)
        known.push_back(other.name);
      throw usage("`" + function.name +
                      "` has no input, dimension or option `" +
                      assignment.name + "`",
                  nearest(assignment.name, known));
    }
  }
  if (param && param->kind == Param::Kind::Function)
    throw usage("`" + param->name +
                "` is a function, which can only be given inside a program");
  // A choice may have any name, also one that means something as a value.
  if (param && param->kind == Param::Kind::Option)
    return {Value::word(assignment.value), Origin::CommandLine};
  return {parseValue(assignment.name, assignment.value), Origin::CommandLine};
}

/// The command line goes before the first example of the function.
static Settings collectSettings(const Session &session, const Options &options,
                                const Function &function) {
  Settings settings;
  for (const Assignment &assignment : options.assignments)
    settings.emplace(assignment.name, fromCommandLine(function, assignment));
  for (const Example &example : session.examples()) {
    if (example.function != function.name)
      continue;
    for (const auto &[name, value] : example.settings)
      settings.emplace(name, Setting{value, Origin::Example});
    break;
  }
  return settings;
}

static void checkSize(const std::string &name, const Value &value, bool pack) {
  const bool fits = value.kind == Value::Kind::Literal && value.isInteger() &&
                    value.shape.size() == (pack ? 1u : 0u) &&
                    std::all_of(value.integers.begin(), value.integers.end(),
                                [](int64_t n) { return n >= 0; });
  if (fits && !value.isBool)
    return;
  throw usage(pack ? "`" + name +
                         "` stands for several dimensions, a list of their "
                         "sizes is needed"
                   : "`" + name +
                         "` is a dimension, a whole number from 0 on is needed",
              pack ? "write `" + name + "=[2,3]`" : "");
}

/// `S` in `S...` of some parameter.
static bool namesPack(const Function &function, const std::string &name) {
  for (const Param &param : function.params)
    if (std::find(param.dims.begin(), param.dims.end(), name + "...") !=
        param.dims.end())
      return true;
  return false;
}

/// Moves what is for dimensions and options out of `settings`.
static void settle(const Function &function, Settings &settings, Plan &plan) {
  for (auto entry = settings.begin(); entry != settings.end();) {
    const auto &[name, setting] = *entry;
    const Param *param = findParam(function, name);
    if (param && param->kind == Param::Kind::Array) {
      ++entry;
      continue;
    }
    if (!param) {
      checkSize(name, setting.value, namesPack(function, name));
      plan.sizes.emplace(name, setting);
    } else if (param->kind == Param::Kind::Option) {
      const std::vector<std::string> &choices = param->choices;
      std::string list;
      for (const std::string &choice : choices)
        list += (list.empty() ? "" : ", ") + choice;
      if (std::find(choices.begin(), choices.end(), setting.value.text) ==
          choices.end()) {
        const std::string near = nearest(setting.value.text, choices);
        throw usage("option `" + name + "` has no choice `" +
                        setting.value.text + "`",
                    near.empty() ? "it can be " + list : near);
      }
      plan.request.options[name] = setting.value.text;
    }
    entry = settings.erase(entry);
  }
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static Failure wrongType(const PlannedInput &input, const std::string &needed,
                         DType wanted) {
  const std::string &path = input.setting.value.text;
  const std::string python =
      wanted == DType::BF16 || wanted == DType::Bool
          ? ""
          : "convert it: numpy.save(\"" + path + "\", numpy.load(\"" + path +
                "\").astype(\"" + (isInteger(wanted) ? "int" : "float") +
                std::to_string(8 * sizeOf(wanted)) + "\"))";
  return usage("`" + input.param->name + "` is " + needed + ", but `" + path +
                   "` holds " + typeText(input.file->dtype, input.file->shape),
               python);
}

/// Whether a file of `held` is one of `dtype`, or becomes one as an argument in
/// the language does, with the same numbers in the same kind of type.
static bool takes(DType dtype, DType held) {
  return dtype == held || (dtype == DType::I64 && held == DType::I32);
}

static void look(PlannedInput &input, std::optional<DType> expected) {
  if (input.setting.value.kind == Value::Kind::File)
    input.file = orFail(readNpyType(input.setting.value.text, expected));
}

/// Looks into the files and decides what `float` is: --float, else what the
/// first file for one holds, else f32.
static void settleTypes(const Options &options, Plan &plan) {
  std::optional<DType> floatType = options.floatType;
  std::string reason = "--float";
  bool hasFloat = false;
  for (PlannedInput &input : plan.inputs) {
    if (input.param->dtype) {
      input.dtype = *input.param->dtype;
      look(input, input.dtype);
      if (input.file && !takes(input.dtype, input.file->dtype))
        throw wrongType(input, input.param->typeText(), input.dtype);
      continue;
    }
    hasFloat = true;
    look(input, options.floatType);
    if (!input.file)
      continue;
    if (!isFloat(input.file->dtype))
      throw wrongType(input, input.param->typeText(),
                      floatType.value_or(DType::F32));
    if (!floatType) {
      floatType = input.file->dtype;
      reason = "`" + input.setting.value.text + "`";
    }
    if (input.file->dtype != *floatType)
      throw wrongType(input,
                      input.param->typeText() + " with float = " +
                          std::string(name(*floatType)) + " by " + reason,
                      *floatType);
  }
  if (options.floatType && !hasFloat)
    throw usage("--float is given, but `" + plan.function->name +
                "` has no input of type `float`");
  for (PlannedInput &input : plan.inputs)
    if (!input.param->dtype)
      input.dtype = floatType.value_or(DType::F32);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

static Failure wrongValue(const PlannedInput &input, const std::string &found,
                          const std::string &help = "") {
  return usage("`" + input.param->name + "` is " + input.param->typeText() +
                   ", but " + found + " is given",
               help);
}

namespace {
/// The whole numbers of a dtype.
struct Whole {
  int64_t least, largest;
  /// Behind the largest: a double has it exactly.
  double end;
};
} // namespace

static Whole wholeOf(DType dtype) {
  switch (dtype) {
  case DType::Bool:
    return {0, 1, 2};
  case DType::I32:
    return {INT32_MIN, INT32_MAX, 0x1p31};
  default:
    return {INT64_MIN, INT64_MAX, 0x1p63};
  }
}

static void checkWhole(const PlannedInput &input) {
  const Value &value = input.setting.value;
  const Whole whole = wholeOf(input.dtype);
  const double begin = static_cast<double>(whole.least);
  const std::string holds =
      "a number of type " + std::string(name(input.dtype)) + " lies from " +
      std::to_string(whole.least) + " to " + std::to_string(whole.largest);
  if (value.kind == Value::Kind::Uniform &&
      !(value.lo >= begin && value.hi <= whole.end))
    throw wrongValue(input, "the range " + value.rangeText(), holds);
  const bool example = input.setting.origin == Origin::Example;
  if (value.kind == Value::Kind::Normal && input.dtype != DType::Bool &&
      input.setting.origin != Origin::Nobody)
    throw usage("`" + input.param->name + "` is " + input.param->typeText() +
                    ", so random numbers for it need a range",
                "write `" + input.param->name +
                    (example ? " = random(0, 10)`" : "=random:0,10`"));
  for (int64_t number : value.integers)
    if (number < whole.least || number > whole.largest)
      throw wrongValue(input, std::to_string(number), holds);
  if (value.isInteger() || value.elements.empty())
    return;
  for (double number : value.elements) {
    if (number >= begin && number < whole.end)
      continue;
    char text[32];
    std::snprintf(text, sizeof text, "%.15g", number);
    throw wrongValue(input, text, holds);
  }
  throw wrongValue(input, "a number that is not whole");
}

/// Whether the dtype takes what the value says; sizes are not asked for.
static void checkValue(const PlannedInput &input) {
  const Value &value = input.setting.value;
  if (value.kind == Value::Kind::Word)
    throw wrongValue(input, "`" + value.text + "`");
  if (value.kind == Value::Kind::Uniform &&
      !(value.lo < value.hi && std::isfinite(value.hi - value.lo)))
    throw wrongValue(input, "the range " + value.rangeText(),
                     "a range goes up and has an end");
  if (value.isBool && input.dtype != DType::Bool)
    throw wrongValue(input, "true or false");
  if (!isFloat(input.dtype))
    checkWhole(input);
}

//===----------------------------------------------------------------------===//
// Ranks
//===----------------------------------------------------------------------===//

/// The pack among the dimensions of `param`, or null.
static const std::string *packOf(const Param &param) {
  for (const std::string &dim : param.dims)
    if (isPack(dim))
      return &dim;
  return nullptr;
}

/// The rank that the input's own value has, if it has one.
static std::optional<size_t> ownRank(const PlannedInput &input) {
  if (input.file)
    return input.file->shape.size();
  if (input.setting.value.kind == Value::Kind::Literal)
    return input.setting.value.shape.size();
  return std::nullopt;
}

static std::string axes(size_t count) {
  return std::to_string(count) + (count == 1 ? " axis" : " axes");
}

static void checkRank(const PlannedInput &input, size_t rank) {
  const Param &param = *input.param;
  const bool pack = packOf(param) != nullptr;
  if (pack ? rank + 1 >= param.dims.size() : rank == param.dims.size())
    return;
  throw usage(
      "`" + param.name + "` is " + param.typeText() + ", but " +
      (input.file ? "`" + input.setting.value.text + "`"
                  : std::string("the value given")) +
      " has " + axes(rank) +
      (input.file ? ": its shape is " + shapeText(input.file->shape) : ""));
}

/// A pack has as many axes as `S=[...]` says, else as some array that is given
/// has, else one.
static void settleRanks(Plan &plan) {
  std::map<std::string, size_t> packRanks;
  for (const auto &[name, setting] : plan.sizes)
    if (namesPack(*plan.function, name))
      packRanks[name + "..."] = setting.value.integers.size();
  for (const PlannedInput &input : plan.inputs) {
    const std::optional<size_t> rank = ownRank(input);
    if (!rank)
      continue;
    checkRank(input, *rank);
    if (const std::string *pack = packOf(*input.param))
      packRanks.emplace(*pack, *rank + 1 - input.param->dims.size());
  }
  for (PlannedInput &input : plan.inputs) {
    input.rank = input.param->dims.size();
    if (const std::string *pack = packOf(*input.param))
      input.rank += packRanks.emplace(*pack, 1).first->second - 1;
    input.rank = ownRank(input).value_or(input.rank);
  }
}

Plan driver::makePlan(const Session &session, const Options &options) {
  Plan plan;
  plan.function = &chooseFunction(session, options);
  Settings settings = collectSettings(session, options, *plan.function);
  settle(*plan.function, settings, plan);
  for (const Param &param : plan.function->params) {
    if (param.kind != Param::Kind::Array)
      continue;
    const auto found = settings.find(param.name);
    if (found == settings.end() && param.defaultText)
      continue;
    plan.inputs.push_back({&param,
                           found == settings.end()
                               ? Setting{Value::normal(), Origin::Nobody}
                               : found->second,
                           DType::F32, 0, std::nullopt});
  }
  settleTypes(options, plan);
  for (const PlannedInput &input : plan.inputs)
    checkValue(input);
  settleRanks(plan);
  plan.request.function = plan.function->name;
  plan.request.backend = options.backend;
  plan.request.allowMaterialize = options.allowMaterialize;
  for (const PlannedInput &input : plan.inputs)
    plan.request.inputs.push_back({input.param->name, input.dtype, input.rank});
  return plan;
}
