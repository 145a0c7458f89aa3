//===- Session.cpp - a loaded program, seen from C++ ----------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tools/fovea/Session.h"

#include "tools/fovea/Failure.h"
#include "tools/fovea/Library.h"
#include "tools/fovea/Talk.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

using namespace fovea;
using namespace fovea::driver;

/// Calls a function of the library that takes an error last.
template <class Function, class... Arguments>
static void callLibrary(const fovea_call *call, Function function,
                        Arguments... arguments) {
  fovea_error error = FOVEA_ERROR_INIT;
  const fovea_code code = function(arguments..., &error);
  if (code != FOVEA_OK)
    throw failureOf(code, error, call);
}

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

/// Failure, in terms of the command line, for what cannot be a program.
static void checkReadable(const std::string &file) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  if (fs::is_directory(file, ignored))
    throw usage("`" + file + "` is a folder, a .fov file is needed");
  // A pipe or a device might never end.
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored))
    throw usage("`" + file + "` is no regular file");
  if (std::ifstream(file))
    return;
  const std::string reason = std::strerror(errno);
  std::vector<std::string> beside;
  const fs::path folder = fs::path(file).parent_path();
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, ignored),
       end;
       entry != end && !ignored; entry.increment(ignored))
    if (entry->path().extension() == ".fov")
      beside.push_back((folder / entry->path().filename()).string());
  throw usage("cannot read `" + file + "`: " + reason, nearest(file, beside));
}

Session::Session(const std::string &file) : path(file) {
  checkReadable(file);
  if (file.ends_with(".fovc"))
    throw usage("`" + file + "` holds clusters, not a program",
                "`fovea ir " + file + "` prints them");
  const Library &lib = library();
  fovea_call *newCall = nullptr;
  callLibrary(nullptr, lib.call_create, &newCall);
  call.reset(newCall, lib.call_free);
  fovea_program *newProgram = nullptr;
  callLibrary(call.get(), lib.program_load, file.c_str(), call.get(),
              &newProgram);
  program.reset(newProgram, lib.program_free);
  showDiagnostics(lib.call_diagnostics(call.get()));
  readFunctions();
  readExamples();
  for (uint64_t i = 0; i < lib.program_test_count(newProgram); ++i)
    testList.push_back(lib.program_test_name(newProgram, i));
}

static std::vector<std::string> listOf(const char *const *items,
                                       uint64_t count) {
  return {items, items + count};
}

static Param paramOf(const fovea_param_info &info) {
  return {info.name,
          info.kind == FOVEA_PARAM_ARRAY    ? Param::Kind::Array
          : info.kind == FOVEA_PARAM_OPTION ? Param::Kind::Option
                                            : Param::Kind::Function,
          dtypeFromC(info.dtype),
          listOf(info.dims, info.dim_count),
          listOf(info.choices, info.choice_count),
          info.default_text ? std::optional<std::string>(info.default_text)
                            : std::nullopt};
}

std::string Param::typeText() const {
  std::string list;
  for (const std::string &dim : dims)
    list += (list.empty() ? "" : ", ") + dim;
  return std::string(dtype ? fovea::name(*dtype) : "float") +
         (list.empty() ? "" : "[" + list + "]");
}

void Session::readFunctions() {
  const Library &lib = library();
  for (uint64_t f = 0; f < lib.program_function_count(program.get()); ++f) {
    fovea_function_info info = FOVEA_FUNCTION_INFO_INIT;
    callLibrary(nullptr, lib.program_function, program.get(), f, &info);
    Function function = {info.name, info.signature, {}};
    for (uint64_t p = 0; p < info.param_count; ++p) {
      fovea_param_info param = FOVEA_PARAM_INFO_INIT;
      callLibrary(nullptr, lib.program_param, program.get(), f, p, &param);
      function.params.push_back(paramOf(param));
    }
    functionList.push_back(std::move(function));
  }
}

/// A setting in the terms of the command line; files lie beside the program.
static Value valueOf(const fovea_setting_info &info, const std::string &file) {
  switch (info.kind) {
  case FOVEA_SETTING_NUMBER:
    return Value::literal({}, 1, &info.number, info.integers);
  case FOVEA_SETTING_FILE:
    return Value::file(
        (std::filesystem::path(file).parent_path() / info.text).string());
  case FOVEA_SETTING_RANDOM:
    return Value::uniform(info.lo, info.hi);
  case FOVEA_SETTING_NORMAL:
    return Value::normal();
  case FOVEA_SETTING_ARRAY: {
    std::vector<int64_t> shape(info.shape, info.shape + info.rank);
    size_t count = 1;
    for (int64_t extent : shape)
      count *= static_cast<size_t>(extent);
    return Value::literal(std::move(shape), count, info.array, info.integers);
  }
  default:
    return Value::word(info.text);
  }
}

