//===- DeviceTest.cpp - a plugin that does what a test says ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/Device.h"
#include "tests/backends/plugin/FakePlugin.h"

#include <future>

using namespace fovea;
using namespace fovea::plugin;
using test::FakePlugin;

static std::shared_ptr<const Cluster> twice() {
  return std::make_shared<const Cluster>(test::clustersOf(
      "fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n] * 2\n  return y\n}")[0]);
}

/// Its read may leave the array.
static std::shared_ptr<const Cluster> shifted() {
  return std::make_shared<const Cluster>(test::clustersOf(
      "fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n + 1] * 2\n  return y\n}")[0]);
}

/// The first error of opening, compiling, preparing and running.
static Status errorOf(FakePlugin &plugin, CancelFlag cancel = nullptr,
                      std::shared_ptr<const Cluster> cluster = twice()) {
  auto device = Device::open(plugin.library(), {});
  if (!device)
    return device.status();
  auto exe = (*device)->compile(std::move(cluster));
  if (!exe)
    return exe.status();
  const int64_t dims[] = {3};
  auto instance = (*exe)->prepare(dims);
  if (!instance)
    return instance.status();
  const Tensor x = *Tensor::allocate(DType::F32, {3});
  const Tensor y = *Tensor::allocate(DType::F32, {3});
  Copies copies;
  return (*instance)->run({{x}}, {{y}}, cancel, copies);
}

TEST_CASE("what is made is freed, instance, exe and backend in that order") {
  FakePlugin plugin;
  CHECK(errorOf(plugin).isOk());
  CHECK(plugin.calls ==
        "open compile prepare run instance_free exe_free close ");
}

TEST_CASE("an error of each function is told with its name, and ends there") {
  for (const char *function : {"open", "compile", "prepare", "run"}) {
    INFO(function);
    FakePlugin plugin;
    plugin.fails = function;
    const Status status = errorOf(plugin);
    CHECK(status.code() == StatusCode::Backend);
    CHECK(status.text().find("the device is on fire") != std::string::npos);
    CHECK(status.text().find("`fake`") != std::string::npos);
    CHECK(status.text().find("`" + plugin.fails + "`") != std::string::npos);
    // Nothing that was not made is freed.
    const bool isOpen = plugin.fails != "open";
    CHECK((plugin.calls.find("close") != std::string::npos) == isOpen);
    CHECK((plugin.calls.find("exe_free") != std::string::npos) ==
          (isOpen && plugin.fails != "compile"));
    CHECK((plugin.calls.find("instance_free") != std::string::npos) ==
          (plugin.fails == "run"));
  }
}

TEST_CASE("a fault of a plugin, and a code of a later version, is its own") {
  FakePlugin plugin;
  plugin.fails = "compile";
  for (fovea_code code : {fovea_code(FOVEA_INTERNAL), 77, -1}) {
    plugin.code = code;
    const Status status = errorOf(plugin);
    CHECK(status.code() == StatusCode::Backend);
    const std::string unknown =
        code == FOVEA_INTERNAL ? ""
                               : " (unknown code " + std::to_string(code) + ")";
    CHECK(status.message() ==
          "plugin `fake`, `compile`: the device is on fire" + unknown);
  }
}

TEST_CASE("an exception of each function stops") {
  for (const char *function : {"open", "compile", "prepare", "run"}) {
    FakePlugin plugin;
    plugin.throws = function;
    CHECK(errorOf(plugin).message() ==
          "plugin `fake` threw an exception out of `" + plugin.throws + "`");
  }
  // These cannot fail; the rest is freed as ever.
  for (const char *function : {"instance_free", "exe_free", "close"}) {
    FakePlugin plugin;
    plugin.throws = function;
    CHECK(errorOf(plugin).isOk());
    CHECK(plugin.calls ==
          "open compile prepare run instance_free exe_free close ");
  }
}

TEST_CASE("who says that all is well has to give something") {
  for (const char *function : {"open", "compile", "prepare"}) {
    FakePlugin plugin;
    plugin.forgets = function;
    const Status status = errorOf(plugin);
    CHECK(status.code() == StatusCode::Backend);
    CHECK(status.message().find("without an error") != std::string::npos);
  }
}

