//===- Instance.cpp - checking what is asked for --------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "runtime/DType.h"
#include "tools/libfovea/Compile.h"
#include "tools/libfovea/Entry.h"

#include <optional>

using namespace fovea;

/// The error for a name that is not known, with the nearest of those that are.
static Status unknown(const std::string &message, std::string_view name,
                      const std::vector<std::string> &candidates) {
  const std::string near = didYouMean(name, candidates);
  return Status::error(StatusCode::InvalidArgument, message,
                       near.empty() ? "" : "did you mean `" + near + "`?");
}

static Expected<const DescribedFunction *>
findFunction(const fovea_program &program, std::string_view name) {
  std::vector<std::string> names;
  for (const DescribedFunction &function : program.functions) {
    if (function.info.name == name)
      return &function;
    names.push_back(function.info.name);
  }
  return unknown("there is no function `" + std::string(name) + "` in " +
                     program.program->path(),
                 name, names);
}

static Expected<const ParamInfo *> findParam(const DescribedFunction &function,
                                             std::string_view name) {
  std::vector<std::string> names;
  for (const DescribedParam &param : function.params) {
    if (param.info.name == name)
      return &param.info;
    names.push_back(param.info.name);
  }
  return unknown("`" + function.info.name + "` has no parameter `" +
                     std::string(name) + "`",
                 name, names);
}

static bool isPack(const std::string &dim) { return dim.ends_with("..."); }

/// Whether an array of `rank` axes fits the dimensions as written.
static bool rankFits(const ParamInfo &param, uint32_t rank) {
  for (const std::string &dim : param.dims)
    if (isPack(dim))
      return rank + 1 >= param.dims.size();
  return rank == param.dims.size();
}

/// `q: f32[N, D]`.
static std::string declaration(const ParamInfo &param) {
  std::string dims;
  for (const std::string &dim : param.dims)
    dims += (dims.empty() ? "" : ", ") + dim;
  return "`" + param.name + ": " + param.dtype +
         (dims.empty() ? "`" : "[" + dims + "]`");
}

static std::string axes(size_t rank) {
  return std::to_string(rank) + (rank == 1 ? " axis" : " axes");
}

static Status checkArray(const ParamInfo &param, DType dtype, uint32_t rank) {
  const std::string given = std::string(name(dtype));
  if (param.dtype == "float" ? !isFloat(dtype) : param.dtype != given)
    return Status::error(StatusCode::DType,
                         "input `" + param.name + "` is given as " + given +
                             ", but the parameter is " + declaration(param))
        .withTensor(param.name);
  if (!rankFits(param, rank))
    return Status::error(StatusCode::Shape,
                         "input `" + param.name + "` is given with " +
                             axes(rank) + ", but the parameter is " +
                             declaration(param))
        .withTensor(param.name);
  return Status::ok();
}

namespace {
/// Collects the inputs of one request.
struct Inputs {
  const DescribedFunction &function;
  Instance &instance;
  const ParamInfo *firstFloat = nullptr;
  std::string floatName = {};

  Status add(const fovea_input &input) {
    if (!input.name)
      return misuse("an input of the request has no name");
    Expected<const ParamInfo *> param = findParam(function, input.name);
    if (!param)
      return param.status();
    if ((*param)->kind != ParamInfo::Kind::Array)
      return misuse("`" + (*param)->name + "` is no array");
    std::optional<DType> dtype = dtypeFromC(input.dtype);
    if (!dtype)
      return misuse("the dtype of input `" + (*param)->name +
                    "` has the unknown number " + std::to_string(input.dtype));
    for (const InputSpec &earlier : instance.inputs)
      if (earlier.name == input.name)
        return misuse("input `" + earlier.name + "` is given twice");
    if (Status status = checkArray(**param, *dtype, input.rank);
        status.failed())
      return status;
    instance.inputs.push_back(
        {(*param)->name, std::string(name(*dtype)), input.rank});
    return checkFloat(**param, std::string(name(*dtype)));
  }

  /// All `float` parameters have one type.
  Status checkFloat(const ParamInfo &param, std::string dtype) {
    if (param.dtype != "float")
      return Status::ok();
    if (!firstFloat) {
      firstFloat = &param;
      floatName = std::move(dtype);
      return Status::ok();
    }
    if (floatName == dtype)
      return Status::ok();
    return Status::error(StatusCode::DType,
                         "`float` is one type for all of `" +
                             function.info.name + "`, but input `" +
                             firstFloat->name + "` is " + floatName +
                             " and input `" + param.name + "` is " + dtype)
        .withTensor(param.name);
  }
};
} // namespace

static Status addOption(const DescribedFunction &function,
                        const fovea_option &option, Instance &instance) {
  if (!option.name || !option.choice)
    return misuse("an option of the request has no name or no choice");
  Expected<const ParamInfo *> param = findParam(function, option.name);
  if (!param)
    return param.status();
  if ((*param)->kind != ParamInfo::Kind::Option)
    return misuse("`" + (*param)->name + "` is no option");
  const std::vector<std::string> &choices = (*param)->choices;
  if (std::find(choices.begin(), choices.end(), option.choice) ==
      choices.end()) {
    std::string list;
    for (const std::string &choice : choices)
      list += (list.empty() ? "" : " | ") + choice;
    return unknown("option `" + (*param)->name + "` has no choice `" +
                       option.choice + "`; it is " + list,
                   option.choice, choices);
  }
  instance.options[(*param)->name] = option.choice;
  return Status::ok();
}

/// Every parameter without a default is given.
static Status checkComplete(const DescribedFunction &function,
                            const Instance &instance) {
  for (const DescribedParam &param : function.params) {
    const ParamInfo &info = param.info;
    if (!info.defaultText.empty() || instance.options.count(info.name))
      continue;
    if (info.kind == ParamInfo::Kind::Function)
      return Status::error(
          StatusCode::InvalidArgument,
          "`" + function.info.name + "` takes the function `" + info.name +
              "`, which can only be given inside a program",
          "write a function that calls `" + function.info.name + "` with one");
    const bool given =
        std::any_of(instance.inputs.begin(), instance.inputs.end(),
                    [&](const InputSpec &in) { return in.name == info.name; });
    if (!given)
      return misuse("`" + function.info.name + "` needs `" + info.name +
                    "`, which is not given");
  }
  return Status::ok();
}

Expected<Instance> fovea::instanceFor(const fovea_program &program,
                                      const fovea_request &request) {
  if (!request.function)
    return misuse("the request names no function");
  Expected<const DescribedFunction *> function =
      findFunction(program, request.function);
  if (!function)
    return function.status();
  Instance instance;
  instance.function = request.function;
  Inputs inputs{**function, instance};
  for (uint64_t i = 0; i < request.input_count; ++i) {
    Expected<fovea_input> input = fovea::request(
        element(request.inputs, request.input_stride, i), "an input");
    Status status = input ? inputs.add(*input) : input.status();
    if (status.failed())
      return status;
  }
  for (uint64_t i = 0; i < request.option_count; ++i) {
    Expected<fovea_option> option = fovea::request(
        element(request.options, request.option_stride, i), "an option");
    Status status =
        option ? addOption(**function, *option, instance) : option.status();
    if (status.failed())
      return status;
  }
  if (Status status = checkComplete(**function, instance); status.failed())
    return status;
  return instance;
}
