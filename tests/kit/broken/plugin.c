//===- plugin.c - a plugin that is right, or wrong in one way -------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * A few ops of f32, element by element and without any memory: what is needed
 * is computed again. With BROKEN it does one thing that no plugin may do; the
 * kit has to find it. In the language that C99 and C++ share.
 */

#include "backends/fovea_plugin.h"

#include <fenv.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  RIGHT = 0,
  WRONG_MAJOR,
  IGNORES_REQUIRED,
  SMALL_TABLE,
  NO_RUN,
  THROWS,
  GARBAGE_STATUS,
  STORES_SCORES,
  OUT_OF_BOUNDS,
  WRONG_NUMBERS,
  LEAKS_THREADS,
  CHANGES_ROUNDING,
  HANGS,
  NEWER_MINOR,
  CRASHES,
  PRINTS,
  EXITS,
  CHANGES_ITS_MIND,
  WRITES_INPUTS,
  STEPS_BY_SIZEOF,
  LOADS_OTHERS
};
#ifndef BROKEN
#define BROKEN RIGHT
#endif

#define MOST_AXES 32

static fovea_code fail(fovea_error *error, fovea_code code, const char *text) {
  error->code = code;
  snprintf(error->message, sizeof error->message, "%s", text);
  return code;
}

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

/*===-- The cluster, copied -----------------------------------------------===*/

typedef struct {
  uint64_t count;
  void *data;
} Copied;

/* In the order of fovea_cluster. */
enum {
  DIMS,
  SIZES,
  AXES,
  INPUTS,
  OUTPUTS,
  OPS,
  FOLDS,
  ACCUMULATORS,
  GAUGES,
  RANGES,
  PLACES,
  LISTS,
  ARRAYS
};

struct fovea_plugin_exe {
  Copied arrays[ARRAYS];
  int isLoaded;
};
struct fovea_instance {
  const fovea_plugin_exe *exe;
  int64_t extents[MOST_AXES];
};
struct fovea_backend {
  int asked;
};

#define ITEM(exe, type, array, i) (((type *)(exe)->arrays[array].data) + (i))

static void copySpan(Copied *to, fovea_span from, size_t size) {
  to->count = from.count;
  to->data = calloc(from.count + 1, size);
  for (uint64_t i = 0; i < from.count; ++i)
    memcpy((char *)to->data + i * size,
           (const char *)from.data +
               i * (BROKEN == STEPS_BY_SIZEOF ? size : from.stride),
           size);
}

static const size_t sizes[ARRAYS] = {
    sizeof(fovea_dim),   sizeof(fovea_size),        sizeof(fovea_axis),
    sizeof(fovea_port),  sizeof(fovea_port),        sizeof(fovea_op),
    sizeof(fovea_fold),  sizeof(fovea_accumulator), sizeof(fovea_gauge),
    sizeof(fovea_range), sizeof(fovea_place),       sizeof(uint32_t)};

static void copyCluster(fovea_plugin_exe *exe, const fovea_cluster *cluster) {
  const fovea_span *spans = &cluster->dims;
  for (int i = 0; i < ARRAYS; ++i)
    copySpan(&exe->arrays[i], spans[i], sizes[i]);
}

static void freeExe(fovea_plugin_exe *exe) {
  for (int i = 0; i < ARRAYS; ++i)
    free(exe->arrays[i].data);
  free(exe);
}

static uint32_t listed(const fovea_plugin_exe *exe, fovea_list list,
                       uint32_t i) {
  return *ITEM(exe, uint32_t, LISTS, list.first + i);
}

/*===-- Claims ------------------------------------------------------------===*/

static const char *refusal(const fovea_plugin_exe *exe) {
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
  (void)error;
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
  snprintf(claim->text, sizeof claim->text, "%s", why ? why : "in loops");
  return FOVEA_OK;
}

/*===-- Numbers -----------------------------------------------------------===*/

typedef struct {
  const fovea_plugin_exe *exe;
  const fovea_instance *instance;
  const fovea_run_request *request;
  int64_t at[MOST_AXES];
} Run;

static double eval(Run *run, uint32_t number);

static float *element(const Run *run, const fovea_tensor *tensor,
                      fovea_list axes) {
  int64_t offset = 0;
  for (uint32_t i = 0; i < axes.count; ++i)
    offset += run->at[listed(run->exe, axes, i)] * tensor->strides[i];
  return (float *)((char *)tensor->buffer.data + tensor->byte_offset) + offset;
}

static double joined(Run *run, fovea_join join, uint32_t op, fovea_list axes) {
  int64_t outer[MOST_AXES], count = 1;
  double result = join == FOVEA_SUM ? 0 : -INFINITY;
  memcpy(outer, run->at, sizeof outer);
  for (uint32_t i = 0; i < axes.count; ++i)
    count *= run->instance->extents[listed(run->exe, axes, i)];
  if (BROKEN == WRONG_NUMBERS && count > 16)
    --count;
  for (int64_t place = 0; place < count; ++place) {
    int64_t rest = place;
    for (uint32_t i = axes.count; i-- > 0;) {
      const uint32_t axis = listed(run->exe, axes, i);
      run->at[axis] = rest % run->instance->extents[axis];
      rest /= run->instance->extents[axis];
    }
    const double value = eval(run, op);
    if (join == FOVEA_SUM)
      result += value;
    else if (value > result || isnan(value))
      result = value;
  }
  memcpy(run->at, outer, sizeof outer);
  return result;
}

