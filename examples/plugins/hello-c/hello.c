//===- hello.c - the smallest useful backend of Fovea ---------------------===//
//
// Part of Fovea, under the Apache License 2.0.
//
//===----------------------------------------------------------------------===//
/*
 * An interpreter of the flat arrays of backends/fovea_plugin.h, to read before
 * writing a backend of your own. This file is what makes it a plugin: the
 * functions of the table at the end, in the order in which the host calls them.
 * evaluate.c computes, numbers.h is arithmetic.
 */
#include "evaluate.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No op's position among the elements is greater: it fits an int64_t. */
#define MOST_ELEMENTS ((int64_t)1 << 62)

/* Fills in an error of the host, and is what the function returns. */
static fovea_code error_of(fovea_error *error, fovea_code code,
                           const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->message, sizeof error->message, format, arguments);
  va_end(arguments);
  error->code = code;
  return code;
}

/* Whether a request asks for something that came after version 1.0. */
static int is_later(const void *request, uint64_t size, uint64_t known,
                    const fovea_extension *extension) {
  for (uint64_t i = known; i < size; ++i)
    if (((const char *)request)[i])
      return 1;
  for (; extension; extension = extension->next)
    if (extension->required)
      return 1;
  return 0;
}

/*===-- open --------------------------------------------------------------===*/

static fovea_code open_backend(const fovea_open_request *request,
                               fovea_backend **backend, fovea_error *error) {
  if (is_later(request, request->size, sizeof *request, request->extensions))
    return error_of(
        error, FOVEA_UNSUPPORTED,
        "hello-c is of version 1.0 and does not know what is asked");
  if (request->options.count)
    return error_of(error, FOVEA_INVALID_ARGUMENT,
                    "hello-c has no option `%s`: it has none",
                    FOVEA_AT(fovea_backend_option, request->options, 0)->key);
  *backend = malloc(sizeof **backend);
  if (!*backend)
    return error_of(error, FOVEA_BACKEND, "hello-c is out of memory");
  (*backend)->host = request->host;
  return FOVEA_OK;
}

static void close_backend(fovea_backend *backend) { free(backend); }

/*===-- query -------------------------------------------------------------===*/

static fovea_code refuse(fovea_claim *claim, fovea_reason reason, uint32_t op,
                         const char *text) {
  claim->kind = FOVEA_CLAIM_NONE;
  claim->reason = reason;
  claim->op = op;
  snprintf(claim->text, sizeof claim->text, "%s", text);
  return FOVEA_OK;
}

/* Numbers of opcodes that a later version appends are not in here. */
static int is_known(const fovea_op *op) {
  switch (op->opcode) {
  case FOVEA_OP_COMPARE:
    return op->selector <= FOVEA_NE;
  case FOVEA_OP_REDUCE:
    return op->selector <= FOVEA_ARGMIN;
  case FOVEA_OP_SELECT:
    return op->selector <= FOVEA_HARD_NEGINF;
  default:
    return (op->opcode >= FOVEA_OP_INPUT && op->opcode <= FOVEA_OP_CAST) ||
           (op->opcode >= FOVEA_OP_ABS && op->opcode <= FOVEA_OP_FLOOR) ||
           (op->opcode >= FOVEA_OP_ADD && op->opcode <= FOVEA_OP_OR);
  }
}

static int has_type(fovea_dtype type) {
  return type == FOVEA_BOOL || type == FOVEA_I64 || is_float(type);
}

static const char *const no_type =
    "hello-c computes with f32, f64, i64 and bool only: no i32, f16 or bf16";

