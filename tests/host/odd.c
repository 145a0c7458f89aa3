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
#include <unwind.h>

FOVEA_PLUGIN_EXPORT atomic_int odd_entries, odd_prepares, odd_most_runs;

struct fovea_backend {
  const fovea_host *host;
  int64_t most;
  int stores, dense, rude, silent, fails, last;
  char fault[32], how[32];
};
struct fovea_plugin_exe {
  fovea_backend *backend;
};
struct fovea_instance {
  fovea_backend *backend;
};

/* Red for a terminal, a tab, and no UTF-8. */
static const char rudeText[] = "\033[31mlook\t\xff";

static fovea_code fail(fovea_error *error, fovea_code code, const char *text) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", text);
  return code;
}

/* Needs ever more of the stack; the compiler cannot know. */
static __attribute__((noinline)) int overflow(volatile char *last) {
  if (last && last[0] == 0)
    return 0;
  volatile char frame[4096];
  frame[0] = last ? last[0] : 1;
  return overflow(frame) + frame[0];
}

/* Does what option `how` says, if `function` is where. */
static void faultIn(const fovea_backend *backend, const char *function) {
  if (strcmp(backend->fault, function) != 0)
    return;
  if (strcmp(backend->how, "exit") == 0)
    exit(0);
  if (strcmp(backend->how, "overflow") == 0)
    overflow(NULL);
  if (strcmp(backend->how, "fork") == 0) {
    if (fork() < 0)
      abort();
    return;
  }
  if (strcmp(backend->how, "forkexit") == 0) {
    if (fork() == 0)
      exit(0);
    return;
  }
  if (strcmp(backend->how, "throw") == 0) {
    /* As another language would. */
    static struct _Unwind_Exception thrown;
    _Unwind_RaiseException(&thrown);
  }
  abort();
}

static void *beThread(void *backend) {
  faultIn((const fovea_backend *)backend, "thread");
  return NULL;
}

__attribute__((destructor)) static void end(void) {
  const char *where = getenv("ODD_CRASHES");
  if (where && strcmp(where, "end") == 0)
    abort();
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
    else if (strcmp(option->key, "last") == 0)
      made->last = isTrue;
    else if (strcmp(option->key, "fails") == 0)
      made->fails = isTrue;
    else if (strcmp(option->key, "fault") == 0)
      snprintf(made->fault, sizeof made->fault, "%s", option->value);
    else if (strcmp(option->key, "how") == 0)
      snprintf(made->how, sizeof made->how, "%s", option->value);
    else {
      free(made);
      return fail(error, FOVEA_INVALID_ARGUMENT, "there is no such option");
    }
  }
  faultIn(made, "open");
  *backend = made;
  return FOVEA_OK;
}

static void closeBackend(fovea_backend *backend) {
  faultIn(backend, "close");
  free(backend);
}

static fovea_code query(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  faultIn(backend, "query");
  uint32_t input, axes[2];
  fovea_match match = {sizeof match, FOVEA_PLUGIN_VERSION, &input, 1, axes, 2};
  int32_t found = 0;
  const fovea_code code = backend->host->match(
      backend->host, cluster,
      "fn p(x: f32[N]) -> f32[N] { y[n] = x[n] * 2\n  return y }", &match,
      &found, error);
  if (code)
    return code;
  /* Of constants it makes nothing. */
  if (!found || cluster->inputs.count == 0) {
    claim->reason = FOVEA_REASON_OP;
    if (backend->last)
      claim->op = (uint32_t)cluster->ops.count - 1;
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
  faultIn(backend, "compile");
  *exe = (fovea_plugin_exe *)calloc(1, sizeof **exe);
  (*exe)->backend = backend;
  return FOVEA_OK;
}

static void freeExe(fovea_plugin_exe *exe) {
  faultIn(exe->backend, "exe_free");
  free(exe);
}

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  atomic_fetch_add(&odd_prepares, 1);
  faultIn(exe->backend, "prepare");
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
  faultIn(instance->backend, "instance_free");
  free(instance);
}

typedef struct {
  const fovea_backend *backend;
  const fovea_run_request *request;
} Run;

static void doubleOne(void *context, uint64_t item, uint32_t worker) {
  const Run *run = (const Run *)context;
  (void)worker;
  const fovea_tensor *x = FOVEA_AT(fovea_tensor, run->request->inputs, 0);
  const fovea_tensor *y = FOVEA_AT(fovea_tensor, run->request->outputs, 0);
  // In the last item, which another thread has.
  if (item + 1 == (uint64_t)y->shape[0])
    faultIn(run->backend, "item");
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
  faultIn(backend, "run");
  pthread_t thread;
  if (strcmp(backend->fault, "thread") == 0 &&
      pthread_create(&thread, NULL, beThread, instance->backend) == 0)
    pthread_join(thread, NULL);
  const int now = atomic_fetch_add(&running, 1) + 1;
  if (now > odd_most_runs)
    odd_most_runs = now;
  // Long enough for another one to begin.
  usleep(2000);
  Run state = {backend, request};
  const fovea_tensor *y = FOVEA_AT(fovea_tensor, request->outputs, 0);
  backend->host->parallel_for(request->run, (uint64_t)y->shape[0], doubleOne,
                              &state);
  atomic_fetch_sub(&running, 1);
  /* What malloc keeps before a block: who frees it crashes. */
  if (strcmp(backend->fault, "spoil") == 0)
    memset((char *)y->buffer.data - 80, 0x41, 80);
  if (backend->rude) {
    backend->host->log(backend->host, FOVEA_LOG_WARNING, rudeText);
    return fail(error, FOVEA_BACKEND, rudeText);
  }
  if (backend->fails)
    return fail(error, FOVEA_BACKEND, "it does not feel like it");
  backend->host->log(backend->host, FOVEA_LOG_INFO, "doubled");
  return FOVEA_OK;
}

const fovea_plugin *fovea_plugin_entry(uint32_t host_version) {
  static fovea_plugin plugin;
  (void)host_version;
  const char *where = getenv("ODD_CRASHES");
  if (where && strcmp(where, "entry") == 0)
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
