//===- CancelTest.cpp - a run is stopped by another thread ----------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/tools/Embedded.h"

#include <catch2/catch.hpp>

#include <atomic>
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
