//===- CancelTest.cpp - a run is stopped by another thread ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/tools/Embedded.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <thread>

using namespace fovea::tests;

// So much work that it does not end while the test waits.
static const std::string text = R"(
fn work(x: f32[N]) -> f32[N] {
  y[i] = sum[j: 3000](sin(x[i] * j))
  return y
}
)";

TEST_CASE("a run that another thread cancels") {
  for (const char *backend : {"cpu", "reference", "cpu,reference"}) {
    INFO(backend);
    ProgramPtr program = parse(text);
    REQUIRE(program);
    fovea_error error = FOVEA_ERROR_INIT;
    ExePtr exe =
        compile(program.get(), "work", {{"x", FOVEA_F32, 1}}, backend, &error);
    INFO(error.message);
    REQUIRE(exe);
    constexpr int64_t count = 2000000;
    std::vector<float> x(count, 0.5f), y(count);
    const int64_t shape[] = {count}, strides[] = {1};
    auto tensor = [&](std::vector<float> &data) {
      fovea_tensor made{};
      made.size = sizeof(made);
      made.version = FOVEA_ABI_VERSION;
      made.buffer.data = data.data();
      made.buffer.size = data.size() * sizeof(float);
      made.dtype = FOVEA_F32;
      made.rank = 1;
      made.shape = shape;
      made.strides = strides;
      return made;
    };
    const fovea_tensor in = tensor(x), out = tensor(y);
    fovea_call *call = nullptr;
    REQUIRE(fovea_call_create(&call, &error) == FOVEA_OK);
    std::atomic<bool> isOver = false;
    // In the middle of it, or before: both stop it.
    std::thread runner([&] {
      CHECK(fovea_run(exe.get(), call, &in, 1, &out, 1, sizeof(in), &error) ==
            FOVEA_CANCELLED);
      isOver = true;
    });
    fovea_call_cancel(call);
    runner.join();
    CHECK(isOver);
    CHECK(std::string(error.message) == "the run was cancelled");
    // The next run is not concerned.
    const int64_t few[] = {2};
    fovea_tensor small = in, result = out;
    small.shape = result.shape = few;
    CHECK(fovea_run(exe.get(), call, &small, 1, &result, 1, sizeof(in),
                    &error) == FOVEA_OK);
    fovea_call_free(call);
  }
}

// Two rows that take a minute each: who looked between them only would wait.
static const std::string longText = R"(
fn work(x: f32[N]) -> f32[N] {
  m[i] = max[j: 2000000000](sin(x[i] * j))
  y[i] = sum[j: 2000000000](exp(sin(x[i] * j) - m[i]))
  return y
}
)";

TEST_CASE("a run of few long rows stops within them") {
  using Clock = std::chrono::steady_clock;
  ProgramPtr program = parse(longText);
  REQUIRE(program);
  ExePtr exe = compile(program.get(), "work", {{"x", FOVEA_F32, 1}}, "cpu");
  REQUIRE(exe);
  float x[] = {0.5f, 0.25f}, y[2];
  const int64_t shape[] = {2}, strides[] = {1};
  const fovea_tensor in =
      fovea_host_tensor(x, sizeof x, FOVEA_F32, 1, shape, strides);
  const fovea_tensor out =
      fovea_host_tensor(y, sizeof y, FOVEA_F32, 1, shape, strides);
  CallPtr call = newCall();
  std::thread runner([&] {
    CHECK(fovea_run(exe.get(), call.get(), &in, 1, &out, 1, sizeof(in),
                    nullptr) == FOVEA_CANCELLED);
  });
  // It is in the middle of it by then.
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  const Clock::time_point asked = Clock::now();
  fovea_call_cancel(call.get());
  runner.join();
  // Some microseconds, on a machine that is busy with something else.
  CHECK(Clock::now() - asked < std::chrono::seconds(5));
}
