//===- CompileTest.cpp - the C interface compiles and runs ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/tools/Embedded.h"

#include <catch2/catch.hpp>

#include <thread>

using namespace fovea::tests;

static const std::string text = R"(
fn heads(q: f32[G * R, D], k: f32[G, D], mode: plain | half = plain) -> f32[G * R] {
  require D % 2 == 0
  s[h] = sum[c](q[h, c] * k[h // R, c])
  return match mode { plain: s, half: s / 2 }
}
fn pick(x: f32[N], t: i64[M]) -> f32[M] {
  y[m] = x[t[m]]
  return y
}
fn both(x: float, y: float) -> float { return x + y }
)";

static const std::vector<Input> headInputs = {{"q", FOVEA_F32, 2},
                                              {"k", FOVEA_F32, 2}};

TEST_CASE("a request that does not fit the function") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  fovea_error error = FOVEA_ERROR_INIT;
  auto complaint = [&](const char *function, std::vector<Input> inputs,
                       const char *backend = nullptr) {
    CHECK_FALSE(compile(program.get(), function, inputs, backend, &error));
    return std::string(error.message) + "; " + error.fix;
  };
  CHECK(complaint("head", headInputs) ==
        "there is no function `head` in test.fov; did you mean `heads`?");
  CHECK(complaint("heads", {{"q", FOVEA_F32, 2}}) ==
        "`heads` needs `k`, which is not given; ");
  CHECK(complaint("heads", {{"kk", FOVEA_F32, 2}}) ==
        "`heads` has no parameter `kk`; did you mean `k`?");
  CHECK(complaint("heads", {{"q", FOVEA_F64, 2}}) ==
        "input `q` is given as f64, but the parameter is `q: f32[G * R, D]`; ");
  CHECK(complaint("heads", {{"q", FOVEA_F32, 3}}) ==
        "input `q` is given with 3 axes, but the parameter is "
        "`q: f32[G * R, D]`; ");
  CHECK(complaint("heads", {{"q", 99, 2}}) ==
        "the dtype of input `q` has the unknown number 99; ");
  CHECK(complaint("both", {{"x", FOVEA_F32, 0}, {"y", FOVEA_F64, 0}}) ==
        "`float` is one type for all of `both`, but input `x` is f32 and "
        "input `y` is f64; ");
  CHECK(complaint("heads", headInputs, "cpi") ==
        "no backend is called `cpi`; there is `cpu`, `reference`; did you "
        "mean `cpu`?");
}

TEST_CASE("an error of a run says where in the program") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  ExePtr exe = compile(program.get(), "pick",
                       {{"x", FOVEA_F32, 1}, {"t", FOVEA_I64, 1}});
  REQUIRE(exe);
  program.reset(); // the exe keeps the text
  const int64_t shape[] = {2}, strides[] = {1};
  float x[2] = {1, 2}, y[2];
  int64_t t[2] = {0, 2};
  const fovea_tensor inputs[] = {
      fovea_host_tensor(x, sizeof x, FOVEA_F32, 1, shape, strides),
      fovea_host_tensor(t, sizeof t, FOVEA_I64, 1, shape, strides)};
  const fovea_tensor output =
      fovea_host_tensor(y, sizeof y, FOVEA_F32, 1, shape, strides);
  CallPtr call = newCall();
  fovea_error error = FOVEA_ERROR_INIT;
  CHECK(fovea_run(exe.get(), call.get(), inputs, 2, &output, 1,
                  sizeof(fovea_tensor), &error) == FOVEA_OUT_OF_RANGE);
  CHECK(std::string(error.file) == "test.fov");
  CHECK(error.line == 8);
  CHECK(error.column == 10);
  CHECK(error.end_line == 8);
  CHECK(error.end_column == 17);
  CHECK(std::string(error.message) ==
        "test.fov:8:10: `x` is read at index 2 along an axis of extent 2 (at "
        "m = 1)");
  CHECK(std::string(fovea_call_diagnostics(call.get())) ==
        R"(error: `x` is read at index 2 along an axis of extent 2 (at m = 1)
  --> test.fov:8:10
   |
 8 |   y[m] = x[t[m]]
   |          ^^^^^^^
)");
}

TEST_CASE("a request with something that this version does not know") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  struct Longer {
    fovea_request request;
    uint64_t news;
  } longer = {FOVEA_REQUEST_INIT, 0};
  longer.request.size = sizeof longer;
  longer.request.function = "none";
  fovea_exe *exe = nullptr;
  fovea_error error = FOVEA_ERROR_INIT;
  CHECK(fovea_compile(program.get(), &longer.request, nullptr, &exe, &error) ==
        FOVEA_INVALID_ARGUMENT);
  CHECK(std::string(error.message).find("no function `none`") !=
        std::string::npos);
  longer.news = 1;
  CHECK(fovea_compile(program.get(), &longer.request, nullptr, &exe, &error) ==
        FOVEA_UNSUPPORTED);
  CHECK(std::string(error.message) ==
        "the request asks for something that this version does not know");
}