static fovea_code query(fovea_backend *backend, const fovea_cluster *cluster,
                        fovea_claim *claim, fovea_error *error) {
  (void)backend;
  if (is_later(cluster, cluster->size, sizeof *cluster, NULL))
    return error_of(
        error, FOVEA_UNSUPPORTED,
        "hello-c is of version 1.0 and does not know what is asked");
  for (uint32_t n = 0; n < cluster->ops.count; ++n) {
    const fovea_op *op = FOVEA_AT(fovea_op, cluster->ops, n);
    if (op->opcode == FOVEA_OP_RANDOM || op->opcode == FOVEA_OP_FOLD_KEY)
      return refuse(claim, FOVEA_REASON_OP, n, "hello-c has no random numbers");
    if (!is_known(op))
      return refuse(claim, FOVEA_REASON_OP, n,
                    "hello-c knows the ops of version 1.0, and not this one");
    if (!has_type(op->dtype))
      return refuse(claim, FOVEA_REASON_DTYPE, n, no_type);
    if (op->over.count > FOVEA_MAX_RANK)
      return refuse(claim, FOVEA_REASON_RANK, n,
                    "hello-c takes at most 16 axes together");
  }
  for (uint64_t i = 0; i < cluster->inputs.count; ++i)
    if (!has_type(FOVEA_AT(fovea_port, cluster->inputs, i)->dtype))
      return refuse(claim, FOVEA_REASON_DTYPE, FOVEA_NONE, no_type);
  for (uint64_t i = 0; i < cluster->outputs.count; ++i) {
    const fovea_port *port = FOVEA_AT(fovea_port, cluster->outputs, i);
    if (!has_type(port->dtype))
      return refuse(claim, FOVEA_REASON_DTYPE, port->op, no_type);
  }
  for (uint64_t i = 0; i < cluster->folds.count; ++i)
    if (FOVEA_AT(fovea_fold, cluster->folds, i)->axes.count > FOVEA_MAX_RANK)
      return refuse(claim, FOVEA_REASON_FOLD, FOVEA_NONE,
                    "hello-c takes at most 16 axes together");
  for (uint64_t i = 0; i < cluster->accumulators.count; ++i)
    if (FOVEA_AT(fovea_accumulator, cluster->accumulators, i)->join >
        FOVEA_ARGMIN)
      return refuse(claim, FOVEA_REASON_FOLD, FOVEA_NONE,
                    "hello-c does not know how this fold joins elements");
  for (uint64_t i = 0; i < cluster->sizes.count; ++i)
    if (FOVEA_AT(fovea_size, cluster->sizes, i)->kind > FOVEA_SIZE_MOD)
      return refuse(claim, FOVEA_REASON_SHAPE, FOVEA_NONE,
                    "hello-c does not know this kind of size");
  /* value_of calls itself for each operand, on the stack of a host's thread. */
  if (cluster->ops.count > 10000)
    return refuse(claim, FOVEA_REASON_OTHER, FOVEA_NONE,
                  "hello-c takes at most 10000 ops");
  claim->kind = FOVEA_CLAIM_FUSED;
  claim->sizes = FOVEA_SIZES_ANY;
  snprintf(claim->text, sizeof claim->text,
           "interprets it, one element after the other");
  return FOVEA_OK;
}

/*===-- compile -----------------------------------------------------------===*/

/* A dense copy. A newer host's elements may be longer: their tails are not for
 * us, and that is why one steps by `stride`. */
static void *copy_of(fovea_span span, size_t size, int *failed) {
  char *copy = malloc(span.count * size + 1);
  *failed |= copy == NULL;
  for (uint64_t i = 0; copy && i < span.count; ++i)
    memcpy(copy + i * size, (const char *)span.data + i * span.stride, size);
  return copy;
}

static void free_exe(fovea_plugin_exe *exe) {
  free(exe->op);
  free(exe->axis);
  free(exe->size);
  free(exe->input);
  free(exe->output);
  free(exe->fold);
  free(exe->accumulator);
  free(exe->gauge);
  free(exe->list);
  free(exe->bytes);
  free(exe->text);
  free(exe);
}

static fovea_code compile(fovea_backend *backend, const fovea_cluster *cluster,
                          fovea_plugin_exe **result, fovea_error *error) {
  fovea_plugin_exe *exe = NULL;
  int failed = 0;
  if (is_later(cluster, cluster->size, sizeof *cluster, NULL))
    return error_of(
        error, FOVEA_UNSUPPORTED,
        "hello-c is of version 1.0 and does not know what is asked");
  exe = calloc(1, sizeof *exe);
  failed = exe == NULL;
  if (exe) {
    exe->host = backend->host;
    exe->ops = cluster->ops.count;
    exe->axes = cluster->axes.count;
    exe->sizes = cluster->sizes.count;
    exe->folds = cluster->folds.count;
    exe->op = copy_of(cluster->ops, sizeof *exe->op, &failed);
    exe->axis = copy_of(cluster->axes, sizeof *exe->axis, &failed);
    exe->size = copy_of(cluster->sizes, sizeof *exe->size, &failed);
    exe->input = copy_of(cluster->inputs, sizeof *exe->input, &failed);
    exe->output = copy_of(cluster->outputs, sizeof *exe->output, &failed);
    exe->fold = copy_of(cluster->folds, sizeof *exe->fold, &failed);
    exe->accumulator =
        copy_of(cluster->accumulators, sizeof *exe->accumulator, &failed);
    exe->gauge = copy_of(cluster->gauges, sizeof *exe->gauge, &failed);
    exe->list = copy_of(cluster->lists, sizeof *exe->list, &failed);
    exe->bytes = copy_of(cluster->bytes, sizeof *exe->bytes, &failed);
    exe->text = copy_of(cluster->text, 1, &failed);
  }
  if (failed) {
    if (exe)
      free_exe(exe);
    return error_of(error, FOVEA_BACKEND, "hello-c is out of memory");
  }
  *result = exe;
  return FOVEA_OK;
}

