//===- PluginHeader17.cpp - the plugin headers as C++17 -------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Compiled as C++17 with -pedantic -Werror, never run.
//
//===----------------------------------------------------------------------===//

#include "backends/fovea_plugin.hpp"

static_assert(__cplusplus == 201703L, "not what plugins may be compiled as");
static_assert(FOVEA_PLUGIN_VERSION >> 16 == 1, "another interface");

// What the head of fovea_plugin.hpp says, as one plugin.
namespace {
struct MyInstance : fovea::sdk::Instance {
  void run(const fovea_run_request &) override {}
};
struct MyExe : fovea::sdk::Exe {
  std::unique_ptr<fovea::sdk::Instance> prepare(const fovea_prepare_request &,
                                                fovea_prepared &) override {
    return std::make_unique<MyInstance>();
  }
};
struct MyBackend : fovea::sdk::Backend {
  explicit MyBackend(const fovea_open_request &) {}
  void query(const fovea_cluster &, fovea_claim &) override {}
  std::unique_ptr<fovea::sdk::Exe> compile(const fovea_cluster &) override {
    return std::make_unique<MyExe>();
  }
};
} // namespace

FOVEA_PLUGIN(MyBackend, "my-name", "build 1", /*flags=*/0)
