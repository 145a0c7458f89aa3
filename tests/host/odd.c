//===- odd.c - a plugin with moods ----------------------------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * Doubles the elements of a vector, and does by its options what the tests of
 * the host need: refuses sizes, wants other layouts, crashes, is rude. What it
 * counts is exported.
 */

#include "backends/fovea_plugin.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

FOVEA_PLUGIN_EXPORT atomic_int odd_entries, odd_prepares, odd_most_runs;

struct fovea_backend {
  const fovea_host *host;
  int64_t most;
  int stores, dense, rude, silent;
  char crash[32];
};
struct fovea_plugin_exe {
  fovea_backend *backend;
};
struct fovea_instance {
  fovea_backend *backend;
};

/* Red for a terminal, and no UTF-8. */
static const char rudeText[] = "\033[31mlook\xff";

static fovea_code fail(fovea_error *error, fovea_code code, const char *text) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", text);
  return code;
}

static void crashIn(const fovea_backend *backend, const char *function) {
  if (strcmp(backend->crash, function) == 0)
    abort();
  if (strcmp(backend->crash, "exit") == 0 && strcmp(function, "run") == 0)
    exit(0);
}

static fovea_code openBackend(const fovea_open_request *request,
                              fovea_backend **backend, fovea_error *error) {
  fovea_backend *made = (fovea_backend *)calloc(1, sizeof *made);
  made->host = request->host;
  made->most = INT64_MAX;
  for (uint64_t i = 0; i < request->options.count; ++i) {
    const fovea_backend_option *option =
        FOVEA_AT(fovea_backend_option, request->options, i);
    const int isTrue = strcmp(option->value, "true") == 0;
    if (strcmp(option->key, "most") == 0)
      made->most = atoll(option->value);
    else if (strcmp(option->key, "stores") == 0)
      made->stores = isTrue;
    else if (strcmp(option->key, "dense") == 0)
      made->dense = isTrue;
    else if (strcmp(option->key, "rude") == 0)
      made->rude = isTrue;
    else if (strcmp(option->key, "silent") == 0)
      made->silent = isTrue;
    else if (strcmp(option->key, "crash") == 0)
      snprintf(made->crash, sizeof made->crash, "%s", option->value);
    else {
      free(made);
      return fail(error, FOVEA_INVALID_ARGUMENT, "there is no such option");
    }
  }
  crashIn(made, "open");
  *backend = made;
  return FOVEA_OK;
}

static void closeBackend(fovea_backend *backend) {
  crashIn(backend, "close");
  free(backend);
}

static fovea_code query(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  crashIn(backend, "query");
  uint32_t input, axes[2];
  fovea_match match = {sizeof match, FOVEA_PLUGIN_VERSION, &input, 1, axes, 2};
  int32_t found = 0;
  const fovea_code code = backend->host->match(
      backend->host, cluster,
      "fn p(x: f32[N]) -> f32[N] { y[n] = x[n] * 2\n  return y }", &match,
      &found, error);
  if (code)
    return code;
  if (!found) {
    claim->reason = FOVEA_REASON_OP;
    if (!backend->silent)
      snprintf(claim->text, sizeof claim->text, "%s",
               backend->rude ? rudeText : "it doubles vectors, no more");
    return FOVEA_OK;
  }
  claim->kind = backend->stores ? FOVEA_CLAIM_DECOMPOSED : FOVEA_CLAIM_FUSED;
  snprintf(claim->text, sizeof claim->text, "%s",
           backend->rude ? rudeText : "doubles");
  return FOVEA_OK;
}

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  (void)cluster, (void)error;
  crashIn(backend, "compile");
  *exe = (fovea_plugin_exe *)calloc(1, sizeof **exe);
  (*exe)->backend = backend;
  return FOVEA_OK;
}

static void freeExe(fovea_plugin_exe *exe) {
  crashIn(exe->backend, "exe_free");
  free(exe);
}

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  atomic_fetch_add(&odd_prepares, 1);
  crashIn(exe->backend, "prepare");
  const int64_t count = *FOVEA_AT(int64_t, request->dims, 0);
  if (count > exe->backend->most) {
    fail(error, FOVEA_UNSUPPORTED_SHAPE, "");
    snprintf(error->message, sizeof error->message,
             "it has room for %lld numbers, and there are %lld",
             (long long)exe->backend->most, (long long)count);
    return FOVEA_UNSUPPORTED_SHAPE;
  }
  if (exe->backend->dense)
    FOVEA_NEEDS(prepared, inputs, 0)->alignment = 1 << 20;
  prepared->instance = (fovea_instance *)calloc(1, sizeof(fovea_instance));
  prepared->instance->backend = exe->backend;
  return FOVEA_OK;
}

static void freeInstance(fovea_instance *instance) {
  crashIn(instance->backend, "instance_free");
  free(instance);
}

typedef struct {
  const fovea_backend *backend;
  const fovea_run_request *request;
} Run;

static void doubleOne(void *context, uint64_t item, uint32_t worker) {
  const Run *run = (const Run *)context;
  (void)worker;
  // In the last item, which another thread has.
  if (item + 1 == (uint64_t)*FOVEA_AT(int64_t, run->request->dims, 0))
    crashIn(run->backend, "item");
  const fovea_tensor *x = FOVEA_AT(fovea_tensor, run->request->inputs, 0);
  const fovea_tensor *y = FOVEA_AT(fovea_tensor, run->request->outputs, 0);
  float value;
  memcpy(&value,
         (const char *)x->buffer.data + x->byte_offset +
             (int64_t)item * x->strides[0] * 4,
         sizeof value);
  value *= 2;
  memcpy((char *)y->buffer.data + y->byte_offset +
             (int64_t)item * y->strides[0] * 4,
         &value, sizeof value);
}

static fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  static atomic_int running;
  const fovea_backend *backend = instance->backend;
  (void)error;
  crashIn(backend, "run");
  const int now = atomic_fetch_add(&running, 1) + 1;
  if (now > odd_most_runs)
    odd_most_runs = now;
  // Long enough for another one to begin.
  usleep(2000);
  Run state = {backend, request};
  backend->host->parallel_for(request->run,
                              (uint64_t)*FOVEA_AT(int64_t, request->dims, 0),
                              doubleOne, &state);
  atomic_fetch_sub(&running, 1);
  if (backend->rude) {
    backend->host->log(backend->host, FOVEA_LOG_WARNING, rudeText);
    return fail(error, FOVEA_BACKEND, rudeText);
  }
  backend->host->log(backend->host, FOVEA_LOG_INFO, "doubled");
  return FOVEA_OK;
}

const fovea_plugin *fovea_plugin_entry(uint32_t host_version) {
  static fovea_plugin plugin;
  (void)host_version;
  if (getenv("ODD_CRASHES"))
    abort();
  atomic_fetch_add(&odd_entries, 1);
  plugin.size = sizeof plugin;
  plugin.version = FOVEA_PLUGIN_VERSION;
  plugin.name = "odd";
  plugin.build = "1";
  plugin.flags = FOVEA_PLUGIN_SERIAL_RUN;
  plugin.open = openBackend;
  plugin.close = closeBackend;
  plugin.query = query;
  plugin.compile = compile;
  plugin.exe_free = freeExe;
  plugin.prepare = prepare;
  plugin.instance_free = freeInstance;
  plugin.run = run;
  return &plugin;
}