/*===-- prepare -----------------------------------------------------------===*/

static void free_instance(fovea_instance *instance) {
  free(instance->size);
  free(instance->extent);
  free(instance->first);
  free(instance);
}

/* How many elements there are along axes, or -1: too many to count. */
static int64_t elements(const fovea_instance *instance, fovea_list axes) {
  int64_t count = 1;
  for (uint32_t k = 0; k < axes.count; ++k) {
    const int64_t extent =
        instance->extent[instance->exe->list[axes.first + k]];
    if (extent && count > MOST_ELEMENTS / extent)
      return -1;
    count *= extent;
  }
  return count;
}

static fovea_code sizes_of(fovea_instance *instance, fovea_span dims) {
  const fovea_plugin_exe *exe = instance->exe;
  const fovea_span sizes = {exe->size, exe->sizes, sizeof *exe->size};
  const fovea_code code = fovea_evaluate_sizes(sizes, dims, instance->size);
  if (code)
    return code;
  for (uint64_t i = 0; i < exe->axes; ++i) {
    instance->extent[i] = instance->size[exe->axis[i].size];
    if (instance->extent[i] < 0)
      return FOVEA_SHAPE;
  }
  return FOVEA_OK;
}

/* Which ops are worth remembering: what visits many places, and what the host
 * says. The others only as long as the coordinates stay, for their other users.
 */
static uint64_t slots_of(const fovea_op *op) {
  if (op->opcode == FOVEA_OP_REDUCE || op->opcode == FOVEA_OP_ACCUMULATOR ||
      op->flags & FOVEA_OP_STORED)
    return REMEMBERED;
  return op->opcode >= FOVEA_OP_GAUGE && op->opcode != FOVEA_OP_AT;
}

static const char *const too_many = "hello-c counts no more than 2^62 elements";

static fovea_code prepare(fovea_plugin_exe *exe,
                          const fovea_prepare_request *request,
                          fovea_prepared *prepared, fovea_error *error) {
  fovea_instance *instance = NULL;
  fovea_code code;
  if (is_later(request, request->size, sizeof *request, request->extensions))
    return error_of(
        error, FOVEA_UNSUPPORTED,
        "hello-c is of version 1.0 and does not know what is asked");
  instance = calloc(1, sizeof *instance);
  if (!instance)
    return error_of(error, FOVEA_BACKEND, "hello-c is out of memory");
  instance->exe = exe;
  instance->size = calloc(exe->sizes + 1, sizeof *instance->size);
  instance->extent = calloc(exe->axes + 1, sizeof *instance->extent);
  instance->first = calloc(exe->ops + 1, sizeof *instance->first);
  if (!instance->size || !instance->extent || !instance->first) {
    free_instance(instance);
    return error_of(error, FOVEA_BACKEND, "hello-c is out of memory");
  }
  code = sizes_of(instance, request->dims);
  if (code) {
    free_instance(instance);
    return error_of(error, code,
                    code == FOVEA_DIVISION_BY_ZERO
                        ? "a size is divided by zero"
                        : "an axis has a negative extent, or a size does not "
                          "fit 64 bits");
  }
  for (uint64_t n = 0; n < exe->ops; ++n) {
    if (elements(instance, exe->op[n].axes) < 0 ||
        elements(instance, exe->op[n].over) < 0) {
      free_instance(instance);
      error->op = (int32_t)n;
      return error_of(error, FOVEA_UNSUPPORTED_SHAPE, "%s", too_many);
    }
    instance->first[n + 1] = instance->first[n] + slots_of(&exe->op[n]);
  }
  for (uint64_t n = 0; n < exe->folds; ++n)
    if (elements(instance, exe->fold[n].axes) < 0) {
      free_instance(instance);
      return error_of(error, FOVEA_UNSUPPORTED_SHAPE, "%s", too_many);
    }
  prepared->instance = instance;
  return FOVEA_OK;
}

