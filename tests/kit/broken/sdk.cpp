//===- sdk.cpp - the same through fovea_plugin.hpp ------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
//
// Built with a header of a later minor version, whose requests, results and
// ports have one field more: `later`, which no host of version 1.0 has.
//
//===----------------------------------------------------------------------===//

#define fovea_plugin_entry plainEntry
#include "tests/kit/broken/plugin.c"
#undef fovea_plugin_entry

#include "backends/fovea_plugin.hpp"

namespace {
using fovea::sdk::plugin_error;

/// Calls fn(error) -> code of plugin.c.
template <class Fn> void pass(const Fn &fn) {
  fovea_error error{};
  if (const fovea_code code = fn(&error))
    throw plugin_error(code, error.message);
}

/// What a host does not know is zero, not what lies behind its struct.
template <class Request> void needNothingLater(const Request &request) {
  if (request.later != 0)
    throw plugin_error(FOVEA_INTERNAL, "a field that is missing is not zero");
}

struct SdkInstance : fovea::sdk::Instance {
  void run(const fovea_run_request &request) override {
    needNothingLater(request);
    // An item that throws; those before it are done all the same.
    uint64_t done = 0;
    try {
      fovea::sdk::parallelFor(*plain->exe->host, request.run, 100,
                              [](uint64_t item, uint32_t) {
                                if (item >= 3)
                                  throw item;
                              });
    } catch (uint64_t item) {
      done = item;
    }
    if (done != 3)
      throw plugin_error(FOVEA_INTERNAL, "item 3 throws first");
    pass([&](fovea_error *error) { return ::run(plain, &request, error); });
  }
  ~SdkInstance() override { ::freeInstance(plain); }
  fovea_instance *plain = nullptr;
};

struct SdkExe : fovea::sdk::Exe {
  std::unique_ptr<fovea::sdk::Instance>
  prepare(const fovea_prepare_request &request,
          fovea_prepared &prepared) override {
    needNothingLater(request);
    auto made = std::make_unique<SdkInstance>();
    pass([&](fovea_error *error) {
      return ::prepare(plain, &request, &prepared, error);
    });
    prepared.later = 1;
    made->plain = prepared.instance;
    return made;
  }
  ~SdkExe() override {
    if (plain)
      ::freeExe(plain);
  }
  fovea_plugin_exe *plain = nullptr;
};

struct SdkBackend : fovea::sdk::Backend {
  explicit SdkBackend(const fovea_open_request &request) {
    needNothingLater(request);
    fovea::sdk::options(request, {});
    plain.host = request.host;
  }
  void query(const fovea_cluster &cluster, fovea_claim &claim) override {
    needNothingLater(cluster);
    for (const fovea_span &ports : {cluster.inputs, cluster.outputs})
      for (const fovea_port &port : fovea::sdk::view<fovea_port>(ports))
        needNothingLater(port);
    pass([&](fovea_error *error) {
      return ::query(&plain, &cluster, &claim, error);
    });
    claim.later = 1;
  }
  std::unique_ptr<fovea::sdk::Exe>
  compile(const fovea_cluster &cluster) override {
    needNothingLater(cluster);
    auto made = std::make_unique<SdkExe>();
    pass([&](fovea_error *error) {
      return ::compile(&plain, &cluster, &made->plain, error);
    });
    return made;
  }
  fovea_backend plain{};
};
} // namespace

FOVEA_PLUGIN(SdkBackend, "sdk", "1", 0)
