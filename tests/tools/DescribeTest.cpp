//===- DescribeTest.cpp - the C interface describes programs --------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/tools/Embedded.h"

#include <catch2/catch.hpp>

#include <cstring>

using namespace fovea::tests;

static const std::string text = R"(
fn scale(x: float[N, S...], factor: f32 = 2, kind: left | right = right) -> float[N, S...] {
  return x
}
fn apply(f: fn(f32) -> f32, x: f32[G * R]) -> f32[G * R] {
  y[n] = f(x[n])
  return y
}
example { apply: G = 2, R = 3, x = [9007199254740993, 0.5] }
test "nothing" { 1 == 1 }
)";

TEST_CASE("functions and their parameters") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  REQUIRE(fovea_program_function_count(program.get()) == 2);
  fovea_function_info function = FOVEA_FUNCTION_INFO_INIT;
  REQUIRE(fovea_program_function(program.get(), 0, &function, nullptr) ==
          FOVEA_OK);
  CHECK(std::string(function.name) == "scale");
  CHECK(std::string(function.signature).find("x: float[N, S...]") !=
        std::string::npos);
  REQUIRE(function.param_count == 3);

  fovea_param_info param = FOVEA_PARAM_INFO_INIT;
  REQUIRE(fovea_program_param(program.get(), 0, 0, &param, nullptr) ==
          FOVEA_OK);
  CHECK(param.kind == FOVEA_PARAM_ARRAY);
  CHECK(param.dtype == 0);
  REQUIRE(param.dim_count == 2);
  CHECK(std::string(param.dims[1]) == "S...");
  CHECK(param.default_text == nullptr);
  REQUIRE(fovea_program_param(program.get(), 0, 1, &param, nullptr) ==
          FOVEA_OK);
  CHECK(param.dtype == FOVEA_F32);
  CHECK(std::string(param.default_text) == "2");
  REQUIRE(fovea_program_param(program.get(), 0, 2, &param, nullptr) ==
          FOVEA_OK);
  CHECK(param.kind == FOVEA_PARAM_OPTION);
  REQUIRE(param.choice_count == 2);
  CHECK(std::string(param.choices[0]) == "left");
  REQUIRE(fovea_program_param(program.get(), 1, 0, &param, nullptr) ==
          FOVEA_OK);
  CHECK(param.kind == FOVEA_PARAM_FUNCTION);
}

TEST_CASE("examples and tests") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  REQUIRE(fovea_program_example_count(program.get()) == 1);
  fovea_example_info example = FOVEA_EXAMPLE_INFO_INIT;
  REQUIRE(fovea_program_example(program.get(), 0, &example, nullptr) ==
          FOVEA_OK);
  CHECK(std::string(example.function) == "apply");
  REQUIRE(example.setting_count == 3);
  fovea_setting_info setting = FOVEA_SETTING_INFO_INIT;
  REQUIRE(fovea_program_setting(program.get(), 0, 1, &setting, nullptr) ==
          FOVEA_OK);
  CHECK(std::string(setting.name) == "R");
  CHECK(setting.kind == FOVEA_SETTING_NUMBER);
  CHECK(setting.number == 3);
  REQUIRE(setting.integers);
  CHECK(setting.integers[0] == 3);
  REQUIRE(fovea_program_setting(program.get(), 0, 2, &setting, nullptr) ==
          FOVEA_OK);
  CHECK(setting.kind == FOVEA_SETTING_ARRAY);
  CHECK(setting.array[1] == 0.5);
  CHECK_FALSE(setting.integers);
  REQUIRE(fovea_program_test_count(program.get()) == 1);
  CHECK(std::string(fovea_program_test_name(program.get(), 0)) == "nothing");
  CHECK(fovea_program_test_name(program.get(), 1) == nullptr);
}

TEST_CASE("numbers that do not exist") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  fovea_error error = FOVEA_ERROR_INIT;
  fovea_function_info function = FOVEA_FUNCTION_INFO_INIT;
  CHECK(fovea_program_function(program.get(), 2, &function, &error) ==
        FOVEA_INVALID_ARGUMENT);
  CHECK(std::string(error.message) ==
        "there is no function number 2; there are 2");
  CHECK(function.name == nullptr);
  CHECK(fovea_program_function(nullptr, 0, &function, &error) ==
        FOVEA_INVALID_ARGUMENT);
}

TEST_CASE("an older caller's shorter struct is filled only as far as it goes") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  fovea_function_info function;
  std::memset(&function, 0x55, sizeof function);
  function.size = offsetof(fovea_function_info, param_count);
  function.version = FOVEA_ABI_VERSION;
  REQUIRE(fovea_program_function(program.get(), 0, &function, nullptr) ==
          FOVEA_OK);
  CHECK(std::string(function.name) == "scale");
  CHECK(function.param_count == 0x5555555555555555);
  CHECK(function.size == offsetof(fovea_function_info, param_count));
  function.size = 4;
  CHECK(fovea_program_function(program.get(), 0, &function, nullptr) ==
        FOVEA_INVALID_ARGUMENT);
}

TEST_CASE("a wrong program leaves its diagnostics with the call") {
  CallPtr call = newCall();
  fovea_error error = FOVEA_ERROR_INIT;
  CHECK_FALSE(parse("fn f(x: f33) -> f32 { return x }", call.get(), &error));
  CHECK(error.code == FOVEA_INVALID_PROGRAM);
  const std::string shown = fovea_call_diagnostics(call.get());
  CHECK(shown.find("--> test.fov:1:9") != std::string::npos);
  CHECK(std::string(error.message).find("test.fov:1:9: ") == 0);
  // The next use starts afresh.
  CHECK(parse(text, call.get(), &error));
  CHECK(std::string(fovea_call_diagnostics(call.get())).empty());
  CHECK(error.code == FOVEA_OK);
}

TEST_CASE("a file that does not exist") {
  fovea_error error = FOVEA_ERROR_INIT;
  fovea_program *program = nullptr;
  CHECK(fovea_program_load("/nowhere/x.fov", nullptr, &program, &error) !=
        FOVEA_OK);
  CHECK(program == nullptr);
  CHECK(std::string(error.message).find("/nowhere/x.fov") != std::string::npos);
}

TEST_CASE("tests of a program run") {
  ProgramPtr program = parse("test \"good\" { 1 + 1 ~= 2 }\n"
                             "test \"bad\" { 1 + 1 ~= 3 }\n");
  REQUIRE(program);
  CallPtr call = newCall();
  for (const char *backend : {"cpu", "reference"}) {
    int32_t passed = -1;
    REQUIRE(fovea_program_run_test(program.get(), 0, backend, 0, call.get(),
                                   &passed, nullptr) == FOVEA_OK);
    CHECK(passed == 1);
    REQUIRE(fovea_program_run_test(program.get(), 1, backend, 0, call.get(),
                                   &passed, nullptr) == FOVEA_OK);
    CHECK(passed == 0);
    CHECK(std::string(fovea_call_diagnostics(call.get()))
              .find("left is 2, right is 3") != std::string::npos);
  }
}
