//===- FakePlugin.cpp - a plugin that does what a test says ---------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//

#include "tests/backends/plugin/FakePlugin.h"

#include <atomic>
#include <cstdio>
#include <stdexcept>

using namespace fovea;
using test::FakePlugin;

/// The one that there is.
static FakePlugin *fake = nullptr;
/// What the host keeps of it: the host's table, for who runs.
static const fovea_host *host = nullptr;

/// Notes a call.
static void note(const char *function) {
  fake->calls += std::string(function) + " ";
  if (fake->throws == function)
    throw std::runtime_error("a fit");
}

/// Whether it is to fail.
static bool isFailing(const char *function, fovea_error *error) {
  if (fake->fails != function)
    return false;
  error->code = fake->code;
  std::snprintf(error->message, sizeof error->message, "%s",
                fake->message.c_str());
  std::snprintf(error->tensor, sizeof error->tensor, "x");
  error->op = 1;
  error->has_value = 1;
  error->value = 7;
  error->rank = 1;
  error->position[0] = 2;
  return true;
}

/// Notes a call. Whether it is to fail.
static bool fails(const char *function, fovea_error *error) {
  note(function);
  return isFailing(function, error);
}

/// A pointer for `function`, or none.
template <class T> static T *made(const char *function) {
  static char something;
  return fake->forgets == function ? nullptr
                                   : reinterpret_cast<T *>(&something);
}

static fovea_code open(const fovea_open_request *request,
                       fovea_backend **backend, fovea_error *error) {
  if (fails("open", error))
    return fake->code;
  host = request->host;
  *backend = made<fovea_backend>("open");
  return FOVEA_OK;
}

static fovea_code query(fovea_backend *, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  if (isFailing("query", error))
    return fake->code;
  claim->kind = FOVEA_CLAIM_FUSED;
  if (fake->claims)
    claim->kind = fake->claims(*cluster);
  if (claim->kind == FOVEA_CLAIM_NONE)
    std::snprintf(claim->text, sizeof claim->text, "fake has no taste for it");
  return FOVEA_OK;
}

static fovea_code compile(fovea_backend *, const fovea_cluster *,
                          fovea_plugin_exe **exe, fovea_error *error) {
  if (fails("compile", error))
    return fake->code;
  *exe = made<fovea_plugin_exe>("compile");
  return FOVEA_OK;
}

static fovea_code prepare(fovea_plugin_exe *,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  if (fails("prepare", error))
    return fake->code;
  if (fake->takes && !fake->takes(*FOVEA_AT(int64_t, request->dims, 0))) {
    std::snprintf(error->message, sizeof error->message,
                  "fake takes no such N");
    return error->code = FOVEA_UNSUPPORTED_SHAPE;
  }
  prepared->instance = made<fovea_instance>("prepare");
  prepared->workspace_bytes = fake->workspace;
  for (fovea_needs *needs :
       {FOVEA_NEEDS(prepared, inputs, 0), FOVEA_NEEDS(prepared, outputs, 0)}) {
    needs->alignment = fake->alignment;
    needs->contiguous = fake->isContiguous;
    needs->strides = fake->strides;
  }
  return FOVEA_OK;
}

/// Lets the host call `count` items.
static void goRound(fovea_run_handle *run, uint64_t count) {
  struct Context {
    std::vector<std::atomic<int>> times;
    uint32_t workers;
    std::atomic<bool> isSound = true;
  } context{std::vector<std::atomic<int>>(count), host->workers(run)};
  host->parallel_for(
      run, count,
      [](void *given, uint64_t item, uint32_t worker) {
        auto *context = static_cast<Context *>(given);
        ++context->times[item];
        if (worker >= context->workers)
          context->isSound = false;
      },
      &context);
  fake->isWorkerSound &= context.isSound;
  uint64_t once = 0;
  for (const std::atomic<int> &times : context.times)
    once += times == 1;
  fake->items.push_back(once);
}

static fovea_code run(fovea_instance *, const fovea_run_request *request,
                      fovea_error *error) {
  if (fails("run", error))
    return fake->code;
  if (host->cancelled(request->run)) {
    std::snprintf(error->message, sizeof error->message, "cancelled");
    return error->code = FOVEA_CANCELLED;
  }
  for (uint64_t count : {0, 1, 1000})
    goRound(request->run, count);
  const fovea_tensor &in = *FOVEA_AT(fovea_tensor, request->inputs, 0);
  const fovea_tensor &out = *FOVEA_AT(fovea_tensor, request->outputs, 0);
  auto first = [](const fovea_tensor &tensor) {
    return reinterpret_cast<float *>(static_cast<char *>(tensor.buffer.data) +
                                     tensor.byte_offset);
  };
  for (const fovea_tensor *tensor : {&in, &out})
    if (tensor->shape[0] > 0)
      fake->isMemorySound &=
          reinterpret_cast<uintptr_t>(first(*tensor)) % fake->alignment == 0 &&
          (!fake->isContiguous || tensor->shape[0] < 2 ||
           tensor->strides[0] == 1);
  for (int64_t i = 0; i < out.shape[0]; ++i)
    first(out)[i * out.strides[0]] = 2 * first(in)[i * in.strides[0]];
  return FOVEA_OK;
}

static void close(fovea_backend *) { note("close"); }
static void freeExe(fovea_plugin_exe *) { note("exe_free"); }
static void freeInstance(fovea_instance *) { note("instance_free"); }

static const fovea_plugin table = {sizeof(fovea_plugin),
                                   FOVEA_PLUGIN_VERSION,
                                   "fake",
                                   "1",
                                   0,
                                   open,
                                   close,
                                   query,
                                   compile,
                                   freeExe,
                                   prepare,
                                   freeInstance,
                                   run,
                                   nullptr,
                                   nullptr};

FakePlugin::FakePlugin() { fake = this; }
FakePlugin::~FakePlugin() { fake = nullptr; }

std::shared_ptr<const plugin::Library> FakePlugin::library() const {
  fovea_plugin asked = table;
  asked.flags = flags;
  auto library = plugin::Library::fromTable(&asked, "in a test");
  REQUIRE(library);
  return *library;
}
