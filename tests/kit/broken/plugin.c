//===- plugin.c - a plugin that is right, or wrong in one way -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * A few ops of f32, element by element. With BROKEN it does one thing that no
 * plugin may do; the kit has to find it. In the language that C99 and C++
 * share.
 */

#include "tests/kit/broken/evaluate.h"

#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static fovea_code fail(fovea_error *error, fovea_code code, const char *text) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", text);
  return code;
}

__attribute__((constructor)) static void begin(void) {
  if (BROKEN == CRASHES_ON_LOAD)
    *(volatile int *)8 = 1;
  if (BROKEN == PRINTS_ON_LOAD)
    puts("hello");
}

__attribute__((destructor)) static void end(void) {
  if (BROKEN == CRASHES_AT_END)
    abort();
}

/* Runs before `end`, while stdout is still open. */
static void sayGoodbye(void) { puts("goodbye"); }

/*===-- Requests ----------------------------------------------------------===*/

/* What a later version asks for, by a longer request or by an extension. */
static int asksForMore(const void *request, uint32_t size, size_t known,
                       const fovea_extension *extension) {
  const char *bytes = (const char *)request;
  for (size_t i = known; i < size; ++i)
    if (bytes[i])
      return 1;
  for (; extension && BROKEN != IGNORES_REQUIRED; extension = extension->next)
    if (extension->required)
      return 1;
  return 0;
}
#define REFUSE_MORE(request, error)                                            \
  if (asksForMore(request, request->size, sizeof *request,                     \
                  request->extensions))                                        \
  return fail(error, FOVEA_UNSUPPORTED, "a later version is asked for")

/* A cluster has no extensions. */
#define REFUSE_LONGER(cluster, error)                                          \
  if (BROKEN != IGNORES_TAIL &&                                                \
      asksForMore(cluster, cluster->size, sizeof *cluster, NULL))              \
  return fail(error, FOVEA_UNSUPPORTED, "a later version is asked for")

/*===-- Claims ------------------------------------------------------------===*/

static const char *refusal(const fovea_plugin_exe *exe) {
  if (BROKEN == CLAIMS_NOTHING)
    return "nothing is for it";
  if (exe->arrays[AXES].count > MOST_AXES)
    return "it has too many axes";
  if (exe->arrays[GAUGES].count)
    return "it has gauges";
  for (uint64_t i = 0; i < exe->arrays[ACCUMULATORS].count; ++i) {
    const fovea_accumulator *a = ITEM(exe, fovea_accumulator, ACCUMULATORS, i);
    if (a->guard != FOVEA_NONE || a->dtype != FOVEA_F32 ||
        (a->join != FOVEA_SUM && a->join != FOVEA_MAX))
      return "of folds it has sums and maxima of f32 without a guard";
  }
  for (uint64_t i = 0; i < exe->arrays[OPS].count; ++i) {
    const fovea_op *op = ITEM(exe, fovea_op, OPS, i);
    // Which index runs where is said by the axes.
    if (op->opcode == FOVEA_OP_INDEX)
      continue;
    if (op->dtype != FOVEA_F32 || op->flags & 7u)
      return "it computes f32 only, and no hard numbers";
    switch (op->opcode) {
    case FOVEA_OP_INPUT:
    case FOVEA_OP_CONSTANT:
    case FOVEA_OP_ACCUMULATOR:
    case FOVEA_OP_OLD_ACCUMULATOR:
    case FOVEA_OP_FOLD:
    case FOVEA_OP_ADD:
    case FOVEA_OP_SUB:
    case FOVEA_OP_MUL:
    case FOVEA_OP_NEG:
    case FOVEA_OP_POW:
    case FOVEA_OP_EXP:
      break;
    case FOVEA_OP_REDUCE:
      if (op->operands.count == 1 &&
          (op->selector == FOVEA_SUM || op->selector == FOVEA_MAX))
        break;
      return "of reductions it has sums and maxima without a guard";
    default:
      return "it has not that op";
    }
  }
  for (uint64_t i = 0; i < exe->arrays[OUTPUTS].count; ++i)
    if (ITEM(exe, fovea_port, OUTPUTS, i)->dtype != FOVEA_F32)
      return "its outputs are f32";
  for (uint64_t i = 0; i < exe->arrays[INPUTS].count; ++i)
    if (ITEM(exe, fovea_port, INPUTS, i)->dtype != FOVEA_F32)
      return "its inputs are f32";
  return NULL;
}

