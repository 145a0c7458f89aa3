//===- PluginBackendTest.cpp - who gets which cluster ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "backends/plugin/BuiltIn.h"
#include "backends/plugin/Request.h"
#include "backends/reference/ReferenceBackend.h"
#include "tests/backends/Executables.h"
#include "tests/backends/plugin/FakePlugin.h"

#include <future>

using namespace fovea;
using namespace fovea::plugin;
using test::FakePlugin;

namespace {
/// y = 2 x, compiled for devices.
class Doubling {
public:
  Doubling() {
    context.loadDialect<ir::FoveaDialect>();
    Diagnostics diagnostics;
    auto program = Program::fromText(
        "test.fov",
        "fn f(x: f32[N]) -> f32[N] {\n  y[n] = x[n] * 2\n  return y\n}",
        diagnostics);
    REQUIRE(program);
    fovea::Instance instance{"f", {{"x", "f32", 1}}, {}};
    module = program->instantiate(instance, context, diagnostics);
    REQUIRE(module);
  }

  Expected<std::unique_ptr<Executable>> compile(Devices devices) {
    PluginBackend backend(std::move(devices), "fake,reference");
    return backend.compile(*module->getOps<ir::FuncOp>().begin());
  }

private:
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};
} // namespace

static std::shared_ptr<Device> opened(std::shared_ptr<const Library> library) {
  auto device = Device::open(std::move(library), {});
  REQUIRE(device);
  return *std::move(device);
}

static std::shared_ptr<Device> reference() {
  auto library = builtIn(
      "reference", [] { return createReferenceBackend(); },
      FOVEA_CLAIM_DECOMPOSED);
  REQUIRE(library);
  return opened(*library);
}

/// Runs with `n` places, and checks the numbers.
static void run(const Executable &executable, int64_t n) {
  const Tensor x = *Tensor::allocate(DType::F32, {n});
  for (int64_t i = 0; i < n; ++i)
    x.store(i, static_cast<double>(i) + 1);
  const std::vector<Tensor> results = test::resultsOf(executable, {x});
  REQUIRE(results.size() == 1);
  REQUIRE(results[0].numElements() == n);
  for (int64_t i = 0; i < n; ++i)
    CHECK(results[0].loadAsDouble(i) == 2 * (static_cast<double>(i) + 1));
}

static bool hasRun(const FakePlugin &plugin) {
  return plugin.calls.find("run") != std::string::npos;
}

TEST_CASE("the first device that claims a cluster gets it, at any size") {
  FakePlugin fake;
  auto executable =
      Doubling().compile({{opened(fake.library()), reference()}, true});
  REQUIRE(executable);
  for (int64_t n : {0, 1, 7}) {
    fake.calls.clear();
    run(**executable, n);
    CHECK(hasRun(fake));
  }
}

TEST_CASE("what one refuses the next one gets") {
  FakePlugin fake;
  fake.claims = [](const fovea_cluster &) { return FOVEA_CLAIM_NONE; };
  auto executable =
      Doubling().compile({{opened(fake.library()), reference()}, true});
  REQUIRE(executable);
  run(**executable, 3);
  CHECK_FALSE(hasRun(fake));
}

TEST_CASE("what nobody claims is an error with the reason and the text") {
  FakePlugin fake;
  fake.claims = [](const fovea_cluster &) { return FOVEA_CLAIM_NONE; };
  const Status status =
      Doubling().compile({{opened(fake.library())}, true}).status();
  CHECK(status.code() == StatusCode::Unsupported);
  CHECK(status.message() ==
        "`fake` does not compute `result`: fake has no taste for it");
  CHECK(status.fix().find(",cpu`") != std::string::npos);
}

TEST_CASE("what stores arrays has to be allowed") {
  FakePlugin fake;
  fake.claims = [](const fovea_cluster &) { return FOVEA_CLAIM_DECOMPOSED; };
  const Status status =
      Doubling().compile({{opened(fake.library())}, false}).status();
  CHECK(status.code() == StatusCode::Unsupported);
  CHECK(status.message().find("--allow-materialize") != std::string::npos);
  auto executable = Doubling().compile({{opened(fake.library())}, true});
  REQUIRE(executable);
  run(**executable, 3);
}

