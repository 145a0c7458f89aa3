//===- HostTest.cpp - what the host promises to plugins -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/tools/Embedded.h"

#include <catch2/catch.hpp>

#include <atomic>
#include <dlfcn.h>
#include <filesystem>
#include <numeric>
#include <thread>

using namespace fovea::tests;
namespace fs = std::filesystem;

static const std::string odd = ODD_PLUGIN;

/// A number that the plugin counts, as it is now.
static int counted(const char *name) {
  void *library = dlopen(odd.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library);
  auto *number = static_cast<std::atomic<int> *>(dlsym(library, name));
  REQUIRE(number);
  return *number;
}

/// Runs `exe` on `count` numbers that lie `stride` apart; whether each is
/// doubled.
static bool doubles(const fovea_exe *exe, int64_t count, int64_t stride = 1,
                    fovea_error *error = nullptr) {
  std::vector<float> x(count * stride), y(count);
  std::iota(x.begin(), x.end(), 1.0f);
  const int64_t shape[] = {count}, strides[] = {stride}, dense[] = {1};
  const fovea_tensor in = fovea_host_tensor(x.data(), x.size() * sizeof x[0],
                                            FOVEA_F32, 1, shape, strides);
  const fovea_tensor out = fovea_host_tensor(y.data(), y.size() * sizeof y[0],
                                             FOVEA_F32, 1, shape, dense);
  bool isRight = fovea_run(exe, nullptr, &in, 1, &out, 1, sizeof(fovea_tensor),
                           error) == FOVEA_OK;
  for (int64_t i = 0; i < count; ++i)
    isRight = isRight && y[i] == 2 * x[i * stride];
  return isRight;
}

namespace {
/// A function on a backend.
class Doubler {
public:
  explicit Doubler(const std::string &backend)
      : program(parse("fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n] * 2\n"
                      "  return y\n}\n")),
        exe(compile(program.get(), "f", {{"x", FOVEA_F32, 1}}, backend.c_str(),
                    &error)) {
    INFO(error.message);
    REQUIRE(exe);
  }

  bool run(int64_t count, int64_t stride = 1) {
    error = FOVEA_ERROR_INIT;
    return doubles(exe.get(), count, stride, &error);
  }
  /// For several threads at once.
  bool runsFor(int64_t count) const { return doubles(exe.get(), count); }
  std::string report() const {
    CallPtr call = newCall();
    REQUIRE(fovea_exe_report(exe.get(), call.get(), nullptr) == FOVEA_OK);
    return fovea_call_text(call.get());
  }

  /// Of the last run.
  fovea_error error = FOVEA_ERROR_INIT;

private:
  ProgramPtr program;
  ExePtr exe;
};
} // namespace

TEST_CASE("a library is asked for its plugin once, by whatever path") {
  const fs::path other = fs::path(odd).parent_path() / "another-name.so";
  fs::remove(other);
  fs::create_symlink(odd, other);
  Doubler first(odd), second(other), third(odd + ":most=3");
  for (Doubler *each : {&first, &second, &third})
    CHECK(each->run(2));
  CHECK(counted("odd_entries") == 1);
}

TEST_CASE("a plugin that runs one at a time does, whatever the exe") {
  // One exe for all, with ever new instances, and one of each thread, with
  // another backend of the plugin.
  const std::string other = odd + ":most=1000";
  ProgramPtr program =
      parse("fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n] * 2\n  return y\n}\n");
  ExePtr shared =
      compile(program.get(), "f", {{"x", FOVEA_F32, 1}}, odd.c_str());
  REQUIRE(shared);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (int64_t t = 1; t <= 4; ++t)
    threads.emplace_back([&, t] {
      ExePtr own =
          compile(program.get(), "f", {{"x", FOVEA_F32, 1}}, other.c_str());
      for (int64_t i = 0; i < 10; ++i)
        for (const fovea_exe *exe : {own.get(), shared.get()})
          if (!doubles(exe, t + i % 2))
            ++wrong;
    });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(wrong == 0);
  CHECK(counted("odd_most_runs") == 1);
}

TEST_CASE("sizes that a plugin refuses go to the next one") {
  Doubler doubler(odd + ":most=4,cpu");
  CHECK(doubler.report().empty());
  REQUIRE(doubler.run(4));
  CHECK(doubler.report().empty());
  REQUIRE(doubler.run(5));
  CHECK(doubler.report() ==
        "1 of 1 cluster runs on cpu, not on odd (it has room for 4 numbers, "
        "and there are 5)");
  // Each run is told as it was.
  REQUIRE(doubler.run(7));
  CHECK(doubler.report() ==
        "1 of 1 cluster runs on cpu, not on odd (it has room for 4 numbers, "
        "and there are 7)");
  REQUIRE(doubler.run(3));
  CHECK(doubler.report().empty());
}

TEST_CASE("sizes that every backend refuses") {
  Doubler doubler(odd + ":most=4," + odd + ":most=6");
  CHECK(doubler.run(5));
  for (int i = 0; i < 2; ++i) {
    CHECK(!doubler.run(7));
    CHECK(doubler.error.code == FOVEA_UNSUPPORTED_SHAPE);
    CHECK(std::string(doubler.error.message) ==
          "`odd` does not compute `result` for these sizes: it has room for 4 "
          "numbers, and there are 7; `odd` does not compute `result` for these "
          "sizes: it has room for 6 numbers, and there are 7");
    CHECK(std::string(doubler.error.fix)
              .ends_with(",cpu` lets the cpu backend compute it"));
  }
  CHECK(doubler.run(3));
}