static fovea_code query(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  REFUSE_LONGER(cluster, error);
  if (BROKEN == CRASHES_IN_QUERY)
    abort();
#ifdef __cplusplus
  if (BROKEN == THROWS)
    throw "a fit";
#endif
  fovea_plugin_exe *exe = (fovea_plugin_exe *)calloc(1, sizeof *exe);
  copyCluster(exe, cluster);
  const char *why = refusal(exe);
  freeExe(exe);
  if (BROKEN == CHANGES_ITS_MIND && backend->asked++ % 2 == 1)
    why = "not again";
  claim->kind = why ? FOVEA_CLAIM_NONE : FOVEA_CLAIM_FUSED;
  if (BROKEN == NO_TEXT)
    claim->reason = FOVEA_REASON_OP;
  if (!why || (BROKEN != NO_TEXT && BROKEN != NO_REASON))
    snprintf(claim->text, sizeof claim->text, "%s", why ? why : "in loops");
  return FOVEA_OK;
}

/*===-- Outputs -----------------------------------------------------------===*/

static void store(const Run *run, float *to, double value) {
  const int isOther = BROKEN == LOADS_OTHERS && run->exe->isLoaded;
  const float rounded = (float)(isOther ? value * (1 + 1e-6) : value);
  memcpy(to, &rounded, sizeof rounded);
}

static void fillOutput(Run *run, uint64_t number) {
  const fovea_port *port = ITEM(run->exe, fovea_port, OUTPUTS, number);
  const fovea_tensor *tensor =
      FOVEA_AT(fovea_tensor, run->request->outputs, number);
  int64_t count = 1;
  for (uint32_t i = 0; i < port->axes.count; ++i)
    count *= tensor->shape[i];
  for (int64_t place = 0; place < count && !stops(run); ++place) {
    int64_t rest = place;
    for (uint32_t i = port->axes.count; i-- > 0;) {
      run->at[listed(run->exe, port->axes, i)] = rest % tensor->shape[i];
      rest /= tensor->shape[i];
    }
    float *to = element(run, tensor, port->axes);
    store(run, to, eval(run, port->op));
    if (BROKEN == OUT_OF_BOUNDS && place == count - 1)
      store(run, to + 1, 1);
  }
}

/* What a plugin needs that computes one op after the other. */
static float *storedScores(const fovea_instance *instance) {
  uint64_t count = 1;
  for (uint64_t i = 0; i < instance->exe->arrays[AXES].count; ++i)
    count *= (uint64_t)instance->extents[i];
  float *scores = (float *)malloc(count * sizeof(float));
  if (scores)
    memset(scores, 1, count * sizeof(float));
  // What is not used may be left out by a compiler.
  if (scores && scores[count / 2] == 0)
    abort();
  return scores;
}

/*===-- The table ---------------------------------------------------------===*/

static void *sleepForEver(void *nothing) {
  for (;;)
    pause();
  return nothing;
}

static fovea_code openBackend(const fovea_open_request *request,
                              fovea_backend **backend, fovea_error *error) {
  REFUSE_MORE(request, error);
  if (request->options.count)
    return fail(error, FOVEA_INVALID_ARGUMENT, "there are no options");
  if (BROKEN == LEAKS_THREADS) {
    pthread_t thread;
    pthread_create(&thread, NULL, sleepForEver, NULL);
  }
  if (BROKEN == LEAKS_FILES)
    (void)dup(0);
  // In a session of its own, as a server would be; a few are enough.
  static int started = 0;
  if (BROKEN == LEAKS_PROCESSES && ++started < 8 && fork() == 0) {
    setsid();
    sleepForEver(NULL);
  }
  if (BROKEN == FORKS)
    (void)!fork();
  if (BROKEN == FORKS_AND_EXITS && fork() == 0)
    exit(0);
  if (BROKEN == PRINTS)
    puts("hello");
  if (BROKEN == CLOSES_STDOUT)
    close(1);
  *backend = (fovea_backend *)calloc(1, sizeof **backend);
  (*backend)->host = request->host;
  return FOVEA_OK;
}