/*===-- run ---------------------------------------------------------------===*/

static fovea_code report(const fovea_plugin_exe *exe, const fault *fault,
                         fovea_error *error) {
  const fovea_op *op = &exe->op[fault->op];
  const char *name = exe->text + op->name;
  char place[256] = "";
  if (fault->code == FOVEA_CANCELLED)
    return error_of(error, FOVEA_CANCELLED, "cancelled");
  error->op = (int32_t)fault->op;
  error->rank =
      op->axes.count < FOVEA_MAX_RANK ? op->axes.count : FOVEA_MAX_RANK;
  for (uint32_t k = 0; k < error->rank; ++k) {
    const fovea_axis *axis = &exe->axis[exe->list[op->axes.first + k]];
    const size_t end = strlen(place);
    error->position[k] = fault->at[k];
    snprintf(place + end, sizeof place - end, "%s%s = %" PRId64 "%s",
             k ? ", " : " (at ", exe->text + axis->name, fault->at[k],
             k + 1 < error->rank ? "" : ")");
  }
  if (fault->code != FOVEA_OUT_OF_RANGE)
    return error_of(error, fault->code, "integer division by zero%s", place);
  error->value = fault->value;
  error->has_value = 1;
  snprintf(error->tensor, sizeof error->tensor, "%s", name);
  return error_of(error, FOVEA_OUT_OF_RANGE,
                  "`%s` is read at index %" PRId64
                  " along an axis of extent %" PRId64 "%s",
                  name, fault->value, fault->extent, place);
}

/* Workers are known only now, so their memory is not part of the workspace. */
static worker *make_workers(fovea_instance *instance,
                            const fovea_run_request *request, uint32_t count) {
  const fovea_plugin_exe *exe = instance->exe;
  const uint64_t memos = instance->first[exe->ops];
  worker *workers = calloc(count, sizeof *workers);
  for (uint32_t i = 0; workers && i < count; ++i) {
    worker *w = &workers[i];
    w->exe = exe, w->instance = instance, w->request = request;
    w->at = calloc(exe->axes + 1, sizeof *w->at);
    w->memos = malloc(sizeof *w->memos * (memos + 1));
    if (!w->at || !w->memos) {
      for (; i != FOVEA_NONE; --i) {
        free(workers[i].at);
        free(workers[i].memos);
      }
      free(workers);
      return NULL;
    }
    for (uint64_t m = 0; m < memos; ++m)
      w->memos[m].key = -1;
  }
  return workers;
}

static fovea_code run(fovea_instance *instance,
                      const fovea_run_request *request, fovea_error *error) {
  const fovea_plugin_exe *exe = instance->exe;
  const uint32_t count = exe->host->workers(request->run);
  worker *workers = NULL;
  fovea_code code = FOVEA_OK;
  if (is_later(request, request->size, sizeof *request, request->extensions))
    return error_of(
        error, FOVEA_UNSUPPORTED,
        "hello-c is of version 1.0 and does not know what is asked");
  workers = make_workers(instance, request, count);
  if (!workers)
    return error_of(error, FOVEA_BACKEND, "hello-c is out of memory");
  for (uint64_t i = 0; i < request->outputs.count && !code; ++i) {
    const fovea_port *port = &exe->output[i];
    job job = {workers, port, FOVEA_AT(fovea_tensor, request->outputs, i),
               elements(instance, port->axes), 0};
    job.each = job.elements / (8 * (int64_t)count) + 1;
    exe->host->parallel_for(
        request->run,
        (uint64_t)(job.elements / job.each + (job.elements % job.each != 0)),
        write_elements, &job);
    for (uint32_t k = 0; k < count && !code; ++k)
      if (workers[k].fault.code)
        code = report(exe, &workers[k].fault, error);
  }
  for (uint32_t k = 0; k < count; ++k) {
    free(workers[k].at);
    free(workers[k].memos);
  }
  free(workers);
  return code;
}

/*===-- The table ---------------------------------------------------------===*/

static const fovea_plugin plugin = {
    sizeof(fovea_plugin),
    FOVEA_PLUGIN_VERSION,
    "hello-c",
    "1",
    0,
    open_backend,
    close_backend,
    query,
    compile,
    free_exe,
    prepare,
    free_instance,
    run,
    NULL,
    NULL,
};

const fovea_plugin *fovea_plugin_entry(uint32_t host_version) {
  return host_version >> 16 == FOVEA_PLUGIN_MAJOR ? &plugin : NULL;
}