TEST_CASE("sizes that one does not do the next one gets, and only these") {
  FakePlugin fake;
  fake.takes = [](int64_t n) { return n != 1; };
  auto executable =
      Doubling().compile({{opened(fake.library()), reference()}, true});
  REQUIRE(executable);
  for (int64_t n : {3, 1, 0, 1, 4}) {
    fake.calls.clear();
    run(**executable, n);
    CHECK(hasRun(fake) == (n != 1));
  }
}

TEST_CASE("sizes that nobody does are an error; other sizes still run") {
  FakePlugin fake;
  fake.takes = [](int64_t n) { return n != 1; };
  auto executable = Doubling().compile({{opened(fake.library())}, true});
  REQUIRE(executable);
  const Tensor x = *Tensor::allocate(DType::F32, {1});
  const Status status = test::failureOf(**executable, {x});
  CHECK(status.code() == StatusCode::UnsupportedShape);
  CHECK(status.text().find("fake takes no such N") != std::string::npos);
  run(**executable, 5);
}

TEST_CASE("any other error of a device ends the run") {
  FakePlugin fake;
  fake.fails = "prepare";
  auto executable =
      Doubling().compile({{opened(fake.library()), reference()}, true});
  REQUIRE(executable);
  const Tensor x = *Tensor::allocate(DType::F32, {2});
  CHECK(test::failureOf(**executable, {x}).code() == StatusCode::Backend);
}

TEST_CASE("what is cancelled while it is prepared does not run") {
  FakePlugin fake;
  std::atomic<bool> cancelled = false;
  fake.takes = [&](int64_t) { return cancelled = true; };
  auto executable = Doubling().compile({{opened(fake.library())}, true});
  REQUIRE(executable);
  const Tensor x = *Tensor::allocate(DType::F32, {2});
  std::vector<Tensor> y = {*Tensor::allocate(DType::F32, {2})};
  CHECK((*executable)->run({{x}}, y, &cancelled).code() ==
        StatusCode::Cancelled);
  CHECK_FALSE(hasRun(fake));
  // Nor is it prepared if it is cancelled before.
  fake.calls.clear();
  CHECK((*executable)->runSolved({{x}}, y, {{3}}, &cancelled).code() ==
        StatusCode::Cancelled);
  CHECK(fake.calls.empty());
}

TEST_CASE("while sizes are prepared, others that are run") {
  FakePlugin fake;
  std::promise<void> entered, released;
  fake.takes = [&](int64_t n) {
    if (n == 5) {
      entered.set_value();
      released.get_future().wait();
    }
    return true;
  };
  auto executable = Doubling().compile({{opened(fake.library())}, true});
  REQUIRE(executable);
  run(**executable, 3);
  auto runs = [&](int64_t n) {
    return std::async(std::launch::async, [&, n] {
      // What CHECK is made of is for one thread.
      const Tensor x = *Tensor::allocate(DType::F32, {n});
      return bool((*executable)->run(std::vector{x}));
    });
  };
  std::future<bool> slow = runs(5);
  entered.get_future().wait();
  std::future<bool> quick = runs(3);
  CHECK(quick.wait_for(std::chrono::seconds(30)) == std::future_status::ready);
  released.set_value();
  CHECK(quick.get());
  CHECK(slow.get());
}

TEST_CASE("a backend of ours refuses a cluster of a later version") {
  struct Longer {
    fovea_cluster cluster;
    uint64_t tail;
  };
  const Cluster cluster = test::variousClusters().front();
  const std::shared_ptr<Device> device = reference();
  const fovea_plugin &table = device->library().table();
  auto request = made<fovea_open_request>();
  request.host = &host();
  fovea_backend *backend = nullptr;
  fovea_error error{};
  error.size = sizeof error;
  REQUIRE(table.open(&request, &backend, &error) == FOVEA_OK);
  for (uint64_t tail : {0, 1}) {
    Longer longer = {cluster.view(), tail};
    longer.cluster.size = sizeof longer;
    auto claim = made<fovea_claim>();
    const fovea_code expected = tail ? FOVEA_UNSUPPORTED : FOVEA_OK;
    CHECK(table.query(backend, &longer.cluster, &claim, &error) == expected);
    fovea_plugin_exe *exe = nullptr;
    CHECK(table.compile(backend, &longer.cluster, &exe, &error) == expected);
    if (exe)
      table.exe_free(exe);
  }
  table.close(backend);
}