static void closeBackend(fovea_backend *backend) { free(backend); }

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  REFUSE_LONGER(cluster, error);
  if (BROKEN == FAILS_COMPILE)
    return fail(error, FOVEA_BACKEND, "there is \x1b[2J no compiler");
  *exe = (fovea_plugin_exe *)calloc(1, sizeof **exe);
  (*exe)->host = backend->host;
  copyCluster(*exe, cluster);
  return FOVEA_OK;
}

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  REFUSE_MORE(request, error);
  if (BROKEN == TAKES_NO_SIZES)
    return fail(error, FOVEA_UNSUPPORTED_SHAPE, "not these sizes");
  const fovea_span formulas = {exe->arrays[SIZES].data,
                               exe->arrays[SIZES].count, sizeof(fovea_size)};
  int64_t *values = (int64_t *)calloc(formulas.count + 1, sizeof(int64_t));
  if (fovea_evaluate_sizes(formulas, request->dims, values)) {
    free(values);
    return fail(error, FOVEA_UNSUPPORTED_SHAPE, "there are no such sizes");
  }
  fovea_instance *made = (fovea_instance *)calloc(1, sizeof *made);
  made->exe = exe;
  for (uint64_t i = 0; i < exe->arrays[AXES].count; ++i)
    made->extents[i] = values[ITEM(exe, fovea_axis, AXES, i)->size];
  free(values);
  if (BROKEN == INSTANCE_SCORES)
    made->scores = storedScores(made);
  // It takes any; saying so is no need.
  for (uint64_t i = 0; i < prepared->input_count; ++i)
    (BROKEN == STEPS_NEEDS ? &prepared->inputs[i]
                           : FOVEA_NEEDS(prepared, inputs, i))
        ->alignment = 1;
  // Without offsets of its own making there are those of the host.
  for (uint64_t i = 0; BROKEN == IGNORES_OFFSETS && i < prepared->input_count;
       ++i)
    FOVEA_NEEDS(prepared, inputs, i)->contiguous = 1;
  for (uint64_t i = 0; BROKEN == IGNORES_OFFSETS && i < prepared->output_count;
       ++i)
    FOVEA_NEEDS(prepared, outputs, i)->contiguous = 1;
  if (BROKEN == VAST_WORKSPACE)
    prepared->workspace_bytes = (uint64_t)1 << 50;
  prepared->instance = made;
  return FOVEA_OK;
}

static void freeInstance(fovea_instance *instance) {
  free(instance->scores);
  if (BROKEN != LEAKS_INSTANCES)
    free(instance);
}

/* What no malloc knows of. */
static void keepPages(void) {
  const size_t bytes = 16384;
  void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages != MAP_FAILED)
    memset(pages, 1, bytes);
}

/* Leaves the threads that it is given as no plugin may. */
static void roundDown(void *context, uint64_t item, uint32_t worker) {
  (void)context, (void)item;
  if (worker > 0)
    fesetround(FE_DOWNWARD);
}

static fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  REFUSE_MORE(request, error);
  Run state;
  memset(&state, 0, sizeof state);
  state.at = BROKEN == SHARES_SCRATCH ? instance->exe->shared : state.own;
  instance->isCancelled = 0;
  if (BROKEN == ROUNDS_ON_WORKERS)
    instance->exe->host->parallel_for(
        request->run, instance->exe->host->workers(request->run), roundDown,
        NULL);
  state.exe = instance->exe;
  state.instance = instance;
  state.request = request;
  if (BROKEN == STORES_SCORES)
    free(storedScores(instance));
  if (BROKEN == CHANGES_ROUNDING)
    fesetround(FE_TOWARDZERO);
  if (BROKEN == CHANGES_PROCESS) {
    (void)!chdir("/");
    signal(SIGSEGV, SIG_IGN);
    close(2);
    umask(0);
    setlocale(LC_ALL, "C.UTF-8");
  }
  if (BROKEN == CRASHES)
    abort();
  if (BROKEN == EXITS)
    exit(3);
  if (BROKEN == EXITS_AT_ONCE)
    _exit(0);
  if (BROKEN == WRITES_INPUTS && request->inputs.count) {
    const fovea_tensor *tensor = FOVEA_AT(fovea_tensor, request->inputs, 0);
    if (tensor->buffer.size)
      *(char *)tensor->buffer.data = 0;
  }
  while (BROKEN == HANGS)
    pause();
  if (BROKEN == LEAKS_PAGES)
    keepPages();
  // That keeps runs of one instance apart, and no others.
  if (BROKEN == SHARES_SCRATCH)
    pthread_mutex_lock(&instance->lock);
  for (uint64_t i = 0; i < request->outputs.count; ++i)
    fillOutput(&state, i);
  if (BROKEN == SHARES_SCRATCH)
    pthread_mutex_unlock(&instance->lock);
  if (state.isCancelled)
    return fail(error, FOVEA_CANCELLED, "cancelled");
  return BROKEN == GARBAGE_STATUS ? 4711 : FOVEA_OK;
}

static fovea_code save(fovea_plugin_exe *exe, fovea_write write, void *context,
                       fovea_error *error) {
  fovea_code code = FOVEA_OK;
  for (int i = 0; i < ARRAYS && !code; ++i) {
    const Copied *array = &exe->arrays[i];
    code = write(context, &array->count, sizeof array->count);
    if (!code)
      code = write(context, array->data, array->count * sizes[i]);
  }
  return code ? fail(error, code, "the bytes cannot be kept") : FOVEA_OK;
}

static fovea_code load(fovea_backend *backend, const fovea_cluster *cluster,
                       const void *data, uint64_t bytes, fovea_plugin_exe **exe,
                       fovea_error *error) {
  const char *from = (const char *)data;
  (void)cluster, (void)bytes, (void)error;
  *exe = (fovea_plugin_exe *)calloc(1, sizeof **exe);
  (*exe)->host = backend->host;
  (*exe)->isLoaded = 1;
  for (int i = 0; i < ARRAYS; ++i) {
    fovea_span span = {NULL, 0, sizes[i]};
    memcpy(&span.count, from, sizeof span.count);
    span.data = from + sizeof span.count;
    copySpan(&(*exe)->arrays[i], span, sizes[i]);
    from += sizeof span.count + span.count * sizes[i];
  }
  return FOVEA_OK;
}

/* A later version's table. */
typedef struct {
  fovea_plugin known;
  void (*later)(void);
  uint64_t more[8];
} LongTable;

const fovea_plugin *fovea_plugin_entry(uint32_t host_version) {
  static LongTable table;
  fovea_plugin *plugin = &table.known;
  (void)host_version;
  if (BROKEN == CRASHES_IN_ENTRY)
    abort();
  if (BROKEN == EXITS_IN_ENTRY)
    exit(0);
  if (BROKEN == PRINTS_AT_END)
    atexit(sayGoodbye);
  plugin->size = BROKEN == NEWER_MINOR   ? (uint32_t)sizeof table
                 : BROKEN == SMALL_TABLE ? 40u
                                         : (uint32_t)sizeof *plugin;
  plugin->version = BROKEN == WRONG_MAJOR   ? 2u << 16
                    : BROKEN == NEWER_MINOR ? FOVEA_PLUGIN_VERSION + 7
                                            : FOVEA_PLUGIN_VERSION;
  plugin->name = "broken";
  plugin->build = "1";
  plugin->open = openBackend;
  plugin->close = closeBackend;
  plugin->query = query;
  plugin->compile = compile;
  plugin->exe_free = freeExe;
  plugin->prepare = prepare;
  plugin->instance_free = freeInstance;
  plugin->run = BROKEN == NO_RUN ? NULL : run;
  plugin->save = save;
  plugin->load = load;
  memset(table.more, 0x5a, sizeof table.more);
  return plugin;
}