TEST_CASE("who comes next is told with those between") {
  // The second one would store something, and may not.
  Doubler doubler(odd + ":most=4," + odd + ":stores=true,cpu");
  REQUIRE(doubler.run(9));
  CHECK(doubler.report() ==
        "1 of 1 cluster runs on cpu, not on odd (it has room for 4 numbers, "
        "and there are 9)");
}

TEST_CASE("what is prepared, and what is refused, is kept by sizes") {
  Doubler doubler(odd + ":most=100,cpu");
  auto preparesOf = [&](int64_t count) {
    const int before = counted("odd_prepares");
    REQUIRE(doubler.run(count));
    return counted("odd_prepares") - before;
  };
  CHECK(preparesOf(1) == 1);
  CHECK(preparesOf(1) == 0);
  CHECK(preparesOf(200) == 1);
  CHECK(preparesOf(200) == 0);
  // 64 in all; the one that was not used for the longest time makes room.
  for (int64_t count = 2; count <= 63; ++count)
    CHECK(preparesOf(count) == 1);
  CHECK(preparesOf(1) == 0);
  CHECK(preparesOf(64) == 1);
  CHECK(preparesOf(1) == 0);
  CHECK(preparesOf(2) == 0);
  CHECK(preparesOf(200) == 1);
}

TEST_CASE("what goes wrong in one thread is told there alone") {
  ProgramPtr program =
      parse("fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n] * 2\n  return y\n}\n");
  struct Case {
    std::string backend;
    fovea_code compiles, runs;
    std::string words;
  };
  const Case cases[] = {
      {odd, FOVEA_OK, FOVEA_OK, ""},
      {odd + ":most=2", FOVEA_OK, FOVEA_UNSUPPORTED_SHAPE,
       "room for 2 numbers"},
      {odd + ":fails=true", FOVEA_OK, FOVEA_BACKEND, "plugin `odd`, `run`"},
      {odd + ":none=1", FOVEA_INVALID_ARGUMENT, FOVEA_OK, "no such option"},
      {"./none.so", FOVEA_IO, FOVEA_OK, "no file `./none.so`"},
      {"reference,cpu", FOVEA_OK, FOVEA_OK, ""}};
  std::atomic<int> wrong = 0;
  auto work = [&](const Case &one) {
    for (int i = 0; i < 8; ++i) {
      fovea_error error = FOVEA_ERROR_INIT;
      ExePtr exe = compile(program.get(), "f", {{"x", FOVEA_F32, 1}},
                           one.backend.c_str(), &error);
      bool isRight = error.code == one.compiles;
      if (exe)
        isRight = isRight &&
                  doubles(exe.get(), 3, 1, &error) == (one.runs == FOVEA_OK) &&
                  error.code == one.runs;
      const std::string message = error.message;
      if (!isRight || message.find(one.words) == std::string::npos ||
          message.empty() != one.words.empty())
        ++wrong;
    }
  };
  std::vector<std::thread> threads;
  for (const Case &one : cases)
    threads.emplace_back(work, std::cref(one));
  for (std::thread &thread : threads)
    thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("sizes that several threads want are prepared once") {
  Doubler doubler(odd);
  const int before = counted("odd_prepares");
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] { right += doubler.runsFor(9); });
  for (std::thread &thread : threads)
    thread.join();
  CHECK(right == 4);
  CHECK(counted("odd_prepares") - before == 1);
}

TEST_CASE("a copy that a plugin needs names the array") {
  Doubler doubler(odd + ":dense=true");
  REQUIRE(doubler.run(5, 3));
  CHECK(doubler.report() == "`x` was copied for layout or alignment, 20 B");
}

TEST_CASE("what stores more than a fusion needs the user's leave") {
  ProgramPtr program =
      parse("fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n] * 2\n  return y\n}\n");
  fovea_input input = {sizeof(fovea_input), FOVEA_ABI_VERSION, "x", FOVEA_F32,
                       1};
  const std::string backend = odd + ":stores=true";
  fovea_request request = FOVEA_REQUEST_INIT;
  request.function = "f";
  request.backend = backend.c_str();
  request.inputs = &input;
  request.input_count = 1;
  for (bool may : {false, true}) {
    request.allow_materialize = may;
    fovea_exe *exe = nullptr;
    fovea_error error = FOVEA_ERROR_INIT;
    const fovea_code code =
        fovea_compile(program.get(), &request, nullptr, &exe, &error);
    CHECK(code == (may ? FOVEA_OK : FOVEA_UNSUPPORTED));
    if (!may)
      CHECK(std::string(error.message)
                .ends_with(
                    "`odd` does not compute `result`: it would store arrays "
                    "that fusion avoids (doubles); --allow-materialize "
                    "lets it"));
    fovea_exe_free(exe);
    CallPtr call = newCall();
    REQUIRE(fovea_partition(program.get(), &request, "json", call.get(),
                            &error) == FOVEA_OK);
    const std::string text = fovea_call_text(call.get());
    CHECK((text.find("\"materializes\": true") != std::string::npos) == may);
    CHECK((text.find("\"kind\": \"stores\"") != std::string::npos) != may);
  }
}

TEST_CASE("a thread that is in no plugin is told so") {
  const char *function = "something";
  CHECK(fovea_current_plugin(&function) == nullptr);
  CHECK(function == nullptr);
}