TEST_CASE("sizes follow from what is known") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  ExePtr exe = compile(program.get(), "heads", headInputs);
  REQUIRE(exe);
  fovea_exe_info info = FOVEA_EXE_INFO_INIT;
  REQUIRE(fovea_exe_describe(exe.get(), &info, nullptr) == FOVEA_OK);
  REQUIRE(info.dim_count == 3);
  std::vector<std::string> names(info.dims, info.dims + 3);
  auto dim = [&](const char *name) {
    return std::find(names.begin(), names.end(), name) - names.begin();
  };
  fovea_error error = FOVEA_ERROR_INIT;
  const int64_t q[] = {6, 4}, k[] = {3, -1}, odd[] = {6, 3}, wrong[] = {4, 4};

  const int64_t *shapes[] = {q, k};
  int64_t dims[] = {-1, -1, -1};
  REQUIRE(fovea_exe_solve(exe.get(), shapes, dims, &error) == FOVEA_OK);
  CHECK(dims[dim("G")] == 3);
  CHECK(dims[dim("R")] == 2);
  CHECK(dims[dim("D")] == 4);
  int64_t result = 0;
  REQUIRE(fovea_exe_result_shape(exe.get(), 0, dims, &result, &error) ==
          FOVEA_OK);
  CHECK(result == 6);
  int64_t input[2];
  REQUIRE(fovea_exe_input_shape(exe.get(), 1, dims, input, &error) == FOVEA_OK);
  CHECK(input[0] == 3);
  CHECK(input[1] == 4);

  // Of q alone, only D follows.
  const int64_t *alone[] = {q, nullptr};
  int64_t open[] = {-1, -1, -1};
  REQUIRE(fovea_exe_solve(exe.get(), alone, open, &error) == FOVEA_OK);
  CHECK(open[dim("D")] == 4);
  CHECK(open[dim("G")] == -1);
  CHECK(fovea_exe_result_shape(exe.get(), 0, open, &result, &error) ==
        FOVEA_INVALID_ARGUMENT);

  const int64_t three[] = {3, 4};
  const int64_t *inexact[] = {wrong, three};
  int64_t none[] = {-1, -1, -1};
  CHECK(fovea_exe_solve(exe.get(), inexact, none, &error) == FOVEA_SHAPE);
  CHECK(std::string(error.message).find("not a multiple of G = 3") !=
        std::string::npos);
  CHECK(none[0] == -1);

  const int64_t threeOdd[] = {3, 3};
  const int64_t *required[] = {odd, threeOdd};
  CHECK(fovea_exe_solve(exe.get(), required, none, &error) == FOVEA_SHAPE);
  CHECK(std::string(error.message).find("`D % 2 == 0`") != std::string::npos);
}

/// Runs `heads` once with strided arrays; the result is 2 * 10 + ..., see
/// below.
static bool runHeads(const fovea_exe *exe) {
  // q is [4, 2] with rows three apart, k is [2, 2] stored by columns.
  float q[12] = {1, 2, 99, 3, 4, 99, 5, 6, 99, 7, 8, 99};
  float k[4] = {1, 3, 2, 4};
  float s[8] = {};
  const int64_t qShape[] = {4, 2}, qStrides[] = {3, 1};
  const int64_t kShape[] = {2, 2}, kStrides[] = {1, 2};
  const int64_t sShape[] = {4}, sStrides[] = {2};
  const fovea_tensor inputs[] = {
      fovea_host_tensor(q, sizeof q, FOVEA_F32, 2, qShape, qStrides),
      fovea_host_tensor(k, sizeof k, FOVEA_F32, 2, kShape, kStrides)};
  const fovea_tensor output =
      fovea_host_tensor(s, sizeof s, FOVEA_F32, 1, sShape, sStrides);
  fovea_error error = FOVEA_ERROR_INIT;
  const fovea_code code = fovea_run(exe, nullptr, inputs, 2, &output, 1,
                                    sizeof(fovea_tensor), &error);
  // k = [[1, 2], [3, 4]]; heads 0 and 1 use row 0, heads 2 and 3 row 1.
  return code == FOVEA_OK && s[0] == 5 && s[2] == 11 && s[4] == 39 &&
         s[6] == 53 && s[1] == 0 && s[7] == 0;
}