TEST_CASE("memory that cannot be had is not asked for") {
  const std::string start = "plugin `fake` prepares without an error, but ";
  for (uint64_t alignment : {uint64_t(0), uint64_t(24), uint64_t(1) << 40}) {
    FakePlugin plugin;
    plugin.alignment = alignment;
    CHECK(errorOf(plugin).message() ==
          start + "asks for input `x` aligned to " + std::to_string(alignment) +
              " bytes, which is no power of two up to 2^21");
  }
  FakePlugin plugin;
  plugin.workspace = (uint64_t(1) << 43) + 1;
  CHECK(errorOf(plugin).message() ==
        start + "asks for a workspace of 8796093022209 bytes, 2^43 are the "
                "most");
  FakePlugin none;
  none.forgets = "prepare";
  CHECK(errorOf(none).message() == start + "gives no instance");
}

TEST_CASE("an error of a run names the op, the place and the value") {
  FakePlugin plugin;
  plugin.fails = "run";
  plugin.code = FOVEA_OUT_OF_RANGE;
  const Status status = errorOf(plugin, nullptr, shifted());
  CHECK(status.code() == StatusCode::OutOfRange);
  // It is the user's, so the plugin is not blamed.
  CHECK(status.message() == "the device is on fire");
  CHECK(status.details().tensor == "x");
  CHECK(status.details().value == 7);
  CHECK(status.details().position == std::vector<int64_t>{2});
  REQUIRE(status.details().places.size() == 1);
  CHECK(status.details().places[0].line == 2);
}

TEST_CASE("what a function has no business with is the plugin's own") {
  for (const char *function : {"open", "compile", "prepare", "run", "always"})
    for (fovea_code code : {FOVEA_INVALID_PROGRAM, FOVEA_OUT_OF_RANGE,
                            FOVEA_DIVISION_BY_ZERO, FOVEA_CANCELLED}) {
      INFO(function << " " << code);
      // Where no op can fail, a run has no business with it either.
      const bool mayFail = function != std::string("always");
      FakePlugin plugin;
      plugin.fails = mayFail ? function : "run";
      plugin.code = code;
      const Status status =
          errorOf(plugin, nullptr, mayFail ? shifted() : twice());
      // A run may find what the program does wrong, and nobody cancels this.
      const bool isUsers =
          mayFail && plugin.fails == "run" &&
          (code == FOVEA_OUT_OF_RANGE || code == FOVEA_DIVISION_BY_ZERO);
      CHECK((status.code() == StatusCode::Backend) == !isUsers);
      CHECK((status.message().find("plugin `fake`, `" + plugin.fails + "`") ==
             0) == !isUsers);
    }
}

TEST_CASE("an error without a message says whose it is") {
  FakePlugin plugin;
  plugin.fails = "run";
  plugin.code = FOVEA_OUT_OF_RANGE;
  plugin.message = "";
  CHECK(errorOf(plugin, nullptr, shifted()).message() ==
        "plugin `fake`, `run`: an error without a message");
  // Then it is no word on options and files either, which are the user's.
  for (const char *function : {"open", "compile", "prepare", "run"})
    for (fovea_code code :
         {FOVEA_INVALID_ARGUMENT, FOVEA_SHAPE, FOVEA_DTYPE, FOVEA_IO})
      for (const char *message : {"", "cannot write `x.c`"}) {
        INFO(function << " " << code << " " << message);
        plugin.fails = function;
        plugin.code = code;
        plugin.message = message;
        const bool isTheirs = !*message && plugin.fails != "open";
        CHECK((errorOf(plugin).code() == StatusCode::Backend) == isTheirs);
      }
}

TEST_CASE("a cluster of a later version is not claimed, with the op") {
  FakePlugin plugin;
  plugin.fails = "query";
  plugin.code = FOVEA_UNSUPPORTED;
  auto device = Device::open(plugin.library(), {});
  REQUIRE(device);
  auto claim = (*device)->query(*twice());
  REQUIRE(claim);
  CHECK(claim->kind == FOVEA_CLAIM_NONE);
  // Who shows it names the plugin.
  CHECK(claim->text == "the device is on fire");
  CHECK(claim->op == 1);
}

TEST_CASE("who is cancelled does not wait for his turn") {
  FakePlugin plugin;
  plugin.flags = FOVEA_PLUGIN_SERIAL_RUN;
  auto library = plugin.library();
  const auto turn = library->turnToRun(nullptr);
  CHECK(turn.owns_lock());
  std::atomic<bool> cancelled = false;
  auto other = std::async(std::launch::async, [&] {
    return library->turnToRun(&cancelled).owns_lock();
  });
  cancelled = true;
  CHECK_FALSE(other.get());
}

