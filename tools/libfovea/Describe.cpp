//===- Describe.cpp - what programs and exes hold -------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/libfovea/Entry.h"
#include "tools/libfovea/Objects.h"

using namespace fovea;

/// Element `index` of `list`; the error says what there are how many of.
template <class T>
static Expected<const T *> pick(const std::vector<T> &list, uint64_t index,
                                const char *what) {
  if (index < list.size())
    return &list[index];
  return misuse("there is no " + std::string(what) + " number " +
                std::to_string(index) + "; there are " +
                std::to_string(list.size()));
}

uint64_t fovea_program_function_count(const fovea_program *program) {
  return program ? program->functions.size() : 0;
}

fovea_code fovea_program_function(const fovea_program *program,
                                  uint64_t function, fovea_function_info *info,
                                  fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!program)
      return misuse("`program` is null");
    auto found = pick(program->functions, function, "function");
    if (!found)
      return found.status();
    fovea_function_info out = FOVEA_FUNCTION_INFO_INIT;
    out.name = (*found)->info.name.c_str();
    out.signature = (*found)->info.signature.c_str();
    out.param_count = (*found)->params.size();
    return answer(info, out, "`info`");
  });
}

static fovea_param_kind kindOf(ParamInfo::Kind kind) {
  switch (kind) {
  case ParamInfo::Kind::Array:
    return FOVEA_PARAM_ARRAY;
  case ParamInfo::Kind::Option:
    return FOVEA_PARAM_OPTION;
  case ParamInfo::Kind::Function:
    return FOVEA_PARAM_FUNCTION;
  }
  return 0;
}

fovea_code fovea_program_param(const fovea_program *program, uint64_t function,
                               uint64_t param, fovea_param_info *info,
                               fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!program)
      return misuse("`program` is null");
    auto owner = pick(program->functions, function, "function");
    if (!owner)
      return owner.status();
    auto found = pick((*owner)->params, param, "parameter");
    if (!found)
      return found.status();
    const DescribedParam &described = **found;
    fovea_param_info out = FOVEA_PARAM_INFO_INIT;
    out.name = described.info.name.c_str();
    out.kind = kindOf(described.info.kind);
    if (auto dtype = dtypeFromName(described.info.dtype))
      out.dtype = toC(*dtype);
    out.dims = described.dims.data();
    out.dim_count = described.dims.size();
    out.choices = described.choices.data();
    out.choice_count = described.choices.size();
    if (!described.info.defaultText.empty())
      out.default_text = described.info.defaultText.c_str();
    return answer(info, out, "`info`");
  });
}

uint64_t fovea_program_example_count(const fovea_program *program) {
  return program ? program->examples.size() : 0;
}

fovea_code fovea_program_example(const fovea_program *program, uint64_t example,
                                 fovea_example_info *info, fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!program)
      return misuse("`program` is null");
    auto found = pick(program->examples, example, "example");
    if (!found)
      return found.status();
    fovea_example_info out = FOVEA_EXAMPLE_INFO_INIT;
    out.function = (*found)->function.c_str();
    out.setting_count = (*found)->settings.size();
    return answer(info, out, "`info`");
  });
}

static fovea_setting_kind kindOf(const ExampleSetting &setting) {
  switch (setting.kind) {
  case ExampleSetting::Kind::Number:
    return FOVEA_SETTING_NUMBER;
  case ExampleSetting::Kind::File:
    return FOVEA_SETTING_FILE;
  case ExampleSetting::Kind::Random:
    return setting.normal ? FOVEA_SETTING_NORMAL : FOVEA_SETTING_RANDOM;
  case ExampleSetting::Kind::Array:
    return FOVEA_SETTING_ARRAY;
  case ExampleSetting::Kind::Choice:
    return FOVEA_SETTING_CHOICE;
  }
  return 0;
}

fovea_code fovea_program_setting(const fovea_program *program, uint64_t example,
                                 uint64_t setting, fovea_setting_info *info,
                                 fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!program)
      return misuse("`program` is null");
    auto owner = pick(program->examples, example, "example");
    if (!owner)
      return owner.status();
    auto found = pick((*owner)->settings, setting, "setting");
    if (!found)
      return found.status();
    const ExampleSetting &described = **found;
    fovea_setting_info out = FOVEA_SETTING_INFO_INIT;
    out.name = described.name.c_str();
    out.kind = kindOf(described);
    out.rank = static_cast<uint32_t>(described.shape.size());
    out.number = described.number;
    out.lo = described.lo;
    out.hi = described.hi;
    out.text = described.text.c_str();
    out.array = described.array.data();
    out.shape = described.shape.data();
    out.integers =
        described.integers.empty() ? nullptr : described.integers.data();
    return answer(info, out, "`info`");
  });
}

uint64_t fovea_program_test_count(const fovea_program *program) {
  return program ? program->tests.size() : 0;
}

const char *fovea_program_test_name(const fovea_program *program,
                                    uint64_t test) {
  return program && test < program->tests.size() ? program->tests[test].c_str()
                                                 : nullptr;
}

fovea_code fovea_exe_describe(const fovea_exe *exe, fovea_exe_info *info,
                              fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!exe)
      return misuse("`exe` is null");
    fovea_exe_info out = FOVEA_EXE_INFO_INIT;
    out.name = exe->executable->signature().name.c_str();
    out.signature = exe->signature.c_str();
    out.input_count = exe->inputs.size();
    out.result_count = exe->results.size();
    out.dims = exe->dims.data();
    out.dim_count = exe->dims.size();
    return answer(info, out, "`info`");
  });
}

static Status answerArray(const std::vector<DescribedArray> &list,
                          uint64_t index, const char *what,
                          fovea_array_info *info) {
  auto found = pick(list, index, what);
  if (!found)
    return found.status();
  const DescribedArray &described = **found;
  fovea_array_info out = FOVEA_ARRAY_INFO_INIT;
  out.name = described.parameter.name.c_str();
  out.dtype = toC(described.parameter.dtype);
  out.rank = static_cast<uint32_t>(described.shape.size());
  out.shape = described.shape.data();
  return answer(info, out, "`info`");
}

fovea_code fovea_exe_input(const fovea_exe *exe, uint64_t input,
                           fovea_array_info *info, fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!exe)
      return misuse("`exe` is null");
    return answerArray(exe->inputs, input, "input", info);
  });
}

fovea_code fovea_exe_result(const fovea_exe *exe, uint64_t result,
                            fovea_array_info *info, fovea_error *error) {
  return entry(error, [&]() -> Status {
    if (!exe)
      return misuse("`exe` is null");
    return answerArray(exe->results, result, "result", info);
  });
}