TEST_CASE("strided arrays on both backends, from several threads at once") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  for (const char *backend : {"cpu", "reference"}) {
    ExePtr exe = compile(program.get(), "heads", headInputs, backend);
    REQUIRE(exe);
    std::vector<char> right(4);
    std::vector<std::thread> threads;
    for (char &one : right)
      threads.emplace_back([&one, &exe] {
        one = true;
        for (int i = 0; i < 20; ++i)
          one = one && runHeads(exe.get());
      });
    for (std::thread &thread : threads)
      thread.join();
    for (char one : right)
      CHECK(one);
  }
}

TEST_CASE("what can be done for sizes is done ahead") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  for (const char *backend : {"cpu", "reference"}) {
    ExePtr exe = compile(program.get(), "heads", headInputs, backend);
    REQUIRE(exe);
    fovea_error error = FOVEA_ERROR_INIT;
    const int64_t dims[] = {2, 2, 2}, open[] = {2, -1, 2};
    CHECK(fovea_exe_prepare(exe.get(), nullptr, dims, &error) == FOVEA_OK);
    CHECK(runHeads(exe.get()));
    CHECK(fovea_exe_prepare(exe.get(), nullptr, open, &error) ==
          FOVEA_INVALID_ARGUMENT);
    CHECK(std::string(error.message).find("is not known") != std::string::npos);
    CHECK(fovea_exe_prepare(exe.get(), nullptr, nullptr, &error) ==
          FOVEA_INVALID_ARGUMENT);
    CHECK(fovea_exe_prepare(nullptr, nullptr, dims, &error) ==
          FOVEA_INVALID_ARGUMENT);
  }
}

TEST_CASE("sizes that cannot be are the host's to refuse, on every backend") {
  ProgramPtr program = parse(R"(
fn f(x: f32[N], y: f32[M]) -> (r: f32[N - M], s: f32) {
  require N % 2 == 0
  r[i: N - M] = x[i] * y[0]
  s = sum[j: 3 - M](x[j]) + max[k: N // M](x[k])
  return r, s
}
)");
  REQUIRE(program);
  fovea_call *call = nullptr;
  fovea_error error = FOVEA_ERROR_INIT;
  REQUIRE(fovea_call_create(&call, &error) == FOVEA_OK);
  for (const char *backend : {"cpu", "reference", "cpu,reference"}) {
    ExePtr exe =
        compile(program.get(), "f", {{"x", FOVEA_F32, 1}, {"y", FOVEA_F32, 1}},
                backend, &error);
    INFO(error.message);
    REQUIRE(exe);
    auto prepare = [&](int64_t n, int64_t m) {
      const int64_t dims[] = {n, m};
      return fovea_exe_prepare(exe.get(), call, dims, &error);
    };
    CHECK(prepare(6, 2) == FOVEA_OK);
    CHECK(prepare(5, 2) == FOVEA_SHAPE);
    CHECK(std::string(error.message) ==
          "`f` requires `N % 2 == 0`, with N = 5: `N % 2` is 1");
    CHECK(prepare(2, 3) == FOVEA_SHAPE);
    CHECK(std::string(error.message) == "the size `N - M` of result `r` is -1");
    CHECK(prepare(8, 4) == FOVEA_SHAPE);
    const std::string inner = error.message;
    CHECK(inner.find("the size `3 - M` of an index is -1") !=
          std::string::npos);
    CHECK(std::string(fovea_call_diagnostics(call)).find("sum[j: 3 - M]") !=
          std::string::npos);
    CHECK(prepare(6, 0) == FOVEA_DIVISION_BY_ZERO);
    CHECK(std::string(error.message)
              .find("the size `N // M` of an index: quotient of 6 and 0") !=
          std::string::npos);
    CHECK(prepare(INT64_MAX - 1, 1) == FOVEA_SHAPE);
  }
  fovea_call_free(call);
}

TEST_CASE("an exe outlives its program") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  ExePtr exe = compile(program.get(), "heads", headInputs);
  program.reset();
  REQUIRE(exe);
  CHECK(runHeads(exe.get()));
}

TEST_CASE("functions compile in several threads at once") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  std::vector<char> right(2);
  std::vector<std::thread> threads;
  for (char &one : right)
    threads.emplace_back([&] {
      ExePtr exe = compile(program.get(), "heads", headInputs);
      one = exe && runHeads(exe.get());
    });
  for (std::thread &thread : threads)
    thread.join();
  for (char one : right)
    CHECK(one);
}