TEST_CASE("the host's functions in a run") {
  FakePlugin plugin;
  std::atomic<bool> cancelled = true;
  CHECK(errorOf(plugin, &cancelled).code() == StatusCode::Cancelled);
  CHECK(errorOf(plugin).isOk());
  // Each item of parallel_for once, of none, of one and of many.
  CHECK(plugin.items == std::vector<uint64_t>{0, 1, 1000});
  CHECK(plugin.isWorkerSound);
}

TEST_CASE("sizes are prepared once") {
  FakePlugin plugin;
  auto device = Device::open(plugin.library(), {});
  REQUIRE(device);
  auto exe = (*device)->compile(twice());
  REQUIRE(exe);
  for (int64_t n : {0, 1, 0, 1, 2, 1}) {
    const int64_t dims[] = {n};
    REQUIRE((*exe)->prepare(dims));
  }
  CHECK(plugin.calls == "open compile prepare prepare prepare ");
}

TEST_CASE("arrays that a plugin cannot take are copied, there and back") {
  FakePlugin plugin;
  plugin.alignment = 64;
  plugin.isContiguous = true;
  auto device = Device::open(plugin.library(), {});
  REQUIRE(device);
  auto exe = (*device)->compile(twice());
  REQUIRE(exe);
  for (int64_t n : {0, 1, 5}) {
    const int64_t dims[] = {n};
    auto instance = (*exe)->prepare(dims);
    REQUIRE(instance);
    // Behind a gap, backwards, and with steps.
    std::vector<float> in(16), out(16, -1);
    for (int64_t i = 0; i < n; ++i)
      in[static_cast<size_t>(9 - 2 * i)] = static_cast<float>(i);
    const Tensor x = Tensor::view(&in[9], DType::F32, {n}, {-2});
    const Tensor y = Tensor::view(&out[1], DType::F32, {n}, {3});
    Copies copies;
    CHECK((*instance)->run({{x}}, {{y}}, nullptr, copies).isOk());
    CHECK(copies.bytes == static_cast<uint64_t>(2 * n) * sizeof(float));
    for (int64_t i = 0; i < 15; ++i) {
      const bool isElement = i % 3 == 0 && i / 3 < n;
      CHECK(out[static_cast<size_t>(1 + i)] ==
            (isElement ? 2 * static_cast<float>(i / 3) : -1));
    }
  }
  CHECK(plugin.isMemorySound);
}

TEST_CASE("arrays with strides that a plugin cannot take are copied") {
  struct Case {
    fovea_strides strides;
    bool back, repeated, apart, dense;
  };
  // Which of them are copied.
  const Case cases[] = {
      {FOVEA_STRIDES_ANY, false, false, false, false},
      {FOVEA_STRIDES_NOT_NEGATIVE, true, false, false, false},
      {FOVEA_STRIDES_NOT_ZERO, false, true, false, false},
      {FOVEA_STRIDES_NOT_NEGATIVE | FOVEA_STRIDES_NOT_ZERO, true, true, false,
       false},
      {FOVEA_STRIDES_INNER_DENSE, true, true, true, false},
      // Of a later version.
      {1u << 31, true, true, true, false},
  };
  for (const Case &one : cases) {
    INFO("strides " << one.strides);
    FakePlugin plugin;
    plugin.strides = one.strides;
    auto device = Device::open(plugin.library(), {});
    REQUIRE(device);
    auto exe = (*device)->compile(twice());
    REQUIRE(exe);
    auto copiesOf = [&](int64_t n, int64_t stride) {
      const int64_t dims[] = {n};
      auto instance = (*exe)->prepare(dims);
      REQUIRE(instance);
      std::vector<float> in(16, 1), out(16);
      const Tensor x = Tensor::view(&in[8], DType::F32, {n}, {stride});
      const Tensor y = Tensor::view(out.data(), DType::F32, {n});
      Copies copies;
      CHECK((*instance)->run({{x}}, {{y}}, nullptr, copies).isOk());
      CHECK(out[0] == (n ? 2 : 0));
      return copies.bytes != 0;
    };
    CHECK(copiesOf(3, -2) == one.back);
    CHECK(copiesOf(3, 0) == one.repeated);
    CHECK(copiesOf(3, 2) == one.apart);
    CHECK(copiesOf(3, 1) == one.dense);
    // Of one element, or none, the stride is nobody's concern.
    CHECK_FALSE(copiesOf(1, -2));
    CHECK_FALSE(copiesOf(0, 0));
  }
}