static double eval(Run *run, uint32_t number) {
  const fovea_plugin_exe *exe = run->exe;
  const fovea_op *op = ITEM(exe, fovea_op, OPS, number);
  double a = 0, b = 0;
  if (op->operands.count && op->opcode != FOVEA_OP_REDUCE)
    a = eval(run, listed(exe, op->operands, 0));
  if (op->operands.count > 1)
    b = eval(run, listed(exe, op->operands, 1));
  switch (op->opcode) {
  case FOVEA_OP_INPUT: {
    float value;
    memcpy(&value,
           element(run,
                   FOVEA_AT(fovea_tensor, run->request->inputs, op->selector),
                   ITEM(exe, fovea_port, INPUTS, op->selector)->axes),
           sizeof value);
    return value;
  }
  case FOVEA_OP_CONSTANT:
    return op->number;
  case FOVEA_OP_REDUCE:
    return joined(run, op->selector, listed(exe, op->operands, 0), op->over);
  case FOVEA_OP_ACCUMULATOR: {
    const fovea_fold *fold = ITEM(exe, fovea_fold, FOLDS, op->selector);
    const fovea_accumulator *accumulator =
        ITEM(exe, fovea_accumulator, ACCUMULATORS,
             fold->accumulators.first + (uint32_t)op->integer);
    return joined(run, accumulator->join, accumulator->element, fold->axes);
  }
  case FOVEA_OP_FOLD:
    return eval(run,
                listed(exe, ITEM(exe, fovea_fold, FOLDS, op->selector)->results,
                       (uint32_t)op->integer));
  case FOVEA_OP_ADD:
    return a + b;
  case FOVEA_OP_SUB:
    return a - b;
  case FOVEA_OP_MUL:
    return a * b;
  case FOVEA_OP_NEG:
    return -a;
  case FOVEA_OP_POW:
    return pow(a, b);
  default:
    return exp(a);
  }
}

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
  for (int64_t place = 0; place < count; ++place) {
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

/* What a plugin does that computes one op after the other. */
static void storeScores(const Run *run) {
  uint64_t count = 1;
  for (uint64_t i = 0; i < run->exe->arrays[AXES].count; ++i)
    count *= (uint64_t)run->instance->extents[i];
  float *scores = (float *)malloc(count * sizeof(float));
  if (scores)
    memset(scores, 1, count * sizeof(float));
  // What is not used may be left out by a compiler.
  if (scores && scores[count / 2] == 0)
    abort();
  free(scores);
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
  if (BROKEN == PRINTS)
    puts("hello");
  *backend = (fovea_backend *)calloc(1, sizeof **backend);
  return FOVEA_OK;
}

static void closeBackend(fovea_backend *backend) { free(backend); }

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **exe, fovea_error *error) {
  (void)backend;
  (void)error;
  *exe = (fovea_plugin_exe *)calloc(1, sizeof **exe);
  copyCluster(*exe, cluster);
  return FOVEA_OK;
}

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  REFUSE_MORE(request, error);
  fovea_instance *made = (fovea_instance *)calloc(1, sizeof *made);
  made->exe = exe;
  int64_t *values =
      (int64_t *)calloc(exe->arrays[SIZES].count + 1, sizeof(int64_t));
  for (uint64_t i = 0; i < exe->arrays[SIZES].count; ++i) {
    const fovea_size *size = ITEM(exe, fovea_size, SIZES, i);
    if (size->kind == FOVEA_SIZE_CONSTANT)
      values[i] = size->value;
    else if (size->kind == FOVEA_SIZE_DIM)
      values[i] = *FOVEA_AT(int64_t, request->dims, size->a);
    else if (size->kind == FOVEA_SIZE_ADD)
      values[i] = values[size->a] + values[size->b];
    else
      values[i] = values[size->a] * values[size->b];
  }
  for (uint64_t i = 0; i < exe->arrays[AXES].count; ++i)
    made->extents[i] = values[ITEM(exe, fovea_axis, AXES, i)->size];
  free(values);
  prepared->instance = made;
  return FOVEA_OK;
}

static void freeInstance(fovea_instance *instance) { free(instance); }

static fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  REFUSE_MORE(request, error);
  Run state;
  memset(&state, 0, sizeof state);
  state.exe = instance->exe;
  state.instance = instance;
  state.request = request;
  if (BROKEN == STORES_SCORES)
    storeScores(&state);
  if (BROKEN == CHANGES_ROUNDING)
    fesetround(FE_TOWARDZERO);
  if (BROKEN == CRASHES)
    abort();
  if (BROKEN == EXITS)
    exit(3);
  if (BROKEN == WRITES_INPUTS && request->inputs.count) {
    const fovea_tensor *tensor = FOVEA_AT(fovea_tensor, request->inputs, 0);
    if (tensor->buffer.size)
      *(char *)tensor->buffer.data = 0;
  }
  while (BROKEN == HANGS)
    pause();
  for (uint64_t i = 0; i < request->outputs.count; ++i)
    fillOutput(&state, i);
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
  (void)backend, (void)cluster, (void)bytes, (void)error;
  *exe = (fovea_plugin_exe *)calloc(1, sizeof **exe);
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