TEST_CASE("options choose at compile time") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  fovea_option option = FOVEA_OPTION_INIT;
  option.name = "mode";
  option.choice = "halv";
  fovea_request request = FOVEA_REQUEST_INIT;
  request.function = "heads";
  fovea_input inputs[2] = {FOVEA_INPUT_INIT, FOVEA_INPUT_INIT};
  for (size_t i = 0; i < 2; ++i) {
    inputs[i].name = headInputs[i].name;
    inputs[i].dtype = FOVEA_F32;
    inputs[i].rank = 2;
  }
  request.inputs = inputs;
  request.input_count = 2;
  request.options = &option;
  request.option_count = 1;
  fovea_exe *exe = nullptr;
  fovea_error error = FOVEA_ERROR_INIT;
  CHECK(fovea_compile(program.get(), &request, nullptr, &exe, &error) ==
        FOVEA_INVALID_ARGUMENT);
  CHECK(std::string(error.message) ==
        "option `mode` has no choice `halv`; it is plain | half");
  CHECK(std::string(error.fix) == "did you mean `half`?");
  option.choice = "half";
  REQUIRE(fovea_compile(program.get(), &request, nullptr, &exe, &error) ==
          FOVEA_OK);
  ExePtr owner(exe, fovea_exe_free);
  CHECK_FALSE(runHeads(exe));

  CallPtr call = newCall();
  REQUIRE(fovea_ir(program.get(), &request, fovea_stage_name(0), call.get(),
                   &error) == FOVEA_OK);
  CHECK(std::string(fovea_call_text(call.get())).find("fovea.func @heads") !=
        std::string::npos);
  CHECK(fovea_ir(program.get(), &request, "nowhere", call.get(), &error) ==
        FOVEA_INVALID_ARGUMENT);
}

TEST_CASE("explanations and certificates are texts of a call") {
  ProgramPtr program = parse("fn f(x: f32[J]) -> f32 {\n"
                             "  m = max[j](x[j])\n"
                             "  return sum[j](exp(x[j] - m))\n"
                             "}\n");
  REQUIRE(program);
  fovea_input input = FOVEA_INPUT_INIT;
  input.name = "x";
  input.dtype = FOVEA_F32;
  input.rank = 1;
  fovea_request request = FOVEA_REQUEST_INIT;
  request.function = "f";
  request.inputs = &input;
  request.input_count = 1;
  CallPtr call = newCall();
  fovea_error error = FOVEA_ERROR_INIT;
  const int64_t dims[] = {256};
  auto explain = [&](const char *form, uint64_t count) {
    return fovea_explain(program.get(), &request, form, dims, count, call.get(),
                         &error);
  };
  REQUIRE(explain("json", 1) == FOVEA_OK);
  CHECK(std::string(fovea_call_text(call.get())).find("\"J\": 256") !=
        std::string::npos);
  CHECK(explain("prose", 1) == FOVEA_INVALID_ARGUMENT);
  CHECK(std::string(error.message) ==
        "there is no form `prose`; there is `text`, `json`, `dot`");
  CHECK(std::string(fovea_call_text(call.get())).empty());
  CHECK(explain("text", 0) == FOVEA_INVALID_ARGUMENT);
  CHECK(std::string(error.message) ==
        "the function has 1 dimensions, and 0 are given");

  int32_t holds = 0;
  REQUIRE(fovea_certify(program.get(), &request, call.get(), &holds, &error) ==
          FOVEA_OK);
  CHECK(holds == 1);
  CHECK(std::string(fovea_call_text(call.get())).find("S1' = ") !=
        std::string::npos);
}

TEST_CASE("arrays that do not fit") {
  ProgramPtr program = parse(text);
  REQUIRE(program);
  ExePtr exe = compile(program.get(), "pick",
                       {{"x", FOVEA_F32, 1}, {"t", FOVEA_I64, 1}});
  REQUIRE(exe);
  float x[3] = {1, 2, 3}, y[2] = {};
  int64_t t[2] = {2, 3};
  const int64_t three[] = {3}, two[] = {2}, one[] = {1};
  fovea_tensor inputs[] = {
      fovea_host_tensor(x, sizeof x, FOVEA_F32, 1, three, one),
      fovea_host_tensor(t, sizeof t, FOVEA_I64, 1, two, one)};
  fovea_tensor output = fovea_host_tensor(y, sizeof y, FOVEA_F32, 1, two, one);
  fovea_error error = FOVEA_ERROR_INIT;
  auto run = [&](uint64_t inputCount) {
    return fovea_run(exe.get(), nullptr, inputs, inputCount, &output, 1,
                     sizeof(fovea_tensor), &error);
  };
  CHECK(run(1) == FOVEA_INVALID_ARGUMENT);
  CHECK(std::string(error.message) == "1 input is given, but 2 are needed");
  CHECK(run(2) == FOVEA_OUT_OF_RANGE);
  CHECK(std::string(error.tensor) == "x");
  CHECK(error.value == 3);
  t[1] = 0;
  CHECK(run(2) == FOVEA_OK);
  CHECK(y[0] == 3);
  CHECK(y[1] == 1);
  output.shape = three;
  CHECK(run(2) != FOVEA_OK);
  output.shape = two;
  inputs[0].buffer.size = 8;
  CHECK(run(2) != FOVEA_OK);
  CHECK(std::string(error.message).find("`x`") != std::string::npos);
}