void Session::readExamples() {
  const Library &lib = library();
  for (uint64_t e = 0; e < lib.program_example_count(program.get()); ++e) {
    fovea_example_info info = FOVEA_EXAMPLE_INFO_INIT;
    callLibrary(nullptr, lib.program_example, program.get(), e, &info);
    Example example = {info.function, {}};
    for (uint64_t s = 0; s < info.setting_count; ++s) {
      fovea_setting_info setting = FOVEA_SETTING_INFO_INIT;
      callLibrary(nullptr, lib.program_setting, program.get(), e, s, &setting);
      example.settings.emplace(setting.name, valueOf(setting, path));
    }
    exampleList.push_back(std::move(example));
  }
}

//===----------------------------------------------------------------------===//
// Compiling
//===----------------------------------------------------------------------===//

namespace {

/// A Request for C; points into the Request, so it must not outlive it.
class CRequest {
public:
  explicit CRequest(const Request &from) {
    for (const Request::Input &input : from.inputs) {
      fovea_input item = FOVEA_INPUT_INIT;
      item.name = input.name.c_str();
      item.dtype = toC(input.dtype);
      item.rank = static_cast<uint32_t>(input.rank);
      inputs.push_back(item);
    }
    for (const auto &[name, choice] : from.options) {
      fovea_option item = FOVEA_OPTION_INIT;
      item.name = name.c_str();
      item.choice = choice.c_str();
      options.push_back(item);
    }
    request.function = from.function.c_str();
    request.backend = from.backend ? from.backend->c_str() : nullptr;
    request.allow_materialize = from.allowMaterialize;
    request.inputs = inputs.data();
    request.input_count = inputs.size();
    request.options = options.data();
    request.option_count = options.size();
  }
  CRequest(const CRequest &) = delete;
  const fovea_request *get() const { return &request; }

private:
  std::vector<fovea_input> inputs;
  std::vector<fovea_option> options;
  fovea_request request = FOVEA_REQUEST_INIT;
};

} // namespace

void Session::check() const {
  callLibrary(call.get(), library().program_check, program.get(), call.get());
  showDiagnostics(library().call_diagnostics(call.get()));
}

Exe Session::compile(const Request &request) const {
  CRequest asked(request);
  fovea_exe *exe = nullptr;
  callLibrary(call.get(), library().compile, program.get(), asked.get(),
              call.get(), &exe);
  return Exe(exe, call);
}

Exe Session::compileMagnitudes(const Request &request) const {
  CRequest asked(request);
  fovea_exe *exe = nullptr;
  callLibrary(call.get(), library().compile_magnitudes, program.get(),
              asked.get(), call.get(), &exe);
  return Exe(exe, call);
}

std::string Session::ir(const Request &request,
                        const std::string &stage) const {
  CRequest asked(request);
  callLibrary(call.get(), library().ir, program.get(), asked.get(),
              stage.c_str(), call.get());
  return library().call_text(call.get());
}

void Session::saveClusters(const Request &request,
                           const std::string &file) const {
  CRequest asked(request);
  callLibrary(call.get(), library().save_clusters, program.get(), asked.get(),
              file.c_str(), call.get());
}

std::string Session::explain(const Request &request, const char *form,
                             const std::vector<int64_t> &dims) const {
  CRequest asked(request);
  callLibrary(call.get(), library().explain, program.get(), asked.get(), form,
              dims.data(), uint64_t(dims.size()), call.get());
  return library().call_text(call.get());
}

std::pair<std::string, bool> Session::certify(const Request &request) const {
  CRequest asked(request);
  int32_t holds = 0;
  callLibrary(call.get(), library().certify, program.get(), asked.get(),
              call.get(), &holds);
  return {library().call_text(call.get()), holds != 0};
}

TestResult Session::runTest(size_t test,
                            const std::optional<std::string> &backend,
                            bool allowMaterialize) const {
  fovea_error error = FOVEA_ERROR_INIT;
  int32_t passed = 0;
  const fovea_code code = library().program_run_test(
      program.get(), test, backend ? backend->c_str() : nullptr,
      allowMaterialize, call.get(), &passed, &error);
  TestResult result = {code == FOVEA_OK && passed != 0,
                       library().call_diagnostics(call.get()), std::nullopt};
  if (code != FOVEA_OK)
    result.failure = failureOf(code, error, call.get());
  return result;
}

std::string Session::partition(const Request &request, const char *form) const {
  CRequest asked(request);
  callLibrary(call.get(), library().partition, program.get(), asked.get(), form,
              call.get());
  return library().call_text(call.get());
}

std::string driver::clustersIn(const std::string &file) {
  checkReadable(file);
  fovea_call *call = nullptr;
  callLibrary(nullptr, library().call_create, &call);
  const std::unique_ptr<fovea_call, void (*)(fovea_call *)> owner(
      call, library().call_free);
  callLibrary(call, library().load_clusters, file.c_str(), call);
  return library().call_text(call);
}

void driver::checkBackend(const std::string &name) {
  callLibrary(nullptr, library().backend_check, name.c_str());
}

void driver::checkStage(const std::string &name) {
  std::string list;
  for (uint64_t i = 0; const char *stage = library().stage_name(i); ++i) {
    if (name == stage)
      return;
    list += (list.empty() ? "" : " or ") + std::string(stage);
  }
  throw usage("no stage is called `" + name + "`", "it can be " + list);
}
